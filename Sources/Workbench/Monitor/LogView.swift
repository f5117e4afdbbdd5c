import RunStore
import Screen

/// What happened: skipped images, alerts, checkpoints, changes of state, and whatever was printed over the screen.
struct LogView {
    let state: State
    let rect: Rect

    private var theme: Theme { state.options.theme }
    private var glyphs: GlyphSet { state.options.glyphs }

    func draw(into frame: inout Frame) {
        let lines = state.shownLog
        let log = state.monitor.log
        var note: [Span] = []
        if !log.filter.text.isEmpty {
            note = [Span("/" + log.filter.text, theme[.match]), Span("  \(lines.count)", theme[.faint])]
        } else if let selected = log.selected {
            note = [Span("\(min(selected + 1, lines.count))/\(lines.count)", theme[.faint])]
        } else if !lines.isEmpty {
            note = [Span("\(lines.count)", theme[.faint])]
        }
        let isFocused = state.monitor.focus == .log
        let inner = Box(title: "Log", note: note, isFocused: isFocused)
            .draw(into: &frame, in: rect, glyphs: glyphs, theme: theme)
        guard !inner.isEmpty else { return }
        if lines.isEmpty {
            let text = log.filter.text.isEmpty ? "no lines yet" : "nothing matches /\(log.filter.text)"
            frame.put(centred: text, in: inner, style: theme[.faint])
            return
        }
        let window = window(lines.count)
        for line in window.lines {
            let isSelected = isFocused && log.selected == line
            draw(lines[line], isSelected: isSelected, into: &frame, place: window.rect(of: line))
        }
        window.drawMark(
            into: &frame, column: rect.endColumn - 1, glyphs: glyphs, style: theme[isFocused ? .borderFocused : .faint])
    }

    /// The lines in view, of so many.
    func window(_ count: Int) -> ScrollWindow {
        let selected = state.monitor.log.selected
        return ScrollWindow(count: count, in: rect.inset(1, 1), selected.map { .around(min($0, count - 1)) } ?? .end)
    }

    private func draw(_ line: LogLine, isSelected: Bool, into frame: inout Frame, place: Rect) {
        var spans: [Span] = []
        if let time = line.time, place.width >= 20 {
            spans.append(Span(Numbers.clock(time + Double(state.utcOffset)) + " ", theme[.faint]))
        }
        let (sign, role) = Self.sign(line.kind)
        spans.append(Span(glyphs.plain(sign) + " ", theme[role]))
        let room = place.width - spans.width
        let text = TextWidth.clip(glyphs.plain(line.text), to: room, ellipsis: glyphs.ellipsis)
        let plainRole: Role = line.kind == .alert ? .bad : line.kind == nil ? .faint : .text
        spans.append(Span(text, theme[plainRole]))
        if isSelected {
            frame.fill(place, style: theme[.selection])
            spans = spans.map { Span($0.text, theme[.selection]) }
        }
        frame.put(spans, at: Position(column: place.column, row: place.row), clip: place)
    }

    private static func sign(_ kind: RunEvent.Kind?) -> (String, Role) {
        switch kind {
        case .info: ("·", .faint)
        case .skip: ("○", .warning)
        case .alert: ("▲", .bad)
        case .checkpoint: ("◆", .accent)
        case .state: ("●", .good)
        case nil: ("│", .faint)
        }
    }
}

extension State {
    /// The lines that the filter of the log lets through, oldest first.
    var shownLog: [LogLine] {
        guard let log = watched?.log else { return [] }
        let filter = monitor.log.filter
        return filter.text.isEmpty ? log : log.filter { filter.passes("\($0.kind?.rawValue ?? "stray") \($0.text)") }
    }
}
