import Compute

/// Draws of subjects or videos with replacement (Efron, 1979): how far a score would have come out otherwise with other
/// people in the set. Frames of one person are not independent, so whole groups are drawn.
public struct GroupBootstrap: Sendable {
    /// How many times all groups are drawn.
    public static let draws = 1000
    /// Below this many scores that are numbers there is no interval to speak of.
    private static let fewest = 40

    private let groups: Int
    private let key: RandomKey

    public init(groups: Int, seed: UInt64) {
        self.groups = groups
        key = RandomKey(seed: seed, purpose: .bootstrap)
    }

    /// How often each group is in a draw; the sum is the number of groups. The same for everyone who asks with this seed,
    /// so that runs are compared on the same draws.
    public func times(draw: Int) -> [Int] {
        var stream = key.stream(epoch: 0, sample: draw)
        var times = [Int](repeating: 0, count: groups)
        for _ in 0..<groups { times[stream.nextInt(below: groups)] += 1 }
        return times
    }

    /// The 2.5 and 97.5 % points of scores of the draws; nil when too few are numbers.
    public static func interval(_ scores: [Double]) -> (lower: Double, upper: Double)? {
        let sorted = scores.filter(\.isFinite).sorted()
        guard sorted.count > fewest else { return nil }
        return (sorted[sorted.count / 40], sorted[sorted.count - 1 - sorted.count / 40])
    }

    /// The interval of the score of all groups together; nil for fewer than two groups.
    public func interval(_ tallies: [ScoreTally], _ score: (Score) -> Double) -> (lower: Double, upper: Double)? {
        guard groups > 1, let sum = TallySum(tallies) else { return nil }
        return Self.interval((0..<Self.draws).map { score(sum(times: times(draw: $0)).score) })
    }
}

/// The tally of groups, each counted some number of times.
public struct TallySum: Sendable {
    private enum Parts: Sendable {
        case concordance([[ConcordanceMoments]])
        case units([[BinaryCounts]])
        /// Cells that are not zero: with a hundred classes and a group an image, nearly all are.
        case classes(Int, cells: [(cell: Int, count: Int)], starts: [Int])
    }

    private let parts: Parts

    /// Nil without groups.
    public init?(_ tallies: [ScoreTally]) {
        switch tallies.first {
        case nil: return nil
        case .concordance:
            parts = .concordance(
                tallies.map { if case .concordance(let moments) = $0 { moments } else { [] } })
        case .units:
            parts = .units(tallies.map { if case .units(let counts) = $0 { counts } else { [] } })
        case .classes(let first):
            var cells: [(cell: Int, count: Int)] = []
            var starts = [0]
            for tally in tallies {
                if case .classes(let matrix) = tally {
                    for (cell, count) in matrix.counts.enumerated() where count > 0 { cells.append((cell, count)) }
                }
                starts.append(cells.count)
            }
            parts = .classes(first.classes, cells: cells, starts: starts)
        }
    }

    /// - Parameter times: how often each group counts.
    public func callAsFunction(times: [Int]) -> ScoreTally {
        switch parts {
        case .concordance(let groups):
            var sum = groups[0].map { _ in ConcordanceMoments() }
            for (group, times) in zip(groups, times) where times > 0 {
                for (channel, moments) in group.enumerated() { sum[channel].merge(moments.repeated(times)) }
            }
            return .concordance(sum)
        case .units(let groups):
            var sum = groups[0].map { _ in BinaryCounts() }
            for (group, times) in zip(groups, times) where times > 0 {
                for (unit, counts) in group.enumerated() { sum[unit].merge(counts.repeated(times)) }
            }
            return .units(sum)
        case .classes(let classes, let cells, let starts):
            var sum = [Int](repeating: 0, count: classes * classes)
            for (group, times) in times.enumerated() where times > 0 {
                for index in starts[group]..<starts[group + 1] { sum[cells[index].cell] += times * cells[index].count }
            }
            return .classes(ConfusionMatrix(classes: classes, counts: sum))
        }
    }
}

extension BinaryCounts {
    /// As if every frame were there so many times.
    func repeated(_ times: Int) -> BinaryCounts {
        BinaryCounts(
            truePositives: truePositives * times, falsePositives: falsePositives * times,
            falseNegatives: falseNegatives * times, trueNegatives: trueNegatives * times)
    }
}
