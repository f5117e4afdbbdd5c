import RunStore
import Screen

/// The first line: the six views, what trains, the time.
struct HeaderView {
    let state: State
    let rect: Rect

    private var theme: Theme { state.options.theme }

    /// The views and where they stand. Brand and names give way as the screen gets narrower.
    var items: [(view: WorkbenchView, isCurrent: Bool, text: String, column: Int)] {
        let right = status.width + 2
        for form in [Form.full, .noBrand, .short, .digits] {
            var column = rect.column + (form == .full ? 10 : 0)
            var found: [(WorkbenchView, Bool, String, Int)] = []
            for (view, isCurrent) in state.tabs {
                let isNamed = form != .digits && form != .short || isCurrent
                let text = isNamed ? " \(view.rawValue) \(view.title) " : " \(view.rawValue) "
                found.append((view, isCurrent, text, column))
                column += TextWidth.of(text)
            }
            if column + right <= rect.endColumn || form == .digits { return found }
        }
        return []
    }

    private enum Form { case full, noBrand, short, digits }

    /// What trains and the time, at the right.
    private var status: [Span] {
        let base = theme[.bar]
        func on(_ role: Role) -> Style {
            Style(foreground: theme[role].foreground, background: base.background, attributes: theme[role].attributes)
        }
        var spans: [Span] = []
        let alerts = state.page.alertCount(state)
        if alerts > 0 {
            spans += [Span(" \(state.options.glyphs.plain("▲")) \(alerts) ", theme[.badge]), Span("  ", base)]
        }
        let running = state.runs.filter { $0.condition == .running }.count
        if running > 0 {
            spans.append(
                Span(state.options.glyphs.plain("● ") + "\(running)" + (rect.width < 90 ? "" : " running"), on(.good)))
        }
        if let minute = state.minute {
            spans.append(Span((running > 0 ? "  " : "") + Numbers.clock(minute), base))
        }
        return spans
    }

    func draw(into frame: inout Frame) {
        frame.fill(rect, style: theme[.bar])
        let items = items
        if let first = items.first, first.column > rect.column {
            var brand = theme[.bar]
            brand.attributes.insert(.bold)
            frame.put(" maeface", at: Position(column: rect.column, row: rect.row), style: brand, clip: rect)
        }
        for item in items {
            let style = item.isCurrent ? theme[.barCurrent] : theme[.bar]
            frame.put(item.text, at: Position(column: item.column, row: rect.row), style: style, clip: rect)
        }
        frame.put(status, endingAt: rect.endColumn - 1, row: rect.row, clip: rect)
    }

    var clickables: [Clickable] {
        items.map {
            let place = Rect(column: $0.column, row: rect.row, width: TextWidth.of($0.text), height: 1)
            return Clickable(rect: place, action: .show($0.view))
        }
    }
}
