/// A bordered box with a title on the left of its top edge and notes on the right.
public struct Box: Sendable {
    public var title: String
    /// Spans after the title, left out when there is no room.
    public var legend: [Span]
    /// Spans at the right end of the top edge.
    public var note: [Span]
    /// Spans at the right end of the bottom edge.
    public var footer: [Span]
    public var isFocused: Bool

    public init(
        title: String, legend: [Span] = [], note: [Span] = [], footer: [Span] = [], isFocused: Bool = false
    ) {
        self.title = title
        self.legend = legend
        self.note = note
        self.footer = footer
        self.isFocused = isFocused
    }

    /// Draws the box and gives the rectangle inside its border.
    @discardableResult
    public func draw(
        into frame: inout Frame, in rect: Rect, glyphs: GlyphSet, theme: Theme, border: Style? = nil
    ) -> Rect {
        guard rect.width >= 2, rect.height >= 2 else {
            return Rect(column: rect.column, row: rect.row, width: 0, height: 0)
        }
        let line = border ?? theme[isFocused ? .borderFocused : .border]
        let box = glyphs.box
        let (right, bottom) = (rect.endColumn - 1, rect.endRow - 1)
        for column in rect.column..<rect.endColumn {
            frame.put(Cell(box.horizontal, style: line), column: column, row: rect.row)
            frame.put(Cell(box.horizontal, style: line), column: column, row: bottom)
        }
        for row in rect.row..<rect.endRow {
            frame.put(Cell(box.vertical, style: line), column: rect.column, row: row)
            frame.put(Cell(box.vertical, style: line), column: right, row: row)
        }
        frame.put(Cell(box.topLeft, style: line), column: rect.column, row: rect.row)
        frame.put(Cell(box.topRight, style: line), column: right, row: rect.row)
        frame.put(Cell(box.bottomLeft, style: line), column: rect.column, row: bottom)
        frame.put(Cell(box.bottomRight, style: line), column: right, row: bottom)
        drawTopEdge(into: &frame, rect: rect, glyphs: glyphs, theme: theme)
        if !footer.isEmpty, footer.width + 4 <= rect.width {
            let edge = [Span(" ", line)] + footer + [Span(" ", line)]
            frame.put(edge, endingAt: right - 1, row: bottom, clip: rect)
        }
        return rect.inset(1, 1)
    }

    /// The column where the footer begins; nil when it has no room.
    public func footerColumn(in rect: Rect) -> Int? {
        footer.isEmpty || footer.width + 4 > rect.width ? nil : rect.endColumn - 3 - footer.width
    }

    /// The title always, cut if it must be; the note if it fits beside it; the legend if both leave room.
    private func drawTopEdge(into frame: inout Frame, rect: Rect, glyphs: GlyphSet, theme: Theme) {
        let room = rect.width - 4
        guard room > 0 else { return }
        let style = theme[isFocused ? .titleFocused : .title]
        let start = Position(column: rect.column + 1, row: rect.row)
        let clip = rect.inset(1, 0)
        let shown = TextWidth.clip(glyphs.plain(title), to: room, ellipsis: glyphs.ellipsis)
        var used = TextWidth.of(shown) + 2
        let column = shown.isEmpty ? start.column : frame.put(" \(shown) ", at: start, style: style, clip: clip)
        if !note.isEmpty, used + note.width + 2 <= rect.width - 3 {
            frame.put([Span(" ")] + note + [Span(" ")], endingAt: rect.endColumn - 1, row: rect.row, clip: clip)
            used += note.width + 2
        }
        if !legend.isEmpty, used + legend.width + 2 <= rect.width - 2 {
            frame.put(legend, at: Position(column: column, row: rect.row), clip: clip)
        }
    }
}
