/// Values over two axes as coloured cells, the least dark and the greatest bright; shades where there are no colours.
public struct HeatMap: Sendable {
    /// Rows from the bottom up, as an axis rises: (rows, columns), row-major. What is not finite stays blank.
    public var values: [Double]
    public var columns: Int
    /// A place that is marked, such as where a person is.
    public var marked: (column: Int, row: Int)?

    public init(values: [Double], columns: Int, marked: (column: Int, row: Int)? = nil) {
        self.values = values
        self.columns = max(1, columns)
        self.marked = marked
    }

    public var rows: Int { values.count / columns }

    /// The place with the greatest value; nil when nothing is finite.
    public var best: (column: Int, row: Int)? {
        let finite = values.indices.filter { values[$0].isFinite }
        return finite.max { values[$0] < values[$1] }.map { ($0 % columns, $0 / columns) }
    }

    public func draw(into frame: inout Frame, in rect: Rect, glyphs: GlyphSet, theme: Theme) {
        guard !rect.isEmpty, rows > 0 else { return }
        let finite = values.filter(\.isFinite)
        guard let low = finite.min(), let high = finite.max() else { return }
        let ramp = glyphs == .ascii ? Array(".:-=+*#%@").map(String.init) : ["░", "▒", "▓", "█"]
        let (best, span) = (best, high > low ? high - low : 1)
        for line in 0..<rect.height {
            let row = (rect.height - 1 - line) * rows / rect.height
            for offset in 0..<rect.width {
                let column = offset * columns / rect.width
                let value = values[row * columns + column]
                guard value.isFinite else { continue }
                let share = (value - low) / span
                let isMiddle = isMiddle(offset, line, column, row, rect)
                var text = " "
                if isMiddle, let marked, marked == (column, row) {
                    text = glyphs == .ascii ? "O" : "●"
                } else if isMiddle, let best, best == (column, row) {
                    text = glyphs.plain("×")
                }
                var style = Style(
                    foreground: .indexed(share < 0.4 ? 231 : 16), background: .indexed(Self.color(share)),
                    attributes: .bold)
                if theme.isMono {
                    style = text == " " ? theme[.text] : theme[.selection]
                    if text == " " { text = ramp[min(ramp.count - 1, Int(share * Double(ramp.count)))] }
                }
                frame.put(Cell(text, style: style), column: rect.column + offset, row: rect.row + line)
            }
        }
    }

    /// Whether a cell of the screen is the middle one of those that show a place.
    private func isMiddle(_ offset: Int, _ line: Int, _ column: Int, _ row: Int, _ rect: Rect) -> Bool {
        let (left, right) = Self.cells(column, of: columns, in: rect.width)
        let (low, high) = Self.cells(row, of: rows, in: rect.height)
        return offset == (left + right) / 2 && rect.height - 1 - line == (low + high) / 2
    }

    /// The first and the last cell that show a place of an axis.
    private static func cells(_ place: Int, of count: Int, in length: Int) -> (Int, Int) {
        let first = (place * length + count - 1) / count
        return (first, max(first, ((place + 1) * length + count - 1) / count - 1))
    }

    /// The place under a cell of the screen; nil beside the map.
    public func place(at position: Position, in rect: Rect) -> (column: Int, row: Int)? {
        guard rect.contains(position), rows > 0 else { return nil }
        return (
            (position.column - rect.column) * columns / rect.width,
            (rect.endRow - 1 - position.row) * rows / rect.height
        )
    }

    /// Violet over blue and green to yellow, each brighter than the one before: the same to people who see fewer colours.
    private static let ramp: [UInt8] = [54, 25, 31, 37, 42, 113, 149, 184, 226]

    static func color(_ share: Double) -> UInt8 {
        ramp[min(ramp.count - 1, max(0, Int(share * Double(ramp.count))))]
    }
}
