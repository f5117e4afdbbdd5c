import Affect
import Basics

/// Scores of several runs on the frames that all of them predicted, and what each gains over the first: by fold, and
/// pooled with an interval from resampling subjects or videos, the same draws for every run.
///
/// A run of several seeds counts as one whose score is the mean over its seeds.
public struct PairedComparison: Sendable {
    /// A run, or the runs of several seeds.
    public struct Entry: Sendable {
        public var name: String
        /// One set a seed, all folds in it.
        public var runs: [PredictionSet]
        public init(name: String, runs: [PredictionSet]) {
            self.name = name
            self.runs = runs
        }
    }

    /// Mean and spread of a score or of a difference.
    public struct Values: Sendable, Equatable {
        /// One a fold, the mean over seeds; empty when the folds of the runs are not the same.
        public var folds: [Double]
        /// Over folds (and seeds, of a score), and the standard deviation (n − 1); NaN when there is but one.
        public var mean: Double
        public var deviation: Double
        /// Of all frames together, the mean over seeds.
        public var pooled: Double
        /// 95 % of resampled subjects or videos; nil when there are too few.
        public var lower: Double?
        public var upper: Double?
    }

    /// One score: the headline, or one of its parts.
    public struct Row: Sendable, Equatable {
        public var name: String
        /// Whether it is of a single class, unit or dimension.
        public var isPart: Bool
        /// One a run.
        public var scores: [Values]
        /// One a run from the second on, less the first.
        public var differences: [Values]
    }

    public let task: AffectTask
    public let names: [String]
    public let channels: [String]
    public let rows: [Row]
    public let frames: Int
    public let groups: Int
    /// What is resampled: `subjects or videos`, or `images` of which nobody says whom they show.
    public let groupWord: String
    /// Numbers of the folds; empty when the runs have none in common.
    public let folds: [Int]
    /// In what the runs are unlike, in sentences.
    public let notes: [String]

    /// - Parameters:
    ///   - wanted: the units or dimensions to compare; nil takes those that all runs have.
    ///   - seed: of the draws.
    /// - Throws: `ComparisonError` when there is nothing to compare: other tasks, classes, images or truths.
    public init(_ entries: [Entry], channels wanted: [String]? = nil, seed: UInt64 = 0) throws(ComparisonError) {
        let join = try PredictionJoin(entries, channels: wanted)
        task = join.task
        names = entries.map(\.name)
        channels = join.channels
        frames = join.truth.first?.count ?? 0
        notes = join.notes
        let folds = Set(join.folds ?? []).sorted()
        self.folds = folds

        let groupNames = Array(Set(join.groups)).sorted()
        groups = groupNames.count
        groupWord = join.groupsAreImages ? "images" : "subjects or videos"
        let numbers = Dictionary(uniqueKeysWithValues: groupNames.enumerated().map { ($1, $0) })
        let groupOf = join.groups.map { numbers[$0] ?? 0 }
        let foldOf = join.folds.map { all in
            let places = Dictionary(uniqueKeysWithValues: Set(all).sorted().enumerated().map { ($1, $0) })
            return all.map { places[$0] ?? 0 }
        }
        let measures = Measure.all(join.task, join.channels, tuned: join.runs.allSatisfy { $0.allSatisfy(\.hasFolds) })
        let parts = join.runs.map { runs in
            runs.map { RunScores($0, join, measures, groupOf, groupNames.count, foldOf, folds.count) }
        }
        let bootstrap = GroupBootstrap(groups: groupNames.count, seed: seed)
        // (entries, measures, draws)
        var drawn = parts.map { _ in measures.map { _ in [Double]() } }
        if groupNames.count > 1 {
            for draw in 0..<GroupBootstrap.draws {
                let times = bootstrap.times(draw: draw)
                for (entry, runs) in parts.enumerated() {
                    let values = runs.map { $0.values(measures, times: times) }
                    for measure in measures.indices {
                        drawn[entry][measure].append(Self.mean(values.map { $0[measure] }))
                    }
                }
            }
        }
        rows = measures.enumerated().map { place, measure in
            func values(_ entry: Int) -> Values {
                let runs = parts[entry]
                let spread = ScoreSpread(runs.flatMap { $0.folds.map { $0[place] } })
                let folds = runs[0].folds.indices.map { fold in Self.mean(runs.map { $0.folds[fold][place] }) }
                let pooled = Self.mean(runs.map { $0.pooled[place] })
                let interval = GroupBootstrap.interval(drawn[entry][place])
                return Values(
                    folds: folds, mean: spread.mean ?? pooled, deviation: spread.deviation ?? .nan,
                    pooled: pooled, lower: interval?.lower, upper: interval?.upper)
            }
            let scores = parts.indices.map(values)
            let differences = parts.indices.dropFirst().map { entry in
                let folds = zip(scores[entry].folds, scores[0].folds).map { $0 - $1 }
                let spread = ScoreSpread(folds)
                let interval = GroupBootstrap.interval(
                    zip(drawn[entry][place], drawn[0][place]).map { $0 - $1 })
                let pooled = scores[entry].pooled - scores[0].pooled
                return Values(
                    folds: folds, mean: spread.mean ?? pooled, deviation: spread.deviation ?? .nan,
                    pooled: pooled, lower: interval?.lower, upper: interval?.upper)
            }
            return Row(name: measure.name, isPart: measure.isPart, scores: scores, differences: differences)
        }
    }

