extension MaskedAutoencoder {
    /// The micro-batch for a batch of known size: equal pieces, none larger than `largestMicroBatch`.
    public static func defaultMicroBatch(_ configuration: ModelConfiguration, batch: Int) -> Int {
        evenShare(of: batch, atMost: largestMicroBatch(configuration))
    }

    /// About 1600 token rows through the encoder, past which products get no faster, or as many as keep its
    /// activations (16 floats per channel and block) under a gibibyte.
    public static func largestMicroBatch(_ configuration: ModelConfiguration) -> Int {
        let perRow = 16 * configuration.encoder.width * configuration.encoder.depth
        let rows = min(1600, (1 << 28) / perRow)
        return max(1, rows / (1 + configuration.visiblePatches))
    }

    /// About 1600 token rows through the decoder.
    static func largestDecoderMicroBatch(_ configuration: ModelConfiguration) -> Int {
        max(1, 1600 / (1 + configuration.patches))
    }

    /// The size of equal pieces (the last may be smaller) of at most `limit`.
    static func evenShare(of count: Int, atMost limit: Int) -> Int {
        let pieces = max(1, (count + limit - 1) / limit)
        return max(1, (count + pieces - 1) / pieces)
    }
}
