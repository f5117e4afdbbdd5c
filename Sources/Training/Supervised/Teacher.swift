import Checkpoints
import Compute
import Datasets
import Model

/// The first pass's model, whose outputs are the soft targets of the second (paper section 3.2.2).
final class Teacher {
    private let model: Classifier
    private let width: Int
    /// The outputs of a batch (batch, outputs).
    private let buffer: FloatBuffer
    /// Outputs on clean images, computed once: (samples, outputs).
    private var kept: FloatBuffer?
    private let cleanImages: EvaluationPass?

    /// - Parameters:
    ///   - path: the weights, every tensor of them.
    ///   - model: of the same shape; its parameters are replaced.
    ///   - batch: the most images that are asked about at once.
    ///   - cleanImages: what is trained on, where the teacher sees it without augmentation; nil where it sees the batch.
    /// - Throws: `CheckpointError` when the weights are not of this model.
    init(weights path: String, model: Classifier, batch: Int, cleanImages: EvaluationPass?) throws {
        let parameters = model.parameters
        _ = try NamedWeights(WeightsFile(path: path)).load(
            parameters.parameters.map { WantedTensor(name: $0.name, shape: $0.shape, isRequired: true) },
            of: "the teacher"
        ) { parameters.values(of: parameters.parameters[$0]) }
        model.weightsChanged()
        self.model = model
        self.cleanImages = cleanImages
        width = model.configuration.outputs
        buffer = FloatBuffer(count: batch * width)
    }

    /// Computes the outputs on all clean images, where those are the view; NaN for images that cannot be read.
    func evaluateCleanImages() throws {
        guard let cleanImages, kept == nil else { return }
        let all = FloatBuffer(count: cleanImages.samples.count * width)
        try cleanImages.fill(all.pointer, width: width) { model.outputs(images: $0, batch: $1, into: $2) }
        kept = all
    }

    /// The outputs (batch, outputs) for a batch, before any softmax or sigmoid.
    func outputs(_ batch: ImageBatch) -> UnsafePointer<Float> {
        if let kept {
            for (row, sample) in batch.sources.enumerated() {
                let target = buffer.pointer + row * width
                if let place = cleanImages?.places[sample] {
                    target.update(from: kept.pointer + place * width, count: width)
                } else {
                    target.update(repeating: .nan, count: width)
                }
            }
        } else {
            model.outputs(images: batch.images, batch: batch.count, into: buffer.pointer)
        }
        return UnsafePointer(buffer.pointer)
    }
}
