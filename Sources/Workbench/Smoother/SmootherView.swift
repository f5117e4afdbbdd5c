import Evaluation
import RunStore
import Screen

/// The explorer of the smoother: chart, sliders, scores, videos, map and tuning; or what to do when nothing is open.
struct SmootherView {
    let state: State
    let body: Rect

    private var theme: Theme { state.options.theme }

    func draw(into frame: inout Frame) {
        guard state.smoother.set != nil else { return drawEmpty(into: &frame) }
        for (pane, rect) in SmootherLayout(state, in: body).panes {
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
        let rect = body
        switch state.smoother.phase {
        case .reading(let name):
            frame.put(centred: "loading \(name)", in: rect.inset(2, 0), style: theme[.faint])
        case .failed(let problem):
            drawPage(
                "These predictions cannot be read", problem,
                [("O", "correct the path or the columns"), ("R", "choose a run")], into: &frame)
        case .nothing, .ready:
            guard state.hasPolled || state.smoother.available != nil else {
                frame.put(centred: "loading \(state.options.home)", in: rect, style: theme[.faint])
                return
            }
            drawPage(
                "No predictions are open",
                "This view smooths, scores and tunes frame-wise predictions of any model: valence and arousal, action "
                    + "units, expressions. It reads CSV tables and NumPy arrays, with ABAW annotations or columns as truth.",
                [
                    ("O", "open a file or a folder of predictions"),
                    ("maeface --predictions FILE --truth T", "do the same from the command line"),
                    ("maeface runs import FILE --truth T", "import them as a run, which keeps settings"),
                    ("maeface smooth FILE --truth T --tune", "tune without the workbench"),
                ], into: &frame)
        }
    }

    private func drawPage(_ title: String, _ text: String, _ keys: [(String, String)], into frame: inout Frame) {
        let rect = body
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
