/// How many colours text may use.
public enum ColorDepth: Int, Sendable, Comparable {
    case mono = 0
    case eight = 8
    case sixteen = 16
    case palette = 256

    public static func < (a: ColorDepth, b: ColorDepth) -> Bool { a.rawValue < b.rawValue }

    /// The depth for a terminal whose description counts `colors`; `NO_COLOR` with any text in it asks for none.
    init(colors: Int, environment: [String: String]) {
        if !(environment["NO_COLOR"] ?? "").isEmpty || colors < 8 {
            self = .mono
        } else {
            self = colors >= 256 ? .palette : colors >= 16 ? .sixteen : .eight
        }
    }
}

/// How pictures reach the screen. `ascii` and `none` send none: the workbench then draws them as characters or not.
public enum PictureMode: String, Sendable, CaseIterable {
    case sixel, kitty, blocks, ascii, none
}

/// What is known of a terminal from its environment, before it has been asked anything.
struct TerminalTraits: Equatable {
    var colors: ColorDepth
    /// Pictures may use 24-bit colours: text never does, since installed terminal descriptions know 256 at most.
    var trueColor: Bool
    /// The locale's character set is UTF-8.
    var unicode: Bool
    /// tmux or screen stands between: it forgets or misplaces pixels, so they are sent only when asked for.
    var multiplexer: Bool
    var pictures: PictureMode
    /// A sixel answer of the terminal may still change `pictures`.
    var mayUpgrade: Bool
    /// It may be asked for the colour of its ground. The Linux console takes that for a palette.
    var tellsGround: Bool

    init(colors: Int, unicode: Bool, environment: [String: String]) {
        let kind = environment["TERM"] ?? ""
        self.colors = ColorDepth(colors: colors, environment: environment)
        self.unicode = unicode
        trueColor =
            self.colors == .palette
            && (["truecolor", "24bit"].contains((environment["COLORTERM"] ?? "").lowercased())
                || kind.hasSuffix("-direct"))
        multiplexer =
            !(environment["TMUX"] ?? "").isEmpty || !(environment["STY"] ?? "").isEmpty || kind.hasPrefix("screen")
            || kind.hasPrefix("tmux")
        tellsGround = self.colors == .palette && kind != "linux"
        let wish = PictureMode(rawValue: (environment[Self.pictureVariable] ?? "").lowercased())
        // With few colours half blocks show hardly a face; a ramp of characters does.
        let plain: PictureMode = unicode && self.colors == .palette ? .blocks : .ascii
        let speaksKitty = kind == "xterm-kitty" || kind == "xterm-ghostty" || environment["KITTY_WINDOW_ID"] != nil
        switch wish {
        case .some(let mode):
            pictures = mode == .blocks ? plain : mode
            mayUpgrade = false
        case nil:
            pictures = self.colors == .palette && speaksKitty && !multiplexer ? .kitty : plain
            mayUpgrade = pictures != .kitty && self.colors == .palette && !multiplexer
        }
    }

    /// The variable with which a person chooses: auto, sixel, kitty, blocks, ascii or none.
    static let pictureVariable = "MAEFACE_PICTURES"

    /// The terminal description to use. xterm and most terminals that call themselves xterm show 256 colours, which the
    /// description of that name, kept for machines of the past, denies.
    static func description(_ environment: [String: String]) -> String {
        let kind = environment["TERM"] ?? ""
        let signs = ["XTERM_VERSION", "VTE_VERSION", "KONSOLE_VERSION", "COLORTERM", "TERM_PROGRAM"]
        let isModern = signs.contains { !(environment[$0] ?? "").isEmpty }
        return kind == "xterm" && isModern ? "xterm-256color" : kind
    }
}
