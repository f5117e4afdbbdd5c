import Checkpoints
import Compute
import Datasets
import Images
import Model
import Session

/// The first pass's model, whose outputs are the soft targets of the second (paper section 3.2.2).
final class Teacher {
    private let model: Classifier
    private let view: TeacherView
    private let width: Int
    /// The answers of a batch (batch, outputs).
    private let answers: FloatBuffer
    /// Answers on clean images, looked at once: (samples, outputs), and each sample's place there.
    private var kept: FloatBuffer?
    private let pass: EvaluationPass?

    /// - Throws: `CheckpointError` when the weights are not of this model.
    init(
        weights path: String, configuration: ClassifierConfiguration, view: TeacherView, set: LabelledSet,
        samples: [Int], transform: EvaluationTransform, normalisation: Normalisation, batch: Int, microBatch: Int,
        pool: ThreadPool
    ) throws {
        let model = Classifier(
            configuration: configuration, microBatch: microBatch, training: false, pool: pool)
        let parameters = model.parameters
        _ = try NamedWeights(WeightsFile(path: path)).load(
            parameters.parameters.map { WantedTensor(name: $0.name, shape: $0.shape, isRequired: true) },
            of: "the teacher"
        ) { parameters.values(of: parameters.parameters[$0]) }
        model.weightsChanged()
        self.model = model
        self.view = view
        width = configuration.outputs
        answers = FloatBuffer(count: batch * configuration.outputs)
        pass =
            view == .clean
            ? EvaluationPass(
                samples,
                loader: ImageLoader(
                    evaluating: set, samples: samples, transform: transform, image: configuration.encoder.image,
                    normalisation: normalisation, batch: microBatch)) : nil
    }

    /// Looks at all clean images, where that is the view; NaN for those that cannot be read.
    func look() throws {
        guard let pass, kept == nil else { return }
        let all = FloatBuffer(count: pass.samples.count * width)
        try pass.fill(all.pointer, width: width) { model.outputs(images: $0, batch: $1, into: $2) }
        kept = all
    }

    /// The answers (batch, outputs) for a batch, before any softmax or sigmoid.
    func answers(_ batch: Batch) -> UnsafePointer<Float> {
        if let kept {
            for (row, sample) in batch.sources.enumerated() {
                let target = answers.pointer + row * width
                if let place = pass?.places[sample] {
                    target.update(from: kept.pointer + place * width, count: width)
                } else {
                    target.update(repeating: .nan, count: width)
                }
            }
        } else {
            model.outputs(images: batch.images, batch: batch.count, into: answers.pointer)
        }
        return UnsafePointer(answers.pointer)
    }
}
