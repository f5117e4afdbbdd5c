#if canImport(Glibc)
    import Glibc
#endif

/// Curves over a common horizontal axis.
///
/// Every dot column shows the least and the greatest value that falls into it. Values that are not finite are gaps,
/// marked on the axis. The gutter for the numbers has a fixed width, so that charts above each other line up.
public struct LineChart: Sendable {
    public struct Series: Sendable {
        public var curve: Curve
        public var style: Style
        /// The style of the unsmoothed values behind a smoothed curve; nil leaves them out.
        public var rawStyle: Style?
        public init(curve: Curve, style: Style, rawStyle: Style? = nil) {
            self.curve = curve
            self.style = style
            self.rawStyle = rawStyle
        }
    }

    public var series: [Series]
    /// The positions in view.
    public var window: ClosedRange<Double>
    public var axis: HorizontalAxis
    public var isLogarithmic: Bool
    public var crosshair: Double?
    public var glyphs: GlyphSet
    public var theme: Theme

    public init(
        series: [Series], window: ClosedRange<Double>, axis: HorizontalAxis = .step, isLogarithmic: Bool = false,
        crosshair: Double? = nil, glyphs: GlyphSet = .braille, theme: Theme = .standard
    ) {
        self.series = series
        self.window = window
        self.axis = axis
        self.isLogarithmic = isLogarithmic
        self.crosshair = crosshair
        self.glyphs = glyphs
        self.theme = theme
    }

    /// Six columns of number and one of axis.
    static let gutter = 7

    /// The part of `rect` that the curves take; the rest is axes.
    public static func plot(in rect: Rect) -> Rect {
        let hasNumbers = rect.width >= 20
        let labels = rect.height >= 5 ? 2 : rect.height >= 3 ? 1 : 0
        let left = hasNumbers ? gutter : 0
        return Rect(
            column: rect.column + left, row: rect.row, width: rect.width - left, height: rect.height - labels)
    }

    /// The position under a column of the screen.
    public static func position(
        atColumn column: Int, plot: Rect, window: ClosedRange<Double>
    ) -> Double {
        guard plot.width > 1 else { return window.lowerBound }
        let share = (Double(column - plot.column) + 0.25) / (Double(plot.width) - 0.5)
        return window.lowerBound + share * (window.upperBound - window.lowerBound)
    }

    /// Why the chart cannot have a logarithmic axis; nil when it can.
    public var logarithmicRefusal: String? {
        let positive = series.contains { !$0.curve.raw.extent(0..<$0.curve.count).leastPositive.isInfinite }
        return positive ? nil : "a log axis needs a value above zero, and there is none yet"
    }

    /// The positions that all the curves cover; nil when no curve has a point.
    public static func span(of curves: [Curve]) -> ClosedRange<Double>? {
        let firsts = curves.compactMap(\.positions.first)
        let lasts = curves.compactMap(\.positions.last)
        guard let low = firsts.min(), let high = lasts.max() else { return nil }
        return high > low ? low...high : (low - 1)...(high + 1)
    }

    /// The range of the vertical axis: all that is in view and a little room; nil when nothing finite is in view.
    func verticalRange() -> ClosedRange<Double>? {
        var extent = Extent()
        for one in series {
            let range = indices(one.curve)
            extent.add(one.curve.frontColumn.extent(range))
            if one.rawStyle != nil || one.curve.smoothing == 0 { extent.add(one.curve.raw.extent(range)) }
            for border in [window.lowerBound, window.upperBound] {
                if let value = one.curve.front(at: border) { extent.add(value) }
            }
        }
        if isLogarithmic {
            guard extent.leastPositive.isFinite, extent.greatest > 0 else { return nil }
            let (low, high) = (log10(extent.leastPositive), log10(extent.greatest))
            let room = high > low ? (high - low) * 0.04 : 0.1
            return (low - room)...(high + room)
        }
        guard !extent.isEmpty else { return nil }
        let (low, high) = (extent.least, extent.greatest)
        let span = high - low
        guard span.isFinite else { return -1e308...1e308 }
        if span <= abs(high) * 1e-12 {
            let room = high == 0 ? 1 : abs(high) * 0.1
            return (low - room)...(high + room)
        }
        // A range that touches zero ends there: no loss is negative.
        let bottom = low >= 0 && low < span * 0.04 ? min(low, 0) : low - span * 0.04
        return bottom...(high + span * 0.04)
    }

    /// The indices of the points in view and one more on each side, whose lines cross the border.
    func indices(_ curve: Curve) -> Range<Int> {
        let first = curve.index(atOrAfter: window.lowerBound)
        var end = curve.index(atOrAfter: window.upperBound)
        if end < curve.count, curve.positions[end] == window.upperBound { end += 1 }
        return first..<max(first, end)
    }

    /// A value on the vertical axis: itself, or its logarithm; nil is a gap.
    func height(_ value: Double) -> Double? {
        guard value.isFinite else { return nil }
        if !isLogarithmic { return value }
        return value > 0 ? log10(value) : nil
    }
}
