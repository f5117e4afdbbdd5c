import Affect
import Evaluation
import Foundation
import RunStore
import Session

/// The scores of a stage over its folds: what the paper's tables hold.
///
/// Only the last weights of each fold count. Thresholds of action units are ½, and beside them those that are best on the
/// held-out predictions of the other folds. Nothing is chosen on what it scores.
public struct StageResults: Codable, Equatable, Sendable {
    /// Scores by channel and their mean, as `Score` has them.
    public struct Row: Codable, Equatable, Sendable {
        public var name: String
        /// F1 of classes and units (eq. 10), CCC of valence and arousal (eq. 5).
        public var channels: [Double?]
        /// Eq. 11, 12 and 13.
        public var mean: Double?
        public var accuracy: Double?
        public var frames: Int
        /// Channels that never occur in the truth: their F1 of 0 says nothing.
        public var empty: [String]
        /// Of classes and units; empty for valence and arousal.
        public var precision: [Double] = []
        public var recall: [Double] = []
        /// Frames in which a class or unit is true.
        public var support: [Int] = []
        /// The share of frames whose class is among the five and the ten likeliest; nil where there are fewer classes.
        public var topFive: Double?
        public var topTen: Double?
        /// (classes, classes) of expression, row-major: the row is the truth, the column the prediction.
        public var confusion: [Int] = []
    }

    /// Mean, standard deviation over folds (n − 1), and a 95 % interval of the pooled score from resampling groups.
    public struct Summary: Codable, Equatable, Sendable {
        public var mean: Double?
        public var deviation: Double?
        public var lower: Double?
        public var upper: Double?
    }

    public var stage: Int
    public var kind: String
    public var task: AffectTask
    public var channels: [String]
    public var folds: [Row]
    /// All held-out predictions together.
    public var pooled: Row
    public var summary: Summary
    /// Action units with thresholds from the other folds; nil for other tasks and single folds.
    public var tuned: [Row]?
    public var tunedPooled: Row?
    public var tunedSummary: Summary?
    /// (folds, units)
    public var thresholds: [[Double]]?
    /// How the epoch was chosen where it is not the last: "inner", on groups held aside from training.
    public var epochChoice: String?

    /// - Parameters:
    ///   - predictions: one set for each fold, in order.
    ///   - seed: of the draws of subjects or videos.
    public init(stage: Int, kind: String, predictions: [PredictionSet], seed: UInt64 = 0) {
        self.stage = stage
        self.kind = kind
        task = predictions.first?.task ?? .expression
        channels = predictions.first?.channels ?? []
        let names = channels
        let plain = predictions.map { _ in [Double](repeating: 0.5, count: names.count) }
        (folds, pooled, summary) = Self.rows(predictions, plain, seed)
        guard task == .actionUnits, predictions.count > 1 else { return }
        let counts = predictions.map { set in
            names.indices.map { unit in
                set.videos.reduce(into: ThresholdCounts()) {
                    $0.merge(ThresholdCounts($1.scores[unit], truth: $1.truth[unit]))
                }
            }
        }
        let chosen = Thresholds.ofOtherFolds(counts)
        thresholds = chosen
        let (rows, all, spread) = Self.rows(predictions, chosen, seed)
        (tuned, tunedPooled, tunedSummary) = (rows, all, spread)
    }

    /// The results as the run left them; made of its predictions where an earlier version wrote the file, or it still
    /// trains.
    /// - Throws: `PredictionError` when a file of predictions cannot be read.
    public static func kept(of run: RunID, in store: RunStore) throws -> [StageResults] {
        try RunResultsFile.read(folder: store.folder(of: run)) ?? all(of: run, in: store)
    }

    /// The results of every stage and task of a run whose predictions are there.
    /// - Throws: `PredictionError` when a file of predictions cannot be read.
    public static func all(of run: RunID, in store: RunStore) throws -> [StageResults] {
        let session = try store.session(of: run)
        return try store.stages(of: run).flatMap { stage -> [StageResults] in
            let records = try HeldOutPredictions.records(of: run, stage: stage.index, in: store)
            var tasks: [AffectTask] = []
            for task in records.map(\.task) where !tasks.contains(task) {
                tasks.append(task)
            }
            return try tasks.compactMap { task -> StageResults? in
                let sets = try HeldOutPredictions.sets(task, records, of: run, in: store)
                guard sets.contains(where: \.hasTruth) else { return nil }
                var result = StageResults(stage: stage.index, kind: stage.kind, predictions: sets)
                if session?.stages[stage.index].supervised?.epochChoice == .inner {
                    result.epochChoice = EpochChoice.inner.rawValue
                }
                return result
            }
        }
    }

