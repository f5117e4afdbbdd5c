import Screen

/// A list to choose from, with a filter.
struct Chooser: Popup {
    struct Row: Sendable {
        var cells: [Span]
        /// What the filter looks at.
        var text: String
        /// What is in view or in use now.
        var isCurrent: Bool
        /// Chooses it at once.
        var letter: Character?
        var choose: Action.Handler

        init(
            cells: [Span], text: String, isCurrent: Bool = false, letter: Character? = nil,
            choose: @escaping Action.Handler
        ) {
            (self.cells, self.text, self.isCurrent) = (cells, text, isCurrent)
            (self.letter, self.choose) = (letter, choose)
        }
    }

    let title: String
    var width = 80
    /// What Enter does, for the bottom edge.
    var verb = "choose"
    /// Stays open when something is chosen, and has no filter.
    var isToggle = false
    let table: @Sendable (State) -> Table
    /// All rows as they are now.
    let rows: @Sendable (State) -> [Row]
    var list = ListState()

    /// The same chooser with the current row selected.
    func selectingCurrent(_ state: State) -> Chooser {
        var chooser = self
        chooser.list.selected = rows(state).firstIndex { $0.isCurrent } ?? 0
        return chooser
    }

    /// The rows that the filter lets through.
    private func shown(_ state: State) -> [Row] { rows(state).filter { list.filter.passes($0.text) } }

    var footer: [PopupKey] {
        let filter = isToggle ? [] : [PopupKey(.character("/"), "filter")]
        return [PopupKey(.enter, verb)] + filter + [PopupKey(.escape, "close")]
    }

    func rect(_ state: State) -> Rect? { box(state) }

    private func box(_ state: State) -> Rect {
        PopupCanvas.rect(width: width, height: min(rows(state).count, 20) + 3, on: state.size)
    }

    private func window(_ count: Int, _ state: State) -> ScrollWindow {
        Table.window(count: count, in: box(state).inset(1, 1), .around(list.selected))
    }

    func draw(_ canvas: PopupCanvas, into frame: inout Frame) {
        let state = canvas.state
        let rows = shown(state)
        let note = canvas.note(list.filter, count: rows.count)
        let inner = canvas.open(title, in: box(state), note: note, footer: footer, into: &frame)
        if rows.isEmpty {
            frame.put(centred: "nothing matches /\(list.filter.text)", in: inner, style: canvas.on(.faint))
            return
        }
        let window = window(rows.count, state)
        table(state).draw(in: window, selected: list.selected, into: &frame, with: state.options.appearance) {
            Table.Row(rows[$0].cells)
        }
        window.drawMark(into: &frame, column: inner.endColumn, glyphs: canvas.glyphs, style: canvas.on(.faint))
        canvas.applyBackground(inner, into: &frame)
    }

    func press(_ key: Key, in state: inout State) -> [Effect] {
        var next = self
        if list.filter.isTyping, key != .up, key != .down {
            next.list.filter.type(key)
            next.list.selected = 0
            return state.present(next)
        }
        let rows = shown(state)
        if case .character(let letter) = key, let row = rows.first(where: { $0.letter == letter }) {
            return choose(row, in: &state)
        }
        switch key {
        case .escape, .character("q"): state.popup = nil
        case .character("/") where !isToggle:
            next.list.filter.isTyping = true
            return state.present(next)
        case .enter: return rows.indices.contains(list.selected) ? choose(rows[list.selected], in: &state) : []
        default:
            guard let motion = KeyTable.motion(for: key) else { return [] }
            next.list.selected = motion.moved(list.selected, count: rows.count, page: state.size.height / 3)
            return state.present(next)
        }
        return []
    }

    private func choose(_ row: Row, in state: inout State) -> [Effect] {
        if !isToggle { state.popup = nil }
        return row.choose(&state)
    }

    func paste(_ line: String, in state: inout State) {
        guard list.filter.isTyping else { return }
        var next = self
        next.list.filter.text += line
        next.list.selected = 0
        state.popup = next
    }

    /// A click on a row chooses it, one beside the box closes it.
    func click(_ position: Position, in state: inout State) -> [Effect] {
        guard box(state).contains(position) else {
            state.popup = nil
            return []
        }
        let rows = shown(state)
        return window(rows.count, state).line(atRow: position.row).map { choose(rows[$0], in: &state) } ?? []
    }
}

extension Chooser {
    /// Columns of numbers beside a name.
    static func table(_ columns: [Table.Column]) -> Table {
        Table(columns: [Table.Column("", width: 16, grows: true)] + columns)
    }
}

extension Chooser.Row {
    /// A row of texts, the first of which the filter looks at.
    init(
        _ state: State, _ cells: [String], isCurrent: Bool = false, letter: Character? = nil,
        choose: @escaping Action.Handler
    ) {
        let theme = state.options.theme
        let spans = cells.enumerated().map { index, text in
            Span(text, theme[index > 0 ? .faint : isCurrent ? .accent : .text])
        }
        self.init(cells: spans, text: cells.first ?? "", isCurrent: isCurrent, letter: letter, choose: choose)
    }
}
