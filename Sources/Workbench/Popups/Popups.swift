import RunStore
import Screen

/// What lies over the view: help, palette, run chooser, the question how to stop.
struct Popups {
    let state: State
    let size: Size

    var theme: Theme { state.options.theme }
    var glyphs: GlyphSet { state.options.glyphs }

    func draw(into frame: inout Frame) {
        switch state.overlay {
        case .help(let scroll): drawHelp(scroll, into: &frame)
        case .palette(let list): drawPalette(list, into: &frame)
        case .chooser(let list): drawChooser(list, into: &frame)
        case .stop(let selected): drawStop(selected, into: &frame)
        case .choose(let kind, let list): drawChoice(kind, list, into: &frame)
        case .form(let form): drawForm(form, into: &frame)
        case .overwrite(let request): drawOverwrite(request, into: &frame)
        case .value, nil: break
        }
    }

    /// An empty popup in the middle of the screen, one third down; what was under it is gone.
    func open(_ title: String, width: Int, height: Int, note: [Span] = [], footer: [Span], _ frame: inout Frame)
        -> Rect
    {
        let rect = Self.rect(width: width, height: height, size)
        let style: Frame.BitmapStyle = theme.isMono ? (glyphs == .ascii ? .ascii : .shades) : .halfBlocks
        frame.flattenPictures(under: rect, as: style)
        frame.fill(rect, style: theme[.popup])
        let inner = Box(title: title, note: note, footer: footer, isFocused: true)
            .draw(into: &frame, in: rect, glyphs: glyphs, theme: theme, border: theme[.popupBorder])
        frame.restyle(rect) { if $0.background == .standard { $0.background = theme[.popup].background } }
        return inner
    }

    static func rect(width: Int, height: Int, _ size: Size) -> Rect {
        let width = min(width, size.width - 2)
        let height = min(height, size.height - 2)
        return Rect(column: (size.width - width) / 2, row: (size.height - height) / 3 + 1, width: width, height: height)
    }

    /// A style on the popup's ground.
    func on(_ role: Role) -> Style {
        var style = theme[role]
        if style.background == .standard { style.background = theme[.popup].background }
        return style
    }

    func keys(_ pairs: [(String, String)]) -> [Span] {
        var spans: [Span] = []
        for (key, text) in pairs {
            if !spans.isEmpty { spans.append(Span("  ", on(.faint))) }
            spans += [Span(glyphs.plain(key), on(.key)), Span(" " + text, on(.faint))]
        }
        return spans
    }

    func keys(_ pairs: [(key: Key, text: String)]) -> [Span] { keys(pairs.map { ($0.key.label, $0.text) }) }

    // MARK: Stop

    private func drawStop(_ selected: Int, into frame: inout Frame) {
        guard let run = state.run else { return }
        let choices = StopChoice.allCases
        let inner = open(
            "Stop \(TextWidth.clip(run.name, to: 30))?", width: 48, height: choices.count + 4,
            footer: keys([("Enter", "choose"), ("Esc", "cancel")]), &frame)
        for (index, choice) in choices.enumerated() {
            let place = Rect(column: inner.column, row: inner.row + 1 + index, width: inner.width, height: 1)
            let isSelected = index == selected
            if isSelected { frame.fill(place, style: theme[.selection]) }
            let style = isSelected ? theme[.selection] : on(.text)
            let key = isSelected ? theme[.selection] : on(.key)
            frame.put(
                [Span("  " + String(choice.key) + "  ", key), Span(choice.rawValue, style)],
                at: Position(column: place.column, row: place.row), clip: place)
        }
    }

    // MARK: Runs

    private func drawChooser(_ list: ListState, into frame: inout Frame) {
        let runs = state.filteredRuns(list.filter)
        var note = [Span("\(runs.count)", on(.faint))]
        if !list.filter.isEmpty || list.isTyping { note.insert(Span("/\(list.filter)  ", on(.match)), at: 0) }
        let inner = open(
            "Watch which run?", width: 90, height: min(state.runs.count, 20) + 4, note: note,
            footer: keys([("Enter", "watch"), ("/", "filter"), ("Esc", "close")]), &frame)
        let place = Rect(column: inner.column, row: inner.row, width: inner.width, height: inner.height)
        if runs.isEmpty {
            frame.put(centred: "nothing matches /\(list.filter)", in: place, style: on(.faint))
        } else {
            RunTable(state: state, runs: runs).draw(into: &frame, in: place, selected: list.selected)
            frame.restyle(place) { if $0.background == .standard { $0.background = theme[.popup].background } }
        }
    }

    // MARK: Palette

