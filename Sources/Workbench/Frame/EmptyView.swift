import Screen

/// What is shown where there is nothing yet: what to do.
struct EmptyView {
    let state: State
    let rect: Rect

    private var theme: Theme { state.options.theme }

    func drawGreeting(into frame: inout Frame) {
        guard state.hasLooked else {
            frame.put(centred: "reading \(state.options.home)", in: rect, style: theme[.faint])
            return
        }
        let commands = [
            ("maeface demo", "render faces and train on them: a live curve in a minute"),
            ("maeface plan SESSION", "what a session file would run, and how long it would take"),
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
            "It shows here as soon as it begins.", at: Position(column: left, row: row), style: theme[.faint],
            clip: rect)
    }

    func drawComing(_ view: WorkbenchView, into frame: inout Frame) {
        let text =
            switch view {
            case .launch: "Launch is not there yet. Start runs with `maeface train SESSION` or `maeface demo`."
            case .compare: "Compare is not there yet. `maeface runs show RUN` prints a run's numbers."
            case .inspect: "Inspect is not there yet. Skipped images are in the log of Monitor."
            case .monitor, .smoother, .runs: ""
            }
        frame.put(centred: text, in: rect.inset(2, 0), style: theme[.faint])
    }
}
