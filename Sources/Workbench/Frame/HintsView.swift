import RunStore
import Screen

/// The last line: a filter being typed, a notice, or the keys that matter here.
struct HintsView {
    let state: State
    let rect: Rect

    private var theme: Theme { state.options.theme }

    private struct Hint {
        let key: String
        let text: String
        let action: Action
        var width: Int { TextWidth.of(key) + 1 + TextWidth.of(text) }
    }

    /// The hints in the order of their worth here. The table gives the keys; this only chooses.
    private var wanted: [Hint] {
        var hints: [Hint] = []
        func add(_ action: Action, _ text: String? = nil, key: String? = nil) {
            guard let binding = KeyTable.binding(action), let text = text ?? binding.hint else { return }
            hints.append(Hint(key: key ?? binding.keys.first?.label ?? "", text: text, action: action))
        }
        func addTraining(_ run: Run) {
            if run.condition.isLive {
                add(.pause, run.condition == .paused ? "go on" : "pause")
                add(.stop)
                add(.checkpoint)
            } else if run.condition.canResume {
                add(.resumeRun)
            }
        }
        switch state.current {
        case .monitor:
            guard let run = state.run else { break }
            addTraining(run)
            switch state.focus {
            case .loss, .learningRate:
                add(.axisUnit)
                if state.focus == .loss { add(.lessSmoothing, key: "[ ]") }
                add(.left, "crosshair", key: "h l")
                add(.panLeft, key: state.options.glyphs == .ascii ? "<- ->" : "←→")
                add(.zoomIn, key: "+-")
                if state.focus == .loss { add(.logAxis, state.monitor.isLog ? "linear axis" : nil) }
            case .reconstruction: add(.left, "history", key: "h l")
            case .classes: add(.sort, state.monitor.sortsByScore ? "by name" : "by score")
            case .folds: break
            case .log:
                add(.filter, "filter")
                add(.takeOut, "whole log")
            }
            if (state.watched?.places.count ?? 0) > 1 { add(.chooseFold, "stage and fold") }
            add(.chooseRun)
            add(.showHide)
            add(.zoomPane, state.isZoomed ? "unzoom" : nil)
        case .runs:
            guard !state.runs.isEmpty else { break }
            add(.open, "watch")
            add(.filter, "filter")
            if let run = state.subject { addTraining(run) }
            add(.copy, "copy name")
        case .smoother: addSmoother { add($0, $1, key: $2) }
        default: add(.show(.monitor), "Monitor")
        }
        return hints
    }

    private func addSmoother(_ add: (Action, String?, String?) -> Void) {
        let smoother = state.smoother
        let arrows = state.options.glyphs == .ascii ? "<- ->" : "←→"
        guard let set = smoother.set else {
            add(.openFile, nil, nil)
            if smoother.available?.isEmpty == false { add(.chooseRun, "choose a run", nil) }
            return
        }
        switch smoother.focus {
        case .sliders:
            add(.left, "fine", "h l")
            add(.coarseLeft, "coarse", "H L")
            add(.enterValue, nil, nil)
        case .chart:
            add(.left, "crosshair", "h l")
            add(.panLeft, nil, arrows)
            add(.zoomIn, "zoom", "+-")
            add(.showHide, "curves", nil)
        case .scores: add(.down, "channel", "j k")
        case .videos:
            add(.open, "show", nil)
            add(.filter, "filter", nil)
        case .map: add(.left, "move σ1, σ2", "h j k l")
        case .tuning: add(.open, "take it", nil)
        }
        add(.tune, smoother.isTuning ? "stop tuning" : "tune", nil)
        add(.chooseVideo, nil, nil)
        if set.channels.count > 1 { add(.chooseChannel, nil, nil) }
        if set.folds.count > 1 { add(.chooseFold, nil, nil) }
        if smoother.focus == .sliders {
            add(.showAll, "identity", nil)
            add(.plainGaussian, "plain", "g")
        }
        add(.takeOut, "export", nil)
        if case .run = smoother.source { add(.keep, nil, nil) }
        add(.chooseRun, nil, nil)
        add(.openFile, nil, nil)
        add(.zoomPane, smoother.isZoomed ? "unzoom" : nil, nil)
        if smoother.focus != .chart { add(.showHide, "curves", nil) }
        if set.channels.count > 1, set.task != .expression {
            add(.linkChannels, smoother.isLinked ? "each channel" : "all channels", nil)
        }
        add(.filterOptions, nil, nil)
        add(.tuningOptions, nil, nil)
    }

