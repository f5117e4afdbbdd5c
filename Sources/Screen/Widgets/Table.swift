/// A table whose columns share the width: each has a least width, some grow, and the least important go first when
/// there is no room.
public struct Table: Sendable {
    public struct Column: Sendable {
        public var title: String
        public var width: Int
        public var grows: Bool
        public var alignment: TextWidth.Alignment
        /// Columns of higher rank are dropped first.
        public var rank: Int
        public init(
            _ title: String, width: Int, grows: Bool = false, alignment: TextWidth.Alignment = .left, rank: Int = 0
        ) {
            self.title = title
            self.width = width
            self.grows = grows
            self.alignment = alignment
            self.rank = rank
        }
    }

    public struct Row: Sendable {
        public var cells: [Span]
        public init(_ cells: [Span]) { self.cells = cells }
    }

    public var columns: [Column]
    public init(columns: [Column]) { self.columns = columns }

    /// The columns that fit and their widths, with two blanks between them.
    public func layout(width: Int) -> [(index: Int, width: Int)] {
        var kept = Array(columns.indices)
        func needed() -> Int { kept.reduce(0) { $0 + columns[$1].width } + 2 * max(0, kept.count - 1) }
        while kept.count > 1, needed() > width {
            guard let worst = kept.max(by: { columns[$0].rank < columns[$1].rank }) else { break }
            kept.removeAll { $0 == worst }
        }
        var spare = max(0, width - needed())
        let growing = kept.filter { columns[$0].grows }.count
        return kept.map { index in
            guard columns[index].grows, growing > 0 else { return (index, min(width, columns[index].width)) }
            let share = spare / growing
            spare -= growing == 1 ? share : 0
            return (index, min(width, columns[index].width) + share)
        }
    }

    /// Draws the titles in the first row and the rows from `first` below it.
    public func draw(
        _ rows: (Int) -> Row, count: Int, first: Int, selected: Int?, into frame: inout Frame, in rect: Rect,
        glyphs: GlyphSet, theme: Theme
    ) {
        guard rect.height > 0 else { return }
        let parts = layout(width: rect.width - 2)
        var column = rect.column + 1
        for part in parts {
            let title = TextWidth.pad(columns[part.index].title, to: part.width, columns[part.index].alignment)
            frame.put(title, at: Position(column: column, row: rect.row), style: theme[.faint], clip: rect)
            column += part.width + 2
        }
        for line in 0..<max(0, min(rect.height - 1, count - first)) {
            let row = rows(first + line)
            let isSelected = first + line == selected
            let y = rect.row + 1 + line
            let whole = Rect(column: rect.column, row: y, width: rect.width, height: 1)
            if isSelected { frame.fill(whole, style: theme[.selection]) }
            var column = rect.column + 1
            for part in parts where part.index < row.cells.count {
                let span = row.cells[part.index]
                let text = TextWidth.pad(
                    glyphs.plain(span.text), to: part.width, columns[part.index].alignment, ellipsis: glyphs.ellipsis)
                let style = isSelected ? theme[.selection] : span.style
                frame.put(text, at: Position(column: column, row: y), style: style, clip: whole)
                column += part.width + 2
            }
        }
    }
}
