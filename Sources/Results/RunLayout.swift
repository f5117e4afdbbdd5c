import Affect
import RunStore

/// The names of the files in a run's folder, relative to it. The lock and the database are the store's own.
public enum RunLayout {
    public static let weights = "weights"
    public static let checkpoints = "checkpoints"
    public static let previews = "previews"
    public static let predictions = "predictions"
    /// The folders that a trainer writes to; "" is the run's own.
    public static let folders = ["", weights, checkpoints, previews, predictions]

    /// The scores of all stages with labels, see `RunResultsFile`.
    public static let results = "results.json"
    /// What a trainer prints that was started from the workbench.
    public static let trainerLog = "trainer.log"
    /// The weights of the last pre-training that runs once for all folds.
    public static let pretrainedWeights = "weights.safetensors"
    /// Predictions of a model that was trained elsewhere.
    public static let importedPredictions = predictions + "/imported.csv"

    /// The weights that a stage leaves in a fold.
    public static func weights(_ part: StageFold) -> String { "\(weights)/\(stem(part)).safetensors" }

    /// What a stage predicts of what a fold holds out.
    public static func predictions(_ part: StageFold, of task: AffectTask) -> String {
        "\(predictions)/\(stem(part))-\(task.shortName).csv"
    }

    public static func preview(_ part: StageFold, step: Int64) -> String {
        "\(previews)/\(stem(part))-step-\(step).png"
    }

    /// With eight digits, so that a listing of the folder is in the order of the steps.
    public static func checkpoint(_ part: StageFold, step: Int64) -> String {
        let digits = String(step)
        let zeros = String(repeating: "0", count: max(0, 8 - digits.count))
        return checkpoints + "/" + checkpointPrefix(part) + zeros + digits + ".safetensors"
    }

    /// Begins the names of all checkpoints of a stage and fold, without their folder.
    public static func checkpointPrefix(_ part: StageFold) -> String { stem(part) + "-step-" }

    private static func stem(_ part: StageFold) -> String {
        "stage-\(part.stage)" + (part.fold.map { "-fold-\($0)" } ?? "")
    }
}
