import RunStore
import Screen

/// How the workbench draws, decided once from the terminal and the environment.
public struct Options: Sendable {
    /// How pictures reach the screen.
    public enum Pictures: Sendable {
        /// As `Picture`s that the terminal draws over blank cells.
        case overlay
        /// As half-block characters in 256 colours.
        case halfBlocks
        /// As shades: `░▒▓█`, or ASCII when the glyphs are.
        case characters
    }

    public var theme: Theme
    /// Themes to choose from, the current one among them.
    public var themes: [Theme]
    /// Nobody chose a theme: it may follow the ground of the terminal.
    public var followsGround: Bool
    public var glyphs: GlyphSet
    public var pictures: Pictures
    /// Where the runs are kept, as people write it.
    public var home: String

    var appearance: Appearance { Appearance(glyphs: glyphs, theme: theme) }

    public init(
        theme: Theme = .standard, themes: [Theme] = [], followsGround: Bool = false, glyphs: GlyphSet = .braille,
        pictures: Pictures = .overlay,
        home: String = "./runs"
    ) {
        self.theme = theme
        self.themes = themes
        self.followsGround = followsGround
        self.glyphs = glyphs
        self.pictures = pictures
        self.home = home
    }
}

/// Everything the workbench knows. Changed by `update`, shown by `view`.
public struct State: Sendable {
    public internal(set) var options: Options
    public internal(set) var size = Size(width: 80, height: 24)
    var router: Router
    /// False after `m`: the terminal has the mouse.
    public internal(set) var mouse = true

    /// Seconds since 1970 in local time, cut to the minute; nil before the first clock.
    var minute: Double?
    var utcOffset = 0
    /// Newest first.
    var runs: [Run] = []
    /// False until the store was polled once: an empty store is only said to be empty when it is known to be.
    var hasPolled = false
    var watched: WatchedRun?
    /// The run asked for on the command line, watched as soon as it is seen.
    var wanted: RunID?
    var storeProblem: String?
    var notice: Notice?
    /// Lines that something printed over the screen, the last thousand.
    var strays: [LogLine] = []

    var popup: (any Popup)?
    // What the pages know.
    var monitor = MonitorState()
    var smoother = SmootherState()
    var runList = ListState()
    /// A `g` was typed and waits for its second.
    var isPendingG = false
    /// The input that is being received came with keys faster than a person presses them.
    var isInBurst = false

    /// - Parameter watching: the run to show first; the newest that runs, or the newest, when nil.
    public init(options: Options = Options(), current: WorkbenchView = .monitor, watching: RunID? = nil) {
        self.options = options
        router = Router(current)
        wanted = watching
    }

    /// What the shell has to read next of the watched run; nil when no run is watched.
    public var tail: Tail? {
        guard let watched else { return nil }
        return Tail(
            run: watched.id, steps: watched.series.compactMapValues { $0.positions.last.map { Int64($0) } },
            event: watched.history.last?.id ?? 0)
    }

    /// Why predictions that were to be opened cannot be; nil when nothing failed.
    public var predictionsProblem: String? {
        guard case .failed(let problem) = smoother.phase else { return nil }
        return problem
    }

    /// The watched run as the list of runs has it.
    var run: Run? {
        guard let watched else { return nil }
        return runs.first { $0.id == watched.id }
    }
}

/// One line for the person at the bottom, gone with the next key.
struct Notice: Equatable, Sendable {
    var text: String
    var isProblem = false
}

extension State {
    /// Puts a text on the clipboard and says which.
    mutating func copy(_ text: String) -> [Effect] {
        notice = Notice(
            text: "copied \(TextWidth.clip(text.split(separator: "\n").first.map(String.init) ?? text, to: 50))")
        return [.copy(text)]
    }
}
