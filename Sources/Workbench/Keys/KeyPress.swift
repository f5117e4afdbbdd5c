import Screen

extension State {
    /// A key goes to what is on top: a popup, a filter being typed, then the page.
    mutating func press(_ key: Key) -> [Effect] {
        if key == .control("c") { return [.quit] }
        if let popup { return popup.press(key, in: &self) }
        if let path = typedFilter { return type(key, into: path) }
        if key == .character("g") {
            isPendingG.toggle()
            if isPendingG { return page.pressG(&self) }
            // Home is the other key of the same action.
            return KeyTable.action(for: .home, on: page).map { perform($0) } ?? []
        }
        isPendingG = false
        guard let action = KeyTable.action(for: key, on: page) else { return [] }
        return perform(action)
    }

    /// Whether a person can have meant what is asked for: text that is pasted into a terminal that does not mark pastes
    /// comes as keys, and must not stop a run.
    mutating func isMeant() -> Bool {
        guard isInBurst else { return true }
        notice = refusal("many keys came at once, as from a paste; press this one alone if you meant it")
        return false
    }

    // MARK: Filters

    /// The page's filter while it takes the keys.
    var typedFilter: WritableKeyPath<State, Filter>? {
        page.filter.flatMap { self[keyPath: $0].isTyping ? $0 : nil }
    }

    private mutating func type(_ key: Key, into path: WritableKeyPath<State, Filter>) -> [Effect] {
        if key == .up || key == .down { return page.move(key == .up ? .up : .down, &self) }
        changeFilter { $0.type(key) }
        return []
    }

    /// Begins to type the page's filter anew.
    mutating func startFilter() -> [Effect] {
        changeFilter { $0 = Filter(isTyping: true) }
        return []
    }

    mutating func clearFilter() { changeFilter { $0 = Filter() } }

    private mutating func changeFilter(_ change: (inout Filter) -> Void) {
        guard let path = page.filter else { return }
        let before = self[keyPath: path].text
        change(&self[keyPath: path])
        if self[keyPath: path].text != before { page.filterChanged(&self) }
    }

    mutating func paste(_ text: String) {
        let line = String(text.prefix { !$0.isNewline }.prefix(200))
        if let popup {
            popup.paste(line, in: &self)
        } else if typedFilter != nil {
            changeFilter { $0.text += line }
        }
    }
}
