import Basics
import Evaluation
import RunStore

/// The scores of several runs of one kind, such as the seeds of a session.
public struct RunGroup: Sendable {
    public let name: String
    public let runs: [Run]
    /// Runs of the session that do not count, see `RunReference`.
    public let leftOut: [Run]
    /// One for each stage and task.
    public let stages: [StageGroup]

    /// - Throws: `FileError` when a file of predictions cannot be read.
    public init(_ reference: RunReference, in store: RunStore) throws {
        name = reference.name
        runs = reference.runs
        leftOut = reference.leftOut
        var found: [StageGroup] = []
        for (run, stage) in zip(reference.runs, reference.stages) {
            for result in try StageResults.kept(of: run.id, in: store) where stage == nil || result.stage == stage {
                if let place = found.firstIndex(where: { $0.isOf(result) }) {
                    found[place].results.append(result)
                } else {
                    found.append(StageGroup(results: [result]))
                }
            }
        }
        stages = found
    }
}

/// The results of one stage and task in several runs, and their statistics.
public struct StageGroup: Sendable {
    /// One a run; at least one.
    public internal(set) var results: [StageResults]

    public var first: StageResults { results[0] }

    func isOf(_ result: StageResults) -> Bool {
        result.stage == first.stage && result.kind == first.kind && result.task == first.task
            && result.channels == first.channels
    }

    /// Mean and standard deviation of one number of the results.
    public struct Spreads: Sendable {
        /// Over the runs, for each fold, by its name; empty where there is one fold.
        public var folds: [(name: String, spread: ScoreSpread)] = []
        /// Over all folds of all runs, and over the means of the runs; nil where there is one fold.
        public var foldsAndRuns: ScoreSpread?
        public var runMeans: ScoreSpread?
        /// Over the runs, of all folds together.
        public var pooled: ScoreSpread
    }

    /// How a number of the rows spreads, with thresholds of one half.
    public func spreads(_ value: (StageResults.Row) -> Double?) -> Spreads {
        Self.spreads(results.map(\.folds), results.map(\.pooled), value)
    }

    /// The same with the thresholds that are best on the other folds; nil where a run has none.
    public func tunedSpreads(_ value: (StageResults.Row) -> Double?) -> Spreads? {
        guard isTuned else { return nil }
        return Self.spreads(results.compactMap(\.tuned), results.compactMap(\.tunedPooled), value)
    }

    /// Whether every run has thresholds from other folds.
    public var isTuned: Bool { results.allSatisfy { $0.tuned != nil && $0.tunedPooled != nil } }

    private static func spreads(
        _ folds: [[StageResults.Row]], _ pooled: [StageResults.Row], _ value: (StageResults.Row) -> Double?
    ) -> Spreads {
        var spreads = Spreads(pooled: ScoreSpread(pooled.compactMap(value)))
        // A run that has not ended has fewer folds.
        let names = folds.max { $0.count < $1.count }?.map(\.name) ?? []
        guard names.count > 1 else { return spreads }
        spreads.folds = names.map { name in
            (name, ScoreSpread(folds.compactMap { rows in rows.first { $0.name == name }.flatMap(value) }))
        }
        spreads.foldsAndRuns = ScoreSpread(folds.flatMap { $0.compactMap(value) })
        spreads.runMeans = ScoreSpread(folds.compactMap { ScoreSpread($0.compactMap(value)).mean })
        return spreads
    }
}