    static func mean(_ values: [Double]) -> Double {
        values.isEmpty ? .nan : values.reduce(0, +) / Double(values.count)
    }
}

/// Why runs cannot be compared.
public struct ComparisonError: ExplainedError, Equatable {
    public var kind: ErrorKind { .data }
    public let description: String
    init(_ description: String) { self.description = description }
}

/// A score of a task, headline or part.
private struct Measure {
    enum Kind {
        case mean, accuracy
        case channel(Int)
    }
    let name: String
    let kind: Kind
    /// Whether units are decided at the thresholds of the other folds.
    let isTuned: Bool
    var isPart: Bool { if case .channel = kind { true } else { false } }

    static func all(_ task: AffectTask, _ channels: [String], tuned: Bool) -> [Measure] {
        func parts(_ word: String, _ isTuned: Bool) -> [Measure] {
            channels.indices.map { Measure(name: word + channels[$0], kind: .channel($0), isTuned: isTuned) }
        }
        switch task {
        case .expression:
            return [
                Measure(name: "macro F1", kind: .mean, isTuned: false),
                Measure(name: "accuracy", kind: .accuracy, isTuned: false),
            ] + parts("F1 ", false)
        case .actionUnits:
            let honest = Measure(name: "mean F1, thresholds of other folds", kind: .mean, isTuned: true)
            return [Measure(name: "mean F1, threshold 0.5", kind: .mean, isTuned: false)] + (tuned ? [honest] : [])
                + parts("F1 ", false)
        case .valenceArousal:
            return [Measure(name: "mean CCC", kind: .mean, isTuned: false)] + parts("CCC ", false)
        }
    }

    func value(_ score: Score) -> Double {
        switch kind {
        case .mean: score.mean
        case .accuracy: score.accuracy ?? .nan
        case .channel(let channel): score.channels[channel]
        }
    }
}

/// What one run scores on the common frames.
private struct RunScores {
    /// (folds, measures)
    let folds: [[Double]]
    /// (measures)
    let pooled: [Double]
    /// The sums over groups, units at ½ and at the thresholds of the other folds.
    private let plain: TallySum?
    private let tuned: TallySum?

    init(
        _ run: PredictionJoin.Run, _ join: PredictionJoin, _ measures: [Measure], _ groupOf: [Int], _ groups: Int,
        _ foldOf: [Int]?, _ foldCount: Int
    ) {
        let needsTuned = measures.contains(where: \.isTuned)
        func tallies(_ places: [Int], _ count: Int, tuned: Bool) -> [ScoreTally] {
            var rows = [[Int]](repeating: [], count: count)
            for (row, place) in places.enumerated() { rows[place].append(row) }
            return rows.map { join.tally(run, $0, tuned: tuned) }
        }
        func values(_ plain: ScoreTally, _ tuned: ScoreTally?) -> [Double] {
            let (plain, tuned) = (plain.score, tuned?.score)
            return measures.map { $0.value($0.isTuned ? tuned ?? plain : plain) }
        }
        let byGroup = tallies(groupOf, groups, tuned: false)
        let byGroupTuned = needsTuned ? tallies(groupOf, groups, tuned: true) : nil
        let plain = TallySum(byGroup)
        let tuned = byGroupTuned.flatMap { TallySum($0) }
        (self.plain, self.tuned) = (plain, tuned)
        let once = [Int](repeating: 1, count: groups)
        pooled = plain.map { values($0(times: once), tuned?(times: once)) } ?? []
        if let foldOf {
            let byFold = tallies(foldOf, foldCount, tuned: false)
            let byFoldTuned = needsTuned ? tallies(foldOf, foldCount, tuned: true) : nil
            folds = byFold.indices.map { values(byFold[$0], byFoldTuned?[$0]) }
        } else {
            folds = []
        }
    }

    func values(_ measures: [Measure], times: [Int]) -> [Double] {
        guard let plain = plain?(times: times).score else { return measures.map { _ in .nan } }
        let tuned = tuned?(times: times).score
        return measures.map { $0.value($0.isTuned ? tuned ?? plain : plain) }
    }
}
