import Basics
import Evaluation
import RunStore
import Screen

/// The explorer of the smoother: chart, sliders, scores, videos, map and tuning; or what to do when nothing is open.
struct SmootherView {
    let state: State
    let layout: Layout

    private var theme: Theme { state.options.theme }

    func draw(into frame: inout Frame) {
        guard state.smoother.set != nil else { return drawEmpty(into: &frame) }
        for (pane, rect) in layout.smoother {
            switch pane {
            case .chart: SmootherChartView(state: state, rect: rect).draw(into: &frame)
            case .sliders: SlidersView(state: state, rect: rect).draw(into: &frame)
            case .scores: ScoresView(state: state, rect: rect).draw(into: &frame)
            case .videos: VideosView(state: state, rect: rect).draw(into: &frame)
            case .map: SurfaceView(state: state, rect: rect).draw(into: &frame)
            case .tuning: TuningView(state: state, rect: rect).draw(into: &frame)
            }
        }
    }

    private func drawEmpty(into frame: inout Frame) {
        let rect = layout.body
        switch state.smoother.phase {
        case .reading(let name):
            frame.put(centred: "reading \(name)", in: rect.inset(2, 0), style: theme[.faint])
        case .failed(let problem):
            drawPage(
                "These predictions cannot be read", problem,
                [("O", "corrects the path, or names columns"), ("R", "chooses a run")], into: &frame)
        case .nothing, .ready:
            guard state.hasLooked || state.smoother.available != nil else {
                frame.put(centred: "reading \(state.options.home)", in: rect, style: theme[.faint])
                return
            }
            drawPage(
                "No predictions are open",
                "Frame-wise predictions of any model are smoothed, scored and tuned here: valence and arousal, action "
                    + "units, expressions; from tables (CSV) or NumPy arrays, with ABAW annotations or columns as truth.",
                [
                    ("O", "opens a file or a folder of predictions"),
                    ("maeface --predictions FILE --truth T", "the same from the command line"),
                    ("maeface runs import FILE --truth T", "brings them in as a run, so that settings are kept"),
                    ("maeface smooth FILE --truth T --tune", "without a screen"),
                ], into: &frame)
        }
    }

    private func drawPage(_ title: String, _ text: String, _ keys: [(String, String)], into frame: inout Frame) {
        let rect = layout.body
        let width = min(rect.width - 4, 84)
        let left = rect.column + (rect.width - width) / 2
        let lines = TextWidth.wrap(text, to: width)
        var row = rect.row + max(0, (rect.height - lines.count - 2 * keys.count - 3) / 3)
        frame.put(title, at: Position(column: left, row: row), style: theme[.titleFocused], clip: rect)
        row += 2
        for line in lines {
            frame.put(line, at: Position(column: left, row: row), style: theme[.text], clip: rect)
            row += 1
        }
        row += 1
        for (key, meaning) in keys {
            let column = frame.put(key, at: Position(column: left + 2, row: row), style: theme[.key], clip: rect)
            if column + TextWidth.of(meaning) + 2 > left + width, TextWidth.of(key) > 4 {
                row += 1
                frame.put(meaning, at: Position(column: left + 6, row: row), style: theme[.faint], clip: rect)
            } else {
                frame.put("  " + meaning, at: Position(column: column, row: row), style: theme[.faint], clip: rect)
            }
            row += 1
        }
    }
}

extension State {
    var smootherAxis: HorizontalAxis {
        guard smoother.inSeconds, let rate = smoother.set?.framesPerSecond, rate > 0 else { return .frame }
        return .video(framesPerSecond: rate)
    }

    /// Truth stands out, the raw predictions stay behind, and what is moved has the colour of the sliders.
    func style(of curve: SmootherCurve) -> Style {
        switch curve {
        case .truth: options.theme.series(1)
        case .raw: options.theme[.faint]
        case .smoothed: options.theme.series(0)
        case .residual: options.theme.series(2)
        }
    }

    /// What the shown curves say at a frame.
    func smootherReadings(at position: Double) -> [(name: String, value: String, style: Style)] {
        SmootherCurve.allCases.compactMap { which in
            guard !smoother.hidden.contains(which), let curve = smoother.curve(which),
                let index = curve.nearest(to: position)
            else { return nil }
            let value = curve.values[index]
            return (which.name, value.isFinite ? ScoreText.of(value) : "–", style(of: which))
        }
    }
}

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
        if let seconds = smoother.seconds(Double(video.count)) { text += ", \(TimeSpan.text(seconds))" }
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
