import Screen

/// Everything a person can ask for: by key, by name in the palette, or with the mouse on a hint.
public enum Action: Hashable, Sendable {
    case show(WorkbenchView)
    case focusNext, focusPrevious, zoomPane, chooseRun, help, palette, filter, copy, toggleMouse, nextTheme
    case redraw, suspend, quit, close
    case left, right, up, down, coarseLeft, coarseRight, first, last, pageDown, pageUp
    case nextMatch, previousMatch, open
    case pause, stop, checkpoint, resumeRun
    case axisUnit, lessSmoothing, moreSmoothing, panLeft, panRight, zoomIn, zoomOut, showAll, logAxis
    case showHide, takeOut, sort
    case chooseFold, chooseVideo, chooseChannel, openFile, enterValue, plainGaussian, linkChannels, filterOptions
    case tune, tuningOptions, keep
}

/// One row of the key table.
struct Binding: Sendable {
    enum Group: String, CaseIterable, Sendable {
        case everywhere = "Everywhere"
        case moving = "Moving"
        case training = "Training"
        case curves = "Curves"
        case log = "Log and scores"
        case smoother = "Smoother"
    }

    let action: Action
    /// The keys that do it; the first one is shown in hints. `g g` is the one key pressed twice.
    let keys: [Key]
    /// Its name in the palette.
    let name: String
    /// What it does, for the help and the key page.
    let help: String
    let group: Group
    /// A word or two for the last line; nil keeps it out of there.
    var hint: String?
}

/// The one table of keys. It feeds dispatch, the hints, the help, the palette and the key page of the documents.
enum KeyTable {
    static let bindings: [Binding] =
        WorkbenchView.allCases.map { view in
            Binding(
                action: .show(view), keys: [.character(Character(String(view.rawValue)))],
                name: view.title.lowercased(), help: "show \(view.title)", group: .everywhere)
        } + everywhere + moving + training + curves + log + smoother

    /// The action of a key; nil when it has none.
    static func action(for key: Key) -> Action? { byKey[key] }

    static func binding(_ action: Action) -> Binding? { bindings.first { $0.action == action } }

    private static let byKey: [Key: Action] = {
        var table: [Key: Action] = [:]
        for binding in bindings where binding.action != .first {
            for key in binding.keys { table[key] = binding.action }
        }
        table[.home] = .first
        return table
    }()

    private static let everywhere: [Binding] = [
        Binding(action: .focusNext, keys: [.tab], name: "next pane", help: "focus the next pane", group: .everywhere),
        Binding(
            action: .focusPrevious, keys: [.backTab], name: "previous pane", help: "focus the pane before",
            group: .everywhere),
        Binding(
            action: .zoomPane, keys: [.character("z")], name: "zoom pane",
            help: "the whole screen for the pane, and back", group: .everywhere, hint: "zoom pane"),
        Binding(
            action: .chooseRun, keys: [.character("R")], name: "choose run",
            help: "choose the run to watch, or to smooth",
            group: .everywhere, hint: "runs"),
        Binding(
            action: .help, keys: [.character("?")], name: "help", help: "show the keys", group: .everywhere,
            hint: "help"),
        Binding(
            action: .palette, keys: [.character(":")], name: "palette", help: "find any action by its name",
            group: .everywhere),
        Binding(
            action: .filter, keys: [.character("/")], name: "filter", help: "filter the list or the log",
            group: .everywhere),
        Binding(
            action: .copy, keys: [.character("y")], name: "copy",
            help: "copy values, a line or a run's name", group: .everywhere),
        Binding(
            action: .toggleMouse, keys: [.character("m")], name: "mouse",
            help: "let the terminal select text, and back", group: .everywhere),
        Binding(
            action: .nextTheme, keys: [.character("T")], name: "next theme", help: "change the colours",
            group: .everywhere),
        Binding(
            action: .close, keys: [.escape], name: "close", help: "close popup, filter, crosshair or alert",
            group: .everywhere),
        Binding(
            action: .redraw, keys: [.control("l")], name: "redraw", help: "draw the screen anew", group: .everywhere),
        Binding(
            action: .suspend, keys: [.control("z")], name: "suspend", help: "go to the shell; fg comes back",
            group: .everywhere),
        Binding(
            action: .quit, keys: [.character("q"), .control("c")], name: "quit", help: "leave; training goes on",
            group: .everywhere, hint: "quit"),
    ]

    private static let moving: [Binding] = [
        Binding(
            action: .left, keys: [.character("h")], name: "left",
            help: "crosshair, history or slider one back", group: .moving),
        Binding(
            action: .down, keys: [.character("j"), .down], name: "down", help: "one line down", group: .moving),
        Binding(action: .up, keys: [.character("k"), .up], name: "up", help: "one line up", group: .moving),
        Binding(
            action: .right, keys: [.character("l")], name: "right",
            help: "crosshair, history or slider one on", group: .moving),
        Binding(
            action: .coarseLeft, keys: [.character("H")], name: "coarse left",
            help: "ten times as far back", group: .moving),
        Binding(
            action: .coarseRight, keys: [.character("L")], name: "coarse right",
            help: "ten times as far on", group: .moving),
        Binding(
            action: .first, keys: [.character("g"), .home], name: "first", help: "to the beginning", group: .moving),
        Binding(
            action: .last, keys: [.character("G"), .end], name: "last", help: "to the end, and follow it",
            group: .moving),
        Binding(
            action: .pageDown, keys: [.control("d"), .pageDown], name: "half page down", help: "half a page down",
            group: .moving),
        Binding(
            action: .pageUp, keys: [.control("u"), .pageUp], name: "half page up", help: "half a page up",
            group: .moving),
        Binding(
            action: .nextMatch, keys: [.character("n")], name: "next match",
            help: "next match, alert or video", group: .moving),
        Binding(
            action: .previousMatch, keys: [.character("N")], name: "previous match",
            help: "match, alert or video before", group: .moving),
        Binding(
            action: .open, keys: [.enter], name: "open", help: "take what is selected; zoom the pane",
            group: .moving),
    ]

