import RunStore
import Screen

extension State {
    /// A key goes to what is on top: a popup, a filter being typed, then the view.
    mutating func press(_ key: Key) -> [Effect] {
        if key == .control("c") { return [.quit] }
        if overlay != nil { return pressInOverlay(key) }
        if isTypingFilter { return typeIntoFilter(key) }
        if key == .character("g") {
            isPendingG.toggle()
            if !isPendingG { return perform(.first) }
            // Between sliders there is no way to go: the first one is at the beginning already.
            return current == .smoother && smoother.focus == .sliders ? perform(.plainGaussian) : []
        }
        isPendingG = false
        guard let action = KeyTable.action(for: key) else { return [] }
        return perform(action)
    }

    // MARK: Filters

    /// Whether the view's filter takes the keys.
    var isTypingFilter: Bool {
        switch current {
        case .runs: runList.isTyping
        case .monitor: monitor.log.isTyping
        case .smoother: smoother.list.isTyping
        default: false
        }
    }

    /// The filter of the view.
    var filter: String {
        switch current {
        case .runs: runList.filter
        case .smoother: smoother.list.filter
        default: monitor.log.filter
        }
    }

    private mutating func typeIntoFilter(_ key: Key) -> [Effect] {
        var text = filter
        var isTyping = true
        switch key {
        case .enter: isTyping = false
        case .escape:
            text = ""
            isTyping = false
        case .up, .down:
            return perform(key == .up ? .up : .down)
        default: text.edit(key)
        }
        setFilter(text, isTyping: isTyping)
        return []
    }

    mutating func setFilter(_ text: String, isTyping: Bool) {
        if current == .runs {
            if text != runList.filter { runList.selected = 0 }
            runList.filter = text
            runList.isTyping = isTyping
        } else if current == .smoother {
            if text != smoother.list.filter { smoother.list.selected = 0 }
            smoother.list.filter = text
            smoother.list.isTyping = isTyping
        } else {
            if text != monitor.log.filter { monitor.log.selected = nil }
            monitor.log.filter = text
            monitor.log.isTyping = isTyping
        }
    }

    mutating func paste(_ text: String) {
        let line = String(text.prefix { !$0.isNewline }.prefix(200))
        switch overlay {
        case .palette(var list):
            list.filter += line
            list.selected = 0
            overlay = .palette(list)
        case .chooser(var list) where list.isTyping:
            list.filter += line
            list.selected = 0
            overlay = .chooser(list)
        case .choose(let kind, var list) where list.isTyping:
            list.filter += line
            list.selected = 0
            overlay = .choose(kind, list)
        case .form(var form) where form.fields[form.selected].choices.isEmpty:
            form.fields[form.selected].text += line
            overlay = .form(form)
        case .value(let text): overlay = .value(text + line)
        case nil where isTypingFilter:
            setFilter(filter + line, isTyping: true)
        default: break
        }
    }

    // MARK: Popups

    private mutating func pressInOverlay(_ key: Key) -> [Effect] {
        switch overlay {
        case .help(let scroll): return pressInHelp(key, scroll)
        case .palette(let list): return pressInPalette(key, list)
        case .chooser(let list): return pressInChooser(key, list)
        case .stop(let selected): return pressInStop(key, selected)
        case .choose(let kind, let list): return pressInChoice(key, kind, list)
        case .form(let form): return pressInForm(key, form)
        case .value(let text): return pressInValue(key, text)
        case .overwrite(let request): return pressInOverwrite(key, request)
        case nil: return []
        }
    }

    private mutating func pressInHelp(_ key: Key, _ scroll: Int) -> [Effect] {
        switch key == .character("g") ? .first : KeyTable.action(for: key) {
        case .close, .help, .quit, .open: overlay = nil
        case .down: overlay = .help(scroll: scroll + 1)
        case .up: overlay = .help(scroll: max(0, scroll - 1))
        case .pageDown: overlay = .help(scroll: scroll + 10)
        case .pageUp: overlay = .help(scroll: max(0, scroll - 10))
        case .first: overlay = .help(scroll: 0)
        case .palette:
            overlay = .palette(ListState())
        default: break
        }
        if case .help(let wanted) = overlay { overlay = .help(scroll: min(wanted, HelpText.maximalScroll(size))) }
        return []
    }

