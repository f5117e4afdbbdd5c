import Basics

/// What the horizontal axis of a chart counts. Positions are steps; an axis says them in its own unit, so that every
/// unit pans, zooms and reads alike.
public enum HorizontalAxis: Sendable {
    case step
    /// Epochs of so many steps.
    case epoch(steps: Double)
    /// Seconds of training, from the curve that holds them by step.
    case time(Curve)
    /// Frames of a video.
    case frame
    /// Seconds of a video of so many frames a second.
    case video(framesPerSecond: Double)

    public var name: String {
        switch self {
        case .step: "step"
        case .epoch: "epoch"
        case .time: "time"
        case .frame: "frame"
        case .video: "seconds"
        }
    }

    /// The position in the axis's unit, as a person reads it.
    public func reading(_ position: Double) -> String {
        switch self {
        case .step: return "step " + Numbers.grouped(Int64(position.rounded()))
        case .epoch(let steps): return "epoch " + Numbers.fixed(position / max(1, steps), 2)
        case .time(let seconds): return TimeSpan.text(Self.value(of: seconds, at: position))
        case .frame: return "frame " + Numbers.grouped(Int64(position.rounded()))
        case .video(let rate): return Numbers.fixed(position / rate, 2) + " s"
        }
    }

    /// Marks between two positions.
    func ticks(_ low: Double, _ high: Double, count: Int) -> [Tick] {
        switch self {
        case .step, .frame: return Ticks.whole(low, high, count: count)
        case .video(let rate):
            return Ticks.linear(low / rate, high / rate, count: count).map {
                Tick(value: $0.value * rate, label: $0.label)
            }
        case .epoch(let steps):
            let steps = max(1, steps)
            return Ticks.linear(low / steps, high / steps, count: count).map {
                Tick(value: $0.value * steps, label: $0.label)
            }
        case .time(let seconds):
            let (from, to) = (Self.value(of: seconds, at: low), Self.value(of: seconds, at: high))
            return Ticks.time(from, to, count: count).map {
                Tick(value: Self.position(of: seconds, where: $0.value), label: $0.label)
            }
        }
    }

    /// The value between the points of a rising curve.
    static func value(of curve: Curve, at position: Double) -> Double {
        let (positions, values) = (curve.positions, curve.values)
        guard let first = positions.first, let start = values.first else { return 0 }
        let after = curve.index(atOrAfter: position)
        // The first step took its time too: before it, time runs from zero.
        if after == 0 { return first > 0 ? start * max(0, position) / first : start }
        if after == positions.count { return values[after - 1] }
        let share = (position - positions[after - 1]) / (positions[after] - positions[after - 1])
        return values[after - 1] + share * (values[after] - values[after - 1])
    }

    static func position(of curve: Curve, where value: Double) -> Double {
        let (positions, values) = (curve.positions, curve.values)
        guard let last = positions.last else { return 0 }
        var low = 0
        var high = values.count
        while low < high {
            let middle = (low + high) / 2
            if values[middle] < value { low = middle + 1 } else { high = middle }
        }
        if low == values.count { return last }
        let (p1, v1) = (positions[low], values[low])
        let (p0, v0) = low == 0 ? (0, 0) : (positions[low - 1], values[low - 1])
        return v1 > v0 ? p0 + (value - v0) / (v1 - v0) * (p1 - p0) : p1
    }
}
