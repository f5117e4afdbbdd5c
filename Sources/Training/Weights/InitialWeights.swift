import Checkpoints
import Model
import Session

/// The weights that a session's model begins with (`model.init`): a file of any kind that `WeightsFile` reads, with the
/// encoder alone or with the decoder.
public struct InitialWeights {
    let path: String
    private let weights: NamedWeights
    private let shape: WeightsShape
    private let normalisation: NormalisationSetting

    /// Opens the file; nil when the session begins with random weights.
    /// - Throws: `TrainingError` with `isBadData` when the file is none, or of no model as MAE builds them.
    public init?(_ model: ModelSettings) throws {
        guard let path = model.initialWeights else { return nil }
        try self.init(path: path, for: model)
    }

    /// Opens a file that `model` is to begin with.
    /// - Throws: `TrainingError` with `isBadData` when the file is none, or of no model as MAE builds them.
    init(path: String, for model: ModelSettings) throws {
        self.path = path
        normalisation = model.normalisation
        do {
            // Weights of a stage before are one model.
            let key = path == model.initialWeights ? model.initialKey : nil
            weights = NamedWeights(try WeightsFile(path: path, key: key))
            shape = try WeightsShape(weights)
        } catch {
            throw Self.badData(error)
        }
    }

    /// What beginning with the session's weights would do, in lines; none for random ones.
    /// - Throws: `TrainingError` with `isBadData` when the file cannot be used.
    public static func report(for session: Session) throws -> [String] {
        guard let initial = try InitialWeights(session.model), let stage = session.stages.first else { return [] }
        let report = try stage.trainable.check(initial, of: session.model)
        return ["begins with \(initial.path)" + (session.model.initialKey.map { ", \($0)" } ?? "")] + report.lines
    }

    /// What loading would do, without reading a value.
    /// - Throws: `TrainingError` with `isBadData` when the file does not fit the model.
    public func check(_ configuration: ModelConfiguration) throws -> WeightsReport {
        try checkHeads(configuration.encoder)
        do {
            return try annotated(
                weights.check(wanted(configuration.parameters), of: words(configuration)), configuration)
        } catch {
            throw Self.badData(error)
        }
    }

    /// What beginning a stage with labels would do, without reading a value: the encoder is taken, the head is new.
    /// - Throws: `TrainingError` with `isBadData` when the file does not fit the model.
    func check(_ configuration: ClassifierConfiguration) throws -> WeightsReport {
        try checkHeads(configuration.encoder.transformer)
        do {
            return try weights.check(
                wanted(ofClassifier: Self.withoutHead(configuration.parameters)), of: words(configuration))
        } catch {
            throw Self.badData(error)
        }
    }

    /// Reads the encoder into the parameters of a classifier.
    /// - Throws: as `check`, and nothing is changed then.
    func load(into parameters: ParameterSet, of configuration: ClassifierConfiguration) throws -> WeightsReport {
        try checkHeads(configuration.encoder.transformer)
        let kept = Self.withoutHead(parameters.parameters)
        do {
            return try weights.load(wanted(ofClassifier: kept), of: words(configuration)) {
                parameters.values(of: kept[$0])
            }
        } catch {
            throw Self.badData(error)
        }
    }

    /// The head is new: another task, or other classes.
    private static func withoutHead(_ parameters: [Parameter]) -> [Parameter] {
        parameters.filter { !$0.name.hasPrefix("head.") }
    }

    /// A file of pre-training has no `fc_norm`.
    private func wanted(ofClassifier parameters: [Parameter]) -> [WantedTensor] {
        parameters.map {
            WantedTensor(
                name: $0.name, shape: $0.shape, isRequired: $0.name != "pos_embed" && !$0.name.hasPrefix("fc_norm."))
        }
    }

    /// Reads the file into the parameters; what it lacks keeps its value.
    /// - Throws: as `check`, and nothing is changed then.
    func load(into parameters: ParameterSet, of configuration: ModelConfiguration) throws -> WeightsReport {
        try checkHeads(configuration.encoder)
        do {
            let report = try weights.load(wanted(parameters.parameters), of: words(configuration)) {
                parameters.values(of: parameters.parameters[$0])
            }
            return annotated(report, configuration)
        } catch {
            throw Self.badData(error)
        }
    }

    /// Where a file of weights says how its images were normalised; one that does not say it expects ImageNet's.
    static let normalisationKey = "maeface.normalisation"

    /// How images are normalised for the model of a file with this metadata.
    static func normalisation(_ metadata: [String: String]) -> NormalisationSetting {
        metadata[normalisationKey].flatMap(NormalisationSetting.init(rawValue:)) ?? .imageNet
    }

    /// What a file of weights says of itself beside its shapes, so that nobody has to be asked.
    static func facts(of model: ModelSettings) -> [String: String] {
        [
            "maeface.heads": "\(model.encoder.heads)", "maeface.decoder_heads": "\(model.decoder.heads)",
            normalisationKey: model.normalisation.rawValue,
        ]
    }

    /// The encoder has to be there; the decoder too when the file has any of one. Positions are computed where they are
    /// missing, and a fine-tuned file has `fc_norm` in place of `norm`.
    private func wanted(_ parameters: [Parameter]) -> [WantedTensor] {
        parameters.map { parameter in
            let name = parameter.name
            let isDecoder = name.hasPrefix("decoder_") || name == "mask_token"
            let isOptional =
                name == "pos_embed" || name == "decoder_pos_embed"
                || (isDecoder && shape.decoder == nil) || (name.hasPrefix("norm.") && shape.hasMeanNorm)
            return WantedTensor(name: name, shape: parameter.shape, isRequired: !isOptional)
        }
    }

    private func checkHeads(_ encoder: TransformerConfiguration) throws {
        let heads = encoder.heads
        if let stated = shape.statedHeads, stated != heads, shape.width == encoder.width {
            throw TrainingError(
                "\(path): was trained with \(stated) heads, but the session's encoder has \(heads); write "
                    + "encoder: \"\(shape.width)d\(shape.depth)b\(stated)h\"", isBadData: true)
        }
    }

    private func annotated(_ report: WeightsReport, _ configuration: ModelConfiguration) -> WeightsReport {
        var report = report
        let stated = Self.normalisation(weights.file.metadata)
        if stated != normalisation {
            report.notes.append(
                "the file was trained with normalisation \"\(stated.rawValue)\", the session's is "
                    + "\"\(normalisation.rawValue)\"")
        }
        if shape.decoder == nil { report.notes.append("the file has no decoder: that begins random") }
        if shape.statedHeads == nil, configuration.encoder.width == 192 {
            report.notes.append(
                "the file does not say its heads; 192 channels come with 3 (DeiT, MAE-Face) and 12 (MAE-Lite), and "
                    + "this session has \(configuration.encoder.heads)")
        }
        return report
    }

    private func words(_ configuration: ModelConfiguration) -> String {
        let name =
            EncoderConfiguration.presets.first { $0.configuration == configuration.encoder }?.name
            ?? configuration.encoder.notation
        return "the session's model (\(name), decoder \(configuration.decoder.width)d\(configuration.decoder.depth)b)"
    }

    private func words(_ configuration: ClassifierConfiguration) -> String {
        let encoder = configuration.encoder.transformer
        let name = EncoderConfiguration.presets.first { $0.configuration == encoder }?.name ?? encoder.notation
        return "the session's model (\(name))"
    }

    private static func badData(_ error: CheckpointError) -> TrainingError {
        TrainingError("model.init: \(error)", isBadData: true)
    }
}
