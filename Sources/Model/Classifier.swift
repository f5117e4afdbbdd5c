import Compute

/// The classifier of fine-tuning: the encoder with all patches, the mean of the patch tokens, `fc_norm`, and a linear
/// head (paper section 3.2). Its parameters have the names of MAE's fine-tuned checkpoints.
///
/// A batch goes through in micro-batches of fixed size and order; the loss is one of the whole batch. All memory of a
/// pass is taken when the model is made. One caller at a time.
public final class Classifier {
    public let configuration: ClassifierConfiguration
    public let parameters: ParameterSet
    /// Images that go through the encoder together.
    public let microBatch: Int

    let workspace: Workspace
    private let encoder: Encoder
    private let head: ClassifierHead
    private let dropPath: DropPath
    private let isTrainable: Bool
    /// Whether the weights lie in the order of the kernels as they are now.
    private var isEncoderPacked = false
    private var isHeadPacked = false
    /// Outputs of the batch and their gradient, kept between the two passes of a loss of the whole batch.
    private var batchOutputs = FloatBuffer(count: 0)
    private var batchGradient = FloatBuffer(count: 0)

    /// - Parameters:
    ///   - microBatch: images that go through the encoder together; more need more memory, and in the last bits the
    ///     result depends on it. See `ClassifierConfiguration.defaultMicroBatch`.
    ///   - training: false takes the little memory that outputs alone need; true goes with `Pooling.mean` only.
    ///   - pool: the threads; the kernel level of the pool is that of the model.
    /// Parameters start at zero: `initialise` them or load them.
    public init(configuration: ClassifierConfiguration, microBatch: Int, training: Bool = true, pool: ThreadPool) {
        self.configuration = configuration
        precondition(!training || configuration.pooling == .mean, "training is with the mean of the patch tokens")
        let images = max(1, microBatch)
        self.microBatch = images
        isTrainable = training
        let shape = configuration.encoder
        let layout = ClassifierLayout(shape, outputs: configuration.outputs)
        parameters = ParameterSet(layout: layout.layout)
        var plan = Arena.Plan()
        encoder = Encoder(
            layout.encoder, shape: shape, kept: shape.patches, images: images,
            memory: training ? .training : .inference, pool: pool, in: &plan)
        head = ClassifierHead(
            layout, shape: shape, pooling: configuration.pooling, images: images, pool: pool, in: &plan)
        dropPath = DropPath(rate: configuration.dropPath, depth: shape.transformer.depth, images: images)
        workspace = Workspace(parameters: parameters, pool: pool, plan: plan)
    }

    /// Draws fresh parameters, as `ParameterSet.initialise` does; the head nearly zero (σ = 2e-5).
    public func initialise(seed: UInt64, stage: Int = 0, fold: Int = 0) {
        parameters.initialise(seed: seed, stage: stage, fold: fold)
        weightsChanged()
    }

    /// To be called after every change of the parameters: the next pass arranges them for the kernels anew.
    public func weightsChanged() {
        isEncoderPacked = false
        isHeadPacked = false
    }

    /// Bytes of activations, gradients in flight included; parameters not.
    public var activationBytes: Int { workspace.arena.byteCount }

    /// Floating-point operations of matrix products, per image, in a step or a pass without gradients.
    public func executedFlopsPerImage(training: Bool) -> Int {
        configuration.encoder.executedFlopsPerImage(training: training)
    }

    // MARK: - Training

    /// The loss of a batch and, in `parameters.gradients`, its gradient; former gradients are overwritten.
    ///
    /// Where a row's gradient depends on its own outputs alone, each micro-batch goes forward and back at once. Other
    /// losses (concordance) take the outputs of all micro-batches first, then go through each of them again.
    /// - Parameters:
    ///   - images: (batch, 3, H, W), normalised.
    ///   - loss: told before of the batch's targets (`TaskLoss.begin`).
    ///   - dropPath: the random numbers of stochastic depth; nil leaves nothing out.
    public func lossAndGradients(
        images: UnsafePointer<Float>, batch: Int, loss: TaskLoss, dropPath draw: DropPathDraw? = nil
    ) -> Double {
        precondition(isTrainable, "a model for outputs alone cannot be trained")
        pack(backward: true)
        defer { weightsChanged() }
        guard loss.needsWholeBatch, batch > microBatch else {
            var sum = 0.0
            forEachChunk(of: batch, by: microBatch) { first, count in
                forward(images, first, count, draw)
                sum += loss.add(
                    outputs: workspace[head.outputs], rows: first..<first + count,
                    gradient: workspace[head.outputGradient])
                backward(first, count, draw)
            }
            return sum
        }
        let width = configuration.outputs
        reserve(batch)
        forEachChunk(of: batch, by: microBatch) { first, count in
            forward(images, first, count, draw)
            (batchOutputs.pointer + first * width).update(from: workspace[head.outputs], count: count * width)
        }
        let value = loss.add(outputs: batchOutputs.pointer, rows: 0..<batch, gradient: batchGradient.pointer)
        forEachChunk(of: batch, by: microBatch) { first, count in
            forward(images, first, count, draw)
            workspace[head.outputGradient].update(from: batchGradient.pointer + first * width, count: count * width)
            backward(first, count, draw)
        }
        return value
    }

