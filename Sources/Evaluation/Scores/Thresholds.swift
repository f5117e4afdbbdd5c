/// The search for the probability from which on a unit counts as active.
public enum Thresholds {
    /// The candidates of a tuned threshold: .01, .02, ... .99.
    public static let grid = (1...99).map { Double($0) / 100 }

    /// The threshold of the grid with the best F1, the one nearest to .5 of equals, and that F1.
    public static func best(_ scores: [Double], truth: [Double]) -> (threshold: Double, f1: Double) {
        ThresholdCounts(scores, truth: truth).best
    }

    /// For each fold and unit, the threshold that is best on all other folds: chosen on nothing that it decides.
    /// - Parameter counts: (folds, units)
    public static func ofOtherFolds(_ counts: [[ThresholdCounts]]) -> [[Double]] {
        counts.indices.map { fold in
            counts[fold].indices.map { unit in
                var sum = ThresholdCounts()
                for (other, units) in counts.enumerated() where other != fold { sum.merge(units[unit]) }
                return sum.best.threshold
            }
        }
    }
}

/// The scores of a unit, counted between the thresholds of the grid, from which F1 at any of them follows. The counts of
/// two stretches add up.
public struct ThresholdCounts: Sendable, Equatable {
    /// 2 × 100 counts: inactive frames by the number of thresholds they reach, then active frames.
    private(set) var counts = [Int32](repeating: 0, count: 200)

    public init() {}

    /// Frames where the score or the truth is no finite number are left out.
    public init(_ scores: [Double], truth: [Double]) {
        for (score, truth) in zip(scores, truth) where score.isFinite && truth.isFinite {
            counts[Self.bin(score) + (truth >= 0.5 ? 100 : 0)] += 1
        }
    }

    init(counts: [Int32]) { self.counts = counts }

    /// How many thresholds of the grid a score reaches, 0 ... 99.
    static func bin(_ score: Double) -> Int {
        var bin = max(0, min(99, Int((score * 100).rounded(.down))))
        // The product may fall just short of, or on, a threshold that the score does (not) reach.
        if bin < 99, score >= Thresholds.grid[bin] { bin += 1 }
        if bin > 0, score < Thresholds.grid[bin - 1] { bin -= 1 }
        return bin
    }

    public mutating func merge(_ other: ThresholdCounts) {
        for index in counts.indices { counts[index] += other.counts[index] }
    }

    /// The counts at threshold `index` of the grid.
    public func counts(at index: Int) -> BinaryCounts {
        func sum(_ range: Range<Int>) -> Int { range.reduce(0) { $0 + Int(counts[$1]) } }
        return BinaryCounts(
            truePositives: sum(101 + index..<200), falsePositives: sum(index + 1..<100),
            falseNegatives: sum(100..<101 + index), trueNegatives: sum(0..<index + 1))
    }

    /// The threshold with the best F1, the one nearest to .5 of equals, and that F1.
    public var best: (threshold: Double, f1: Double) {
        // From above: every threshold adds the frames between it and the next.
        var (positives, hits) = (0, 0)
        let active = (100..<200).reduce(0) { $0 + Int(counts[$1]) }
        var best = (threshold: 0.5, f1: -1.0)
        for index in Thresholds.grid.indices.reversed() {
            hits += Int(counts[101 + index])
            positives += Int(counts[101 + index]) + Int(counts[index + 1])
            let sum = positives + active
            let f1 = sum > 0 ? 2 * Double(hits) / Double(sum) : 0
            let threshold = Thresholds.grid[index]
            if f1 > best.f1 || (f1 == best.f1 && abs(threshold - 0.5) < abs(best.threshold - 0.5)) {
                best = (threshold, f1)
            }
        }
        return best
    }
}
