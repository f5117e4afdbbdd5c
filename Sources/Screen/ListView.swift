/// A list of which a part is in view, with the selected row marked.
public enum ListView {
    /// The first row to show so that the selected one is in view, moving as little as possible.
    public static func scroll(_ scroll: Int, selected: Int, count: Int, height: Int) -> Int {
        guard height > 0 else { return 0 }
        var first = min(scroll, selected)
        if selected >= first + height { first = selected - height + 1 }
        return max(0, min(first, count - height))
    }

    /// A thin mark on the right border that says which part of a long list is in view.
    public static func drawScrollMark(
        into frame: inout Frame, column: Int, row: Int, height: Int, first: Int, count: Int, glyphs: GlyphSet,
        style: Style
    ) {
        guard count > height, height > 1 else { return }
        let length = max(1, height * height / count)
        let room = height - length
        let start = (first * room + (count - height) / 2) / max(1, count - height)
        for line in start..<min(height, start + length) {
            frame.put(Cell(glyphs == .ascii ? "#" : "┃", style: style), column: column, row: row + line)
        }
    }
}
