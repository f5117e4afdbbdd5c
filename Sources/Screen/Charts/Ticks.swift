#if canImport(Glibc)
    import Glibc
#endif

/// The marks of an axis: where they stand and what they say.
public struct Tick: Equatable, Sendable {
    public let value: Double
    public let label: String
}

public enum Ticks {
    /// Round numbers (1, 2, 2.5, 5 times a power of ten) between two values, about `count` of them, at least one when
    /// the range has any width.
    public static func linear(_ low: Double, _ high: Double, count: Int) -> [Tick] {
        guard low.isFinite, high.isFinite, high > low, count > 0 else { return [] }
        let step = roundStep((high - low) / Double(count))
        return multiples(of: step, low, high).map { Tick(value: $0, label: label($0, step: step)) }
    }

    /// Powers of ten between two positive values, with 2 and 5 times them (or finer) when there is room.
    public static func logarithmic(_ low: Double, _ high: Double, count: Int) -> [Tick] {
        guard low > 0, high > low, high.isFinite, count > 0 else { return [] }
        let decades = Int(floor(log10(low)))...Int(ceil(log10(high)))
        for mantissas in [[1, 1.5, 2, 3, 4, 5, 6, 7, 8, 9], [1, 2, 3, 5, 7], [1, 2, 5], [1, 3], [1]] {
            let values = decades.flatMap { decade in mantissas.map { $0 * pow(10.0, Double(decade)) } }
                .filter { $0 >= low && $0 <= high }
            if values.count <= max(2, count), !values.isEmpty {
                return values.map { value in
                    let decade = pow(10.0, floor(log10(value) + 1e-9))
                    let isWhole = abs(value / decade - (value / decade).rounded()) < 1e-6
                    return Tick(value: value, label: label(value, step: isWhole ? decade : decade / 10))
                }
            }
        }
        // Either many decades, of which some are left out, or less than a decade between two marks.
        let powers = decades.map { pow(10.0, Double($0)) }.filter { $0 >= low && $0 <= high }
        guard powers.count > 2 else { return linear(low, high, count: count) }
        let every = (powers.count + count - 1) / count
        return powers.enumerated().filter { $0.offset % every == 0 }.map {
            Tick(value: $0.element, label: label($0.element, step: $0.element))
        }
    }

    /// Durations in seconds at round seconds, minutes, hours or days.
    static func time(_ low: Double, _ high: Double, count: Int) -> [Tick] {
        guard low.isFinite, high.isFinite, high > low, count > 0 else { return [] }
        let wanted = (high - low) / Double(count)
        let steps: [Double] = [
            1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 10_800, 21_600, 43_200, 86_400,
        ]
        let step = steps.first { $0 >= wanted } ?? 86_400 * roundStep(wanted / 86_400)
        return multiples(of: step, low, high).map { Tick(value: $0, label: timeLabel($0, step: step)) }
    }

    /// Whole round numbers.
    static func whole(_ low: Double, _ high: Double, count: Int) -> [Tick] {
        guard low.isFinite, high.isFinite, high > low, count > 0 else { return [] }
        let step = max(1, roundStep((high - low) / Double(count)).rounded(.up))
        return multiples(of: step, low, high).map { Tick(value: $0, label: label($0, step: step)) }
    }

    /// A number that tells itself from its neighbours a step away, in at most six columns.
    static func label(_ value: Double, step: Double) -> String {
        if value == 0 { return "0" }
        let size = max(abs(value), step)
        if size >= 1e9 || size < 1e-3 {
            let decimals = Int(floor(log10(size) + 1e-9)) - Int(floor(log10(step) + 1e-9))
            return Numbers.scientific(value, min(1, max(0, decimals)))
        }
        for (limit, unit, suffix) in [(1e6, 1e6, "M"), (1e4, 1e3, "k")] where size >= limit {
            return Numbers.fixed(value / unit, decimals(step / unit, most: 2)) + suffix
        }
        return Numbers.fixed(value, decimals(step, most: size >= 1 ? 3 : 4))
    }

    private static func timeLabel(_ seconds: Double, step: Double) -> String {
        let whole = Int(seconds.rounded())
        if whole == 0 { return "0" }
        if step < 60 { return whole < 60 ? "\(whole)s" : "\(whole / 60):\(Numbers.two(whole % 60))" }
        if step < 3600 { return whole < 3600 ? "\(whole / 60)m" : "\(whole / 3600)h\(Numbers.two(whole / 60 % 60))" }
        return step < 86_400 ? "\(whole / 3600)h" : "\(whole / 86_400)d"
    }

    private static func multiples(of step: Double, _ low: Double, _ high: Double) -> [Double] {
        guard step > 0, step.isFinite else { return [] }
        let first = (low / step - 1e-9).rounded(.up)
        let last = (high / step + 1e-9).rounded(.down)
        guard first <= last, last - first < 1000, abs(last) < 9e15 else { return [] }
        return (0...Int(last - first)).map { (first + Double($0)) * step }
    }

    private static func roundStep(_ wanted: Double) -> Double {
        guard wanted > 0, wanted.isFinite else { return 1 }
        let power = pow(10.0, floor(log10(wanted)))
        return ([1, 2, 2.5, 5].first { $0 * power >= wanted * 0.9999 } ?? 10) * power
    }

    private static func decimals(_ step: Double, most: Int) -> Int {
        var places = 0
        var rest = step
        while places < most, abs(rest - rest.rounded()) > 1e-6 * max(1, abs(rest)) {
            rest *= 10
            places += 1
        }
        return places
    }
}
