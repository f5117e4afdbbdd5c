/// The search for the probability from which on a unit counts as active.
public enum Thresholds {
    /// The candidates of a tuned threshold: .01, .02, ... .99.
    public static let grid = (1...99).map { Double($0) / 100 }

    /// The threshold of the grid with the best F1, the one nearest to .5 of equals, and that F1.
    public static func best(_ scores: [Double], truth: [Double]) -> (threshold: Double, f1: Double) {
        ThresholdCounts(scores, truth: truth).best
    }

    /// For each fold and unit, the threshold that all other folds choose (`ThresholdCounts.chosen`): it depends on nothing
    /// that it decides.
    /// - Parameter counts: (folds, units)
    public static func ofOtherFolds(_ counts: [[ThresholdCounts]]) -> [[Double]] {
        counts.indices.map { fold in
            counts[fold].indices.map { unit in
                var sum = ThresholdCounts()
                for (other, units) in counts.enumerated() where other != fold { sum.merge(units[unit]) }
                return sum.chosen
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
        let curve = f1Curve
        var best = (threshold: 0.5, f1: -1.0)
        for (threshold, f1) in zip(Thresholds.grid, curve).reversed()
        where f1 > best.f1 || (f1 == best.f1 && abs(threshold - 0.5) < abs(best.threshold - 0.5)) {
            best = (threshold, f1)
        }
        return best
    }

    /// The threshold to use on other frames than these: the middle of the best plateau, drawn towards ½ where the unit is
    /// rare.
    ///
    /// The single best threshold of few active frames is a matter of chance. The plateau is the widest stretch of thresholds
    /// around a best one whose F1 is less than half a standard error, √(F1 (1 - F1) / P), below it, P being the number of
    /// active frames; ½ counts as much as `halfWeight` active frames, and from ten active frames on the plateau is never left.
    /// Without any active frame it is ½.
    public var chosen: Double {
        let active = (100..<200).reduce(0) { $0 + Int(counts[$1]) }
        let curve = f1Curve
        guard active > 0, let best = curve.max(), best > 0 else { return 0.5 }
        let error = (best * (1 - best) / Double(active)).squareRoot()
        let plateaus = curve.indices.split { curve[$0] < best - error / 2 }.filter { $0.contains { curve[$0] == best } }
        guard let widest = plateaus.max(by: { $0.count < $1.count }), let first = widest.first, let last = widest.last
        else { return 0.5 }
        let middle = (Thresholds.grid[first] + Thresholds.grid[last]) / 2
        var drawn = (Double(active) * middle + Self.halfWeight * 0.5) / (Double(active) + Self.halfWeight)
        // So many frames are no chance: what is drawn off their plateau would lose what they found.
        if active >= 10 { drawn = min(max(drawn, Thresholds.grid[first]), Thresholds.grid[last]) }
        return Thresholds.grid[max(0, min(98, Int((drawn * 100).rounded()) - 1))]
    }

    /// Measured on 16 units of 118 people with 3 models: on all of them the mean F1 is .7141, .7127 at the single best
    /// thresholds and .6685 at ½; on an eighth of the people, with two or three active frames for some units, a unit loses
    /// .26 at worst where the single best threshold loses .39. Larger weights lose more of what choosing gains.
    private static let halfWeight = 5.0

    /// F1 at each threshold of the grid.
    private var f1Curve: [Double] {
        // From above: every threshold adds the frames between it and the next.
        var (positives, hits) = (0, 0)
        let active = (100..<200).reduce(0) { $0 + Int(counts[$1]) }
        var curve = [Double](repeating: 0, count: Thresholds.grid.count)
        for index in curve.indices.reversed() {
            hits += Int(counts[101 + index])
            positives += Int(counts[101 + index]) + Int(counts[index + 1])
            let sum = positives + active
            if sum > 0 { curve[index] = 2 * Double(hits) / Double(sum) }
        }
        return curve
    }
}
