import Screen

/// What is shown where there is nothing yet: what to do.
struct EmptyView {
    let state: State
    let rect: Rect

    private var theme: Theme { state.options.theme }

    func draw(into frame: inout Frame) {
        guard state.hasPolled else {
            frame.put(centred: "loading \(state.options.home)", in: rect, style: theme[.faint])
            return
        }
        let commands = [
            ("maeface demo", "render faces and train on them: a live curve in a minute"),
            ("maeface plan SESSION", "show what a session would run, and for how long"),
            ("maeface train SESSION", "train on your own photographs"),
        ]
        let width = min(rect.width - 4, 84)
        let left = rect.column + (rect.width - width) / 2
        var row = rect.row + max(0, (rect.height - 10) / 2)
        let dash = state.options.glyphs == .ascii ? "-" : "─"
        frame.put(
            [Span("No runs yet", theme[.titleFocused]), Span(" in \(state.options.home)", theme[.faint])],
            at: Position(column: left, row: row), clip: rect)
        row += 1
        frame.put(
            String(repeating: dash, count: width), at: Position(column: left, row: row), style: theme[.border],
            clip: rect)
        row += 2
        frame.put(
            "Start one in another terminal:", at: Position(column: left, row: row), style: theme[.text], clip: rect)
        row += 2
        for (command, meaning) in commands {
            frame.put(command, at: Position(column: left + 2, row: row), style: theme[.key], clip: rect)
            let room = Rect(column: left + 26, row: row, width: rect.endColumn - left - 27, height: 1)
            let text = TextWidth.clip(meaning, to: room.width, ellipsis: state.options.glyphs.ellipsis)
            frame.put(text, at: Position(column: room.column, row: row), style: theme[.text], clip: room)
            row += 1
        }
        row += 1
        frame.put(
            "It appears here as soon as it starts.", at: Position(column: left, row: row), style: theme[.faint],
            clip: rect)
    }
}