    private func drawPalette(_ list: ListState, into frame: inout Frame) {
        let found = ActionPalette.matches(list.filter)
        let inner = open(
            "Palette", width: 78, height: 18, note: [Span("\(found.count)", on(.faint))],
            footer: keys([("↑↓", "select"), ("Enter", "do it"), ("Esc", "close")]), &frame)
        guard inner.height > 2 else { return }
        let column = frame.put(
            [Span(" :", on(.key)), Span(list.filter, on(.text))], at: Position(column: inner.column, row: inner.row),
            clip: inner)
        frame.cursor = Position(column: min(column, inner.endColumn - 1), row: inner.row)
        let rows = Rect(column: inner.column, row: inner.row + 1, width: inner.width, height: inner.height - 1)
        let first = max(0, min(list.selected - rows.height / 2, found.count - rows.height))
        if found.isEmpty {
            frame.put(centred: "nothing is called \"\(list.filter)\"", in: rows, style: on(.faint))
        }
        for line in 0..<max(0, min(rows.height, found.count - first)) {
            let binding = found[first + line]
            let place = Rect(column: rows.column, row: rows.row + line, width: rows.width, height: 1)
            let isSelected = first + line == list.selected
            if isSelected { frame.fill(place, style: theme[.selection]) }
            func style(_ role: Role) -> Style { isSelected ? theme[.selection] : on(role) }
            let key = TextWidth.pad(glyphs.plain(binding.keyLabel), to: 14, .right)
            let name = TextWidth.pad(binding.name, to: 17)
            frame.put(
                [
                    Span(" " + name, style(.text)),
                    Span(TextWidth.pad(binding.help, to: max(0, place.width - 34)), style(.faint)),
                    Span(key, style(.key)),
                ],
                at: Position(column: place.column, row: place.row), clip: place)
        }
    }

    // MARK: Help

    private func drawHelp(_ scroll: Int, into frame: inout Frame) {
        let text = HelpText(state: state, size: size)
        let columns = text.columns
        let height = (columns.map(\.count).max() ?? 0) + 2
        let inner = open(
            "Keys", width: columns.count * HelpText.columnWidth + 3, height: height,
            footer: keys([("j k", "scroll"), (":", "by name"), ("Esc", "close")]), &frame)
        ListView.drawScrollMark(
            into: &frame, column: inner.endColumn, row: inner.row, height: inner.height, first: scroll,
            count: height - 2, glyphs: glyphs, style: on(.popupBorder))
        for (index, lines) in columns.enumerated() {
            let place = Rect(
                column: inner.column + 1 + index * HelpText.columnWidth, row: inner.row,
                width: min(HelpText.columnWidth - 1, inner.width - 2), height: inner.height)
            for (row, line) in lines.dropFirst(scroll).prefix(place.height).enumerated() {
                let spans = line.map { Span(glyphs.plain($0.text), on($0.role)) }
                frame.put(spans, at: Position(column: place.column, row: place.row + row), clip: place)
            }
        }
    }
}

/// The key table laid out in columns for the help.
struct HelpText {
    static let columnWidth = 54
    private static let keyWidth = 12

    /// One, two or three columns of lines.
    let columns: [[[(text: String, role: Role)]]]

    init(state: State, size: Size) {
        let groups = Self.order(state).map { group in Self.lines(group) }
        let most = min(groups.count, max(1, (size.width - 5) / Self.columnWidth))
        // Groups fill the columns from the left, about evenly.
        let total = groups.reduce(0) { $0 + $1.count }
        var columns: [[[(text: String, role: Role)]]] = [[]]
        for group in groups {
            let isFull = (columns.last?.count ?? 0) + group.count / 2 > (total + most - 1) / most
            if isFull, columns.count < most { columns.append([]) }
            columns[columns.count - 1] += group
        }
        self.columns = columns
    }

    /// What has the focus comes first.
    private static func order(_ state: State) -> [Binding.Group] {
        switch state.current {
        case .monitor where state.focus == .log: [.log, .moving, .training, .curves, .smoother, .everywhere]
        case .monitor: [.curves, .moving, .training, .log, .smoother, .everywhere]
        case .smoother: [.smoother, .curves, .moving, .everywhere, .training, .log]
        default: [.moving, .training, .everywhere, .curves, .log, .smoother]
        }
    }

    private static func lines(_ group: Binding.Group) -> [[(text: String, role: Role)]] {
        var lines: [[(text: String, role: Role)]] = [[(group.rawValue, .accent)]]
        let bindings = KeyTable.bindings.filter { $0.group == group }
        // The six views are one line.
        let isViews = group == .everywhere
        if isViews { lines.append([(TextWidth.pad("1 to 6", to: keyWidth), .key), ("the six views", .text)]) }
        for binding in bindings {
            if isViews, case .show = binding.action { continue }
            lines.append([(TextWidth.pad(binding.keyLabel, to: keyWidth), .key), (binding.help, .text)])
        }
        lines.append([])
        return lines
    }

    /// How far the help can be scrolled on a screen of a size.
    static func maximalScroll(_ size: Size) -> Int {
        let text = HelpText(state: State(), size: size)
        let height = text.columns.map(\.count).max() ?? 0
        return max(0, height - (Popups.rect(width: 10, height: height + 2, size).height - 2))
    }
}
