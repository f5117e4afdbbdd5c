import Checkpoints
import Images
import Session

/// A kind of stage as a run works with it: its data is read and checked when the run is made, it is told from other
/// stages, and it is trained in each fold. The settings of each kind conform beside its `TrainingWork`.
protocol TrainableStage: OptimisedStage {
    /// Whether the stage before is its teacher. It then begins where its teacher began, since it is a second fine-tuning
    /// and not a longer one.
    var hasTeacher: Bool { get }

    /// What beginning with weights would do, without reading a value.
    /// - Throws: `TrainingError` with `isBadData` when the file does not fit the model.
    func check(_ initial: InitialWeights, of model: ModelSettings) throws -> WeightsReport

    /// Steps of an epoch in the first fold.
    /// - Throws: `TrainingError` with `isBadData` for data that one of the folds cannot train on.
    func stepsPerEpoch(of data: FoldedData) throws -> Int

    /// What the stage trains on in a fold, from 1; nil for a stage that runs once.
    /// - Throws: `TrainingError` with `isBadData`, naming file and row.
    func data(inFold fold: Int?, of data: FoldedData) throws -> any StageData
}

/// What a stage trains on in a fold, and its training.
protocol StageData {
    /// The images that the stage sees: those that it trains on, and those that it chooses its epoch on.
    var images: [ImageReference] { get }

    /// Adds what of the data decides the weights and the predictions that the stage leaves.
    func identify(in fingerprint: inout Fingerprint)

    /// Trains from the newest checkpoint, or from the beginning, to the end or until asked to stop.
    /// - Throws: `TrainingError` when the loss diverges or the last checkpoint cannot be written.
    func train(_ task: PartTask, in context: RunContext) throws -> StageEnd
}

/// A part of a run that is to be trained: from which weights, and to which.
struct PartTask {
    let part: RunPart
    /// A file with an encoder, or nil for a random one.
    let encoder: String?
    /// The file of weights of the teacher.
    let teacher: String?
    /// Where the weights go when it is done, in the run's folder.
    let weightsFile: String
}

extension Stage {
    /// The stage as its kind trains it: one row for each kind of settings.
    var trainable: any TrainableStage {
        switch self {
        case .pretrain(let stage): stage
        case .supervised(let stage): stage
        }
    }
}
