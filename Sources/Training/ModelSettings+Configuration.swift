import Model
import Session

extension ModelSettings {
    /// The model that the session describes, as a stage trains it.
    /// - Throws: `ModelError` when its numbers do not fit together.
    func configuration(for stage: PretrainStage) throws -> ModelConfiguration {
        try ModelConfiguration(
            image: image, patch: patch,
            encoder: TransformerConfiguration(width: encoder.width, depth: encoder.depth, heads: encoder.heads),
            decoder: TransformerConfiguration(width: decoder.width, depth: decoder.depth, heads: decoder.heads),
            loss: stage.loss == .l1 ? .l1 : .l2, maskRatio: stage.maskRatio)
    }
}
