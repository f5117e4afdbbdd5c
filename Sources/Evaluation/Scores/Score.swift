import Affect

/// How good predictions are: CCC of valence and arousal, or F1 of units and classes.
public struct Score: Sendable, Equatable {
    /// One a channel: CCC, or F1 of the unit or class. NaN where a channel has no truth.
    public var channels: [Double]
    /// The headline of the task (eq. 11, 12 and 13): the mean over the channels that have truth; NaN without any.
    public var mean: Double
    /// Frames with a prediction and a truth, of the channel that has most.
    public var frames: Int
    /// The share of right classes; nil but for expression.
    public var accuracy: Double?
    /// Channels that never occur in the truth: their F1 of 0 says nothing.
    public var emptyChannels: [Int]

    public init(
        channels: [Double], mean: Double, frames: Int, accuracy: Double? = nil, emptyChannels: [Int] = []
    ) {
        self.channels = channels
        self.mean = mean
        self.frames = frames
        self.accuracy = accuracy
        self.emptyChannels = emptyChannels
    }
}

/// What a score is computed from. Tallies of several videos add up to the tally of all their frames, so the score of a fold
/// or of everything is pooled over frames, as ABAW scores, and not a mean over videos.
public enum ScoreTally: Sendable, Equatable {
    /// One a channel.
    case concordance([ConcordanceMoments])
    /// One a unit, at its threshold.
    case units([BinaryCounts])
    case classes(ConfusionMatrix)

    /// Nothing counted yet.
    public init(task: AffectTask, channels: Int) {
        switch task {
        case .valenceArousal: self = .concordance(Array(repeating: ConcordanceMoments(), count: channels))
        case .actionUnits: self = .units(Array(repeating: BinaryCounts(), count: channels))
        case .expression: self = .classes(ConfusionMatrix(classes: channels))
        }
    }

    /// Scores (channels, frames) against truth (channels, frames), or (1, frames) of class indices for expression.
    /// `thresholds` (channels) are those of action units. Frames where either is NaN are left out.
    public init(task: AffectTask, scores: [[Double]], truth: [[Double]], thresholds: [Double] = []) {
        switch task {
        case .valenceArousal:
            self = .concordance(zip(scores, truth).map { ConcordanceMoments($0, truth: $1) })
        case .actionUnits:
            self = .units(
                scores.indices.map { channel in
                    let threshold = channel < thresholds.count ? thresholds[channel] : 0.5
                    return BinaryCounts(scores[channel], truth: truth[channel], threshold: threshold)
                })
        case .expression:
            var matrix = ConfusionMatrix(classes: scores.count)
            for (frame, label) in (truth.first ?? []).enumerated() where !label.isNaN {
                guard let best = Self.argMax(scores, frame), let label = Int(exactly: label) else { continue }
                matrix.add(truth: label, prediction: best)
            }
            self = .classes(matrix)
        }
    }

    /// The channel with the largest score, the first of equals; nil where one is missing.
    static func argMax(_ scores: [[Double]], _ frame: Int) -> Int? {
        var best = 0
        for channel in scores.indices {
            if !scores[channel][frame].isFinite { return nil }
            if scores[channel][frame] > scores[best][frame] { best = channel }
        }
        return scores.isEmpty ? nil : best
    }

    public mutating func merge(_ other: ScoreTally) {
        switch (self, other) {
        case (.concordance(var mine), .concordance(let theirs)):
            for index in mine.indices { mine[index].merge(theirs[index]) }
            self = .concordance(mine)
        case (.units(var mine), .units(let theirs)):
            for index in mine.indices { mine[index].merge(theirs[index]) }
            self = .units(mine)
        case (.classes(var mine), .classes(let theirs)):
            mine.merge(theirs)
            self = .classes(mine)
        default: preconditionFailure("tallies of the same task")
        }
    }

    /// How the decisions on each unit or class came out; nil for valence and arousal.
    public var binaryCounts: [BinaryCounts]? {
        switch self {
        case .concordance: nil
        case .units(let counts): counts
        case .classes(let matrix): matrix.binaryCounts
        }
    }

    public var score: Score {
        switch self {
        case .concordance(let moments):
            let channels = moments.map(\.concordance)
            return Score(
                channels: channels, mean: Self.mean(channels), frames: moments.map(\.count).max() ?? 0)
        case .units(let counts):
            let channels = counts.map { $0.total > 0 ? $0.f1 : .nan }
            return Score(
                channels: channels, mean: Self.mean(channels), frames: counts.map(\.total).max() ?? 0,
                emptyChannels: counts.indices.filter { counts[$0].support == 0 })
        case .classes(let matrix):
            let total = matrix.total
            let f1 = F1Score(matrix)
            return Score(
                channels: total > 0 ? f1.perClass : f1.perClass.map { _ in .nan }, mean: total > 0 ? f1.macro : .nan,
                frames: total, accuracy: matrix.accuracy, emptyChannels: f1.emptyClasses)
        }
    }

    private static func mean(_ channels: [Double]) -> Double {
        let scored = channels.filter { !$0.isNaN }
        return scored.isEmpty ? .nan : scored.reduce(0, +) / Double(scored.count)
    }
}

/// Scores before and after smoothing.
public struct ScorePair: Sendable, Equatable {
    /// Of the predictions as they are, units at .5.
    public var raw: Score
    public var smoothed: Score
    /// What smoothing gained.
    public var difference: Double { smoothed.mean - raw.mean }

    public init(raw: Score, smoothed: Score) {
        self.raw = raw
        self.smoothed = smoothed
    }
}

/// The scores of every scope.
public struct SmootherScores: Sendable, Equatable {
    /// One a video, in the order of the set: each over its own frames alone (*per video*).
    public var videos: [ScorePair]
    /// Over all frames of a fold (*pooled*), in order of the folds; empty without folds.
    public var folds: [FoldScore]
    /// Over all frames (*pooled*).
    public var all: ScorePair
    /// The mean over the videos that have truth of their own scores (*per video*), before and after.
    public var meanOverVideos: (raw: Double, smoothed: Double) {
        func mean(_ values: [Double]) -> Double {
            let known = values.filter { !$0.isNaN }
            return known.isEmpty ? .nan : known.reduce(0, +) / Double(known.count)
        }
        return (mean(videos.map(\.raw.mean)), mean(videos.map(\.smoothed.mean)))
    }

    public init(videos: [ScorePair], folds: [FoldScore], all: ScorePair) {
        self.videos = videos
        self.folds = folds
        self.all = all
    }

    public struct FoldScore: Sendable, Equatable {
        public var fold: Int
        public var scores: ScorePair

        public init(fold: Int, scores: ScorePair) {
            self.fold = fold
            self.scores = scores
        }
    }
}
