import Basics
import Evaluation
import Foundation
import JSON5
import Results
import RunStore
import Training

/// `maeface runs import`: predictions of a model that was trained elsewhere, as a run.
enum RunsImportCommand: Command {
    static let path = ["runs", "import"]
    static let summary = "import predictions of a model trained elsewhere as a run"
    static let help = """
        Makes a run of predictions, so that lists show it with its score, the smoother
        opens it and 'maeface runs compare' compares it. It reads what 'maeface
        smooth' reads: tables with columns for fold, video, frame, each channel and
        the truth; one file for each video; folders of them; NumPy arrays. A table may
        also have a column with the path of an image in place of video and frame, and
        a column for the subject. The predictions are copied into the run.

        USAGE: maeface runs import PREDICTIONS... [--truth T] [--name N] [--home DIR]
                                   [OPTIONS]

          --name N             the run's name (the file's name)
          --note TEXT          a note to keep with it
          --home DIR           the folder of runs (MAEFACE_HOME, or ./runs)
        \(PredictionArguments.help)
          --json               print the run as 'runs list --json' does

        EXAMPLE: maeface runs import theirs.csv --truth AU_Detection_Challenge
        """

    static func run(_ arguments: inout Arguments) throws -> ExitCode {
        let home = RunStore.home(argument: try arguments.value("--home"))
        let isJSON = arguments.flag("--json")
        let name = try arguments.value("--name")
        let note = try arguments.value("--note")
        let options = try PredictionArguments(&arguments)
        let paths = try arguments.positionals("PREDICTIONS", atLeast: 1)

        let reader = try PredictionReader(paths, truth: options.truth, options: options.reading)
        var set = try reader.readBounded()
        for line in reader.notes { Output.say(line) }
        if let name { set.name = name }
        let store = try RunStore.open(home: home)
        let run = try Self.add(set, from: paths, note: note, to: store)
        if isJSON {
            try Output.json(JSONValue.object(RunReport.json(run)))
        } else {
            Output.result("run \(run.id)  \(run.name)")
        }
        Output.say(
            "\(set.videos.count) videos, \(set.frameCount) frames, \(set.channels.joined(separator: ", "))"
                + (set.hasTruth ? "" : "; no truth, so it cannot be scored") + ".")
        return .done
    }

    /// Makes the run: finished, with the predictions in its folder and the score of the task.
    static func add(_ set: PredictionSet, from paths: [String], note: String?, to store: RunStore) throws -> Run {
        let session =
            "// Imported predictions: there is no session.\n" + JSON5Writer.text(.record([("name", .string(set.name))]))
        let run = try store.createImportedRun(name: set.name, sessionText: session)
        do {
            let file = RunLayout.importedPredictions
            try PredictionFile.write(set, to: store.folder(of: run.id) + "/" + file)
            try store.append(
                PredictionRecord(
                    task: set.task, channels: set.channels, framesPerSecond: set.framesPerSecond,
                    videos: set.videos.count, frames: set.frameCount, file: file), to: run.id)
            var tally = ScoreTally(task: set.task, channels: set.channels.count)
            for video in set.videos {
                tally.merge(ScoreTally(task: set.task, scores: video.scores, truth: video.truth))
            }
            let score = tally.score
            if score.frames > 0 {
                try store.update(
                    RunProgress(epoch: 0, step: 0, scoreName: .score(ScoreName(set.task.metric)), score: score.mean),
                    of: run.id)
            }
            if score.frames > 0 {
                try RunResultsFile.write(
                    [StageResults(stage: run.stage, kind: run.stageKind, predictions: set.byFold)],
                    to: store.folder(of: run.id))
            }
            for path in paths {
                try store.append(
                    RunEvent(time: 0, step: 0, kind: .info, message: "imported from \(path)"), to: run.id)
            }
            if let note { try store.setNote(note, starred: false, tags: [], of: run.id) }
            try store.setStatus(.finished, of: run.id)
        } catch {
            // Half an import is no run.
            try? store.delete(run.id)
            throw error
        }
        return try store.run(run.id)
    }
}
