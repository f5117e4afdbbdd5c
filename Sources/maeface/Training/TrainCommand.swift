import Basics
import Foundation
import Results
import RunStore
import Session
import Shell
import Training

/// `maeface train`: works through a session file, in this process or in one of its own.
enum TrainCommand: Command {
    static let path = ["train"]
    static let summary = "train a session, or resume a run"
    static let help = """
        Trains what a session file describes and keeps the run in the store.

        USAGE: maeface train SESSION [--set KEY=VALUE]... [--fresh] [--detach] [--threads N] [--home DIR] [--json]
               maeface train SESSION --seeds 0,1,2 [--set KEY=VALUE]... [--fresh] [--threads N] [--home DIR]
               maeface train --resume RUN [--detach] [--threads N] [--home DIR] [--json]

          --set KEY=VALUE   replaces a value of the session: --set stages.0.epochs=2
          --seeds A,B,...   one run for each seed, one after the other, tagged as a group; folds stay the same
          --fresh           trains every stage; otherwise one that an earlier run did in just the same way (settings,
                            seed, data, all stages before) is taken from there
          --resume RUN      goes on from the newest checkpoint of a run (its id, its name, or last)
          --detach          trains in a process of its own that survives this terminal
          --threads N       compute threads (all processors); the result does not depend on it
          --home DIR        the folder of runs (MAEFACE_HOME, or ./runs)
          --json            prints the result as JSON

        Ctrl-C, SIGTERM and whatever else ends a process write a checkpoint and stop, only a terminal that hangs up does
        not. Watch it with 'maeface'.

        EXAMPLE: FACES=~/photos maeface train sessions/faces.json5 --set stages.0.epochs=10
        """

    static func run(_ arguments: inout Arguments) throws -> ExitCode {
        let overrides = try arguments.values("--set")
        let resumed = try arguments.value("--resume")
        let isDetached = arguments.flag("--detach")
        let isFresh = arguments.flag("--fresh")
        let isJSON = arguments.flag("--json")
        let threads = try arguments.integer("--threads") ?? ProcessInfo.processInfo.activeProcessorCount
        let home = RunStore.home(argument: try arguments.value("--home"))
        let seeds = try arguments.value("--seeds").map(seeds)
        let words = try arguments.positionals("SESSION", atMost: 1)

        let store = try openStore(home)
        if let seeds {
            guard let path = words.first, resumed == nil, !isDetached, !isJSON else {
                throw UserError.usage("--seeds goes with a SESSION, and not with --resume, --detach or --json.")
            }
            return try train(
                readSession(path, overrides), seeds: seeds, in: store, threads: threads, reusing: !isFresh)
        }
        let run: Run
        switch (words.first, resumed) {
        case (let path?, nil):
            run = try makeRun(of: try readSession(path, overrides), in: store, reusing: !isFresh)
        case (nil, let reference?):
            guard overrides.isEmpty, !isFresh else {
                throw UserError.usage(
                    "--set and --fresh do not go with --resume: a resumed run keeps its session and what it has done.")
            }
            run = try TrainerProcess.resumable(reference, in: store)
        case (nil, nil): throw UserError.usage("Expected SESSION or --resume RUN.")
        case (_?, _?): throw UserError.usage("SESSION and --resume do not go together.")
        }
        if isDetached {
            let process = try TrainerProcess.start(run, home: home, threads: threads)
            Output.say("run \(run.id) '\(run.name)' trains as process \(process); watch it with 'maeface'.")
            if isJSON {
                try Output.json(["run": Int(run.id), "process": Int(process)])
            } else {
                Output.result("\(run.id)")
            }
            return .done
        }
        return try train(run, in: store, threads: threads, isJSON: isJSON)
    }

    private static func seeds(_ text: String) throws -> [UInt64] {
        let words = text.split(separator: ",", omittingEmptySubsequences: false)
        let seeds = words.compactMap { UInt64($0) }
        guard seeds.count == words.count, Set(seeds).count == seeds.count else {
            throw UserError.usage("--seeds takes different whole numbers, as in 0,1,2, found '\(text)'.")
        }
        return seeds
    }

    /// One run for each seed; a run that fails does not keep the others from training.
    private static func train(
        _ session: Session, seeds: [UInt64], in store: RunStore, threads: Int, reusing: Bool
    ) throws -> ExitCode {
        var code = ExitCode.done
        for seed in seeds {
            var session = session
            session.seed = seed
            let run: Run
            do {
                let group = session.name
                session.name += "-seed\(seed)"
                run = try makeRun(of: session, in: store, reusing: reusing)
                try store.setNote("", starred: false, tags: [RunReference.seedTag(group)], of: run.id)
                if try train(run, in: store, threads: threads, isJSON: false) != .done { return .failed }
            } catch let error as UserError where error.kind == .environment {
                Output.say("maeface: seed \(seed): \(error.description)")
                code = .failed
            }
        }
        return code
    }

    static func openStore(_ home: String) throws -> RunStore {
        let store = try RunStore.open(home: home)
        for notice in store.notices { Output.say(notice) }
        return store
    }

    static func readSession(_ path: String, _ overrides: [String]) throws -> Session {
        do {
            return try SessionReader.read(path: path, overrides: overrides)
        } catch {
            let onlyOverrides = error.problems.allSatisfy(\.isInOverride)
            throw UserError(onlyOverrides ? .usage : .data, error.description)
        }
    }

    static func makeRun(of session: Session, in store: RunStore, reusing: Bool) throws -> Run {
        do {
            let printer = ProgressPrinter()
            return try Trainer.create(session, in: store, reusing: reusing, report: printer.report)
        } catch let error as TrainingError where error.isBadData {
            throw UserError.data(error.description)
        }
    }

    /// Trains in this process and prints how it went.
    static func train(_ run: Run, in store: RunStore, threads: Int, isJSON: Bool) throws -> ExitCode {
        Output.say("run \(run.id) '\(run.name)' in \(store.folder(of: run.id)), \(threads) threads")
        let printer = ProgressPrinter()
        let status: RunStatus
        do {
            status = try Trainer(store: store, run: run, threads: threads, report: printer.report).train()
            printer.finish()
        } catch let error as TrainingError {
            printer.finish()
            throw UserError(error.isBadData ? .data : .environment, error.description)
        }
        try RunResult(run: store.run(run.id), store: store).printed(asJSON: isJSON)
        if status == .finished { return .done }
        Output.say("Resume it with: maeface train --resume \(run.id)")
        return .failed
    }
}
