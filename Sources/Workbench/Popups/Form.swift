import Screen

/// A few fields that are filled in over the view: what to open, what to write, how to filter.
struct Form: Popup {
    /// The name of a field; each form declares its own.
    struct Name: Hashable, Sendable {
        let text: String
        init(_ text: String) { self.text = text }
    }

    struct Field: Sendable {
        var name: Name
        var label: String
        var text: String
        /// What can be chosen; a field without is typed.
        var choices: [String] = []
        var hint: String
    }

    /// What stands against a field, in a sentence.
    struct Refusal: Error, Equatable {
        var field: Name
        var text: String
    }

    var title: String
    var fields: [Field]
    /// Follows a choice that was changed with other fields.
    var follow: @Sendable (inout Form) -> Void = { _ in }
    /// Does what the fields say.
    var submit: @Sendable (Form, inout State) throws(Refusal) -> [Effect]
    /// The field that has the keys, by its place.
    var selected = 0
    /// What stands against it.
    var problem: String?

    /// The text of a field without blanks at its ends; empty when the form has no such field.
    subscript(name: Name) -> String { fields.first { $0.name == name }?.text.trimmed ?? "" }

    mutating func set(_ name: Name, to text: String) {
        if let index = fields.firstIndex(where: { $0.name == name }) { fields[index].text = text }
    }

    mutating func select(_ step: Int) { selected = (selected + step + fields.count) % fields.count }

    /// The next of the choices of the selected field.
    mutating func turn(_ step: Int) {
        let choices = fields[selected].choices
        guard !choices.isEmpty else { return }
        let now = choices.firstIndex(of: fields[selected].text) ?? 0
        fields[selected].text = choices[(now + step + choices.count) % choices.count]
        follow(&self)
        problem = nil
    }

    // MARK: Keys and mouse

    var footer: [PopupKey] { [PopupKey(.tab, "next"), PopupKey(.enter, "OK"), PopupKey(.escape, "cancel")] }

    func press(_ key: Key, in state: inout State) -> [Effect] {
        var form = self
        let isChoice = !fields[selected].choices.isEmpty
        switch key {
        case .escape:
            state.popup = nil
            return []
        case .enter: return form.submit(in: &state)
        case .tab, .down: form.select(1)
        case .backTab, .up: form.select(-1)
        case .right where isChoice, .character(" ") where isChoice, .character("l") where isChoice: form.turn(1)
        case .left where isChoice, .character("h") where isChoice: form.turn(-1)
        case .character("j") where isChoice: form.select(1)
        case .character("k") where isChoice: form.select(-1)
        default:
            if !isChoice {
                form.fields[selected].text.edit(key)
                form.problem = nil
            }
        }
        return state.present(form)
    }

    private mutating func submit(in state: inout State) -> [Effect] {
        state.popup = nil
        do {
            return try submit(self, &state)
        } catch {
            selected = fields.firstIndex { $0.name == error.field } ?? selected
            problem = error.text
            return state.present(self)
        }
    }

    func paste(_ line: String, in state: inout State) {
        guard fields[selected].choices.isEmpty else { return }
        var form = self
        form.fields[selected].text += line
        state.popup = form
    }

    /// A click on a field selects it; on one to be chosen from, it takes the next choice.
    func click(_ position: Position, in state: inout State) -> [Effect] {
        let inner = box(state).inset(1, 1)
        guard inner.contains(position),
            let index = fields.indices.first(where: { place($0, in: inner).contains(position) })
        else { return [] }
        var form = self
        form.selected = index
        form.turn(1)
        return state.present(form)
    }

    // MARK: Drawing

    func rect(_ state: State) -> Rect? { box(state) }

    private func box(_ state: State) -> Rect {
        PopupCanvas.rect(width: 84, height: fields.count * 2 + 4, on: state.size)
    }

    /// The two rows of a field: what is filled in, and its hint.
    private func place(_ index: Int, in inner: Rect) -> Rect {
        Rect(column: inner.column, row: inner.row + index * 2, width: inner.width, height: 2)
    }

    func draw(_ canvas: PopupCanvas, into frame: inout Frame) {
        let inner = canvas.open(title, in: box(canvas.state), footer: footer, into: &frame)
        for index in fields.indices { draw(index, canvas, into: &frame, inner: inner) }
        if let problem {
            frame.put(
                TextWidth.clip(problem, to: inner.width - 2),
                at: Position(column: inner.column + 1, row: inner.endRow - 1),
                style: canvas.on(.warning), clip: inner)
        }
    }

    private func draw(_ index: Int, _ canvas: PopupCanvas, into frame: inout Frame, inner: Rect) {
        let (field, glyphs) = (fields[index], canvas.glyphs)
        let (row, labels, isSelected) = (place(index, in: inner).row, 17, index == selected)
        frame.put(
            TextWidth.pad(field.label, to: labels - 2, .right), at: Position(column: inner.column, row: row),
            style: canvas.on(isSelected ? .key : .text), clip: inner)
        let place = Rect(column: inner.column + labels, row: row, width: inner.width - labels - 1, height: 1)
        if isSelected { frame.fill(place, style: canvas.theme[.selection]) }
        let style = isSelected ? canvas.theme[.selection] : canvas.on(.text)
        if field.choices.isEmpty {
            // The end of a long path is what is being typed.
            let text = String(field.text.suffix(max(0, place.width - 1)))
            let end = frame.put(text, at: Position(column: place.column, row: row), style: style, clip: place)
            if isSelected { frame.cursor = Position(column: min(end, place.endColumn - 1), row: row) }
        } else {
            let text = glyphs.plain(isSelected ? "← \(field.text) →" : "  \(field.text)")
            frame.put(text, at: Position(column: place.column, row: row), style: style, clip: place)
        }
        let hint = TextWidth.clip(glyphs.plain(field.hint), to: place.width, ellipsis: glyphs.ellipsis)
        frame.put(hint, at: Position(column: place.column, row: row + 1), style: canvas.on(.faint), clip: inner)
    }
}

extension String {
    var trimmed: String {
        var text = Substring(self)
        while text.first?.isWhitespace == true { text.removeFirst() }
        while text.last?.isWhitespace == true { text.removeLast() }
        return String(text)
    }
}
