import Screen

/// A question with a few answers, each chosen with its letter, with Enter, or with a click.
struct Question: Popup {
    struct Answer: Sendable {
        let key: Character
        let text: String
        /// Changes nothing, so that even pasted keys may choose it.
        var isHarmless = false
        let choose: Action.Handler
    }

    let title: String
    let choices: [Answer]
    var selected = 0

    var footer: [PopupKey] { [PopupKey(.enter, "choose"), PopupKey(.escape, "cancel")] }

    func rect(_ state: State) -> Rect? { box(state) }

    private func box(_ state: State) -> Rect {
        PopupCanvas.rect(width: 48, height: choices.count + 4, on: state.size)
    }

    /// The rows of the answers.
    private func window(_ state: State) -> ScrollWindow {
        let inner = box(state).inset(1, 1)
        let rows = Rect(column: inner.column, row: inner.row + 1, width: inner.width, height: inner.height - 1)
        return ScrollWindow(count: choices.count, in: rows, .around(selected))
    }

    func draw(_ canvas: PopupCanvas, into frame: inout Frame) {
        _ = canvas.open(title, in: box(canvas.state), footer: footer, into: &frame)
        let window = window(canvas.state)
        for line in window.lines {
            let place = window.rect(of: line)
            let isSelected = line == selected
            if isSelected { frame.fill(place, style: canvas.theme[.selection]) }
            let style = isSelected ? canvas.theme[.selection] : canvas.on(.text)
            let key = isSelected ? canvas.theme[.selection] : canvas.on(.key)
            frame.put(
                [Span("  " + String(choices[line].key) + "  ", key), Span(choices[line].text, style)],
                at: Position(column: place.column, row: place.row), clip: place)
        }
    }

    func press(_ key: Key, in state: inout State) -> [Effect] {
        if case .character(let letter) = key, let choice = choices.first(where: { $0.key == letter }) {
            return choose(choice, in: &state)
        }
        switch key {
        case .escape, .character("q"):
            state.popup = nil
            return []
        case .enter: return choose(choices[selected], in: &state)
        default: break
        }
        var next = self
        switch KeyTable.motion(for: key) {
        case .down: next.selected = (selected + 1) % choices.count
        case .up: next.selected = (selected + choices.count - 1) % choices.count
        default: return []
        }
        return state.present(next)
    }

    private func choose(_ choice: Answer, in state: inout State) -> [Effect] {
        guard choice.isHarmless || state.isMeant() else { return [] }
        state.popup = nil
        return choice.choose(&state)
    }

    /// A click on an answer chooses it, one beside the box closes it.
    func click(_ position: Position, in state: inout State) -> [Effect] {
        guard box(state).contains(position) else {
            state.popup = nil
            return []
        }
        return window(state).line(atRow: position.row).map { choose(choices[$0], in: &state) } ?? []
    }
}

/// Asks before something is done that cannot be undone.
struct Confirmation: Popup {
    let title: String
    let text: String
    /// What `y` does, in a word.
    let verb: String
    /// What is said when nothing is done.
    let refusal: String
    let confirm: Action.Handler

    var footer: [PopupKey] { [PopupKey(.character("y"), verb), PopupKey(.character("n"), "cancel")] }

    func rect(_ state: State) -> Rect? { PopupCanvas.rect(width: 70, height: 5, on: state.size) }

    func draw(_ canvas: PopupCanvas, into frame: inout Frame) {
        guard let rect = rect(canvas.state) else { return }
        let inner = canvas.open(title, in: rect, footer: footer, into: &frame)
        let shown = TextWidth.clip(text, to: inner.width - 4, ellipsis: canvas.glyphs.ellipsis)
        frame.put(
            shown, at: Position(column: inner.column + 2, row: inner.row + 1), style: canvas.on(.text), clip: inner)
    }

    func press(_ key: Key, in state: inout State) -> [Effect] {
        switch key {
        case .character("y"):
            guard state.isMeant() else { return [] }
            state.popup = nil
            return confirm(&state)
        case .escape, .enter, .character("n"), .character("q"):
            state.popup = nil
            state.notice = Notice(text: refusal)
        default: break
        }
        return []
    }
}
