/// How many parameters a masked autoencoder has.
public struct ParameterCounts: Equatable, Sendable {
    /// Of the encoder, its fixed positions included.
    public let encoder: Int
    /// Of the decoder, its embedding and prediction and its fixed positions included.
    public let decoder: Int
    /// Of both, without the fixed positions.
    public let trained: Int

    public var total: Int { encoder + decoder }
}

extension ModelSettings {
    /// Closed forms; D is the encoder's width, d the decoder's, T = P + 1 the tokens.
    ///
    /// Encoder: patches 3p²D + D, cls D, positions T·D, blocks, norm 2D. Decoder: embedding D·d + d, mask token d,
    /// positions T·d, blocks, norm 2d, prediction 3p²d + 3p².
    public var parameterCounts: ParameterCounts {
        let (wide, narrow, tokens) = (encoder.width, decoder.width, patches + 1)
        let ofEncoder =
            patchValues * wide + wide + wide + tokens * wide + encoder.blockParameters + 2 * wide
        let ofDecoder =
            wide * narrow + narrow + narrow + tokens * narrow + decoder.blockParameters + 2 * narrow
            + patchValues * narrow + patchValues
        return ParameterCounts(
            encoder: ofEncoder, decoder: ofDecoder, trained: ofEncoder + ofDecoder - tokens * (wide + narrow))
    }

    /// Floating-point operations of the matrix products of one training step, for one image: the visible patches are
    /// embedded, the masked ones predicted, and every product is done once forward and twice backward. Attention's two
    /// products cost 3½ times as much, since the backward pass computes the probabilities again.
    public func operationsPerImage(maskRatio: Double) -> Double {
        let visible = visiblePatches(maskRatio: maskRatio)
        let masked = patches - visible
        let (wide, narrow) = (Double(encoder.width), Double(decoder.width))
        let seen = Double(visible + 1)
        let all = Double(patches + 1)
        let embedding = Double(visible * patchValues) * wide
        let encoderProducts = Double(encoder.depth) * 12 * seen * wide * wide
        let bridge = seen * wide * narrow
        // The last block's outputs are needed for the masked patches only; its keys and values are of all tokens.
        let decoderProducts =
            (Double(decoder.depth - 1) * 12 * all + 3 * all + 9 * Double(masked)) * narrow * narrow
        let prediction = Double(masked * patchValues) * narrow
        let attention =
            Double(encoder.depth) * seen * seen * wide + Double(decoder.depth) * all * all * narrow
        return 2 * (2 * embedding + 3 * (encoderProducts + bridge + decoderProducts + prediction) + 7 * attention)
    }

    /// Bytes of a checkpoint: every value, and two moments of every trained one, in single precision.
    public var checkpointBytes: Int {
        let counts = parameterCounts
        return 4 * (counts.total + 2 * counts.trained)
    }

    /// About how many bytes training takes: values, gradients, two moments and the weights arranged for the products
    /// twice; the activations of a micro-batch, 16 values for each channel, block and token of the encoder and 18 of
    /// the decoder, whose micro-batch has at most 1,600 tokens; and three batches of images.
    public func trainingBytes(batch: Int, microBatch: Int, maskRatio: Double) -> Int {
        let tokens = patches + 1
        let seen = visiblePatches(maskRatio: maskRatio) + 1
        let decoderImages = max(1, min(microBatch, 1600 / tokens))
        let activations =
            microBatch * seen * encoder.width * (16 * encoder.depth + 6)
            + decoderImages * tokens * (decoder.width * (18 * decoder.depth + 6) + 2 * patchValues)
        return 4 * (6 * parameterCounts.total + activations + 3 * batch * 3 * image * image)
    }

    /// How many images go through the encoder at once when nobody says: about 1,600 tokens, in equal pieces of the
    /// batch, and activations under a gibibyte.
    public func usualMicroBatch(batch: Int, maskRatio: Double) -> Int {
        let rows = min(1600, (1 << 28) / (16 * encoder.width * encoder.depth))
        let largest = max(1, rows / (visiblePatches(maskRatio: maskRatio) + 1))
        let pieces = (batch + largest - 1) / largest
        return max(1, (batch + pieces - 1) / pieces)
    }
}

extension TransformerShape {
    /// Each block: qkv 3D² + 3D, projection D² + D, two layers of 4D² + 4D and 4D² + D, two norms of 2D.
    var blockParameters: Int { depth * (12 * width * width + 13 * width) }
}
