import RunStore
import Screen

/// The last line: a filter being typed, a notice, or the keys that matter here.
struct HintsView {
    let state: State
    let rect: Rect

    private var theme: Theme { state.options.theme }

    /// A hint and where it stands.
    private struct Item {
        let action: Action
        let hint: Hint
        let key: String
        var column = 0
        var width: Int { TextWidth.of(key) + 1 + TextWidth.of(hint.text) }
        /// Help and quit are always shown.
        var isFixed: Bool { hint.rank >= Hint.always - 1 }
    }

    /// What the page and the shared actions have to say, in the order of their worth here.
    private var wanted: [Item] {
        let own = state.page.actions
        let names = Set(own.map(\.name))
        let actions = own + KeyTable.shared.filter { !names.contains($0.name) }
        let items = actions.compactMap { action in
            action.hint(state).map { hint in
                Item(action: action, hint: hint, key: hint.key ?? action.keys.first?.label ?? "")
            }
        }
        return items.sorted { $0.hint.rank < $1.hint.rank }
    }

    /// The hints that fit and their columns; help and quit always do.
    private var shown: [Item] {
        let wanted = wanted
        let fixed = wanted.filter(\.isFixed)
        var room = rect.width - 2 - fixed.reduce(0) { $0 + $1.width + 2 }
        var kept: [Item] = []
        for item in wanted where !item.isFixed && item.width + 2 <= room {
            kept.append(item)
            room -= item.width + 2
        }
        var column = rect.column + 1
        return (kept + fixed).map { item in
            defer { column += item.width + 2 }
            var item = item
            item.column = column
            return item
        }
    }

    /// The filter that takes the keys, if one does.
    private var typed: Filter? { state.popup == nil ? state.typedFilter.map { state[keyPath: $0] } : nil }

    func draw(into frame: inout Frame) {
        let start = Position(column: rect.column + 1, row: rect.row)
        let glyphs = state.options.glyphs
        if let typed {
            let column = frame.put(
                [Span("/", theme[.key]), Span(typed.text, theme[.text])], at: start, clip: rect)
            frame.cursor = Position(column: min(column, rect.endColumn - 1), row: rect.row)
            let help = [
                Span("Enter", theme[.key]), Span(" apply  ", theme[.faint]), Span("Esc", theme[.key]),
                Span(" clear", theme[.faint]),
            ]
            if column + help.width + 3 < rect.endColumn { frame.put(help, endingAt: rect.endColumn - 1, row: rect.row) }
            return
        }
        if let notice = state.notice {
            let style = theme[notice.isProblem ? .warning : .accent]
            let text = TextWidth.clip(glyphs.plain(notice.text), to: rect.width - 2, ellipsis: glyphs.ellipsis)
            frame.put(text, at: start, style: style, clip: rect)
            return
        }
        for item in shown {
            let spans = [Span(item.key, theme[.key]), Span(" " + item.hint.text, theme[.faint])]
            frame.put(spans, at: Position(column: item.column, row: rect.row), clip: rect)
        }
    }

    var clickables: [Clickable] {
        guard typed == nil, state.notice == nil, state.popup == nil else { return [] }
        return shown.map {
            Clickable(rect: Rect(column: $0.column, row: rect.row, width: $0.width, height: 1), action: $0.action)
        }
    }
}

extension GlyphSet {
    /// The arrow keys, in a hint.
    var arrows: String { self == .ascii ? "<- ->" : "←→" }
}
