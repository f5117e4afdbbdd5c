import Compute

/// The end of a classifier: the mean of the patch tokens (or the class token), its normalisation, and one linear layer
/// for all tasks.
struct ClassifierHead {
    private let shape: EncoderShape
    private let pooling: Pooling
    private let norm: NormLayer
    private let linear: LinearLayer
    /// (images, D) the mean of the patch tokens, the class token left out; or the class token alone.
    let pooled: Arena.Slot
    /// (images, D) after `fc_norm`.
    let features: Arena.Slot
    private let pooledGradient: Arena.Slot
    /// (images, outputs)
    let outputs: Arena.Slot
    let outputGradient: Arena.Slot

    init(
        _ parameters: ClassifierLayout, shape: EncoderShape, pooling: Pooling, images: Int, pool: ThreadPool,
        in plan: inout Arena.Plan
    ) {
        self.shape = shape
        self.pooling = pooling
        norm = NormLayer(parameters.encoder.norm, rows: images, in: &plan)
        linear = LinearLayer(parameters.head, pool: pool)
        pooled = plan.reserve(images * shape.width)
        features = plan.reserve(images * shape.width)
        pooledGradient = plan.reserve(images * shape.width)
        outputs = plan.reserve(images * parameters.head.outputs)
        outputGradient = plan.reserve(images * parameters.head.outputs)
    }

    func pack(_ workspace: Workspace, backward: Bool) { linear.pack(workspace, backward: backward) }

    /// tokens (images, 1 + P, D) → `pooled`.
    func pool(_ tokens: UnsafePointer<Float>, count: Int, _ workspace: Workspace) {
        switch pooling {
        case .mean:
            TokenOps.mean(
                tokens, images: count, patches: shape.patches, width: shape.width, y: workspace[pooled],
                pool: workspace.pool)
        case .classToken:
            for image in 0..<count {
                (workspace[pooled] + image * shape.width).update(
                    from: tokens + image * (1 + shape.patches) * shape.width, count: shape.width)
            }
        }
    }

    /// `pooled` → `features` → `outputs`.
    func forward(count: Int, _ workspace: Workspace) {
        norm.forward(workspace[pooled], rows: count, y: workspace[features], workspace)
        linear.forward(workspace[features], rows: count, y: workspace[outputs], workspace)
    }

    /// From `outputGradient` to the gradients of the parameters and, if asked for, of the tokens (images, 1 + P, D).
    func backward(
        count: Int, tokens: UnsafeMutablePointer<Float>?, accumulate: Bool, _ workspace: Workspace
    ) {
        let gradient = workspace[outputGradient]
        linear.backwardWeight(gradient, x: workspace[features], rows: count, accumulate: accumulate, workspace)
        // The features are read for the last time; their gradient takes their place.
        linear.backwardInput(gradient, rows: count, dx: workspace[features], workspace)
        norm.backward(
            workspace[features], x: workspace[pooled], rows: count, dx: workspace[pooledGradient],
            addingToInput: false, accumulate: accumulate, workspace)
        guard let tokens else { return }
        TokenOps.meanBackward(
            workspace[pooledGradient], images: count, patches: shape.patches, width: shape.width, dx: tokens,
            pool: workspace.pool)
    }
}
