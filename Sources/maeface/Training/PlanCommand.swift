import Compute
import Datasets
import Foundation
import RunStore
import Session
import Training

/// `maeface plan`: what a session would do, without doing it.
enum PlanCommand: Command {
    static let path = ["plan"]
    static let summary = "show what a session would do: images, steps, memory, time"
    static let help = """
        Shows what a session would do, without doing it: the model, the images found,
        steps, the learning rate at each epoch, memory, checkpoints, and about how
        long it would take on this machine.

        USAGE: maeface plan SESSION [--set KEY=VALUE]... [--gflops N] [--threads N]
                            [--home DIR] [--resolved] [--json]

          --set KEY=VALUE  replace a value of the session, such as stages.0.epochs=2
                           (may be repeated)
          --gflops N       estimate the time with this sustained speed; without it,
                           the peak of the machine is measured for a moment
          --threads N      estimate the time with this many threads (all processors)
          --home DIR       the folder of runs, where finished stages are looked up
                           for reuse (MAEFACE_HOME, or ./runs)
          --resolved       print only the session with every default written out
          --json           print an object, with the learning rate at the beginning
                           of every epoch

        EXAMPLE: maeface plan sessions/demo.json5 --set stages.0.epochs=2
        """

    /// The share of the peak that a whole training step usually reaches; an estimate, not a measurement.
    private static let usualShare = 0.6

    static func run(_ arguments: inout Arguments) throws -> ExitCode {
        let overrides = try arguments.values("--set")
        let speed = try arguments.number("--gflops", minimum: 0.001)
        let threads = try arguments.integer("--threads") ?? ProcessInfo.processInfo.activeProcessorCount
        let home = RunStore.home(argument: try arguments.value("--home"))
        let isResolved = arguments.flag("--resolved")
        let isJSON = arguments.flag("--json")
        let file = try arguments.positionals("SESSION", atLeast: 1, atMost: 1)[0]

        var session = try TrainCommand.readSession(file, overrides)
        if isResolved {
            Output.result(String(session.resolvedText.dropLast()))
            return .done
        }
        let problemsOfWeights = initialWeightsProblems(&session, home: home)
        let photographs = DataCounts(of: session)
        let plan = SessionPlan(session, photos: photographs.counts, folds: photographs.folds)
        let pool = ThreadPool(threads: threads)
        let sustained = speed ?? usualShare * peakGflops(pool: pool)
        var problems = photographs.problems + problemsOfWeights
        var reused: [ReusedStage] = []
        if problems.isEmpty {
            do {
                let store = try? RunStore.open(home: home, readOnly: true)
                reused = try ReusedStage.all(session, in: store, home: home, pool: pool)
            } catch let error as TrainingError {
                problems.append(error.description)
            }
        }
        let report = PlanReport(
            estimate: PlanEstimate(plan, gigaflops: sustained, reused: ReusedStage.whole(reused)),
            photographs: photographs, isMeasured: speed == nil, threads: threads, reused: reused)
        if isJSON {
            try Output.json(report.json)
        } else {
            Output.result(report.text)
        }
        for problem in problems { Output.say("maeface: \(problem)") }
        return problems.isEmpty ? .done : .badData
    }
}

extension PlanCommand {
    /// Finds the weights that the session begins with and says what they would give; returns what is wrong with them.
    fileprivate static func initialWeightsProblems(_ session: inout Session, home: String) -> [String] {
        do {
            if session.model.initialRun != nil {
                session = try session.withInitialWeights(from: RunStore.open(home: home, readOnly: true))
            }
            for line in try InitialWeights.report(for: session) { Output.say(line) }
            return []
        } catch {
            return ["\(error)"]
        }
    }
}
