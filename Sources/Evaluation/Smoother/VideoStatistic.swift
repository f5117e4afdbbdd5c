import Affect

/// What a tuning keeps of one video (or of several together) under one candidate.
enum VideoStatistic: Sendable {
    case tally(ScoreTally)
    /// Units whose thresholds are still to be chosen, one a channel.
    case thresholds([ThresholdCounts])

    /// All frames together; nil of nothing.
    static func sum(_ parts: [VideoStatistic?]) -> VideoStatistic? {
        var sum: VideoStatistic?
        for case let part? in parts {
            switch (sum, part) {
            case (.tally(var mine), .tally(let theirs)):
                mine.merge(theirs)
                sum = .tally(mine)
            case (.thresholds(var mine), .thresholds(let theirs)):
                for index in mine.indices { mine[index].merge(theirs[index]) }
                sum = .thresholds(mine)
            default: sum = sum ?? part
            }
        }
        return sum
    }

    /// One statistic whose channel c is channel c of the c-th.
    static func assembled(_ columns: [VideoStatistic]) -> VideoStatistic {
        var moments: [ConcordanceMoments] = []
        var units: [BinaryCounts] = []
        var counts: [ThresholdCounts] = []
        for (channel, column) in columns.enumerated() {
            switch column {
            case .tally(.concordance(let all)): moments.append(all[channel])
            case .tally(.units(let all)): units.append(all[channel])
            case .thresholds(let all): counts.append(all[channel])
            // Classes are never chosen for one channel alone.
            case .tally(.classes): return column
            }
        }
        if !counts.isEmpty { return .thresholds(counts) }
        return .tally(units.isEmpty ? .concordance(moments) : .units(units))
    }

    /// The tally at given thresholds.
    func tally(_ thresholds: [Double]) -> ScoreTally {
        switch self {
        case .tally(let tally): return tally
        case .thresholds(let counts):
            return .units(
                counts.enumerated().map { channel, counts in
                    let wanted = channel < thresholds.count ? thresholds[channel] : 0.5
                    return counts.counts(at: max(0, min(98, Int((wanted * 100).rounded()) - 1)))
                })
        }
    }

    /// The score at the thresholds that these frames choose, or at those given where none are to be chosen.
    func best(_ given: [Double]) -> (score: Score, thresholds: [Double]) {
        switch self {
        case .tally(.units(let counts)):
            return (ScoreTally.units(counts).score, given)
        case .tally(let tally): return (tally.score, [])
        case .thresholds(let counts):
            let thresholds = counts.map(\.chosen)
            return (tally(thresholds).score, thresholds)
        }
    }
}

extension VideoStatistic {
    /// Nothing counted yet.
    init(task: AffectTask, channels: Int, tuningThresholds: Bool) {
        self =
            tuningThresholds && task == .actionUnits
            ? .thresholds(Array(repeating: ThresholdCounts(), count: channels))
            : .tally(ScoreTally(task: task, channels: channels))
    }

    mutating func merge(_ other: VideoStatistic) {
        if let sum = VideoStatistic.sum([self, other]) { self = sum }
    }
}
