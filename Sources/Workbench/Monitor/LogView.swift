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
        if !log.filter.isEmpty {
            note = [Span("/" + log.filter, theme[.match]), Span("  \(lines.count)", theme[.faint])]
        } else if let selected = log.selected {
            note = [Span("\(min(selected + 1, lines.count))/\(lines.count)", theme[.faint])]
        } else if !lines.isEmpty {
            note = [Span("\(lines.count)", theme[.faint])]
        }
        let isFocused = state.focus == .log
        let inner = Box(title: "Log", note: note, isFocused: isFocused)
            .draw(into: &frame, in: rect, glyphs: glyphs, theme: theme)
        guard !inner.isEmpty else { return }
        if lines.isEmpty {
            let text = log.filter.isEmpty ? "nothing yet" : "nothing matches /\(log.filter)"
            frame.put(centred: text, in: inner, style: theme[.faint])
            return
        }
        let last = lines.count - 1
        let selected = min(last, log.selected ?? last)
        let first = max(
            0, min(lines.count - inner.height, log.selected == nil ? lines.count : selected - inner.height / 2))
        for row in 0..<min(inner.height, lines.count - first) {
            let index = first + row
            let place = Rect(column: inner.column, row: inner.row + row, width: inner.width, height: 1)
            draw(lines[index], isSelected: isFocused && log.selected == index, into: &frame, place: place)
        }
        ListView.drawScrollMark(
            into: &frame, column: rect.endColumn - 1, row: inner.row, height: inner.height, first: first,
            count: lines.count, glyphs: glyphs, style: theme[isFocused ? .borderFocused : .faint])
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
