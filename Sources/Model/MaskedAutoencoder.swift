import Compute

/// The masked autoencoder of MAE-Face: an encoder of the visible patches, a decoder that rebuilds the masked ones, and
/// the loss on them (He et al., 2022; the L1 loss is MAE-Face's).
///
/// A batch goes through in micro-batches of fixed size and order. All memory is taken when the model is made.
/// One caller at a time.
public final class MaskedAutoencoder {
    public let configuration: ModelConfiguration
    public let parameters: ParameterSet
    /// Images that go through the encoder together.
    public let microBatch: Int
    /// Images that go through the decoder together: its sequences are longer.
    public let decoderMicroBatch: Int

    let workspace: Workspace
    private let encoder: Encoder
    private let norm: NormLayer
    private let decoder: Decoder
    private let loss: ReconstructionLoss
    /// The normalised output of the encoder and its gradient: (images, 1 + visible, D).
    private let latent: Arena.Slot
    private let latentGradient: Arena.Slot
    private let masks: PatchMasks

    /// - Parameters:
    ///   - microBatch: images that go through the encoder together; more need more memory. The result depends on it
    ///     in the last bits. `defaultMicroBatch` is a good choice when the batch is known.
    ///   - pool: the threads; the kernel level of the pool is that of the model.
    /// Parameters start at zero: `initialise` them or load them.
    public init(configuration: ModelConfiguration, microBatch: Int? = nil, pool: ThreadPool) {
        self.configuration = configuration
        let images = max(1, microBatch ?? Self.largestMicroBatch(configuration))
        let decoderImages = Self.evenShare(of: images, atMost: Self.largestDecoderMicroBatch(configuration))
        self.microBatch = images
        decoderMicroBatch = decoderImages

        let layout = AutoencoderLayout(configuration)
        parameters = ParameterSet(layout: layout.layout)
        var plan = Arena.Plan()
        let tokenRows = images * (1 + configuration.visiblePatches)
        encoder = Encoder(
            layout.encoder, shape: configuration.encoderShape, kept: configuration.visiblePatches, images: images,
            pool: pool,
            in: &plan)
        norm = NormLayer(layout.encoder.norm, rows: tokenRows, in: &plan)
        latent = plan.reserve(tokenRows * configuration.encoder.width)
        latentGradient = plan.reserve(tokenRows * configuration.encoder.width)
        decoder = Decoder(layout.decoder, model: configuration, images: decoderImages, pool: pool, in: &plan)
        loss = ReconstructionLoss(configuration)
        masks = PatchMasks(configuration, images: images)
        workspace = Workspace(parameters: parameters, pool: pool, plan: plan)
    }

    /// Draws fresh parameters; see `ParameterSet.initialise`.
    public func initialise(seed: UInt64, stage: Int = 0, fold: Int = 0) {
        parameters.initialise(seed: seed, stage: stage, fold: fold)
    }

    /// Floating-point operations of matrix products in one training step, per image; only those that are executed.
    public var executedFlopsPerImage: Int { configuration.executedFlopsPerImage }

    /// Bytes of activations, gradients in flight included; parameters not.
    public var activationBytes: Int { workspace.arena.byteCount }

    /// The loss of a batch and, in `parameters.gradients`, its gradient; former gradients are overwritten.
    ///
    /// - Parameters:
    ///   - images: (batch, 3, H, W), normalised.
    ///   - noise: (batch, P); the patches with the smallest noise stay visible.
    public func lossAndGradients(
        images: UnsafePointer<Float>, noise: UnsafePointer<Float>, batch: Int
    ) -> Float {
        pack(backward: true)
        return Float(passes(images, noise, batch, training: true))
    }

    /// The loss alone, without gradients.
    public func loss(images: UnsafePointer<Float>, noise: UnsafePointer<Float>, batch: Int) -> Float {
        Float(preciseLoss(images: images, noise: noise, batch: batch))
    }

    /// The loss before it is rounded to a float, for finite differences.
    func preciseLoss(images: UnsafePointer<Float>, noise: UnsafePointer<Float>, batch: Int) -> Double {
        pack(backward: false)
        return passes(images, noise, batch, training: false)
    }

