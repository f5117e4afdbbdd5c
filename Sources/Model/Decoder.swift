import Compute

/// The decoder of the masked autoencoder: visible tokens back in their places, mask tokens elsewhere, blocks, and a
/// prediction of the pixels of chosen patches.
struct Decoder {
    let configuration: TransformerConfiguration
    private let patches: Int
    private let visible: Int
    private let parameters: DecoderParameters
    private let embedding: LinearLayer
    private let stack: TransformerStack
    private let norm: NormLayer
    private let head: LinearLayer
    private let normed: Arena.Slot
    /// (images · kept, p · p · 3)
    let prediction: Arena.Slot
    /// The gradient of the prediction, written by the loss.
    let predictionGradient: Arena.Slot

    init(
        _ parameters: DecoderParameters, model: ModelConfiguration, images: Int, pool: ThreadPool,
        in plan: inout Arena.Plan
    ) {
        self.parameters = parameters
        configuration = model.decoder
        patches = model.patches
        visible = model.visiblePatches
        embedding = LinearLayer(parameters.embedding, pool: pool)
        stack = TransformerStack(
            parameters.blocks, configuration: model.decoder, rows: images * (1 + model.patches), selects: true,
            pool: pool, in: &plan)
        norm = NormLayer(parameters.norm, rows: images * model.patches, in: &plan)
        head = LinearLayer(parameters.prediction, pool: pool)
        normed = plan.reserve(images * model.patches * model.decoder.width)
        prediction = plan.reserve(images * model.patches * model.patchValues)
        predictionGradient = plan.reserve(images * model.maskedPatches * model.patchValues)
    }

    private func sequences(_ images: Int) -> Sequences { Sequences(images: images, tokens: 1 + patches) }

    func pack(_ workspace: Workspace, backward: Bool) {
        embedding.pack(workspace, backward: backward)
        stack.pack(workspace, backward: backward)
        head.pack(workspace, backward: backward)
    }

    /// Encoded tokens (images, 1 + visible, D) → `prediction` (images · kept, p · p · 3) of the selected patches.
    /// - Parameter restore: (images, P) the place of each patch in the shuffled order.
    func forward(
        _ latent: UnsafePointer<Float>, count: Int, restore: UnsafePointer<Int32>, selection: TokenSelection,
        training: Bool, _ workspace: Workspace
    ) {
        embedding.forward(latent, rows: count * (1 + visible), y: workspace[stack.spare], workspace)
        TokenOps.unshuffle(
            workspace[stack.spare], images: count, patches: patches, kept: visible, width: configuration.width,
            maskToken: workspace.value(parameters.maskToken), positions: workspace.value(parameters.positions),
            restore: restore, y: workspace[stack.input], pool: workspace.pool)
        stack.forward(sequences(count), selection: selection, training: training, workspace)
        let rows = count * selection.kept
        norm.forward(workspace[stack.output], rows: rows, y: workspace[normed], workspace)
        head.forward(workspace[normed], rows: rows, y: workspace[prediction], workspace)
    }

    /// From `predictionGradient` to the gradients of all parameters and of the encoded tokens.
    func backward(
        latent: UnsafePointer<Float>, count: Int, restore: UnsafePointer<Int32>, selection: TokenSelection,
        dLatent: UnsafeMutablePointer<Float>, accumulate: Bool, _ workspace: Workspace
    ) {
        let rows = count * selection.kept
        head.backwardWeight(
            workspace[predictionGradient], x: workspace[normed], rows: rows, accumulate: accumulate, workspace)
        head.backwardInput(workspace[predictionGradient], rows: rows, dx: workspace[stack.spare], workspace)
        norm.backward(
            workspace[stack.spare], x: workspace[stack.output], rows: rows, dx: workspace[stack.gradient],
            addingToInput: false, accumulate: accumulate, workspace)
        stack.backward(sequences(count), selection: selection, accumulate: accumulate, workspace)
        TokenOps.unshuffleBackward(
            workspace[stack.gradient], images: count, patches: patches, kept: visible, width: configuration.width,
            restore: restore, dx: workspace[stack.spare], dMask: workspace.gradient(parameters.maskToken),
            accumulate: accumulate, pool: workspace.pool)
        embedding.backwardWeight(
            workspace[stack.spare], x: latent, rows: count * (1 + visible), accumulate: accumulate, workspace)
        embedding.backwardInput(workspace[stack.spare], rows: count * (1 + visible), dx: dLatent, workspace)
    }
}
