/// The characters that a terminal can show: the finest it has for curves, bars and lines.
///
/// Braille needs a font that has it; block elements are in every Unicode font; ASCII is everywhere.
public enum GlyphSet: String, Sendable, CaseIterable {
    case braille, blocks, ascii

    /// Dots across and down in one cell of a chart.
    var dots: (across: Int, down: Int) {
        switch self {
        case .braille: (2, 4)
        case .blocks: (2, 2)
        case .ascii: (1, 2)
        }
    }

    /// The character whose dots are set in `bits`, numbered row by row from the top left.
    func character(_ bits: UInt8) -> String {
        switch self {
        case .braille: Self.brailleCharacters[Int(bits)]
        case .blocks: Self.quadrants[Int(bits & 15)]
        case .ascii: Self.halves[Int(bits & 3)]
        }
    }

    /// The Unicode pattern numbers its dots down the left column, then the right one, with the last row added later.
    private static let brailleCharacters: [String] = (0..<256).map { bits in
        let order: [UInt32] = [0x01, 0x08, 0x02, 0x10, 0x04, 0x20, 0x40, 0x80]
        var pattern: UInt32 = 0x2800
        for dot in 0..<8 where bits & (1 << dot) != 0 { pattern += order[dot] }
        return Unicode.Scalar(pattern).map { String($0) } ?? " "
    }

    private static let quadrants = [
        "\u{20}", "▘", "▝", "▀", "▖", "▌", "▞", "▛", "▗", "▚", "▐", "▜", "▄", "▙", "▟", "█",
    ]
    private static let halves = [" ", "'", ".", ":"]

    /// Partial cells of a bar from the left, empty to full.
    var barSteps: [String] {
        self == .ascii ? [" ", "#"] : [" ", "▏", "▎", "▍", "▌", "▋", "▊", "▉", "█"]
    }

    /// Cells of a sparkline, low to high.
    var sparkSteps: [String] {
        self == .ascii ? ["_", ".", "-", "=", "#"] : ["▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"]
    }

    /// A line of progress: done, the end of what is done, to do.
    var progress: (done: String, half: String, rest: String) {
        self == .ascii ? ("=", ">", "-") : ("━", "╸", "─")
    }

    /// The lines of a box.
    var box: BoxGlyphs { self == .ascii ? .ascii : .light }

    /// Text with the few signs the workbench uses, in ASCII when need be.
    public func plain(_ text: String) -> String {
        guard self == .ascii else { return text }
        return String(text.flatMap { Self.replacements[$0] ?? String($0) })
    }

    /// Two dots stand for an ellipsis where there is none.
    public var ellipsis: String { self == .ascii ? ".." : "…" }

    private static let replacements: [Character: String] = [
        "▸": ">", "●": "*", "○": "o", "·": "-", "…": "..", "━": "=", "─": "-", "│": "|", "┄": "-", "╌": "-",
        "▲": "!", "▼": "v", "←": "<", "→": ">", "↑": "^", "↓": "v", "×": "x", "✓": "+", "✗": "x", "±": "+-",
        "⏸": "=", "■": "#", "◆": "*", "‖": "=", "┤": "|", "┼": "+", "▮": "#", "▏": "|",
        "σ": "s", "Δ": "d", "–": "-", "∙": ".",
    ]
}

/// The lines and corners of a box and of the axes of a chart.
struct BoxGlyphs: Sendable {
    let horizontal, vertical: String
    let topLeft, topRight, bottomLeft, bottomRight: String
    let tickLeft, tickDown, dashed: String

    static let light = BoxGlyphs(
        horizontal: "─", vertical: "│", topLeft: "┌", topRight: "┐", bottomLeft: "└", bottomRight: "┘", tickLeft: "┤",
        tickDown: "┬", dashed: "┊")
    static let ascii = BoxGlyphs(
        horizontal: "-", vertical: "|", topLeft: "+", topRight: "+", bottomLeft: "+", bottomRight: "+", tickLeft: "+",
        tickDown: "+", dashed: ":")
}
