/// Mean and standard deviation (n − 1) of the scores that are numbers, over folds, seeds or videos.
public struct ScoreSpread: Sendable, Equatable {
    /// Nil without any score.
    public let mean: Double?
    /// Nil with fewer than two.
    public let deviation: Double?

    public init(_ scores: some Sequence<Double>) {
        let known = scores.filter(\.isFinite)
        guard !known.isEmpty else {
            (mean, deviation) = (nil, nil)
            return
        }
        let mean = known.reduce(0, +) / Double(known.count)
        let squares = known.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
        self.mean = mean
        deviation = known.count > 1 ? (squares / Double(known.count - 1)).squareRoot() : nil
    }
}
