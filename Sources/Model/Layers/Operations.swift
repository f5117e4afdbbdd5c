extension ModelConfiguration {
    /// Floating-point operations of the matrix products of one training step, per image, two per multiply-add: only
    /// visible patches are embedded, the last decoder block's projection and perceptron and the prediction run on
    /// masked patches alone, the pixels get no gradient. Attention counts two products forward and five backward,
    /// since its probabilities are computed again.
    public var executedFlopsPerImage: Int {
        let encoderTokens = 1 + visiblePatches
        let decoderTokens = 1 + patches
        let masked = maskedPatches
        let embedding = 2 * visiblePatches * patchValues * encoder.width
        let encoderBlocks = encoder.depth * encoder.products(tokens: encoderTokens, continuing: encoderTokens)
        let bridge = encoderTokens * encoder.width * decoder.width
        let decoderBlocks =
            (decoder.depth - 1) * decoder.products(tokens: decoderTokens, continuing: decoderTokens)
            + decoder.products(tokens: decoderTokens, continuing: masked)
        let prediction = masked * decoder.width * patchValues
        let attention =
            encoder.depth * encoderTokens * encoderTokens * encoder.width
            + decoder.depth * decoderTokens * decoderTokens * decoder.width
        return 2 * (embedding + 3 * (encoderBlocks + bridge + decoderBlocks + prediction) + 7 * attention)
    }
}

extension EncoderShape {
    /// Floating-point operations of the matrix products of one pass over one image with all patches, two per
    /// multiply-add: forward alone, or a training step. The pixels get no gradient; attention counts two products
    /// forward and five backward. The head is left out.
    public func executedFlopsPerImage(training: Bool) -> Int {
        let tokens = 1 + patches
        let embedding = (training ? 2 : 1) * patches * patchValues * width
        let blocks = transformer.depth * transformer.products(tokens: tokens, continuing: tokens)
        let attention = transformer.depth * tokens * tokens * width
        return 2 * (embedding + (training ? 3 : 1) * blocks + (training ? 7 : 2) * attention)
    }
}

extension TransformerConfiguration {
    /// Multiply-adds of one block's linear layers in one pass: qkv on all tokens, the rest on those that go on.
    fileprivate func products(tokens: Int, continuing: Int) -> Int {
        (3 * tokens + 9 * continuing) * width * width
    }
}
