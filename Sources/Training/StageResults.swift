import Compute
import Evaluation
import Foundation

/// The scores of a stage over its folds: what the paper's tables hold.
///
/// Only the last weights of each fold count. Thresholds of action units are ½, and beside them those that are best on the
/// held-out predictions of the other folds. Nothing is chosen on what it scores.
public struct StageResults: Codable, Equatable, Sendable {
    /// Scores by channel and their mean, as `Score` has them.
    public struct Row: Codable, Equatable, Sendable {
        public var name: String
        public var channels: [Double?]
        public var mean: Double?
        public var accuracy: Double?
        public var frames: Int
        /// Channels that never occur in the truth: their F1 of 0 says nothing.
        public var empty: [String]
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

    /// - Parameter predictions: one set for each fold, in order.
    init(stage: Int, kind: String, predictions: [PredictionSet], seed: UInt64) {
        self.stage = stage
        self.kind = kind
        task = predictions.first?.task ?? .expression
        channels = predictions.first?.channels ?? []
        let names = channels
        let plain = predictions.map { _ in [Double](repeating: 0.5, count: names.count) }
        (folds, pooled, summary) = Self.rows(predictions, plain, seed)
        guard task == .actionUnits, predictions.count > 1 else { return }
        let chosen = predictions.indices.map { fold in
            names.indices.map { unit in
                var counts = ThresholdCounts()
                for (other, set) in predictions.enumerated() where other != fold {
                    for video in set.videos {
                        counts.merge(ThresholdCounts(video.scores[unit], truth: video.truth[unit]))
                    }
                }
                return counts.best.threshold
            }
        }
        thresholds = chosen
        let (rows, all, spread) = Self.rows(predictions, chosen, seed)
        (tuned, tunedPooled, tunedSummary) = (rows, all, spread)
    }

    private static func rows(
        _ predictions: [PredictionSet], _ thresholds: [[Double]], _ seed: UInt64
    ) -> ([Row], Row, Summary) {
        var folds: [Row] = []
        var groups: [String: ScoreTally] = [:]
        var order: [String] = []
        guard let first = predictions.first else {
            return ([], Row(name: "pooled", channels: [], frames: 0, empty: []), Summary())
        }
        let empty = ScoreTally(task: first.task, channels: first.channels.count)
        var all = empty
        for (fold, set) in predictions.enumerated() {
            var tally = empty
            for video in set.videos {
                let own = ScoreTally(
                    task: set.task, scores: video.scores, truth: video.truth, thresholds: thresholds[fold])
                tally.merge(own)
                // Videos of one subject are not independent.
                let group = String(video.name.prefix { $0 != "/" })
                if groups[group] == nil { order.append(group) }
                groups[group, default: empty].merge(own)
            }
            all.merge(tally)
            folds.append(row("fold \(set.videos.first?.fold ?? fold + 1)", tally.score, first.channels))
        }
        let means = folds.compactMap(\.mean)
        let mean = means.isEmpty ? nil : means.reduce(0, +) / Double(means.count)
        var summary = Summary(mean: mean)
        if let mean, means.count > 1 {
            let squares = means.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
            summary.deviation = (squares / Double(means.count - 1)).squareRoot()
        }
        (summary.lower, summary.upper) = interval(order.compactMap { groups[$0] }, empty, seed)
        return (folds, row("pooled", all.score, first.channels), summary)
    }

    private static func row(_ name: String, _ score: Score, _ channels: [String]) -> Row {
        func known(_ value: Double) -> Double? { value.isFinite ? value : nil }
        return Row(
            name: name, channels: score.channels.map(known), mean: known(score.mean),
            accuracy: score.accuracy.flatMap(known), frames: score.frames,
            empty: score.emptyChannels.map { channels[$0] })
    }

    /// The 2.5 and 97.5 % points of the pooled score of 1000 draws of groups with replacement (Efron, 1979).
    private static func interval(
        _ groups: [ScoreTally], _ empty: ScoreTally, _ seed: UInt64
    ) -> (Double?, Double?) {
        guard groups.count > 1 else { return (nil, nil) }
        let key = RandomKey(seed: seed, purpose: .bootstrap)
        let scores = (0..<1000).compactMap { draw -> Double? in
            var stream = key.stream(epoch: 0, sample: draw)
            var tally = empty
            for _ in groups.indices { tally.merge(groups[stream.nextInt(below: groups.count)]) }
            let mean = tally.score.mean
            return mean.isFinite ? mean : nil
        }.sorted()
        guard scores.count > 40 else { return (nil, nil) }
        return (scores[scores.count / 40], scores[scores.count - 1 - scores.count / 40])
    }
}

/// The results of a run, in `results.json` of its folder.
public enum RunResultsFile {
    static let name = "results.json"

    static func write(_ results: [StageResults], to folder: String) throws {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .prettyPrinted]
        try encoder.encode(results).write(to: URL(filePath: folder + "/" + name), options: .atomic)
    }

    /// The results of a run that has some; nil otherwise.
    public static func read(folder: String) -> [StageResults]? {
        guard let data = FileManager.default.contents(atPath: folder + "/" + name) else { return nil }
        return try? JSONDecoder().decode([StageResults].self, from: data)
    }
}
