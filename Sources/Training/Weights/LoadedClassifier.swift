import Checkpoints
import Compute
import Images
import Model

/// A classifier made of a file of weights, for the features and the outputs of images. The size of the model is the
/// file's own.
public final class LoadedClassifier {
    /// What is asked of the file.
    public enum Use: Sendable {
        /// What the head sees; the head is dropped. A file of pre-training has neither a head nor `fc_norm`: it is then
        /// the mean of the patch tokens after the fresh `fc_norm` that fine-tuning would begin with, as MAE-Face's own
        /// example has it.
        case features
        /// The outputs of the head, which the file must have.
        case outputs
    }

    /// What was loaded.
    public let report: WeightsReport
    /// What the file's tensors tell of the model.
    public let shape: WeightsShape
    /// Pixels along each side of the square input.
    public let image: Int
    /// What the head sees of the tokens: the class token, where the file has a head and `norm`, but no `fc_norm`.
    public let pooling: Pooling
    /// Numbers for each image: the width of the model, or the outputs of the head.
    public let columns: Int
    /// Texts that the file keeps.
    public let metadata: [String: String]
    /// What its images go through, which the file says.
    public let normalisation: Normalisation
    private let use: Use
    private let model: Classifier

    /// - Parameters:
    ///   - key: which of several models in the file, as `WeightsFile` takes it.
    ///   - heads: heads of attention, where the file does not state them and its width does not tell.
    ///   - image: pixels along each side; nil takes the file's. Positions are resized to it.
    ///   - batch: images that go through together.
    /// - Throws: `CheckpointError` when the file cannot be read or is of no such model; `ModelError` when the image
    ///   size does not fit.
    public init(
        path: String, key: String? = nil, use: Use, heads: Int? = nil, image: Int? = nil, batch: Int, pool: ThreadPool
    ) throws {
        let weights = NamedWeights(try WeightsFile(path: path, key: key))
        let shape = try WeightsShape(weights)
        self.shape = shape
        metadata = weights.file.metadata
        normalisation = InitialWeights.normalisation(metadata) == .image ? .perImage : .imageNet
        self.use = use
        try shape.requireSquareGrid(path: path)
        guard let side = image ?? shape.grid.map({ $0 * shape.patch }) else {
            throw CheckpointError(path: path, "does not say its image size; say it with --image PIXELS")
        }
        self.image = side
        let encoder = try TransformerConfiguration(
            width: shape.width, depth: shape.depth, heads: shape.heads(asked: heads, path: path))
        let outputs = try Self.outputs(shape, use, path)
        let pooling: Pooling = shape.isHeadOnClassToken ? .classToken : .mean
        self.pooling = pooling
        let configuration = try ClassifierConfiguration(
            encoder: try EncoderShape(image: side, patch: shape.patch, transformer: encoder), outputs: outputs,
            pooling: pooling)
        model = Classifier(
            configuration: configuration,
            microBatch: configuration.defaultMicroBatch(batch: max(1, batch), training: false), training: false,
            pool: pool)
        columns = use == .features ? shape.width : outputs
        // A file without fc_norm leaves it as fine-tuning would begin.
        if let scale = model.parameters["fc_norm.weight"] {
            model.parameters.values(of: scale).update(repeating: 1)
        }
        let parameters = model.parameters.parameters.filter { use == .outputs || !$0.name.hasPrefix("head.") }
        let wanted = parameters.map { parameter in
            let isNorm = parameter.name.hasPrefix("fc_norm.")
            return WantedTensor(
                name: isNorm && pooling == .classToken ? String(parameter.name.dropFirst(3)) : parameter.name,
                shape: parameter.shape, isRequired: use == .outputs || pooling == .classToken || !isNorm)
        }
        let values = model.parameters
        var report = try weights.load(wanted, of: "a \(shape.encoderName)") { values.values(of: parameters[$0]) }
        if pooling == .classToken {
            report.notes.append(
                "its head is on the class token after norm, which is what counts, not the mean of the patches")
        } else if use == .features, !shape.hasMeanNorm {
            report.notes.append(
                "the file has no fc_norm: features are normalised by a fresh one, as MAE-Face does before fine-tuning")
        }
        self.report = report
        model.weightsChanged()
    }

    private static func outputs(_ shape: WeightsShape, _ use: Use, _ path: String) throws(CheckpointError) -> Int {
        guard use == .outputs else { return 1 }
        guard let outputs = shape.outputs else {
            throw CheckpointError(
                path: path, "has no head: it was pre-trained, not fine-tuned; `maeface embed` gives its features")
        }
        return outputs
    }

    /// Features or outputs (batch, columns) of images (batch, 3, H, W), normalised.
    public func run(images: UnsafePointer<Float>, batch: Int, into values: UnsafeMutablePointer<Float>) {
        switch use {
        case .features: model.features(images: images, batch: batch, into: values)
        case .outputs: model.outputs(images: images, batch: batch, into: values)
        }
    }
}
