import Affect
import Basics
import Evaluation
import Foundation
import Results
import RunStore
import Training

/// `maeface runs compare`: what runs gain over another, on the frames that all of them predicted.
enum RunsCompareCommand: Command {
    static let path = ["runs", "compare"]
    static let summary = "compare the scores of runs, with paired differences"
    static let help = """
        Compares runs on the held-out images that all of them predicted: the scores of each (mean ± standard deviation over
        folds and seeds, all folds pooled in brackets), and what each gains over the first: fold by fold, pooled, and the
        interval that holds the pooled difference in 95 % of 1000 draws of subjects (or videos, or images) with
        replacement. Images are joined by their names, frames by video and number; imported runs take part, and take over
        the folds of the others when they have none. Runs on other images or of other folds are said to be unlike.

        USAGE: maeface runs compare RUN RUN... [--task T] [--channels C,...] [--verbose] [--home DIR] [--json]

        \(RunReference.help)
          --task T         expr, au or va, where runs predict several (all of them)
          --channels C,... only these units or dimensions
          --verbose        every class, unit and dimension too
          --home DIR       the folder of runs (MAEFACE_HOME, or ./runs)
          --json           prints an array of objects, one a task

        EXAMPLE: maeface runs compare hog ck-au ck-au@finetune
        """

    static func run(_ arguments: inout Arguments) throws -> ExitCode {
        let home = RunStore.home(argument: try arguments.value("--home"))
        let isJSON = arguments.flag("--json")
        let isVerbose = arguments.flag("--verbose")
        let channels = try arguments.value("--channels").map {
            $0.split(separator: ",").map { $0.trimmingCharacters(in: .whitespaces) }
        }
        let task = try arguments.task()
        let words = try arguments.positionals("RUN RUN...", atLeast: 2)
        let store = try RunStore.open(home: home, readOnly: true)
        let references = try words.map { try RunReference($0, in: store) }
        var comparisons: [PairedComparison] = []
        do {
            for task in try tasks(references, task, in: store) {
                let entries = try references.map { try entry($0, task, in: store) }
                comparisons.append(try PairedComparison(entries, channels: channels))
            }
        } catch let error as ComparisonError {
            throw UserError.data(error.description)
        } catch let error as PredictionError {
            throw UserError.data(error.description)
        }
        if isJSON {
            try Output.json(comparisons.map(\.json))
        } else {
            Output.result(comparisons.map { ComparisonTable($0, isVerbose: isVerbose).text }.joined(separator: "\n\n"))
        }
        return .done
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
            let each = zip(references, known).map {
                "\($0.name) \($1.map(\.rawValue).sorted().joined(separator: " and "))"
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
            let tasks = Set(try HeldOutPredictions.records(of: run.id, stage: stage, in: store).map(\.task))
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
            let records = try HeldOutPredictions.records(of: run.id, stage: stage, in: store)
            return PredictionSet.joined(
                try HeldOutPredictions.sets(task, records, of: run.id, in: store), name: run.name)
        }
        return PairedComparison.Entry(name: reference.name, runs: sets)
    }
}
