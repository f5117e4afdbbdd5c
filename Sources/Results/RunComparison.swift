import Affect
import Basics
import Evaluation
import RunStore

/// Comparisons of runs of a store, see `PairedComparison`.
public enum RunComparison {
    /// One comparison for each task that all runs predict.
    ///
    /// - Parameters:
    ///   - task: nil takes all of them.
    ///   - channels: only these units or dimensions.
    /// - Throws: `UserError` when the runs predict no task in common, `ComparisonError` when they predict other things,
    ///   and `FileError` when a file of predictions cannot be read.
    public static func all(
        _ references: [RunReference], task: AffectTask? = nil, channels: [String]? = nil, in store: RunStore
    ) throws -> [PairedComparison] {
        try tasks(references, task, in: store).map { task in
            try PairedComparison(references.map { try entry($0, task, in: store) }, channels: channels)
        }
    }

    /// The tasks that all runs predict.
    private static func tasks(
        _ references: [RunReference], _ wanted: AffectTask?, in store: RunStore
    ) throws -> [AffectTask] {
        let known = try references.map { reference in try predicted(by: reference, in: store) }
        let common = known.dropFirst().reduce(known[0]) { $0.intersection($1) }
        let tasks = [AffectTask.expression, .actionUnits, .valenceArousal].filter {
            common.contains($0) && (wanted ?? $0) == $0
        }
        guard !tasks.isEmpty else {
            let each = zip(references, known).map { reference, tasks in
                "\(reference.name) \(tasks.map(\.rawValue).sorted().joined(separator: " and "))"
            }
            throw UserError.data(
                "no task that all runs predict\(wanted.map { " is \($0.rawValue)" } ?? ""): "
                    + each.joined(separator: ", ") + ".")
        }
        return tasks
    }

    private static func predicted(by reference: RunReference, in store: RunStore) throws -> Set<AffectTask> {
        var common: Set<AffectTask>?
        for (run, stage) in zip(reference.runs, reference.stages) {
            let tasks = Set(try HeldOutPredictions(of: run.id, stage: stage, in: store).tasks)
            guard !tasks.isEmpty else {
                throw UserError.data(
                    "run \(run.id) '\(run.name)' has no predictions\(stage.map { " of stage \($0)" } ?? "").")
            }
            common = common?.intersection(tasks) ?? tasks
        }
        return common ?? []
    }

    private static func entry(
        _ reference: RunReference, _ task: AffectTask, in store: RunStore
    ) throws -> PairedComparison.Entry {
        let sets = try zip(reference.runs, reference.stages).compactMap { run, stage -> PredictionSet? in
            let predictions = try HeldOutPredictions(of: run.id, stage: stage, in: store)
            return PredictionSet.joined(try predictions.sets(task), name: run.name)
        }
        return PairedComparison.Entry(name: reference.name, runs: sets)
    }
}
