/// Bars, sparklines and progress lines as text.
public enum Bars {
    /// A bar of `width` cells filled from the left to a share of 0 to 1, in eighths of a cell where there are such.
    public static func bar(_ share: Double, width: Int, glyphs: GlyphSet) -> String {
        guard width > 0 else { return "" }
        let steps = glyphs.barSteps
        let parts = steps.count - 1
        let filled = Int((clamp(share) * Double(width * parts)).rounded())
        return (0..<width).map { steps[min(parts, max(0, filled - $0 * parts))] }.joined()
    }

    /// The last `width` values as a line of little bars between their least and greatest; blanks are not finite.
    public static func spark(_ values: [Double], width: Int, glyphs: GlyphSet) -> String {
        let shown = values.suffix(max(0, width))
        let finite = shown.filter(\.isFinite)
        guard let low = finite.min(), let high = finite.max() else { return String(repeating: " ", count: shown.count) }
        let steps = glyphs.sparkSteps
        return shown.map { value in
            guard value.isFinite else { return " " }
            let share = high > low ? (value - low) / (high - low) : 0.5
            return steps[min(steps.count - 1, Int(share * Double(steps.count)))]
        }.joined()
    }

    /// A thin line of progress; half cells where there are such.
    public static func progress(_ share: Double, width: Int, glyphs: GlyphSet, done: Style, rest: Style) -> [Span] {
        guard width > 0 else { return [] }
        let marks = glyphs.progress
        let halves = Int((clamp(share) * Double(width * 2)).rounded(.down))
        let whole = halves / 2
        let hasHalf = halves % 2 == 1 && whole < width
        let head = String(repeating: marks.done, count: whole) + (hasHalf ? marks.half : "")
        let tail = String(repeating: marks.rest, count: width - whole - (hasHalf ? 1 : 0))
        return [Span(head, done), Span(tail, rest)]
    }

    private static func clamp(_ share: Double) -> Double { share.isFinite ? min(1, max(0, share)) : 0 }
}

extension Bars {
    /// Values over the whole width of a line, each column the value nearest to it; the greatest is marked by its style.
    public static func strip(_ values: [Double], width: Int, glyphs: GlyphSet, style: Style, best: Style) -> [Span] {
        guard width > 0, !values.isEmpty else { return [] }
        let places = (0..<width).map { column in
            width == 1 ? 0 : (column * (values.count - 1) * 2 + width - 1) / (2 * (width - 1))
        }
        let text = Array(spark(places.map { values[$0] }, width: width, glyphs: glyphs))
        let greatest = values.filter(\.isFinite).max()
        return places.indices.map { column in
            let isBest = values[places[column]] == greatest
            return Span(String(text[column]), isBest ? best : style)
        }
    }
}
