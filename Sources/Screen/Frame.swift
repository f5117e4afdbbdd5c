/// A whole screen as a value: cells row by row, the pictures that lie over them, and where the cursor shows.
///
/// Everything drawn is clipped: to the frame always, to a rectangle when one is given. Nothing here fails.
public struct Frame: Equatable, Sendable {
    public let size: Size
    /// Row by row from the top left; `size.width * size.height` of them.
    public private(set) var cells: [Cell]
    public var pictures: [Picture] = []
    /// Where a text cursor shows; nil hides it.
    public var cursor: Position?

    public init(size: Size, style: Style = .plain) {
        self.size = Size(width: max(0, size.width), height: max(0, size.height))
        cells = Array(repeating: Cell(" ", style: style), count: self.size.width * self.size.height)
    }

    /// The whole frame as a rectangle.
    public var bounds: Rect { Rect(column: 0, row: 0, width: size.width, height: size.height) }

    /// The cell at a place; a blank one outside the frame.
    public subscript(column: Int, row: Int) -> Cell {
        guard contains(column, row) else { return Cell() }
        return cells[row * size.width + column]
    }

    /// Writes text from a place to the right, one line; what leaves `clip` is not drawn.
    /// - Returns: the column after the last character, drawn or not.
    @discardableResult
    public mutating func put(
        _ text: String, at position: Position, style: Style = .plain, clip: Rect? = nil
    ) -> Int {
        let clip = (clip ?? bounds).intersection(bounds)
        var column = position.column
        for character in text {
            let width = TextWidth.of(character)
            if width == 0 { continue }
            if column >= clip.endColumn { column += width; continue }
            if clip.contains(column: column, row: position.row) {
                if width == 1 {
                    set(column, position.row, Cell(TextWidth.cellText(character), style: style))
                } else if column + 1 < clip.endColumn {
                    set(column, position.row, Cell(TextWidth.cellText(character), style: style))
                    set(column + 1, position.row, Cell("", style: style), second: true)
                } else {
                    set(column, position.row, Cell(" ", style: style))
                }
            } else if width == 2, clip.contains(column: column + 1, row: position.row) {
                set(column + 1, position.row, Cell(" ", style: style))
            }
            column += width
        }
        return column
    }

    /// Draws one cell, clipped to the frame.
    public mutating func put(_ cell: Cell, column: Int, row: Int) {
        if contains(column, row) { set(column, row, cell) }
    }

    /// Fills a rectangle with one character.
    public mutating func fill(_ rect: Rect, with text: String = " ", style: Style = .plain) {
        let area = rect.intersection(bounds)
        for row in area.row..<area.endRow {
            for column in area.column..<area.endColumn { set(column, row, Cell(text, style: style)) }
        }
    }

    /// Changes the style of cells and keeps what they say.
    public mutating func restyle(_ rect: Rect, _ change: (inout Style) -> Void) {
        let area = rect.intersection(bounds)
        for row in area.row..<area.endRow {
            for column in area.column..<area.endColumn { change(&cells[row * size.width + column].style) }
        }
    }

    /// The screen as lines of text without styles, blanks at the ends removed.
    public var text: [String] {
        (0..<size.height).map { row in
            var line = ""
            for column in 0..<size.width { line += cells[row * size.width + column].text }
            while line.last == " " { line.removeLast() }
            return line
        }
    }

    private func contains(_ column: Int, _ row: Int) -> Bool {
        column >= 0 && row >= 0 && column < size.width && row < size.height
    }

    /// Sets a cell; a wide character that loses one of its halves becomes blank.
    private mutating func set(_ column: Int, _ row: Int, _ cell: Cell, second: Bool = false) {
        let index = row * size.width + column
        if !second, cells[index].text.isEmpty, column > 0 { cells[index - 1].text = " " }
        if column + 1 < size.width, cells[index + 1].text.isEmpty { cells[index + 1].text = " " }
        cells[index] = cell
    }
}

extension Rect {
    /// The first column to the right of the rectangle.
    public var endColumn: Int { column + width }
    /// The first row below the rectangle.
    public var endRow: Int { row + height }
    public var isEmpty: Bool { width == 0 || height == 0 }

    public func contains(column: Int, row: Int) -> Bool {
        column >= self.column && column < endColumn && row >= self.row && row < endRow
    }

    public func contains(_ position: Position) -> Bool { contains(column: position.column, row: position.row) }

    /// The common part; empty when there is none.
    public func intersection(_ other: Rect) -> Rect {
        let left = max(column, other.column)
        let top = max(row, other.row)
        return Rect(
            column: left, row: top, width: min(endColumn, other.endColumn) - left,
            height: min(endRow, other.endRow) - top)
    }

    /// The rectangle without a margin on each side.
    public func inset(_ columns: Int, _ rows: Int) -> Rect {
        Rect(column: column + columns, row: row + rows, width: width - 2 * columns, height: height - 2 * rows)
    }
}