    private static let training: [Binding] = [
        Binding(
            action: .pause, keys: [.character("p")], name: "pause",
            help: "pause training, or go on with it", group: .training, hint: "pause"),
        Binding(
            action: .stop, keys: [.character("s")], name: "stop", help: "stop training, after asking how",
            group: .training, hint: "stop"),
        Binding(
            action: .checkpoint, keys: [.character("c")], name: "checkpoint", help: "write a checkpoint now",
            group: .training, hint: "checkpoint"),
        Binding(
            action: .resumeRun, keys: [.character("r")], name: "resume run",
            help: "resume a stopped, failed or lost run", group: .training, hint: "resume"),
    ]

    private static let curves: [Binding] = [
        Binding(
            action: .axisUnit, keys: [.character("x")], name: "axis unit",
            help: "count steps, epochs, frames or time", group: .curves, hint: "step/epoch/time"),
        Binding(
            action: .lessSmoothing, keys: [.character("[")], name: "less smoothing", help: "smooth less (σ1)",
            group: .curves, hint: "smoothing"),
        Binding(
            action: .moreSmoothing, keys: [.character("]")], name: "more smoothing", help: "smooth more (σ1)",
            group: .curves),
        Binding(
            action: .panLeft, keys: [.left], name: "pan left", help: "pan back; a slider down", group: .curves,
            hint: "pan"),
        Binding(
            action: .panRight, keys: [.right], name: "pan right", help: "pan on; a slider up", group: .curves),
        Binding(
            action: .zoomIn, keys: [.character("+")], name: "zoom in", help: "zoom in around the crosshair",
            group: .curves, hint: "zoom"),
        Binding(
            action: .zoomOut, keys: [.character("-")], name: "zoom out", help: "zoom out", group: .curves),
        Binding(
            action: .showAll, keys: [.character("0")], name: "show all",
            help: "show the whole curve; sliders: identity",
            group: .curves),
        Binding(
            action: .logAxis, keys: [.character("o")], name: "log axis", help: "logarithmic vertical axis",
            group: .curves, hint: "log axis"),
    ]

    private static let log: [Binding] = [
        Binding(
            action: .showHide, keys: [.character("t")], name: "log", help: "show or hide the log; choose curves",
            group: .log, hint: "log"),
        Binding(
            action: .chooseFold, keys: [.character("F")], name: "choose fold", help: "choose a fold",
            group: .log, hint: "fold"),
        Binding(
            action: .sort, keys: [.character("S")], name: "sort", help: "sort classes by score, or by name",
            group: .log, hint: "sort"),
        Binding(
            action: .takeOut, keys: [.character("e")], name: "export",
            help: "export; the whole log in a pager", group: .log),
    ]

    private static let smoother: [Binding] = [
        Binding(
            action: .openFile, keys: [.character("O")], name: "open predictions",
            help: "open predictions of any model from a file", group: .smoother, hint: "open file"),
        Binding(
            action: .chooseVideo, keys: [.character("V")], name: "choose video",
            help: "choose a video, worst first", group: .smoother, hint: "video"),
        Binding(
            action: .chooseChannel, keys: [.character("C")], name: "choose channel",
            help: "choose valence, a unit, a class", group: .smoother, hint: "channel"),
        Binding(
            action: .enterValue, keys: [.character("=")], name: "enter value",
            help: "type a value, or three: 29,8,3.5", group: .smoother, hint: "number"),
        Binding(
            action: .plainGaussian, keys: [.character("P")], name: "plain gaussian",
            help: "σ1 alone; on the sliders also g", group: .smoother, hint: "plain"),
        Binding(
            action: .linkChannels, keys: [.character("i")], name: "link channels",
            help: "sigmas for each channel, or for all", group: .smoother, hint: "each channel"),
        Binding(
            action: .filterOptions, keys: [.character(",")], name: "filter options",
            help: "edges, gaps, logits, clipping", group: .smoother, hint: "filter options"),
        Binding(
            action: .tune, keys: [.character("a")], name: "tune",
            help: "search sigmas and thresholds; again: stop", group: .smoother, hint: "tune"),
        Binding(
            action: .tuningOptions, keys: [.character("A")], name: "tuning options",
            help: "what a tuning leaves out and takes", group: .smoother, hint: "how to tune"),
        Binding(
            action: .keep, keys: [.character("w")], name: "keep",
            help: "keep sigmas and thresholds with the run", group: .smoother, hint: "keep"),
    ]
}

extension Key {
    /// The key as people write it.
    var label: String {
        switch self {
        case .character(" "): "Space"
        case .character(let character): String(character)
        case .control(let character): "Ctrl-" + String(character)
        case .alt(let character): "Alt-" + String(character)
        case .enter: "Enter"
        case .escape: "Esc"
        case .tab: "Tab"
        case .backTab: "Shift-Tab"
        case .backspace: "Backspace"
        case .delete: "Del"
        case .insert: "Ins"
        case .up: "↑"
        case .down: "↓"
        case .left: "←"
        case .right: "→"
        case .home: "Home"
        case .end: "End"
        case .pageUp: "PgUp"
        case .pageDown: "PgDn"
        case .function(let number): "F\(number)"
        }
    }
}

extension Binding {
    /// All its keys, as people write them.
    var keyLabel: String {
        keys.map { action == .first && $0 == .character("g") ? "g g" : $0.label }.joined(separator: " ")
    }
}
