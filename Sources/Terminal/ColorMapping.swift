import Screen

/// Colours and attributes as the terminal's depth allows them.
struct ColorMapping {
    let depth: ColorDepth

    /// A style in ncurses' terms: colour numbers, -1 for the terminal's own, and attributes.
    struct Mapped: Hashable {
        var foreground: Int16
        var background: Int16
        var attributes: Style.Attributes
    }

    func map(_ style: Style) -> Mapped {
        var attributes = style.attributes
        guard depth != .mono else { return Mapped(foreground: -1, background: -1, attributes: attributes) }
        var foreground = number(style.foreground)
        var background = number(style.background)
        if depth == .eight {
            // The bright half of sixteen colours exists only as bold text.
            if foreground >= 8 {
                foreground -= 8
                attributes.insert(.bold)
            }
            if background >= 8 { background -= 8 }
        }
        // Two shades of a theme may fall on one colour; text must stay readable on it.
        if foreground == background, foreground >= 0, style.foreground != style.background {
            foreground = [0, 8, 4].contains(background) ? 7 : 0
        }
        return Mapped(foreground: foreground, background: background, attributes: attributes)
    }

    private func number(_ color: Color) -> Int16 {
        switch color {
        case .standard: return -1
        case .indexed(let index):
            return Int16(depth == .palette ? index : Self.sixteen[Int(index)])
        }
    }

    /// The nearest of the 16 basic colours for each of the 256.
    static let sixteen: [UInt8] = (0..<256).map { index in
        if index < 16 { return UInt8(index) }
        let (red, green, blue) = Palette.rgb(UInt8(index))
        return nearestBasic(red, green, blue)
    }

    /// Tinted colours go to a tinted basic colour, or a pale pink would come out grey: chroma counts double.
    static func nearestBasic(_ red: Int, _ green: Int, _ blue: Int) -> UInt8 {
        func distance(_ index: Int) -> Int {
            let basic = Palette.rgb(UInt8(index))
            let (dr, dg, db) = (basic.0 - red, basic.1 - green, basic.2 - blue)
            let light = (3 * dr + 6 * dg + db) / 10
            let chroma = (dr - light) * (dr - light) + (dg - light) * (dg - light) + (db - light) * (db - light)
            return light * light * 2 + chroma * 2
        }
        return UInt8((0..<16).min { distance($0) < distance($1) } ?? 7)
    }
}

/// ncurses colour pairs, made as they are needed.
///
/// A terminal with 256 colours has 65,536 pairs. When a smaller one runs out, further styles keep their attributes
/// and lose their colours.
struct ColorPairs {
    private var numbers: [Key: Int32] = [:]
    private let capacity: Int32

    private struct Key: Hashable {
        let foreground, background: Int16
    }

    init(capacity: Int) {
        self.capacity = Int32(max(1, capacity))
    }

    /// The pair's number; `define` is called the first time a pair is needed. Pair 0 is the terminal's own colours.
    mutating func number(foreground: Int16, background: Int16, define: (Int32, Int16, Int16) -> Void) -> Int32 {
        if foreground < 0 && background < 0 { return 0 }
        let key = Key(foreground: foreground, background: background)
        if let known = numbers[key] { return known }
        let next = Int32(numbers.count + 1)
        guard next < capacity else { return 0 }
        numbers[key] = next
        define(next, foreground, background)
        return next
    }
}
