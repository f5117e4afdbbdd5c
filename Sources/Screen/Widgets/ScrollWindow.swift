/// The part of a list that is in view: which lines, in which rows. What is drawn and what the mouse is on are both found
/// here, so that they cannot disagree.
public struct ScrollWindow: Equatable, Sendable {
    /// What is kept in view when not all lines fit.
    public enum Anchor: Equatable, Sendable {
        /// The line in the middle, as far as the ends of the list let it.
        case around(Int)
        /// The line at the top.
        case from(Int)
        /// The last line at the bottom.
        case end
    }

    /// The rows that the lines take.
    public let rect: Rect
    /// The lines of the whole list.
    public let count: Int
    /// The line in the first row.
    public let first: Int

    public init(count: Int, in rect: Rect, _ anchor: Anchor) {
        self.rect = rect
        self.count = max(0, count)
        let last = max(0, count - rect.height)
        switch anchor {
        case .around(let line): first = max(0, min(line - rect.height / 2, last))
        case .from(let line): first = max(0, min(line, last))
        case .end: first = last
        }
    }

    /// How far a list can be scrolled that has so many rows.
    public static func furthest(count: Int, height: Int) -> Int { max(0, count - max(0, height)) }

    /// The lines in view.
    public var lines: Range<Int> { first..<max(first, min(count, first + rect.height)) }

    /// The row of a line in view.
    public func rect(of line: Int) -> Rect {
        Rect(column: rect.column, row: rect.row + line - first, width: rect.width, height: 1)
    }

    /// The line at a place; nil beside the lines.
    public func line(at position: Position) -> Int? {
        rect.contains(position) ? line(atRow: position.row) : nil
    }

    /// The line in a row of the screen; nil above and below the lines.
    public func line(atRow row: Int) -> Int? {
        let line = first + row - rect.row
        return lines.contains(line) ? line : nil
    }

    /// A thin mark in a column, as a rule the right border, that says which part is in view; none when all of it is.
    public func drawMark(into frame: inout Frame, column: Int, glyphs: GlyphSet, style: Style) {
        let height = rect.height
        guard count > height, height > 1 else { return }
        let length = max(1, height * height / count)
        let room = height - length
        let start = (first * room + (count - height) / 2) / max(1, count - height)
        for line in start..<min(height, start + length) {
            frame.put(Cell(glyphs == .ascii ? "#" : "┃", style: style), column: column, row: rect.row + line)
        }
    }
}
