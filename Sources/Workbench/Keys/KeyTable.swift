import Screen

/// The one table of keys: the actions that all pages share, and those of the pages. It feeds dispatch, the hints, the help,
/// the palette and the key page of the documents.
enum KeyTable {
    /// Every action once, in the order of the help.
    static let actions: [Action] = {
        var seen: Set<String> = []
        let all = shared + Router.pages.flatMap(\.actions)
        let once = all.filter { seen.insert($0.name).inserted }
        return Action.Group.allCases.flatMap { group in once.filter { $0.group == group } }
    }()

    /// What can be done on a page: its own actions, the shared ones, and those of other pages; each refuses where it has to.
    static func actions(on page: any Page) -> [Action] { actions.map { meaning(of: $0, on: page) } }

    /// The action of a key on a page; nil when it has none.
    static func action(for key: Key, on page: any Page) -> Action? {
        let found =
            page.actions.first { $0.keys.contains(key) } ?? shared.first { $0.keys.contains(key) }
            ?? actions.first { $0.keys.contains(key) }
        return found.map { meaning(of: $0, on: page) }
    }

    /// What an action means on a page: what the page makes of it, or what it is everywhere.
    static func meaning(of action: Action, on page: any Page) -> Action {
        if let own = page.actions.first(where: { $0.name == action.name }) { return own }
        if let everywhere = shared.first(where: { $0.name == action.name }) { return everywhere }
        if action.isEverywhere { return action }
        let view = Router.view(with: action)
        return action.refused { _ in
            "that action is in the \(view?.title ?? "") view (press \(view?.rawValue ?? 0))"
        }
    }

    /// The motion of a key; in popups `g` alone goes to the first line.
    static func motion(for key: Key) -> Motion? { shared.first { $0.motion != nil && $0.keys.contains(key) }?.motion }

    /// What is the same in every view, or means something on several pages.
    static let shared: [Action] = WorkbenchView.allCases.map { Action.show($0) } + everywhere + moving + curves + log

    private static let everywhere: [Action] = [
        .focusNext, .focusPrevious, .zoomPane, .chooseRun,
        Action(
            "help", keys: [.character("?")], help: "show the keys", in: .everywhere,
            hint: { _ in Hint("help", rank: Hint.always - 1) }
        ) { $0.present(HelpPopup()) },
        Action("palette", keys: [.character(":")], help: "find any action by its name", in: .everywhere) {
            $0.present(PalettePopup())
        },
        .filter, .copy,
        Action(
            "mouse", keys: [.character("m")], help: "turn the mouse off to select text, or on", in: .everywhere
        ) { $0.toggleMouse() },
        Action("next theme", keys: [.character("T")], help: "change to the next colour theme", in: .everywhere) {
            $0.nextTheme()
        },
        .close,
        Action("redraw", keys: [.control("l")], help: "redraw the screen", in: .everywhere) { _ in [.redraw] },
        Action("suspend", keys: [.control("z")], help: "suspend to the shell; fg returns", in: .everywhere) { _ in
            [.suspend]
        },
        Action(
            "quit", keys: [.character("q"), .control("c")], help: "leave the workbench; training continues",
            in: .everywhere, hint: { _ in Hint("quit", rank: Hint.always) }
        ) { _ in [.quit] },
    ]

    private static let moving: [Action] = [
        Action(.left, "left", keys: [.character("h")], help: "move crosshair, history or slider back"),
        Action(.down, "down", keys: [.character("j"), .down], help: "one line down"),
        Action(.up, "up", keys: [.character("k"), .up], help: "one line up"),
        Action(.right, "right", keys: [.character("l")], help: "move crosshair, history or slider forward"),
        Action(.coarseLeft, "coarse left", keys: [.character("H")], help: "move ten times as far back"),
        Action(.coarseRight, "coarse right", keys: [.character("L")], help: "move ten times as far forward"),
        Action(.first, "first", keys: [.character("g"), .home], help: "go to the beginning"),
        Action(.last, "last", keys: [.character("G"), .end], help: "go to the end and follow it"),
        Action(.pageDown, "half page down", keys: [.control("d"), .pageDown], help: "half a page down"),
        Action(.pageUp, "half page up", keys: [.control("u"), .pageUp], help: "half a page up"),
        Action(.nextMatch, "next match", keys: [.character("n")], help: "next match, alert or video"),
        Action(.previousMatch, "previous match", keys: [.character("N")], help: "previous match, alert or video"),
        .open,
    ]

    private static let curves: [Action] = [
        .axisUnit, .lessSmoothing, .moreSmoothing,
        Action(.panLeft, "pan left", keys: [.left], help: "pan left; lower the slider", in: .curves),
        Action(.panRight, "pan right", keys: [.right], help: "pan right; raise the slider", in: .curves),
        Action(.zoomIn, "zoom in", keys: [.character("+")], help: "zoom in around the crosshair", in: .curves),
        Action(.zoomOut, "zoom out", keys: [.character("-")], help: "zoom out", in: .curves),
        .showAll, .logAxis,
    ]

