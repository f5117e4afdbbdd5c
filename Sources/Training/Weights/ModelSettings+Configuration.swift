import Images
import Model
import Session

extension ModelSettings {
    /// - Throws: `ModelError` when its numbers do not fit together.
    func encoderTransformer() throws -> TransformerConfiguration {
        try TransformerConfiguration(width: encoder.width, depth: encoder.depth, heads: encoder.heads)
    }

    /// What the images go through on their way to the model.
    var pixels: Normalisation { normalisation == .image ? .perImage : .imageNet }

    /// The encoder under a head, as stages with labels train it.
    /// - Throws: `ModelError` when its numbers do not fit together.
    func classifierConfiguration(outputs: Int = 1, dropPath: Double = 0) throws -> ClassifierConfiguration {
        try ClassifierConfiguration(
            encoder: EncoderShape(image: image, patch: patch, transformer: encoderTransformer()), outputs: outputs,
            dropPath: dropPath)
    }

    /// The model that the session describes, as a stage trains it.
    /// - Throws: `ModelError` when its numbers do not fit together.
    func configuration(for stage: PretrainStage) throws -> ModelConfiguration {
        try ModelConfiguration(
            image: image, patch: patch,
            encoder: encoderTransformer(),
            decoder: TransformerConfiguration(width: decoder.width, depth: decoder.depth, heads: decoder.heads),
            loss: stage.loss == .l1 ? .l1 : .l2, maskRatio: stage.maskRatio)
    }
}
