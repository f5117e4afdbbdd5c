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
        let photographs = Photographs(of: session)
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
            plan: plan, photographs: photographs, gigaflops: sustained, isMeasured: speed == nil, threads: threads,
            reused: reused)
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

/// The photographs that the folders of a session hold.
struct Photographs {
    /// By the name of the data set.
    private(set) var counts: [String: Int] = [:]
    private(set) var skipped: [String: Int] = [:]
    /// What the sets hold, in words.
    private(set) var words: [String: String] = [:]
    private(set) var problems: [String] = []
    /// How many folds there are; nil where nothing is cut, or only rendered data.
    private(set) var folds: Int?

    init(of session: Session) {
        for source in session.data {
            do {
                try count(source, of: session)
            } catch let error as DatasetError {
                words[source.name] = "none found"
                problems.append("data set '\(source.name)': \(error)")
            } catch {
                problems.append("\(error)")
            }
        }
    }

    private mutating func count(_ source: DataSource, of session: Session) throws {
        // What is to be rendered is not, for a plan.
        if let planned = source.content.planned {
            counts[source.name] = planned.count
            words[source.name] = planned.words
        } else if source.isLabelled {
            let set = try source.labelledSet(home: "")
            counts[source.name] = set.count
            words[source.name] = "\(set.count) photographs with \(Self.summary(of: set))"
            if let settings = session.folds, source.name == session.foldedData {
                folds = try Folds(settings, of: set, checking: session.trainedLabels(of: source.name)).folds.count
            }
        } else {
            let found = try source.adapter.photographs(in: RenderedHome(path: ""))
            counts[source.name] = found.images.count
            skipped[source.name] = found.skipped.count
            words[source.name] =
                "\(found.images.count) photographs\(found.place)"
                + (found.skipped.isEmpty ? "" : " (\(found.skipped.count) skipped)")
        }
    }

    private static func summary(of set: LabelledSet) -> String {
        var parts: [String] = []
        if set.hasExpressions { parts.append("\(set.classes.count) expressions") }
        if set.hasUnits { parts.append("\(set.units.count) action units") }
        if set.hasValenceArousal { parts.append("valence and arousal") }
        for (kind, grouping) in set.groupings.sorted(by: { $0.key < $1.key }) {
            parts.append("\(grouping.names.count) \(kind)s")
        }
        return parts.joined(separator: ", ")
    }
}
