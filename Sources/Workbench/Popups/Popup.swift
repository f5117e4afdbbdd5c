import Screen

/// What lies over the view and has the keys: help, palette, choosers, forms and questions. A popup is a value; when a key
/// changes it, it puts its new self into the state.
protocol Popup: Sendable {
    /// Where it lies on a screen; nil when it is not a box.
    func rect(_ state: State) -> Rect?
    /// The keys that it names on its bottom edge; a click there presses them.
    var footer: [PopupKey] { get }
    func draw(_ canvas: PopupCanvas, into frame: inout Frame)
    func press(_ key: Key, in state: inout State) -> [Effect]
    /// A line of text was pasted.
    func paste(_ line: String, in state: inout State)
    /// A click that is not on the keys of the bottom edge.
    func click(_ position: Position, in state: inout State) -> [Effect]
}

extension Popup {
    var footer: [PopupKey] { [] }
    func paste(_ line: String, in state: inout State) {}
    func click(_ position: Position, in state: inout State) -> [Effect] { [] }

    /// The wheel moves the selection.
    func receive(_ mouse: Mouse, in state: inout State) -> [Effect] {
        switch mouse.action {
        case .scrollUp: return press(.up, in: &state)
        case .scrollDown: return press(.down, in: &state)
        case .press:
            if let key = footerKey(at: mouse.position, state) { return press(key, in: &state) }
            return click(mouse.position, in: &state)
        case .release, .drag, .doubleClick: return []
        }
    }

    /// The key named at a place of the bottom edge.
    private func footerKey(at position: Position, _ state: State) -> Key? {
        let canvas = PopupCanvas(state: state)
        guard let rect = rect(state), position.row == rect.endRow - 1,
            var column = Box(title: "", footer: canvas.spans(footer)).footerColumn(in: rect)
        else { return nil }
        for item in footer {
            let end = column + canvas.spans([item]).width
            if (column..<end).contains(position.column) { return item.key }
            column = end + 2
        }
        return nil
    }
}

/// A key on the bottom edge of a popup.
struct PopupKey: Sendable {
    /// What a click on it presses; nil when it stands for several keys.
    var key: Key?
    var label: String
    var text: String

    init(_ key: Key, _ text: String) { (self.key, label, self.text) = (key, key.label, text) }
    init(_ label: String, _ text: String) { (key, self.label, self.text) = (nil, label, text) }
}

/// What popups are drawn with: their background, their border, their place on the screen.
struct PopupCanvas {
    let state: State

    var theme: Theme { state.options.theme }
    var glyphs: GlyphSet { state.options.glyphs }

    /// An empty box; what was under it is gone.
    /// - Returns: the rectangle inside its border.
    func open(_ title: String, in rect: Rect, note: [Span] = [], footer: [PopupKey], into frame: inout Frame) -> Rect {
        let style: Frame.BitmapStyle = theme.isMono ? (glyphs == .ascii ? .ascii : .shades) : .halfBlocks
        frame.flattenPictures(under: rect, as: style)
        frame.fill(rect, style: theme[.popup])
        let inner = Box(title: title, note: note, footer: spans(footer), isFocused: true)
            .draw(into: &frame, in: rect, glyphs: glyphs, theme: theme, border: theme[.popupBorder])
        applyBackground(rect, into: &frame)
        return inner
    }

    /// A rectangle in the middle of the screen, one third down.
    static func rect(width: Int, height: Int, on size: Size) -> Rect {
        let width = min(width, size.width - 2)
        let height = min(height, size.height - 2)
        return Rect(column: (size.width - width) / 2, row: (size.height - height) / 3 + 1, width: width, height: height)
    }

    /// A style on the popup's background.
    func on(_ role: Role) -> Style {
        var style = theme[role]
        if style.background == .standard { style.background = theme[.popup].background }
        return style
    }

    /// Gives what was drawn without a background the popup's.
    func applyBackground(_ rect: Rect, into frame: inout Frame) {
        frame.restyle(rect) { if $0.background == .standard { $0.background = theme[.popup].background } }
    }

    func spans(_ keys: [PopupKey]) -> [Span] {
        var spans: [Span] = []
        for key in keys {
            if !spans.isEmpty { spans.append(Span("  ", on(.faint))) }
            spans += [Span(glyphs.plain(key.label), on(.key)), Span(" " + key.text, on(.faint))]
        }
        return spans
    }

    /// A filter on the top edge, and how many lines it lets through.
    func note(_ filter: Filter, count: Int) -> [Span] {
        let count = [Span("\(count)", on(.faint))]
        return filter.text.isEmpty && !filter.isTyping ? count : [Span("/\(filter.text)  ", on(.match))] + count
    }
}

extension State {
    /// Puts a popup over the view.
    mutating func present(_ popup: any Popup) -> [Effect] {
        self.popup = popup
        return []
    }
}
