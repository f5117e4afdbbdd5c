import Evaluation
import Screen

extension Popups {
    static func chooserRect(rows: Int, _ size: Size) -> Rect { rect(width: 80, height: min(rows, 20) + 3, size) }

    private static let formWidth = 84
    private static func formHeight(_ form: Form) -> Int { form.fields.count * 2 + 4 }

    static func formRect(_ form: Form, _ size: Size) -> Rect {
        rect(width: formWidth, height: formHeight(form), size)
    }

    static func overwriteRect(_ size: Size) -> Rect { rect(width: 70, height: 5, size) }

    /// The keys that a popup names on its bottom edge; a click there presses them.
    static func footer(_ overlay: Overlay) -> [(key: Key, text: String)] {
        switch overlay {
        case .form: [(.tab, "next"), (.enter, "do it"), (.escape, "cancel")]
        case .overwrite: [(.character("y"), "replace"), (.character("n"), "leave it")]
        case .choose(.curves, _): [(.enter, "show or hide"), (.escape, "close")]
        case .choose: [(.enter, "choose"), (.character("/"), "filter"), (.escape, "close")]
        default: []
        }
    }

    /// The key named at a place of the bottom edge of a popup.
    func key(at position: Position, of overlay: Overlay, in rect: Rect) -> Key? {
        let all = Self.footer(overlay)
        guard position.row == rect.endRow - 1,
            var column = Box(title: "", footer: keys(all)).footerColumn(in: rect)
        else { return nil }
        for item in all {
            let end = column + keys([item]).width
            if (column..<end).contains(position.column) { return item.key }
            column = end + 2
        }
        return nil
    }

    func drawChoice(_ kind: Chooser, _ list: ListState, into frame: inout Frame) {
        let rows = state.chooserRows(kind, filter: list.filter)
        let all = state.chooserRows(kind, filter: "").count
        let size = Self.chooserRect(rows: all, self.size)
        var note = [Span("\(rows.count)", on(.faint))]
        if !list.filter.isEmpty || list.isTyping { note.insert(Span("/\(list.filter)  ", on(.match)), at: 0) }
        let inner = open(
            kind.title, width: size.width, height: size.height, note: note,
            footer: keys(Self.footer(.choose(kind, list))), &frame)
        if rows.isEmpty {
            frame.put(centred: "nothing matches /\(list.filter)", in: inner, style: on(.faint))
            return
        }
        let height = max(0, inner.height - 1)
        let first = max(0, min(list.selected - height / 2, rows.count - height))
        columns(kind).draw(
            { row in
                Table.Row(
                    rows[row].cells.enumerated().map { index, text in
                        Span(text, on(index > 0 ? .faint : rows[row].isCurrent ? .accent : .text))
                    })
            }, count: rows.count, first: first, selected: list.selected, into: &frame, in: inner, glyphs: glyphs,
            theme: theme)
        frame.restyle(inner) { if $0.background == .standard { $0.background = theme[.popup].background } }
    }

    private func columns(_ kind: Chooser) -> Table {
        let score = state.smoother.set?.task.scoreName ?? "score"
        func column(_ title: String, _ width: Int, _ rank: Int = 0) -> Table.Column {
            Table.Column(title, width: width, alignment: .right, rank: rank)
        }
        let name = Table.Column("", width: 16, grows: true)
        switch kind {
        case .place: return Table(columns: [Table.Column("", width: 20, grows: true), Table.Column("", width: 10)])
        case .run:
            return Table(columns: [
                name, column("id", 5), Table.Column("task", width: 4), Table.Column("condition", width: 9),
                column("score", 6),
            ])
        case .fold: return Table(columns: [name, column("raw", 6), column("smoothed", 8), column("Δ", 6)])
        case .video:
            return Table(columns: [
                name, column("\(score) raw", 8), column("smoothed", 8), column("Δ", 6), column("missing", 7),
                column("effect", 7, 1),
            ])
        case .channel:
            return Table(columns: [name, column("raw", 6), column("smoothed", 8), column("sigmas", 18)])
        case .curves: return Table(columns: [name])
        }
    }

    func drawForm(_ form: Form, into frame: inout Frame) {
        let inner = open(
            form.title, width: Self.formWidth, height: Self.formHeight(form), footer: keys(Self.footer(.form(form))),
            &frame)
        let labels = 17
        for (index, field) in form.fields.enumerated() {
            let row = inner.row + index * 2
            let isSelected = index == form.selected
            frame.put(
                TextWidth.pad(field.label, to: labels - 2, .right), at: Position(column: inner.column, row: row),
                style: on(isSelected ? .key : .text), clip: inner)
            let place = Rect(
                column: inner.column + labels, row: row, width: inner.width - labels - 1, height: 1)
            if isSelected { frame.fill(place, style: theme[.selection]) }
            let style = isSelected ? theme[.selection] : on(.text)
            if field.choices.isEmpty {
                // The end of a long path is what is being typed.
                let room = max(0, place.width - 1)
                let text = String(field.text.suffix(room))
                let end = frame.put(text, at: Position(column: place.column, row: row), style: style, clip: place)
                if isSelected { frame.cursor = Position(column: min(end, place.endColumn - 1), row: row) }
            } else {
                let text = glyphs.plain(isSelected ? "← \(field.text) →" : "  \(field.text)")
                frame.put(text, at: Position(column: place.column, row: row), style: style, clip: place)
            }
            let hint = TextWidth.clip(glyphs.plain(field.hint), to: place.width, ellipsis: glyphs.ellipsis)
            frame.put(hint, at: Position(column: place.column, row: row + 1), style: on(.faint), clip: inner)
        }
        if let problem = form.problem {
            frame.put(
                TextWidth.clip(problem, to: inner.width - 2),
                at: Position(column: inner.column + 1, row: inner.endRow - 1),
                style: on(.warning), clip: inner)
        }
    }

    func drawOverwrite(_ request: ExportRequest, into frame: inout Frame) {
        let inner = open(
            "Replace the file?", width: 70, height: 5, footer: keys(Self.footer(.overwrite(request))), &frame)
        let text = TextWidth.clip("\(request.path) is there already.", to: inner.width - 4, ellipsis: glyphs.ellipsis)
        frame.put(text, at: Position(column: inner.column + 2, row: inner.row + 1), style: on(.text), clip: inner)
    }
}
