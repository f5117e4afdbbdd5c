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

/// The six views of the workbench, in the order of their numbers.
public enum WorkbenchView: Int, Sendable, CaseIterable {
    case launch = 1, monitor, smoother, runs, compare, inspect

    /// The name in the header, also what `--once` takes.
    public var title: String {
        switch self {
        case .launch: "Launch"
        case .monitor: "Monitor"
        case .smoother: "Smoother"
        case .runs: "Runs"
        case .compare: "Compare"
        case .inspect: "Inspect"
        }
    }

    /// The view with a name, in any case; nil when there is none.
    public init?(name: String) {
        guard let view = Self.allCases.first(where: { $0.title.lowercased() == name.lowercased() }) else { return nil }
        self = view
    }
}

/// A pane of Monitor that can have the focus.
public enum Pane: Int, Sendable, CaseIterable {
    case loss, learningRate, reconstruction, classes, folds, log
}

/// What the horizontal axis of the curves counts.
enum AxisUnit: String, Sendable, CaseIterable {
    case step, epoch, time
}

/// Everything the workbench knows. Changed by `update`, shown by `view`.
public struct State: Sendable {
    public internal(set) var options: Options
    public internal(set) var size = Size(width: 80, height: 24)
    public internal(set) var current: WorkbenchView
    /// False after `m`: the terminal has the mouse.
    public internal(set) var mouse = true

    /// Seconds since 1970 in local time, cut to the minute; nil before the first clock.
    var minute: Double?
    var utcOffset = 0
    /// Newest first.
    var runs: [Run] = []
    /// False until the store was read once: an empty store is only said to be empty when it is known to be.
    var hasLooked = false
    var watched: WatchedRun?
    /// The run asked for on the command line, watched as soon as it is seen.
    var wanted: RunID?
    var storeProblem: String?
    var notice: Notice?
    /// Lines that something printed over the screen, the last thousand.
    var strays: [LogLine] = []

    var focus = Pane.loss
    var isZoomed = false
    var overlay: Overlay?
    var monitor = MonitorState()
    var smoother = SmootherState()
    var runList = ListState()
    /// A `g` was typed and waits for its second.
    var isPendingG = false
    /// The input that is taken in came with keys faster than a person presses them.
    var isInBurst = false

    /// - Parameter watching: the run to show first; the newest that runs, or the newest, when nil.
    public init(options: Options = Options(), current: WorkbenchView = .monitor, watching: RunID? = nil) {
        self.options = options
        self.current = current
        wanted = watching
    }

    /// What the shell has to read next of the watched run; nil when no run is watched.
    public var tail: Tail? {
        guard let watched else { return nil }
        return Tail(
            run: watched.id, steps: watched.series.compactMapValues { $0.positions.last.map { Int64($0) } },
            event: watched.history.last?.id ?? 0)
    }

    /// Whether everything that was asked for and is shown at once has come: of the smoother the newest chart and scores.
    public var isUpToDate: Bool { current != .smoother || smoother.set == nil || smoother.isUpToDate }

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

/// What lies over the view and has the keys.
enum Overlay: Equatable, Sendable {
    case help(scroll: Int)
    case palette(ListState)
    case chooser(ListState)
    /// Which of `StopChoice.allCases` is selected.
    case stop(Int)
    case choose(Chooser, ListState)
    case form(Form)
    /// A value for the selected slider, as far as it is typed.
    case value(String)
    /// The file to export to is there already.
    case overwrite(ExportRequest)
}

/// How a run can be stopped.
enum StopChoice: String, CaseIterable, Sendable {
    case afterEpoch = "after this epoch, and keep everything"
    case now = "now: a checkpoint, then stop"
    case cancel = "cancel"

    var key: Character {
        switch self {
        case .afterEpoch: "a"
        case .now: "n"
        case .cancel: "c"
        }
    }
}

/// A selection in a list and its filter.
struct ListState: Equatable, Sendable {
    var selected = 0
    var filter = ""
    /// The filter is being typed.
    var isTyping = false

    /// Takes a key that belongs to the filter while that is typed; false for any other.
    mutating func typeFilter(_ key: Key) -> Bool {
        guard isTyping, key != .up, key != .down else { return false }
        switch key {
        case .escape:
            filter = ""
            isTyping = false
        case .enter: isTyping = false
        default: filter.edit(key)
        }
        selected = 0
        return true
    }
}

/// What Monitor shows of its run.
struct MonitorState: Equatable, Sendable {
    var unit = AxisUnit.step
    /// An index into `Smoothing.ladder`.
    var smoothing = Smoothing.initial
    var isLog = false
    var window = ChartWindow.all
    /// The step the crosshair reads; nil hides it.
    var crosshair: Double?
    /// The preview in view; nil follows the newest.
    var preview: PreviewRecord.ID?
    var showsLog = true
    var log = LogState()
    /// The stage and fold in view; nil follows the run.
    var place: Place?
    /// Classes and units by their scores, not by their names.
    var sortsByScore = false
    /// The first class or unit in view.
    var classScroll = 0
    /// The newest alert that was read and closed with Esc.
    var seenAlert: Int64 = 0
    /// Where a drag over a curve was last seen.
    var drag: Position?

    var smoothingWeight: Double { Smoothing.ladder[smoothing] }
}

/// The log pane: follows the end until it is scrolled.
struct LogState: Equatable, Sendable {
    /// The selected line, counted among the lines that the filter lets through; nil follows the end.
    var selected: Int?
    var filter = ""
    var isTyping = false
}

/// Steps of smoothing that differ visibly.
enum Smoothing {
    static let ladder: [Double] = [0, 0.3, 0.6, 0.8, 0.9, 0.95, 0.98, 0.99, 0.995, 0.998, 0.999]
    /// Little at first: more lags visibly behind the falling loss of a short run.
    static let initial = 2
}
