/// What a tuning searches.
public struct TuningPlan: Sendable, Hashable {
    /// What is held out in turn to judge a choice honestly.
    public enum LeaveOut: String, Sendable, Hashable, CaseIterable, Codable {
        case folds, videos
    }

    /// The largest sigma tried, in frames. A choice of it is flagged: a better one may lie beyond.
    public var largest: Double
    /// One choice for all channels, judged by their mean; otherwise each channel has its own. Expression is always linked:
    /// its classes are compared with each other.
    public var linked: Bool
    /// Whether thresholds of action units are chosen as well (from .01 to .99); otherwise those of the settings stay.
    public var thresholds: Bool
    public var leaveOut: LeaveOut
    public var families: [SmoothingFamily]

    public init(
        largest: Double = SigmaScale.largest, linked: Bool = true, thresholds: Bool = true, leaveOut: LeaveOut,
        families: [SmoothingFamily] = SmoothingFamily.allCases
    ) {
        self.largest = largest
        self.linked = linked
        self.thresholds = thresholds
        self.leaveOut = leaveOut
        self.families = families
    }

    /// Folds where the set has at least two, else videos.
    public static func standard(for predictions: PredictionSet) -> TuningPlan {
        TuningPlan(leaveOut: predictions.folds.count > 1 ? .folds : .videos)
    }
}

/// How far a tuning is.
public struct TuningProgress: Sendable, Equatable {
    /// What is searched now.
    public var family: SmoothingFamily
    /// Candidates tried so far, and about how many there will be.
    public var done: Int
    public var expected: Int
    /// The best score so far of the present family, on everything.
    public var best: Double

    public init(family: SmoothingFamily, done: Int, expected: Int, best: Double) {
        self.family = family
        self.done = done
        self.expected = expected
        self.best = best
    }

    public var share: Double { expected > 0 ? min(1, Double(done) / Double(expected)) : 0 }
}

/// A tuning's outcome: a table with a row for each family.
public struct TuningResult: Sendable, Equatable {
    public var rows: [TuningRow]
    public var leaveOut: TuningPlan.LeaveOut
    public var channels: [String]

    public init(rows: [TuningRow], leaveOut: TuningPlan.LeaveOut, channels: [String]) {
        self.rows = rows
        self.leaveOut = leaveOut
        self.channels = channels
    }

    /// The row whose scores on what was left out are best: what to use. Families that only tie with a simpler one above
    /// them in the table lose.
    public var recommended: TuningRow? {
        rows.max { a, b in a.honest == b.honest ? index(b) < index(a) : a.honest < b.honest }
    }

    /// The row to set the sliders by, as its place: the best on what was left out among those that are the paper's filter or
    /// less of it; when `strict`, the three sigmas with σ2, σ3 ≥ 1, whatever else does better. Nil when there is none.
    public func usable(strict: Bool = false) -> Int? {
        let places = rows.indices.filter { place in
            strict ? rows[place].family == .residual : rows[place].settings(options: FilterOptions()) != nil
        }
        // Of equals the simpler one, which stands further up.
        return places.max { a, b in
            let (x, y) = (rows[a].honest, rows[b].honest)
            return x == y ? b < a : x < y
        }
    }

    private func index(_ row: TuningRow) -> Int { SmoothingFamily.allCases.firstIndex(of: row.family) ?? 0 }
}

/// What a tuning found in one family.
public struct TuningRow: Sendable, Equatable {
    public var family: SmoothingFamily
    /// Chosen on all videos: one method a channel, all the same while linked.
    public var methods: [SmoothingMethod]
    /// Chosen on all videos: one threshold a unit; empty in other tasks.
    public var thresholds: [Double]
    /// The score on the videos that the choice was made on: flattering, the more so the more was chosen.
    public var fitted: Score
    /// The honest score: every fold (or video) smoothed as the others chose, all frames pooled. Nil when there is only one.
    public var leftOut: Score?
    public var parts: [Part]
    /// What of the choice lies at the end of what was tried, in words such as "σ1 400 is the largest tried".
    public var bounds: [String]

    public init(
        family: SmoothingFamily, methods: [SmoothingMethod], thresholds: [Double], fitted: Score, leftOut: Score?,
        parts: [Part], bounds: [String]
    ) {
        self.family = family
        self.methods = methods
        self.thresholds = thresholds
        self.fitted = fitted
        self.leftOut = leftOut
        self.parts = parts
        self.bounds = bounds
    }

    /// One fold or video, smoothed as the others chose.
    public struct Part: Sendable, Equatable {
        /// The fold's number, or the video's name.
        public var name: String
        public var methods: [SmoothingMethod]
        public var thresholds: [Double]
        public var score: Score

        public init(name: String, methods: [SmoothingMethod], thresholds: [Double], score: Score) {
            self.name = name
            self.methods = methods
            self.thresholds = thresholds
            self.score = score
        }
    }

    var honest: Double {
        let score = leftOut?.mean ?? fitted.mean
        return score.isNaN ? -.infinity : score
    }

    /// Mean and standard deviation over the parts of their own scores; nil with fewer than two that have one.
    public var spread: (mean: Double, deviation: Double)? {
        let spread = ScoreSpread(parts.map(\.score.mean))
        guard let mean = spread.mean, let deviation = spread.deviation else { return nil }
        return (mean, deviation)
    }

    /// The row as settings of the smoother; nil for the baselines, which are not the paper's filter.
    public func settings(options: FilterOptions) -> SmootherSettings? {
        var settings = SmootherSettings(channels: methods.count, options: options)
        for (channel, method) in methods.enumerated() {
            guard case .sigmas(let sigmas) = method else { return nil }
            settings.sigmas[channel] = sigmas
        }
        if !thresholds.isEmpty { settings.thresholds = thresholds }
        return settings
    }
}