    /// Runs the model forward and predicts every patch, the visible ones too, for looking at.
    /// - Returns: the predictions of normalised patches and which patches were masked.
    public func reconstruct(
        images: UnsafePointer<Float>, noise: UnsafePointer<Float>, batch: Int
    ) -> Reconstruction {
        pack(backward: false)
        var result = Reconstruction(configuration, batch: batch)
        let patches = configuration.patches
        forEachChunk(of: batch, by: microBatch) { start, count in
            encode(images + start * configuration.imageValues, noise + start * patches, count, training: false)
            forEachChunk(of: count, by: decoderMicroBatch) { first, some in
                decoder.forward(
                    latentRows(first), count: some, restore: masks.restore + first * patches,
                    selection: TokenSelection(patches: masks.all, kept: patches), training: false, workspace)
                result.store(
                    workspace[decoder.prediction], restore: masks.restore + first * patches, image: start + first,
                    count: some)
            }
        }
        return result
    }

    // MARK: - The passes

    private func pack(backward: Bool) {
        encoder.pack(workspace, backward: backward)
        decoder.pack(workspace, backward: backward)
    }

    private func passes(
        _ images: UnsafePointer<Float>, _ noise: UnsafePointer<Float>, _ batch: Int, training: Bool
    ) -> Double {
        var sum = 0.0
        forEachChunk(of: batch, by: microBatch) { start, count in
            let pixels = images + start * configuration.imageValues
            encode(pixels, noise + start * configuration.patches, count, training: training)
            forEachChunk(of: count, by: decoderMicroBatch) { first, some in
                sum += decode(
                    pixels + first * configuration.imageValues, first, some, batch: batch, training: training,
                    accumulate: start + first > 0)
            }
            if training {
                norm.backward(
                    workspace[latentGradient], x: workspace[encoder.stack.output], rows: encoder.sequences(count).rows,
                    dx: workspace[encoder.stack.gradient], addingToInput: false, accumulate: start > 0, workspace)
                encoder.backward(count, indices: masks.visible, accumulate: start > 0, workspace)
            }
        }
        return sum * loss.scale(batch: batch)
    }

    /// Masks and encodes a micro-batch into `latent`.
    private func encode(
        _ images: UnsafePointer<Float>, _ noise: UnsafePointer<Float>, _ count: Int, training: Bool
    ) {
        masks.split(noise: noise, count: count)
        encoder.forward(images, count: count, indices: masks.visible, training: training, workspace)
        norm.forward(
            workspace[encoder.stack.output], rows: encoder.sequences(count).rows, y: workspace[latent], workspace)
    }

    /// Decodes images `first ..< first + count` of the micro-batch; when training also goes back to `latentGradient`.
    private func decode(
        _ images: UnsafePointer<Float>, _ first: Int, _ count: Int, batch: Int, training: Bool, accumulate: Bool
    ) -> Double {
        let restore = masks.restore + first * configuration.patches
        let masked = TokenSelection(
            patches: masks.masked + first * configuration.maskedPatches, kept: configuration.maskedPatches)
        decoder.forward(
            latentRows(first), count: count, restore: restore, selection: masked, training: training, workspace)
        let sum = loss.sum(
            prediction: workspace[decoder.prediction], images: images, count: count, indices: masked.patches,
            batch: batch, gradient: training ? workspace[decoder.predictionGradient] : nil, pool: workspace.pool)
        if training {
            decoder.backward(
                latent: latentRows(first), count: count, restore: restore, selection: masked,
                dLatent: workspace[latentGradient] + latentOffset(first), accumulate: accumulate, workspace)
        }
        return sum
    }

    private func latentOffset(_ image: Int) -> Int {
        encoder.sequences(image).rows * configuration.encoder.width
    }

    private func latentRows(_ image: Int) -> UnsafePointer<Float> {
        UnsafePointer(workspace[latent] + latentOffset(image))
    }
}

/// Calls `body` with the start and the length of each piece, in order.
func forEachChunk(of count: Int, by size: Int, _ body: (_ start: Int, _ count: Int) -> Void) {
    var start = 0
    while start < count {
        let length = min(size, count - start)
        body(start, length)
        start += length
    }
}
