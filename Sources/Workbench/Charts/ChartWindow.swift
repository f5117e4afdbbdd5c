/// The stretch of steps in view.
enum ChartWindow: Equatable, Sendable {
    case all
    /// The last so many steps; moves on as the run does.
    case tail(Double)
    case fixed(ClosedRange<Double>)

    /// The fewest steps in view.
    private static let least = 4.0

    func range(in whole: ClosedRange<Double>) -> ClosedRange<Double> {
        switch self {
        case .all: return whole
        case .tail(let span): return max(whole.lowerBound, whole.upperBound - span)...whole.upperBound
        case .fixed(let range): return range
        }
    }

    /// The window made smaller or larger by a factor, with the step `anchor` staying where it is.
    func zoomed(_ factor: Double, around anchor: Double?, in whole: ClosedRange<Double>) -> ChartWindow {
        let now = range(in: whole)
        let anchor = anchor.map { min(now.upperBound, max(now.lowerBound, $0)) } ?? defaultAnchor(now)
        let span = max(min(Self.least, whole.upperBound - whole.lowerBound), (now.upperBound - now.lowerBound) * factor)
        let share = (anchor - now.lowerBound) / max(1e-9, now.upperBound - now.lowerBound)
        return Self.window(from: anchor - share * span, span: span, in: whole)
    }

    /// The window moved by a share of its width.
    func panned(_ share: Double, in whole: ClosedRange<Double>) -> ChartWindow {
        let now = range(in: whole)
        let span = now.upperBound - now.lowerBound
        return Self.window(from: now.lowerBound + share * span, span: span, in: whole)
    }

    /// The window moved, if need be, so that a step is in view.
    func showing(_ position: Double, in whole: ClosedRange<Double>) -> ChartWindow {
        let now = range(in: whole)
        if now.contains(position) { return self }
        let span = now.upperBound - now.lowerBound
        let start = position < now.lowerBound ? position - span * 0.1 : position - span * 0.9
        return Self.window(from: start, span: span, in: whole)
    }

    /// Following, people zoom into the newest steps; elsewhere into the middle.
    private func defaultAnchor(_ now: ClosedRange<Double>) -> Double {
        if case .fixed = self { return (now.lowerBound + now.upperBound) / 2 }
        return now.upperBound
    }

    private static func window(from start: Double, span: Double, in whole: ClosedRange<Double>) -> ChartWindow {
        let length = whole.upperBound - whole.lowerBound
        if span >= length * 0.999 { return .all }
        let low = min(max(start, whole.lowerBound), whole.upperBound - span)
        if low + span >= whole.upperBound - length * 1e-6 { return .tail(span) }
        return .fixed(low...(low + span))
    }
}
