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
        Compares runs on the held-out images that all of them predicted. The first
        table has the scores of each run: mean ± standard deviation over folds and
        seeds, and in brackets all folds pooled. The second has the difference of each
        run to the first: fold by fold, pooled, and the interval that holds the pooled
        difference in 95 % of 1000 draws of subjects (or videos, or images) with
        replacement.

        Images are joined by name, frames by video and number. Imported runs can be
        compared too; without folds of their own they take those of the others. A
        note says where runs differ in their images or folds.

        USAGE: maeface runs compare RUN RUN... [--task T] [--channels C,...]
                                    [--verbose] [--home DIR] [--json]

        \(RunReference.help)
          --task T         expr, au or va, if the runs predict several (all)
          --channels C,... only these action units or dimensions
          --verbose        also every class, action unit and dimension
          --home DIR       the folder of runs (MAEFACE_HOME, or ./runs)
          --json           print an array of objects, one for each task

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
        let comparisons = try RunComparison.all(references, task: task, channels: channels, in: store)
        if isJSON {
            try Output.json(comparisons.map(\.json))
        } else {
            Output.result(comparisons.map { ComparisonTable($0, isVerbose: isVerbose).text }.joined(separator: "\n\n"))
        }
        return .done
    }
}
