/// A colour as a theme names it; `Terminal` maps it to what the terminal has.
public enum Color: Hashable, Sendable {
    /// The terminal's own foreground or background.
    case standard
    /// One of the 256 palette colours.
    case indexed(UInt8)
}

/// How a cell looks.
public struct Style: Hashable, Sendable {
    public struct Attributes: OptionSet, Hashable, Sendable {
        public let rawValue: UInt8
        public init(rawValue: UInt8) { self.rawValue = rawValue }
        public static let bold = Attributes(rawValue: 1)
        public static let dim = Attributes(rawValue: 2)
        public static let underline = Attributes(rawValue: 4)
        public static let reverse = Attributes(rawValue: 8)
    }

    public var foreground: Color
    public var background: Color
    public var attributes: Attributes

    public init(foreground: Color = .standard, background: Color = .standard, attributes: Attributes = []) {
        self.foreground = foreground
        self.background = background
        self.attributes = attributes
    }

    public static let plain = Style()
}

/// One character cell. The second cell of a wide character holds an empty string.
public struct Cell: Hashable, Sendable {
    public var text: String
    public var style: Style
    public init(_ text: String = " ", style: Style = .plain) {
        self.text = text
        self.style = style
    }
}

/// Red, green, blue bytes, rows from the top: (H, W, 3).
public struct Bitmap: Hashable, Sendable {
    public let width: Int
    public let height: Int
    public let pixels: [UInt8]
    public init(width: Int, height: Int, pixels: [UInt8]) {
        precondition(pixels.count == width * height * 3, "a bitmap holds three bytes a pixel")
        self.width = width
        self.height = height
        self.pixels = pixels
    }
}

/// A bitmap that the terminal draws over `rect`, whose cells the frame keeps blank.
///
/// `key` names the content: the same key in the same place is not sent again.
public struct Picture: Hashable, Sendable {
    public let key: String
    public let rect: Rect
    public let bitmap: Bitmap
    public init(key: String, rect: Rect, bitmap: Bitmap) {
        self.key = key
        self.rect = rect
        self.bitmap = bitmap
    }

    public static func == (a: Picture, b: Picture) -> Bool { a.key == b.key && a.rect == b.rect }
    public func hash(into hasher: inout Hasher) {
        hasher.combine(key)
        hasher.combine(rect)
    }
}
