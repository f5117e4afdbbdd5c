import Basics
import Foundation
import Results
import RunStore

/// `maeface runs list`: every run of a store.
enum RunsListCommand: Command {
    static let path = ["runs", "list"]
    static let summary = "list the runs, newest first"
    static let help = """
        Lists the runs of a store, newest first: state, progress and score.

        USAGE: maeface runs list [--home DIR] [--json]

          --home DIR   the folder of runs (MAEFACE_HOME, or ./runs)
          --json       print an array of objects

        A run is 'lost' when its trainer has died, and 'stalled' when the trainer
        lives but has sent no heartbeat for a minute.

        EXAMPLE: maeface runs list --json
        """

    static func run(_ arguments: inout Arguments) throws -> ExitCode {
        let home = RunStore.home(argument: try arguments.value("--home"))
        let isJSON = arguments.flag("--json")
        _ = try arguments.positionals(atMost: 0)

        let runs: [Run]
        do {
            runs = try RunStore.open(home: home, readOnly: true).runs()
        } catch RunStoreError.noStore {
            runs = []
        }
        if isJSON {
            try Output.json(runs.map { JSONValue.object(RunReport.json($0)) })
        } else if runs.isEmpty {
            Output.say(RunStoreError.noStore(home: home).description)
        } else {
            Output.result(RunTable(runs: runs, now: Date().timeIntervalSince1970).text)
        }
        return .done
    }
}

/// `maeface runs show`: everything of one run.
enum RunsShowCommand: Command {
    static let path = ["runs", "show"]
    static let summary = "show everything the store has of a run"
    static let help = """
        Shows a run: its state, stages, tables of scores, last losses, checkpoints,
        skipped images and latest events. For several seeds, or the runs of one tag,
        it shows scores over folds and seeds.

        USAGE: maeface runs show RUN [--verbose] [--confusion] [--session]
                                 [--home DIR] [--json]

        \(RunReference.help)
          --verbose    every class, unit and fold of the scores, and thresholds
          --confusion  the confusion matrix: how often a class was taken for another
          --session    print the run's resolved session file instead
          --home DIR   the folder of runs (MAEFACE_HOME, or ./runs)
          --json       print an object

        EXAMPLE: maeface runs show last --session > again.json5
        """

    static func run(_ arguments: inout Arguments) throws -> ExitCode {
        let home = RunStore.home(argument: try arguments.value("--home"))
        let isJSON = arguments.flag("--json")
        let isSession = arguments.flag("--session")
        let isVerbose = arguments.flag("--verbose")
        let showsConfusion = arguments.flag("--confusion")
        let words = try arguments.positionals("RUN", atLeast: 1, atMost: 1)

        let store = try RunStore.open(home: home, readOnly: true)
        let reference = try RunReference(words[0], in: store)
        guard !reference.isGroup, let run = reference.runs.first else {
            guard !isSession else {
                throw UserError.usage("'\(words[0])' names \(reference.runs.count) runs; --session takes one.")
            }
            let group = GroupReport(try RunGroup(reference, in: store))
            if isJSON { try Output.json(group.json) } else { Output.result(group.text) }
            return .done
        }
        var report = try RunReport(run, in: store, now: Date().timeIntervalSince1970)
        (report.isVerbose, report.showsConfusion) = (isVerbose, showsConfusion)
        if let stage = reference.stages[0] { report.results = report.results.filter { $0.stage == stage } }
        if isJSON {
            try Output.json(report.json)
        } else {
            Output.result(isSession ? report.sessionText : report.text)
        }
        return .done
    }
}

/// `maeface runs delete`: a run, its curves and its files.
enum RunsDeleteCommand: Command {
    static let path = ["runs", "delete"]
    static let summary = "delete a run with its checkpoints"
    static let help = """
        Deletes a run: its curves, events and checkpoints, and its folder. This cannot
        be undone, so it asks first. A run that is being trained is refused.

        USAGE: maeface runs delete RUN [--yes] [--home DIR]

          RUN          its id, its name, or last
          --yes        do not ask
          --home DIR   the folder of runs (MAEFACE_HOME, or ./runs)

        EXAMPLE: maeface runs delete demo-2
        """

    static func run(_ arguments: inout Arguments) throws -> ExitCode {
        let home = RunStore.home(argument: try arguments.value("--home"))
        let isYes = arguments.flag("--yes")
        let words = try arguments.positionals("RUN", atLeast: 1, atMost: 1)

        // A store that is not there is not made for the sake of deleting from it.
        let run = try RunStore.open(home: home, readOnly: true).resolve(words[0])
        let store = try RunStore.open(home: home)
        if !isYes {
            guard isatty(0) == 1 else {
                throw UserError.usage(
                    "There is no terminal to ask on; add --yes to delete run \(run.id) '\(run.name)'.")
            }
            Output.say("Delete run \(run.id) '\(run.name)' and \(store.folder(of: run.id))? Type its name to confirm.")
            guard readLine() == run.name else {
                Output.say("Nothing was deleted.")
                return .failed
            }
        }
        try store.delete(run.id)
        Output.say("Deleted run \(run.id) '\(run.name)'.")
        return .done
    }
}
