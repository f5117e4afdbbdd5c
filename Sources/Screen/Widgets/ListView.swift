/// What lists of which a part is in view have in common.
public enum ListView {
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