    /// The same from pooled tokens (batch, D) that were kept: trains `fc_norm` and the head of a frozen encoder, whose
    /// gradients are left alone. Only the head is arranged anew for the kernels, so a step costs next to nothing.
    public func lossAndGradients(pooled: UnsafePointer<Float>, batch: Int, loss: TaskLoss) -> Double {
        head.pack(workspace, backward: true)
        defer { isHeadPacked = false }
        let (width, outputs) = (configuration.encoder.width, configuration.outputs)
        reserve(batch)
        func forward(_ first: Int, _ count: Int) {
            workspace[head.pooled].update(from: pooled + first * width, count: count * width)
            head.forward(count: count, workspace)
        }
        forEachChunk(of: batch, by: microBatch) { first, count in
            forward(first, count)
            (batchOutputs.pointer + first * outputs).update(from: workspace[head.outputs], count: count * outputs)
        }
        let value = loss.add(outputs: batchOutputs.pointer, rows: 0..<batch, gradient: batchGradient.pointer)
        forEachChunk(of: batch, by: microBatch) { first, count in
            forward(first, count)
            workspace[head.outputGradient].update(
                from: batchGradient.pointer + first * outputs, count: count * outputs)
            head.backward(count: count, tokens: nil, accumulate: first > 0, workspace)
        }
        return value
    }

    // MARK: - Outputs

    /// Outputs (batch, outputs) before any softmax or sigmoid, without drop path.
    public func outputs(
        images: UnsafePointer<Float>, batch: Int, into outputs: UnsafeMutablePointer<Float>
    ) {
        evaluate(images, batch, keeping: head.outputs, width: configuration.outputs, into: outputs)
    }

    /// Features (batch, D), what the head sees: the mean of the patch tokens after `fc_norm`, or the class token.
    public func features(images: UnsafePointer<Float>, batch: Int, into features: UnsafeMutablePointer<Float>) {
        evaluate(images, batch, keeping: head.features, width: configuration.encoder.width, into: features)
    }

    /// The mean of the patch tokens (batch, D) before `fc_norm`: what a frozen encoder has to say of an image.
    public func pooled(images: UnsafePointer<Float>, batch: Int, into pooled: UnsafeMutablePointer<Float>) {
        evaluate(images, batch, keeping: head.pooled, width: configuration.encoder.width, into: pooled)
    }

    /// Outputs (batch, outputs) from pooled tokens (batch, D) that were kept.
    public func outputs(
        pooled: UnsafePointer<Float>, batch: Int, into outputs: UnsafeMutablePointer<Float>
    ) {
        packHead()
        let (width, columns) = (configuration.encoder.width, configuration.outputs)
        forEachChunk(of: batch, by: microBatch) { first, count in
            workspace[head.pooled].update(from: pooled + first * width, count: count * width)
            head.forward(count: count, workspace)
            (outputs + first * columns).update(from: workspace[head.outputs], count: count * columns)
        }
    }

    // MARK: - The passes

    private func pack(backward: Bool) {
        if backward || !isEncoderPacked { encoder.pack(workspace, backward: backward) }
        isEncoderPacked = true
        if backward {
            head.pack(workspace, backward: true)
            isHeadPacked = true
        } else {
            packHead()
        }
    }

    private func packHead() {
        if !isHeadPacked { head.pack(workspace, backward: false) }
        isHeadPacked = true
    }

    private func reserve(_ batch: Int) {
        guard batch * configuration.outputs > batchOutputs.count else { return }
        batchOutputs = FloatBuffer(count: batch * configuration.outputs)
        batchGradient = FloatBuffer(count: batch * configuration.outputs)
    }

    private func forward(_ images: UnsafePointer<Float>, _ first: Int, _ count: Int, _ draw: DropPathDraw?) {
        if let draw { dropPath.draw(draw, first: first, count: count) }
        encoder.forward(
            images + first * configuration.encoder.imageValues, count: count, indices: nil,
            dropPath: draw == nil ? nil : dropPath, training: true, workspace)
        head.pool(workspace[encoder.stack.output], count: count, workspace)
        head.forward(count: count, workspace)
    }

    private func backward(_ first: Int, _ count: Int, _ draw: DropPathDraw?) {
        head.backward(
            count: count, tokens: workspace[encoder.stack.gradient], accumulate: first > 0, workspace)
        encoder.backward(
            count, indices: nil, dropPath: draw == nil ? nil : dropPath, accumulate: first > 0, workspace)
    }

    private func evaluate(
        _ images: UnsafePointer<Float>, _ batch: Int, keeping slot: Arena.Slot, width: Int,
        into target: UnsafeMutablePointer<Float>
    ) {
        pack(backward: false)
        forEachChunk(of: batch, by: microBatch) { first, count in
            encoder.forward(
                images + first * configuration.encoder.imageValues, count: count, indices: nil, training: false,
                workspace)
            head.pool(workspace[encoder.stack.output], count: count, workspace)
            head.forward(count: count, workspace)
            (target + first * width).update(from: workspace[slot], count: count * width)
        }
    }
}
