import RunStore
import Screen

/// The panes of a run that trains: loss, learning rate, reconstructions or, with labels, scores by class and by fold; log.
struct MonitorView {
    let state: State
    let layout: MonitorLayout

    private var theme: Theme { state.options.theme }
    private var glyphs: GlyphSet { state.options.glyphs }

    func draw(into frame: inout Frame) {
        for (pane, rect) in layout.panes {
            switch pane {
            case .loss: drawChart(.loss, "Loss", lossLegend, into: &frame, rect: rect)
            case .learningRate: drawChart(.learningRate, "Learning rate", [], into: &frame, rect: rect)
            case .reconstruction: ReconstructionView(state: state, rect: rect).draw(into: &frame)
            case .classes: ClassScoresView(state: state, rect: rect).draw(into: &frame)
            case .folds: FoldScoresView(state: state, rect: rect).draw(into: &frame)
            case .log: LogView(state: state, rect: rect).draw(into: &frame)
            }
        }
        if let run = state.run { StatusView(state: state, run: run, rect: layout.status).draw(into: &frame) }
        if let alert = state.alert, let rect = layout.alert { draw(alert, into: &frame, rect: rect) }
    }

    private func draw(_ alert: Alert, into frame: inout Frame, rect: Rect) {
        let style = theme[alert.isSevere ? .badge : .warning]
        if alert.isSevere { frame.fill(rect, style: style) }
        let closes = alert.isSevere ? "" : "  Esc closes"
        let text = glyphs.plain("▲ " + alert.text)
        let shown = TextWidth.clip(text, to: rect.width - 2 - TextWidth.of(closes), ellipsis: glyphs.ellipsis)
        let column = frame.put(
            shown, at: Position(column: rect.column + 1, row: rect.row), style: style, clip: rect)
        if !alert.isSevere {
            frame.put(closes, at: Position(column: column, row: rect.row), style: theme[.faint], clip: rect)
        }
    }

    /// The curves by name and colour, then how they are shown.
    private var lossLegend: [Span] {
        var spans: [Span] = []
        let mark = glyphs == .ascii ? "-" : "━"
        if state.curve(SeriesName.loss) != nil { spans += [Span(mark + " train", theme.series(0)), Span(" ")] }
        if state.curve(SeriesName.epochLoss) != nil {
            spans += [Span(" " + mark + " epoch", theme.series(3)), Span(" ")]
        }
        if state.curve(SeriesName.loss, split: "val") != nil {
            spans += [Span(" " + mark + " val", theme.series(1)), Span(" ")]
        }
        let weight = state.monitor.smoothingWeight
        if weight > 0, !spans.isEmpty {
            spans.append(Span(" smooth " + Numbers.short(weight) + " ", theme[.faint]))
        }
        if state.monitor.isLog { spans.append(Span(" log ", theme[.faint])) }
        if let place = state.monitor.place { spans.append(Span(" \(state.title(of: place)) ", theme[.accent])) }
        return spans
    }

    private func drawChart(_ pane: MonitorPane, _ title: String, _ legend: [Span], into frame: inout Frame, rect: Rect)
    {
        let chart = state.chart(pane)
        let box = Box(
            title: title, legend: legend, note: note(pane), footer: footer(pane), isFocused: state.monitor.focus == pane
        )
        let inner = box.draw(into: &frame, in: rect, glyphs: glyphs, theme: theme)
        if let chart {
            chart.draw(into: &frame, in: inner)
        } else {
            frame.put(centred: reasonForNoCurve, in: inner, style: theme[.faint])
        }
    }

    private var reasonForNoCurve: String {
        guard state.watched?.isRead == true else { return "loading" }
        return state.run?.condition.isLive == true
            ? "waiting for the first step" : "the run ended before its first step"
    }

    /// The values under the crosshair, or the newest.
    private func note(_ pane: MonitorPane) -> [Span] {
        guard let span = state.chartSpan else { return [] }
        let position = state.monitor.crosshair ?? span.upperBound
        var spans: [Span] = []
        if state.monitor.crosshair != nil {
            spans.append(Span(state.horizontalAxis.reading(position), theme[.crosshair]))
        }
        let readings = state.readings(pane, at: position)
        // Without the crosshair only the newest value of each split: there is no room for more beside the legend.
        for reading in readings
        where state.monitor.crosshair != nil || !["raw", "epoch"].contains(reading.name) {
            if !spans.isEmpty { spans.append(Span("  ")) }
            if readings.count > 1, state.monitor.crosshair != nil {
                spans.append(Span(reading.name + " ", theme[.faint]))
            }
            spans.append(Span(reading.value, reading.style))
        }
        return spans
    }

    /// What part of the curve is in view, when it is not all of it.
    private func footer(_ pane: MonitorPane) -> [Span] {
        guard let span = state.chartSpan, state.monitor.focus == pane else { return [] }
        let window = state.monitor.window.range(in: span)
        switch state.monitor.window {
        case .all: return []
        case .tail:
            return [Span("last \(Numbers.grouped(Int64(window.upperBound - window.lowerBound))) steps", theme[.accent])]
        case .fixed:
            let text = "steps \(Numbers.grouped(Int64(window.lowerBound)))-\(Numbers.grouped(Int64(window.upperBound)))"
            return [Span(text + "  G follows the end", theme[.accent])]
        }
    }
}

extension Frame {
    /// A short text in the middle of a rectangle.
    mutating func put(centred text: String, in rect: Rect, style: Style) {
        guard !rect.isEmpty else { return }
        let lines = TextWidth.wrap(text, to: rect.width)
        let top = rect.row + max(0, (rect.height - lines.count) / 2)
        for (index, line) in lines.enumerated() {
            let column = rect.column + max(0, (rect.width - TextWidth.of(line)) / 2)
            put(line, at: Position(column: column, row: top + index), style: style, clip: rect)
        }
    }
}
