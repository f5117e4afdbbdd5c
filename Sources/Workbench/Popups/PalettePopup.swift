import Screen

/// Finds any action by its name, and says why one cannot be done now.
struct PalettePopup: Popup {
    var text = ""
    var selected = 0

    /// Names that people know from elsewhere.
    private static let aliases = ["q": "quit", "q!": "quit", "h": "help"]

    /// The actions whose name or help has every word typed, those whose name begins with it first.
    static func matches(_ text: String, on page: any Page) -> [Action] {
        let typed = text.lowercased()
        let filter = Filter(text: text)
        let found = KeyTable.actions(on: page).filter { filter.passes($0.name + " " + $0.help) }
        let front = found.filter { $0.name.hasPrefix(typed) }
        return front + found.filter { !$0.name.hasPrefix(typed) }
    }

    /// The action that the text names exactly.
    static func exact(_ text: String) -> Action? {
        let name = aliases[text] ?? text
        return KeyTable.actions.first { $0.name == name }
    }

    var footer: [PopupKey] { [PopupKey("↑↓", "select"), PopupKey(.enter, "run"), PopupKey(.escape, "close")] }

    func rect(_ state: State) -> Rect? { box(state) }

    private func box(_ state: State) -> Rect { PopupCanvas.rect(width: 78, height: 18, on: state.size) }

    func draw(_ canvas: PopupCanvas, into frame: inout Frame) {
        let state = canvas.state
        let found = Self.matches(text, on: state.page)
        let note = [Span("\(found.count)", canvas.on(.faint))]
        let inner = canvas.open("Palette", in: box(state), note: note, footer: footer, into: &frame)
        guard inner.height > 2 else { return }
        let column = frame.put(
            [Span(" :", canvas.on(.key)), Span(text, canvas.on(.text))],
            at: Position(column: inner.column, row: inner.row), clip: inner)
        frame.cursor = Position(column: min(column, inner.endColumn - 1), row: inner.row)
        // Why the selected action is refused takes the last row.
        let reason = found.indices.contains(selected) ? found[selected].refusal(state) : nil
        let rows = Rect(
            column: inner.column, row: inner.row + 1, width: inner.width,
            height: inner.height - (reason == nil ? 1 : 2))
        if found.isEmpty {
            frame.put(centred: "no action is named \"\(text)\"", in: rows, style: canvas.on(.faint))
        }
        let window = ScrollWindow(count: found.count, in: rows, .around(selected))
        for line in window.lines {
            draw(found[line], line == selected, canvas, into: &frame, in: window.rect(of: line))
        }
        if let reason {
            let text = TextWidth.clip(
                canvas.glyphs.plain(reason), to: inner.width - 2, ellipsis: canvas.glyphs.ellipsis)
            frame.put(
                text, at: Position(column: inner.column + 1, row: inner.endRow - 1), style: canvas.on(.warning),
                clip: inner)
        }
    }

    private func draw(
        _ action: Action, _ isSelected: Bool, _ canvas: PopupCanvas, into frame: inout Frame, in place: Rect
    ) {
        if isSelected { frame.fill(place, style: canvas.theme[.selection]) }
        let isRefused = action.refusal(canvas.state) != nil
        func style(_ role: Role) -> Style {
            isSelected ? canvas.theme[.selection] : canvas.on(isRefused ? .faint : role)
        }
        let keys = TextWidth.pad(canvas.glyphs.plain(action.keyLabels.joined(separator: " ")), to: 14, .right)
        frame.put(
            [
                Span(" " + TextWidth.pad(action.name, to: 17), style(.text)),
                Span(TextWidth.pad(action.help, to: max(0, place.width - 34)), style(.faint)),
                Span(keys, style(.key)),
            ],
            at: Position(column: place.column, row: place.row), clip: place)
    }

    func press(_ key: Key, in state: inout State) -> [Effect] {
        var next = self
        let found = Self.matches(text, on: state.page)
        switch key {
        case .escape: state.popup = nil
        case .enter:
            state.popup = nil
            if let exact = Self.exact(text) { return state.perform(exact) }
            guard found.indices.contains(selected) else {
                return state.refuse("no action is named \"\(text)\"; ? lists the keys")
            }
            return state.perform(found[selected])
        case .down, .control("n"), .tab:
            next.selected = min(max(0, found.count - 1), selected + 1)
            return state.present(next)
        case .up, .control("p"), .backTab:
            next.selected = max(0, selected - 1)
            return state.present(next)
        case .backspace where text.isEmpty: state.popup = nil
        default:
            next.text.edit(key)
            next.selected = 0
            return state.present(next)
        }
        return []
    }

    func paste(_ line: String, in state: inout State) { state.popup = PalettePopup(text: text + line) }
}
