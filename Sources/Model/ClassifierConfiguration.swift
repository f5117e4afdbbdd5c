/// What the head of a classifier sees of the tokens.
public enum Pooling: Hashable, Sendable {
    /// The mean of the patch tokens, then normalised (`fc_norm`): MAE's `global_pool`, timm's "avg".
    case mean
    /// The class token, normalised (`norm`): timm's "token", and Hugging Face's ViT.
    case classToken
}

/// Everything that fixes the shape of a classifier, and how its depth is thinned in training.
public struct ClassifierConfiguration: Hashable, Sendable {
    public let encoder: EncoderShape
    /// Columns of the head: those of all tasks side by side.
    public let outputs: Int
    /// The probability that the last block's branches are left out in training; see `DropPath`.
    public let dropPath: Double
    /// Training is with the mean, as in the paper; weights of others may come with a head on the class token.
    public let pooling: Pooling

    /// Throws `ModelError` when there is no output or the rate of drop path is not in [0, 1).
    public init(encoder: EncoderShape, outputs: Int, dropPath: Double = 0, pooling: Pooling = .mean) throws {
        guard outputs > 0 else { throw ModelError("a classifier needs at least one output") }
        guard outputs <= 65_536 else { throw ModelError("\(outputs) outputs: at most 65536 are supported") }
        guard dropPath >= 0, dropPath < 1 else {
            throw ModelError("drop path \(dropPath): it must be at least 0 and below 1")
        }
        self.encoder = encoder
        self.outputs = outputs
        self.dropPath = dropPath
        self.pooling = pooling
    }

    /// Images that go through the encoder together when nobody says: about 1600 token rows, past which products get no
    /// faster, or in training as many as keep the activations under a gibibyte; in equal pieces of the batch.
    public func defaultMicroBatch(batch: Int, training: Bool) -> Int {
        let perRow = 16 * encoder.width * encoder.transformer.depth
        let rows = training ? min(1600, (1 << 28) / perRow) : 1600
        return MaskedAutoencoder.evenShare(of: batch, atMost: max(1, rows / (1 + encoder.patches)))
    }
}