    private static func rows(
        _ predictions: [PredictionSet], _ thresholds: [[Double]], _ seed: UInt64
    ) -> ([Row], Row, Summary) {
        guard let first = predictions.first else {
            return ([], Row(name: "pooled", channels: [], frames: 0, empty: []), Summary())
        }
        let channels = first.channels
        let empty = ScoreTally(task: first.task, channels: channels.count)
        let noRanks = TruthRanks(classes: first.task == .expression ? channels.count : 0)
        var folds: [Row] = []
        var groups = GroupTallies(empty)
        var (all, allRanks) = (empty, noRanks)
        for (fold, set) in predictions.enumerated() {
            var (tally, ranks) = (empty, noRanks)
            for video in set.videos {
                tally.merge(groups.add(video, of: set.task, thresholds: thresholds[fold]))
                if set.task == .expression { ranks.merge(TruthRanks(scores: video.scores, truth: video.truth[0])) }
            }
            all.merge(tally)
            allRanks.merge(ranks)
            folds.append(
                row("fold \(set.videos.first?.fold ?? fold + 1)", tally, ranks, channels))
        }
        let spread = ScoreSpread(folds.compactMap(\.mean))
        var summary = Summary(mean: spread.mean, deviation: spread.deviation)
        let tallies = groups.tallies
        let interval = GroupBootstrap(groups: tallies.count, seed: seed).interval(tallies, \.mean)
        (summary.lower, summary.upper) = (interval?.lower, interval?.upper)
        return (folds, row("pooled", all, allRanks, channels), summary)
    }

    private static func row(_ name: String, _ tally: ScoreTally, _ ranks: TruthRanks, _ channels: [String]) -> Row {
        func known(_ value: Double) -> Double? { value.isFinite ? value : nil }
        let score = tally.score
        var row = Row(
            name: name, channels: score.channels.map(known), mean: known(score.mean),
            accuracy: score.accuracy.flatMap(known), frames: score.frames,
            empty: score.emptyChannels.map { channels[$0] })
        if let counts = tally.binaryCounts {
            row.precision = counts.map(\.precision)
            row.recall = counts.map(\.recall)
            row.support = counts.map(\.support)
        }
        if case .classes(let matrix) = tally {
            row.confusion = matrix.counts
            row.topFive = channels.count > 5 ? known(ranks.topK(5)) : nil
            row.topTen = channels.count > 10 ? known(ranks.topK(10)) : nil
        }
        return row
    }
}

/// Tallies of what is resampled together: subjects, or videos; images where nobody says whom they show.
private struct GroupTallies {
    private var places: [String: Int] = [:]
    private(set) var tallies: [ScoreTally] = []
    private let empty: ScoreTally

    init(_ empty: ScoreTally) { self.empty = empty }

    /// - Returns: the tally of the whole video.
    mutating func add(_ video: PredictionVideo, of task: AffectTask, thresholds: [Double]) -> ScoreTally {
        let tally = ScoreTally(task: task, scores: video.scores, truth: video.truth, thresholds: thresholds)
        if let group = video.resampledAs {
            if let place = places[group] {
                tallies[place].merge(tally)
            } else {
                places[group] = tallies.count
                tallies.append(tally)
            }
            return tally
        }
        for frame in 0..<video.count {
            let single = ScoreTally(
                task: task, scores: video.scores.map { [$0[frame]] }, truth: video.truth.map { [$0[frame]] },
                thresholds: thresholds)
            if single.score.frames > 0 { tallies.append(single) }
        }
        return tally
    }
}

/// The results of a run, in `results.json` of its folder.
public enum RunResultsFile {
    static let name = "results.json"

    public static func write(_ results: [StageResults], to folder: String) throws {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys]
        try encoder.encode(results).write(to: URL(filePath: folder + "/" + name), options: .atomic)
    }

    /// The results of a run that has some; nil otherwise, and for files of earlier versions.
    public static func read(folder: String) -> [StageResults]? {
        guard let data = FileManager.default.contents(atPath: folder + "/" + name) else { return nil }
        return try? JSONDecoder().decode([StageResults].self, from: data)
    }
}