    private mutating func pressInPalette(_ key: Key, _ list: ListState) -> [Effect] {
        var list = list
        let found = ActionPalette.matches(list.filter)
        switch key {
        case .escape: overlay = nil
        case .enter:
            overlay = nil
            if let exact = ActionPalette.exact(list.filter) { return perform(exact) }
            guard found.indices.contains(list.selected) else {
                notice = Notice(text: "nothing is called \"\(list.filter)\"; ? shows the keys", isProblem: true)
                return []
            }
            return perform(found[list.selected].action)
        case .down, .control("n"), .tab:
            list.selected = min(max(0, found.count - 1), list.selected + 1)
            overlay = .palette(list)
        case .up, .control("p"), .backTab:
            list.selected = max(0, list.selected - 1)
            overlay = .palette(list)
        case .backspace where list.filter.isEmpty: overlay = nil
        default:
            list.filter.edit(key)
            list.selected = 0
            overlay = .palette(list)
        }
        return []
    }

    private mutating func pressInChooser(_ key: Key, _ list: ListState) -> [Effect] {
        var list = list
        let shown = filteredRuns(list.filter)
        if list.typeFilter(key) {
            overlay = .chooser(list)
            return []
        }
        switch key == .character("g") ? .first : KeyTable.action(for: key) {
        case .close, .quit, .chooseRun: overlay = nil
        case .filter:
            list.isTyping = true
            overlay = .chooser(list)
        case .open:
            guard shown.indices.contains(list.selected) else { return [] }
            overlay = nil
            current = .monitor
            return watch(shown[list.selected].id)
        case let action?:
            list.selected = Self.moved(list.selected, by: action, count: shown.count, page: size.height / 3)
            overlay = .chooser(list)
        case nil: break
        }
        return []
    }

    private mutating func pressInStop(_ key: Key, _ selected: Int) -> [Effect] {
        let choices = StopChoice.allCases
        if case .character(let character) = key, let choice = choices.first(where: { $0.key == character }) {
            return stop(choice)
        }
        switch KeyTable.action(for: key) {
        case .close, .quit: overlay = nil
        case .open: return stop(choices[selected])
        case .down, .up:
            let step = KeyTable.action(for: key) == .down ? 1 : choices.count - 1
            overlay = .stop((selected + step) % choices.count)
        default: break
        }
        return []
    }

    mutating func stop(_ choice: StopChoice) -> [Effect] {
        guard choice == .cancel || isMeant() else { return [] }
        overlay = nil
        guard let run else { return [] }
        switch choice {
        case .cancel: return []
        case .afterEpoch:
            notice = Notice(text: "\(run.name) will stop after this epoch")
            return [.send(.stopAfterEpoch, run.id)]
        case .now:
            notice = Notice(text: "\(run.name) will write a checkpoint and stop")
            return [.send(.stop, run.id)]
        }
    }

    /// A selection moved by a motion, kept inside a list.
    static func moved(_ selected: Int, by action: Action, count: Int, page: Int) -> Int {
        let target =
            switch action {
            case .down: selected + 1
            case .up: selected - 1
            case .pageDown: selected + max(1, page)
            case .pageUp: selected - max(1, page)
            case .first: 0
            case .last: count - 1
            default: selected
            }
        return min(max(0, count - 1), max(0, target))
    }
}

extension String {
    /// Typing at the end of a line of text.
    mutating func edit(_ key: Key) {
        switch key {
        case .character(let character): append(character)
        case .backspace: if !isEmpty { removeLast() }
        case .control("u"): self = ""
        case .control("w"):
            while last == " " { removeLast() }
            while let last, last != " " { removeLast() }
        default: break
        }
    }
}
