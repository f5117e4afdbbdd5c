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
            case .log:
                add(.filter, "filter")
                add(.openLog, "whole log")
            }
            add(.chooseRun)
            add(.toggleLog)
            add(.zoomPane, state.isZoomed ? "unzoom" : nil)
        case .runs:
            guard !state.runs.isEmpty else { break }
            add(.open, "watch")
            add(.filter, "filter")
            if let run = state.subject { addTraining(run) }
            add(.copy, "copy name")
        default: add(.show(.monitor), "Monitor")
        }
        return hints
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
        return state.current == .runs ? state.runList.filter : state.monitor.log.filter
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

    var clickables: [Clickable] {
        guard typed == nil, state.notice == nil else { return [] }
        return shown.map {
            Clickable(
                rect: Rect(column: $0.column, row: rect.row, width: $0.hint.width, height: 1), action: $0.hint.action)
        }
    }
}
