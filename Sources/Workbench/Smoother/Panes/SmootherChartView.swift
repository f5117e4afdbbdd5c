import Evaluation
import Screen

/// One channel of one video: truth, predictions, and what smoothing makes of them.
struct SmootherChartView {
    let state: State
    let rect: Rect

    private var theme: Theme { state.options.theme }
    private var glyphs: GlyphSet { state.options.glyphs }
    private var smoother: SmootherState { state.smoother }

    /// The names of the curves on the bottom edge: a click shows or hides one.
    var legend: [(curve: SmootherCurve, rect: Rect, spans: [Span])] {
        var column = rect.endColumn - 3
        var items: [(curve: SmootherCurve, rect: Rect, spans: [Span])] = []
        for curve in SmootherCurve.allCases.reversed() {
            let isShown = !smoother.hidden.contains(curve)
            let isThere = curve != .truth || smoother.curve(.truth) != nil
            let mark = isShown && isThere ? (glyphs == .ascii ? "- " : "━ ") : glyphs.plain("· ")
            let style = isShown && isThere ? state.style(of: curve) : theme[.faint]
            let spans = [Span(" " + mark, style), Span(curve.name + " ", isShown ? theme[.text] : theme[.faint])]
            column -= spans.width
            guard column > rect.column + 1 else { break }
            items.append((curve, Rect(column: column, row: rect.endRow - 1, width: spans.width, height: 1), spans))
        }
        return items
    }

    func draw(into frame: inout Frame) {
        let box = Box(title: title, note: note, isFocused: smoother.focus == .chart)
        let inner = box.draw(into: &frame, in: rect, glyphs: glyphs, theme: theme)
        for item in legend {
            frame.put(item.spans, at: Position(column: item.rect.column, row: item.rect.row), clip: rect)
        }
        drawWindow(into: &frame)
        guard let span = smoother.span else {
            frame.put(centred: "this video has no frames", in: inner, style: theme[.faint])
            return
        }
        let window = smoother.window.range(in: span)
        var series: [LineChart.Series] = []
        // The later ones lie over the earlier ones; truth is a line as a rule, and hides little.
        for curve in [SmootherCurve.raw, .residual, .smoothed, .truth] where !smoother.hidden.contains(curve) {
            if let values = smoother.curve(curve) {
                series.append(LineChart.Series(curve: values, style: state.style(of: curve)))
            }
        }
        if smoother.set?.task == .actionUnits {
            let level = Curve(
                positions: [span.lowerBound, span.upperBound], values: [smoother.threshold, smoother.threshold])
            series.insert(LineChart.Series(curve: level, style: theme[.warning]), at: 0)
        }
        if smoother.curve(.raw) == nil {
            frame.put(centred: "smoothing", in: inner, style: theme[.faint])
            return
        }
        if series.isEmpty {
            frame.put(centred: "every curve is hidden; t shows them", in: inner, style: theme[.faint])
            return
        }
        LineChart(
            series: series, window: window, axis: state.smootherAxis, crosshair: smoother.crosshair, glyphs: glyphs,
            theme: theme
        ).draw(into: &frame, in: inner)
    }

    private var title: String {
        guard let set = smoother.set, let video = smoother.shownVideo else { return "" }
        var parts = [set.name]
        if let fold = video.fold { parts.append("fold \(fold)") }
        if set.videos.count > 1 || video.name != set.name { parts.append(video.name) }
        parts.append(smoother.channelName)
        return parts.joined(separator: glyphs.plain(" ▸ "))
    }

    private var note: [Span] {
        if let position = smoother.crosshair {
            var spans = [Span(state.smootherAxis.reading(position), theme[.crosshair])]
            if !smoother.inSeconds, let rate = smoother.set?.framesPerSecond, rate > 0 {
                spans.append(Span(" \(Numbers.fixed(position / rate, 2)) s", theme[.faint]))
            }
            for reading in state.smootherReadings(at: position) {
                spans += [Span("  \(reading.name) ", theme[.faint]), Span(reading.value, reading.style)]
            }
            return spans
        }
        guard let video = smoother.shownVideo else { return [] }
        var text = "\(Numbers.grouped(Int64(video.count))) frames"
        if let seconds = smoother.seconds(Double(video.count)) { text += ", \(Numbers.duration(seconds))" }
        if video.missingShare > 0 { text += ", \(Numbers.fixed(video.missingShare * 100, 1))% missing" }
        return [Span(text, theme[.faint])]
    }

    private func drawWindow(into frame: inout Frame) {
        guard let span = smoother.span, smoother.window != .all else { return }
        let window = smoother.window.range(in: span)
        let axis = state.smootherAxis
        let text = " \(axis.reading(window.lowerBound)) to \(axis.reading(window.upperBound)) "
        let room = (legend.last?.rect.column ?? rect.endColumn) - rect.column - 3
        if TextWidth.of(text) <= room {
            frame.put(
                text, at: Position(column: rect.column + 2, row: rect.endRow - 1), style: theme[.accent], clip: rect)
        }
    }
}