    private static let log: [Action] = [.showHide, .chooseFold, .sort, .export]
}

/// Actions that mean something of their own on several pages: what they are called here, what they do there.
extension Action {
    static let focusNext = Action(
        "next pane", keys: [.tab], help: "focus the next pane", in: .everywhere,
        elsewhere: "this view has only one pane")
    static let focusPrevious = Action(
        "previous pane", keys: [.backTab], help: "focus the previous pane", in: .everywhere,
        elsewhere: "this view has only one pane")
    static let zoomPane = Action(
        "zoom pane", keys: [.character("z")], help: "fill the screen with the pane, or undo", in: .everywhere,
        elsewhere: "this view has no panes to zoom")
    /// Watches another run, unless a page chooses runs for something else.
    static let chooseRun = Action(
        "choose run", keys: [.character("R")], help: "choose the run to watch or to smooth", in: .everywhere,
        refused: { $0.runs.isEmpty ? "no runs yet" : nil }
    ) { $0.present(Chooser.watch($0)) }
    static let filter = Action(
        "filter", keys: [.character("/")], help: "filter the list or the log", in: .everywhere,
        elsewhere: "this view has nothing to filter")
    static let copy = Action(
        "copy", keys: [.character("y")], help: "copy the values, line or run name shown", in: .everywhere,
        elsewhere: "nothing to copy here")
    /// Esc where there is nothing to close is no mistake.
    static let close = Action(
        "close", keys: [.escape], help: "close the popup, filter, crosshair, alert", in: .everywhere
    ) { _ in [] }
    static let open = Action(
        "open", keys: [.enter], help: "choose the selected line; zoom the pane", in: .moving,
        elsewhere: "nothing to open here")

    private static let curvesElsewhere = "the curves are in the Monitor view (press 2)"
    static let axisUnit = Action(
        "axis unit", keys: [.character("x")], help: "axis in steps, epochs, frames or time", in: .curves,
        elsewhere: curvesElsewhere)
    static let lessSmoothing = Action(
        "less smoothing", keys: [.character("[")], help: "smooth the curve less (Smoother: σ1)", in: .curves,
        elsewhere: curvesElsewhere)
    static let moreSmoothing = Action(
        "more smoothing", keys: [.character("]")], help: "smooth the curve more (Smoother: σ1)", in: .curves,
        elsewhere: curvesElsewhere)
    static let showAll = Action(
        "show all", keys: [.character("0")], help: "show the whole curve; sliders: no filter", in: .curves,
        elsewhere: curvesElsewhere)
    static let logAxis = Action(
        "log axis", keys: [.character("o")], help: "logarithmic vertical axis", in: .curves,
        elsewhere: curvesElsewhere)

    static let showHide = Action(
        "log", keys: [.character("t")], help: "show or hide the log; choose curves", in: .log,
        elsewhere: "the log is in the Monitor view (press 2)")
    static let chooseFold = Action(
        "choose fold", keys: [.character("F")], help: "choose a fold", in: .log,
        elsewhere: "folds are in the Monitor and Smoother views (press 2 or 3)")
    static let sort = Action(
        "sort", keys: [.character("S")], help: "sort classes by score or by name", in: .log,
        elsewhere: "only scores by class can be sorted, in the Monitor view (press 2)")
    /// The log of the run in a pager, unless a page has something else to export.
    static let export = Action(
        "export", keys: [.character("e")], help: "export; open the log in a pager", in: .log,
        refused: { $0.subject == nil ? "no run is chosen" : nil }
    ) { state in state.subject.map { [.openLog($0.id)] } ?? [] }

    /// Shows a view by its number.
    static func show(_ view: WorkbenchView) -> Action {
        Action(
            view.title.lowercased(), keys: [.character(Character(String(view.rawValue)))], help: "show \(view.title)",
            in: .everywhere
        ) { $0.show(view) }
    }
}

extension State {
    mutating func toggleMouse() -> [Effect] {
        mouse.toggle()
        notice = Notice(text: mouse ? "mouse on" : "mouse off: the terminal selects text; m turns it on again")
        return [.setMouse(mouse)]
    }

    mutating func nextTheme() -> [Effect] {
        let themes = options.themes.isEmpty ? [Theme.standard, Theme.mono] : options.themes
        let now = themes.firstIndex { $0.name == options.theme.name } ?? -1
        options.theme = themes[(now + 1) % themes.count]
        options.followsGround = false
        notice = Notice(text: "theme \(options.theme.name)")
        return []
    }
}