    /// The hints that fit and their columns; help and quit always do.
    private var shown: [(hint: Hint, column: Int)] {
        let fixed = [Hint(key: "?", text: "help", action: .help), Hint(key: "q", text: "quit", action: .quit)]
        var room = rect.width - 2 - fixed.reduce(0) { $0 + $1.width + 2 }
        var kept: [Hint] = []
        for hint in wanted where hint.width + 2 <= room {
            kept.append(hint)
            room -= hint.width + 2
        }
        var column = rect.column + 1
        return (kept + fixed).map { hint in
            defer { column += hint.width + 2 }
            return (hint, column)
        }
    }

    /// The filter that takes the keys, if one does.
    private var typed: String? {
        guard state.overlay == nil, state.isTypingFilter else { return nil }
        return state.filter
    }

    func draw(into frame: inout Frame) {
        let start = Position(column: rect.column + 1, row: rect.row)
        let glyphs = state.options.glyphs
        if let typed {
            let column = frame.put(
                [Span("/", theme[.key]), Span(typed, theme[.text])], at: start, clip: rect)
            frame.cursor = Position(column: min(column, rect.endColumn - 1), row: rect.row)
            let help = [
                Span("Enter", theme[.key]), Span(" keep  ", theme[.faint]), Span("Esc", theme[.key]),
                Span(" clear", theme[.faint]),
            ]
            if column + help.width + 3 < rect.endColumn { frame.put(help, endingAt: rect.endColumn - 1, row: rect.row) }
            return
        }
        if case .value(let text) = state.overlay {
            drawValue(text, into: &frame)
            return
        }
        if let notice = state.notice {
            let style = theme[notice.isProblem ? .warning : .accent]
            let text = TextWidth.clip(glyphs.plain(notice.text), to: rect.width - 2, ellipsis: glyphs.ellipsis)
            frame.put(text, at: start, style: style, clip: rect)
            return
        }
        for (hint, column) in shown {
            let spans = [Span(hint.key, theme[.key]), Span(" " + hint.text, theme[.faint])]
            frame.put(spans, at: Position(column: column, row: rect.row), clip: rect)
        }
    }

    /// The value of a slider while it is typed; what is wrong with it stands beside it.
    private func drawValue(_ text: String, into frame: inout Frame) {
        let name = state.options.glyphs.plain(state.smoother.slider.name)
        let column = frame.put(
            [Span("\(name) = ", theme[.key]), Span(text, theme[.text])],
            at: Position(column: rect.column + 1, row: rect.row), clip: rect)
        frame.cursor = Position(column: min(column, rect.endColumn - 1), row: rect.row)
        var help = [
            Span("Enter", theme[.key]), Span(" set  ", theme[.faint]), Span("Esc", theme[.key]),
            Span(" leave  29,8,3.5 sets all three", theme[.faint]),
        ]
        if let notice = state.notice { help = [Span(state.options.glyphs.plain(notice.text), theme[.warning])] }
        if column + help.width + 3 < rect.endColumn { frame.put(help, endingAt: rect.endColumn - 1, row: rect.row) }
    }

    var clickables: [Clickable] {
        guard typed == nil, state.notice == nil, state.overlay == nil else { return [] }
        return shown.map {
            Clickable(
                rect: Rect(column: $0.column, row: rect.row, width: $0.hint.width, height: 1), action: $0.hint.action)
        }
    }
}
