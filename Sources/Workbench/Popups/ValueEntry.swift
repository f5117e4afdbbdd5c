import Screen

/// A value that is typed in the last line; what is wrong with it stands beside it.
struct ValueEntry: Popup {
    /// Why a value cannot be taken, in a sentence; it stays to be corrected.
    struct Refusal: Error {
        var text: String
    }

    let label: String
    /// What else can be typed.
    let help: String
    let submit: @Sendable (String, inout State) throws(Refusal) -> [Effect]
    var text = ""

    func rect(_ state: State) -> Rect? { nil }

    func draw(_ canvas: PopupCanvas, into frame: inout Frame) {
        let theme = canvas.theme
        let row = Rect(column: 0, row: frame.size.height - 1, width: frame.size.width, height: 1)
        frame.fill(row, style: theme[.text])
        let column = frame.put(
            [Span("\(canvas.glyphs.plain(label)) = ", theme[.key]), Span(text, theme[.text])],
            at: Position(column: 1, row: row.row), clip: row)
        frame.cursor = Position(column: min(column, row.endColumn - 1), row: row.row)
        var beside = [
            Span("Enter", theme[.key]), Span(" set  ", theme[.faint]), Span("Esc", theme[.key]),
            Span(" cancel  \(help)", theme[.faint]),
        ]
        if let notice = canvas.state.notice {
            beside = [Span(canvas.glyphs.plain(notice.text), theme[.warning])]
        }
        if column + beside.width + 3 < row.endColumn { frame.put(beside, endingAt: row.endColumn - 1, row: row.row) }
    }

    func press(_ key: Key, in state: inout State) -> [Effect] {
        switch key {
        case .escape: state.popup = nil
        case .backspace where text.isEmpty: state.popup = nil
        case .enter:
            state.popup = nil
            do {
                return try submit(text, &state)
            } catch {
                state.notice = state.refusal(error.text)
                return state.present(self)
            }
        default:
            state.notice = nil
            var next = self
            next.text.edit(key)
            return state.present(next)
        }
        return []
    }

    func paste(_ line: String, in state: inout State) {
        var next = self
        next.text += line
        state.popup = next
    }
}
