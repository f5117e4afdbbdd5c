import Screen

/// The keys, those of what has the focus first, and at the end why some of them are refused now.
struct HelpPopup: Popup {
    var scroll = 0

    var footer: [PopupKey] {
        [PopupKey("j k", "scroll"), PopupKey(.character(":"), "find by name"), PopupKey(.escape, "close")]
    }

    func rect(_ state: State) -> Rect? { box(HelpText(state), state) }

    private func box(_ text: HelpText, _ state: State) -> Rect {
        let width = text.columns.count * HelpText.columnWidth + 3
        return PopupCanvas.rect(width: width, height: text.height + 2, on: state.size)
    }

    private func window(_ text: HelpText, _ state: State, from line: Int) -> ScrollWindow {
        ScrollWindow(count: text.height, in: box(text, state).inset(1, 1), .from(line))
    }

    func draw(_ canvas: PopupCanvas, into frame: inout Frame) {
        let text = HelpText(canvas.state)
        let inner = canvas.open("Keys", in: box(text, canvas.state), footer: footer, into: &frame)
        let window = window(text, canvas.state, from: scroll)
        window.drawMark(into: &frame, column: inner.endColumn, glyphs: canvas.glyphs, style: canvas.on(.popupBorder))
        for (index, lines) in text.columns.enumerated() {
            let column = inner.column + 1 + index * HelpText.columnWidth
            let width = min(HelpText.columnWidth - 1, inner.width - 2)
            for line in window.lines where line < lines.count {
                let place = Rect(column: column, row: window.rect(of: line).row, width: width, height: 1)
                let spans = lines[line].map { Span(canvas.glyphs.plain($0.text), canvas.on($0.role)) }
                frame.put(spans, at: Position(column: place.column, row: place.row), clip: place)
            }
        }
    }

    func press(_ key: Key, in state: inout State) -> [Effect] {
        switch key {
        case .escape, .character("?"), .character("q"), .enter:
            state.popup = nil
            return []
        case .character(":"): return state.present(PalettePopup())
        default: break
        }
        var line = scroll
        switch KeyTable.motion(for: key) {
        case .down: line += 1
        case .up: line -= 1
        case .pageDown: line += 10
        case .pageUp: line -= 10
        case .first: line = 0
        case .last: line = Int(Int32.max)
        default: break
        }
        let text = HelpText(state)
        return state.present(HelpPopup(scroll: window(text, state, from: line).first))
    }
}

/// The key table laid out in columns for the help.
struct HelpText {
    typealias Line = [(text: String, role: Role)]

    static let columnWidth = 54
    private static let keyWidth = 12

    /// One, two or three columns of lines.
    let columns: [[Line]]

    var height: Int { columns.map(\.count).max() ?? 0 }

    init(_ state: State) {
        let actions = KeyTable.actions(on: state.page)
        var groups = state.page.helpOrder(state).map { group in Self.lines(group, actions, state) }
        groups.append(Self.refused(actions, state))
        let most = min(groups.count, max(1, (state.size.width - 5) / Self.columnWidth))
        // Groups fill the columns from the left, about evenly.
        let total = groups.reduce(0) { $0 + $1.count }
        var columns: [[Line]] = [[]]
        for group in groups {
            let isFull = (columns.last?.count ?? 0) + group.count / 2 > (total + most - 1) / most
            if isFull, columns.count < most { columns.append([]) }
            columns[columns.count - 1] += group
        }
        self.columns = columns
    }

    private static func lines(_ group: Action.Group, _ actions: [Action], _ state: State) -> [Line] {
        var lines: [Line] = [[(group.rawValue, .accent)]]
        // The six views are one line.
        let views = Set(WorkbenchView.allCases.map { Action.show($0).name })
        if group == .everywhere {
            lines.append([(TextWidth.pad("1 to 6", to: keyWidth), .key), ("the six views", .text)])
        }
        for action in actions where action.group == group && !views.contains(action.name) {
            let keys = TextWidth.pad(action.keyLabels.joined(separator: " "), to: keyWidth)
            let isRefused = action.refusal(state) != nil
            lines.append([(keys, isRefused ? .faint : .key), (action.help, isRefused ? .faint : .text)])
        }
        lines.append([])
        return lines
    }

    /// What cannot be done now: under each reason the keys that it keeps from working.
    private static func refused(_ actions: [Action], _ state: State) -> [Line] {
        var reasons: [(text: String, keys: [String])] = []
        for action in actions {
            guard let reason = action.refusal(state), let key = action.keyLabels.first else { continue }
            if let index = reasons.firstIndex(where: { $0.text == reason }) {
                reasons[index].keys.append(key)
            } else {
                reasons.append((reason, [key]))
            }
        }
        guard !reasons.isEmpty else { return [] }
        let room = columnWidth - 2
        var lines: [Line] = [[("Not possible now", .accent)]]
        for reason in reasons {
            for line in TextWidth.wrap(reason.keys.joined(separator: " "), to: room) { lines.append([(line, .key)]) }
            for line in TextWidth.wrap(reason.text, to: room - 2) { lines.append([("  " + line, .text)]) }
        }
        lines.append([])
        return lines
    }
}
