import Compute

/// The vision transformer up to its last block: patch embedding of chosen patches, positions, class token, blocks.
///
/// A masked autoencoder embeds only the visible patches; a classifier embeds all of them.
struct Encoder {
    let shape: EncoderShape
    /// Patches that each image brings in.
    let kept: Int
    private let parameters: EncoderParameters
    private let embedding: LinearLayer
    let stack: TransformerStack
    /// (images · kept, 3 · p · p), kept for the weight gradient of the embedding.
    private let pixels: Arena.Slot

    init(
        _ parameters: EncoderParameters, shape: EncoderShape, kept: Int, images: Int, memory: PassMemory = .training,
        pool: ThreadPool, in plan: inout Arena.Plan
    ) {
        self.parameters = parameters
        self.shape = shape
        self.kept = kept
        embedding = LinearLayer(parameters.patchEmbedding, inputGradient: false, pool: pool)
        pixels = plan.reserve(images * kept * shape.patchValues)
        stack = TransformerStack(
            parameters.blocks, configuration: shape.transformer, rows: images * (1 + kept), memory: memory, pool: pool,
            in: &plan)
    }

    /// Token rows of `images` images.
    func sequences(_ images: Int) -> Sequences { Sequences(images: images, tokens: 1 + kept) }

    func pack(_ workspace: Workspace, backward: Bool) {
        embedding.pack(workspace, backward: false)
        stack.pack(workspace, backward: backward)
    }

    /// Images (images, 3, H, W) → `stack.output` (images, 1 + kept, D), the class token first.
    /// - Parameters:
    ///   - indices: (images, kept) patch numbers; nil for all patches in order.
    ///   - dropPath: which residual branches of which image are left out; nil for none.
    func forward(
        _ images: UnsafePointer<Float>, count: Int, indices: UnsafePointer<Int32>?, dropPath: DropPath? = nil,
        training: Bool, _ workspace: Workspace
    ) {
        PatchOps.extract(
            images, shape: PatchShape(images: count, height: shape.image, width: shape.image, patch: shape.patch),
            indices: indices, kept: kept, rows: workspace[pixels], pool: workspace.pool)
        embedding.forward(workspace[pixels], rows: count * kept, y: workspace[stack.spare], workspace)
        TokenOps.assemble(
            workspace[stack.spare], images: count, kept: kept, width: shape.width,
            classToken: workspace.value(parameters.classToken), positions: workspace.value(parameters.positions),
            indices: indices, y: workspace[stack.input], pool: workspace.pool)
        stack.forward(sequences(count), dropPath: dropPath, training: training, workspace)
    }

    /// From the gradient of `stack.output` in `stack.gradient` to those of all parameters.
    func backward(
        _ count: Int, indices: UnsafePointer<Int32>?, dropPath: DropPath? = nil, accumulate: Bool,
        _ workspace: Workspace
    ) {
        stack.backward(sequences(count), dropPath: dropPath, accumulate: accumulate, workspace)
        TokenOps.assembleBackward(
            workspace[stack.gradient], images: count, patches: shape.patches, kept: kept, width: shape.width,
            indices: indices, dx: workspace[stack.spare], dClass: workspace.gradient(parameters.classToken),
            dPositions: parameters.positionsAreTrained ? workspace.gradient(parameters.positions) : nil,
            accumulate: accumulate, pool: workspace.pool)
        embedding.backwardWeight(
            workspace[stack.spare], x: workspace[pixels], rows: count * kept, accumulate: accumulate, workspace)
    }
}
