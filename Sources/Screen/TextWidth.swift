/// How many columns text takes in a terminal, and cutting and padding by columns.
///
/// A small function instead of the C library's `wcwidth`: it is pure, the same on every machine, and knows what a
/// grapheme is. Characters that would move the cursor or hide text (controls, direction marks) are shown as `·`.
public enum TextWidth {
    /// The columns of one character: 0 for a lone combining mark, 2 for East Asian wide characters and emoji.
    public static func of(_ character: Character) -> Int {
        guard let scalar = character.unicodeScalars.first else { return 0 }
        if scalar.value < 0x300 { return 1 }
        return of(scalar)
    }

    public static func of(_ text: String) -> Int {
        if isPlain(text) { return text.utf8.count }
        return text.reduce(0) { $0 + of($1) }
    }

    /// The text cut to `width` columns; what does not fit ends in an ellipsis.
    public static func clip(_ text: String, to width: Int, ellipsis: String = "…") -> String {
        if width <= 0 { return "" }
        if of(text) <= width { return text }
        let room = width - of(ellipsis)
        if room < 0 { return String(repeating: ".", count: width) }
        var used = 0
        var kept = ""
        for character in text {
            let columns = of(character)
            if used + columns > room { break }
            kept.append(character)
            used += columns
        }
        return kept + ellipsis
    }

    public enum Alignment: Sendable { case left, right, centre }

    /// The text cut or padded with blanks to exactly `width` columns.
    public static func pad(
        _ text: String, to width: Int, _ alignment: Alignment = .left, ellipsis: String = "…"
    ) -> String {
        let kept = clip(text, to: width, ellipsis: ellipsis)
        let missing = max(0, width - of(kept))
        switch alignment {
        case .left: return kept + blanks(missing)
        case .right: return blanks(missing) + kept
        case .centre: return blanks(missing / 2) + kept + blanks(missing - missing / 2)
        }
    }

    /// The text cut into lines of at most `width` columns, at blanks where there are any.
    public static func wrap(_ text: String, to width: Int) -> [String] {
        guard width > 0 else { return [] }
        var lines: [String] = []
        for paragraph in text.split(separator: "\n", omittingEmptySubsequences: false) {
            var line = ""
            var used = 0
            for word in paragraph.split(separator: " ", omittingEmptySubsequences: true) {
                var rest = String(word)
                if used > 0, used + 1 + of(rest) <= width {
                    line += " " + rest
                    used += 1 + of(rest)
                    continue
                }
                if used > 0 { lines.append(line) }
                while of(rest) > width {
                    let head = clip(rest, to: width, ellipsis: "")
                    if head.isEmpty { break }
                    lines.append(head)
                    rest.removeFirst(head.count)
                }
                line = rest
                used = of(rest)
            }
            lines.append(line)
        }
        return lines
    }

    /// What a cell may hold: a base character with a few combining marks; anything else is made harmless.
    static func cellText(_ character: Character) -> String {
        let scalars = character.unicodeScalars
        guard let first = scalars.first else { return " " }
        if isControl(first.value) || isInvisible(first.value) { return "·" }
        if scalars.count == 1 { return String(character) }
        // Joined emoji and flags are drawn differently by every terminal; their first part is drawn alike.
        var kept = String(first)
        for mark in scalars.dropFirst().prefix(3) where of(mark) == 0 && !isInvisible(mark.value) {
            kept.unicodeScalars.append(mark)
        }
        return kept
    }

    private static func blanks(_ count: Int) -> String { String(repeating: " ", count: count) }

    private static func isPlain(_ text: String) -> Bool { text.utf8.allSatisfy { $0 >= 0x20 && $0 < 0x7f } }

    private static func isControl(_ value: UInt32) -> Bool { value < 0x20 || (0x7f..<0xa0).contains(value) }

    /// Direction marks, joiners, variation selectors and the like.
    private static func isInvisible(_ value: UInt32) -> Bool {
        switch value {
        case 0xad, 0x200b...0x200f, 0x2028...0x202e, 0x2060...0x206f, 0xfe00...0xfe0f, 0xfeff, 0xfff9...0xfffb,
            0xe0000...0xe01ef:
            return true
        default: return false
        }
    }

    private static func of(_ scalar: Unicode.Scalar) -> Int {
        let value = scalar.value
        if value < 0x300 { return 1 }
        switch scalar.properties.generalCategory {
        case .nonspacingMark, .enclosingMark: return 0
        default: break
        }
        switch value {
        // Hangul, CJK, kana, wide forms and the pictographs that terminals draw over two columns.
        case 0x1100...0x115f, 0x231a...0x231b, 0x2329...0x232a, 0x23e9...0x23ec, 0x23f0, 0x23f3, 0x25fd...0x25fe,
            0x2614...0x2615, 0x2648...0x2653, 0x267f, 0x2693, 0x26a1, 0x26aa...0x26ab, 0x26bd...0x26be,
            0x26c4...0x26c5, 0x26ce, 0x26d4, 0x26ea, 0x26f2...0x26f3, 0x26f5, 0x26fa, 0x26fd, 0x2705,
            0x270a...0x270b, 0x2728, 0x274c, 0x274e, 0x2753...0x2755, 0x2757, 0x2795...0x2797, 0x27b0, 0x27bf,
            0x2b1b...0x2b1c, 0x2b50, 0x2b55, 0x2e80...0x303e, 0x3041...0x33ff, 0x3400...0x4dbf, 0x4e00...0x9fff,
            0xa000...0xa4cf, 0xa960...0xa97f, 0xac00...0xd7a3, 0xf900...0xfaff, 0xfe30...0xfe6f, 0xff00...0xff60,
            0xffe0...0xffe6, 0x16fe0...0x18aff, 0x1b000...0x1b2ff, 0x1f004, 0x1f0cf, 0x1f18e, 0x1f191...0x1f19a,
            0x1f1e6...0x1f1ff, 0x1f200...0x1f320, 0x1f32d...0x1f335, 0x1f337...0x1f37c, 0x1f37e...0x1f393,
            0x1f3a0...0x1f3ca, 0x1f3cf...0x1f3d3, 0x1f3e0...0x1f3f0, 0x1f3f4, 0x1f3f8...0x1f43e, 0x1f440,
            0x1f442...0x1f4fc, 0x1f4ff...0x1f53d, 0x1f54b...0x1f54e, 0x1f550...0x1f567, 0x1f57a, 0x1f595...0x1f596,
            0x1f5a4, 0x1f5fb...0x1f64f, 0x1f680...0x1f6c5, 0x1f6cc, 0x1f6d0...0x1f6d2, 0x1f6d5...0x1f6d7,
            0x1f6dc...0x1f6df, 0x1f6eb...0x1f6ec, 0x1f6f4...0x1f6fc, 0x1f7e0...0x1f7eb, 0x1f7f0,
            0x1f90c...0x1f93a, 0x1f93c...0x1f945, 0x1f947...0x1f9ff, 0x1fa70...0x1faff, 0x20000...0x3fffd:
            return 2
        default: return 1
        }
    }
}
