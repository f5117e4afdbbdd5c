/// The 256 colours as xterm defines them, for judging contrast and for drawing pictures with them.
public enum Palette {
    /// Red, green and blue of a palette colour, 0 to 255.
    public static func rgb(_ index: UInt8) -> (Int, Int, Int) {
        switch index {
        case 0..<16: return basic[Int(index)]
        case 16..<232:
            let cube = Int(index) - 16
            return (level(cube / 36), level(cube / 6 % 6), level(cube % 6))
        default:
            let grey = 8 + 10 * (Int(index) - 232)
            return (grey, grey, grey)
        }
    }

    /// The palette colour nearest to red, green and blue, from the cube or the greys.
    public static func nearest(_ red: Int, _ green: Int, _ blue: Int) -> UInt8 {
        let cube = (nearestLevel(red), nearestLevel(green), nearestLevel(blue))
        let grey = min(23, max(0, ((red + green + blue) / 3 - 3) / 10))
        let fromCube = (level(cube.0), level(cube.1), level(cube.2))
        let fromGrey = 8 + 10 * grey
        func distance(_ r: Int, _ g: Int, _ b: Int) -> Int {
            let (dr, dg, db) = (r - red, g - green, b - blue)
            return 3 * dr * dr + 6 * dg * dg + db * db
        }
        if distance(fromGrey, fromGrey, fromGrey) < distance(fromCube.0, fromCube.1, fromCube.2) {
            return UInt8(232 + grey)
        }
        return UInt8(16 + 36 * cube.0 + 6 * cube.1 + cube.2)
    }

    /// The WCAG 2 contrast ratio of a style's foreground and background, 1 to 21. The terminal's own colours count
    /// as white on black, or black on white.
    static func contrast(_ style: Style, on ground: Theme.Ground) -> Double {
        var front = luminance(style.foreground, standard: ground == .dark ? 255 : 0)
        var back = luminance(style.background, standard: ground == .dark ? 0 : 255)
        if style.attributes.contains(.reverse) { swap(&front, &back) }
        return (max(front, back) + 0.05) / (min(front, back) + 0.05)
    }

    private static func luminance(_ color: Color, standard: Int) -> Double {
        switch color {
        case .standard: return luminance(standard, standard, standard)
        case .indexed(let index):
            let (red, green, blue) = rgb(index)
            return luminance(red, green, blue)
        }
    }

    private static func luminance(_ red: Int, _ green: Int, _ blue: Int) -> Double {
        0.2126 * linear(red) + 0.7152 * linear(green) + 0.0722 * linear(blue)
    }

    /// Close to the sRGB curve: the square serves to tell pale from strong.
    private static func linear(_ value: Int) -> Double {
        let share = Double(value) / 255
        return share <= 0.04045 ? share / 12.92 : share * share * (0.2 + 0.8 * share)
    }

    private static func level(_ step: Int) -> Int { step == 0 ? 0 : 55 + 40 * step }

    private static func nearestLevel(_ value: Int) -> Int {
        value < 48 ? 0 : value < 115 ? 1 : min(5, (value - 35) / 40)
    }

    private static let basic: [(Int, Int, Int)] = [
        (0, 0, 0), (205, 0, 0), (0, 205, 0), (205, 205, 0), (0, 0, 238), (205, 0, 205), (0, 205, 205), (229, 229, 229),
        (127, 127, 127), (255, 0, 0), (0, 255, 0), (255, 255, 0), (92, 92, 255), (255, 0, 255), (0, 255, 255),
        (255, 255, 255),
    ]
}
