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

    /// The rows of a table in a rectangle, below the titles.
    public static func window(count: Int, in rect: Rect, _ anchor: ScrollWindow.Anchor) -> ScrollWindow {
        let rows = Rect(column: rect.column, row: rect.row + 1, width: rect.width, height: rect.height - 1)
        return ScrollWindow(count: count, in: rows, anchor)
    }

    /// Draws the rows that a window has in view, and the titles above them.
    /// - Parameter window: made by `Table.window`.
    public func draw(
        in window: ScrollWindow, selected: Int?, into frame: inout Frame, with appearance: Appearance,
        _ rows: (Int) -> Row
    ) {
        let top = window.rect.row - 1
        let parts = layout(width: window.rect.width - 2)
        let titles = Rect(column: window.rect.column, row: top, width: window.rect.width, height: 1)
        var column = titles.column + 1
        for part in parts {
            let title = TextWidth.pad(columns[part.index].title, to: part.width, columns[part.index].alignment)
            frame.put(title, at: Position(column: column, row: top), style: appearance.theme[.faint], clip: titles)
            column += part.width + 2
        }
        for line in window.lines {
            let row = rows(line)
            let place = window.rect(of: line)
            if line == selected { frame.fill(place, style: appearance.theme[.selection]) }
            var column = place.column + 1
            for part in parts where part.index < row.cells.count {
                let span = row.cells[part.index]
                let text = TextWidth.pad(
                    appearance.glyphs.plain(span.text), to: part.width, columns[part.index].alignment,
                    ellipsis: appearance.glyphs.ellipsis)
                let style = line == selected ? appearance.theme[.selection] : span.style
                frame.put(text, at: Position(column: column, row: place.row), style: style, clip: place)
                column += part.width + 2
            }
        }
    }
}

/// The characters and the colours that something is drawn with.
public struct Appearance: Sendable {
    public var glyphs: GlyphSet
    public var theme: Theme
    public init(glyphs: GlyphSet, theme: Theme) {
        self.glyphs = glyphs
        self.theme = theme
    }
}
