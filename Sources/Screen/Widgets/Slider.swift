/// A track with a knob, one row high: for a number that is set with keys, or with the mouse.
public struct Slider: Sendable {
    /// Where the knob stands, 0 at the left end to 1 at the right end.
    public var share: Double
    public var isSelected: Bool

    public init(share: Double, isSelected: Bool = false) {
        self.share = share.isFinite ? min(1, max(0, share)) : 0
        self.isSelected = isSelected
    }

    /// Draws the track over the first row of a rectangle.
    public func draw(into frame: inout Frame, in rect: Rect, glyphs: GlyphSet, theme: Theme) {
        guard rect.width > 0, rect.height > 0 else { return }
        let marks = glyphs.slider
        let knob = Self.column(of: share, in: rect)
        for column in rect.column..<rect.endColumn {
            let isBefore = column < knob
            let style = theme[isBefore ? (isSelected ? .borderFocused : .progress) : .progressRest]
            frame.put(Cell(isBefore ? marks.before : marks.after, style: style), column: column, row: rect.row)
        }
        let style = theme[isSelected ? .key : .text]
        frame.put(Cell(marks.knob, style: style), column: knob, row: rect.row)
    }

    /// The column of the knob for a share of the track.
    public static func column(of share: Double, in rect: Rect) -> Int {
        rect.column + Int((min(1, max(0, share)) * Double(max(0, rect.width - 1))).rounded())
    }

    /// The share under a column: beside the track that of its nearer end.
    public static func share(atColumn column: Int, in rect: Rect) -> Double {
        guard rect.width > 1 else { return 0 }
        return min(1, max(0, Double(column - rect.column) / Double(rect.width - 1)))
    }
}

extension GlyphSet {
    var slider: (before: String, knob: String, after: String) {
        self == .ascii ? ("=", "O", "-") : ("━", "●", "─")
    }
}
