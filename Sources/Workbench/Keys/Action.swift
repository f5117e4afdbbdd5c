import Screen

/// One thing that a person can ask for: by key, by name in the palette, or with the mouse on a hint. A row of the key table
/// holds all of it: an action is added, changed and removed in one place.
struct Action: Sendable {
    /// Where the help and the key page put it.
    enum Group: String, CaseIterable, Sendable {
        case everywhere = "Everywhere"
        case moving = "Moving"
        case training = "Training"
        case curves = "Curves"
        case log = "Log and scores"
        case smoother = "Smoother"
    }

    typealias Handler = @Sendable (inout State) -> [Effect]

    /// Its name in the palette; actions of different pages with one name are one action.
    let name: String
    /// The keys that do it; the first one is shown in hints. `g g` is the one key pressed twice.
    let keys: [Key]
    /// What it does, for the help and the key page; at most 42 characters.
    let help: String
    let group: Group
    /// Done from every view, not only where its page is in view.
    var isEverywhere = false
    /// The motion that it is; popups move by the same keys.
    var motion: Motion?
    /// What the last line says of it; nil keeps it out of there.
    var hint: @Sendable (State) -> Hint? = { _ in nil }
    /// Why it cannot be done now, in a sentence; nil when it can.
    var refusal: @Sendable (State) -> String? = { _ in nil }
    /// Does it. What only an attempt shows to be impossible, it refuses by a notice.
    var handler: Handler

    init(
        _ name: String, keys: [Key], help: String, in group: Group, isEverywhere: Bool = false,
        hint: @escaping @Sendable (State) -> Hint? = { _ in nil },
        refused: @escaping @Sendable (State) -> String? = { _ in nil },
        _ handler: @escaping Handler
    ) {
        self.name = name
        self.keys = keys
        self.help = help
        self.group = group
        self.isEverywhere = isEverywhere
        self.hint = hint
        refusal = refused
        self.handler = handler
    }

    /// An action that every page has to give a meaning of its own; where none does, it is refused.
    init(_ name: String, keys: [Key], help: String, in group: Group, elsewhere reason: String) {
        self.init(name, keys: keys, help: help, in: group, refused: { _ in reason }) { _ in [] }
    }

    /// A motion, which goes to the page in view.
    init(_ motion: Motion, _ name: String, keys: [Key], help: String, in group: Group = .moving) {
        self.init(
            name, keys: keys, help: help, in: group, hint: { $0.page.hint(for: motion, $0) },
            refused: { $0.page.refusal(of: motion, $0) }
        ) { $0.page.move(motion, &$0) }
        self.motion = motion
    }

    /// What a shared action means on a page.
    func meaning(
        hint: @escaping @Sendable (State) -> Hint? = { _ in nil },
        refused: @escaping @Sendable (State) -> String? = { _ in nil },
        _ handler: @escaping Handler
    ) -> Action {
        var action = self
        action.hint = hint
        action.refusal = refused
        action.handler = handler
        return action
    }

    /// The same action with a hint.
    func hinted(_ hint: @escaping @Sendable (State) -> Hint?) -> Action {
        var action = self
        action.hint = hint
        return action
    }

    /// The same action, refused for one more reason, which comes first.
    func refused(_ reason: @escaping @Sendable (State) -> String?) -> Action {
        var action = self
        let refusal = refusal
        action.refusal = { reason($0) ?? refusal($0) }
        return action
    }

    /// All its keys, as people write them.
    var keyLabels: [String] {
        keys.map { motion == .first && $0 == .character("g") ? "g g" : $0.label }
    }
}

/// What the last line says of an action.
struct Hint: Equatable, Sendable {
    var text: String
    /// Hints of higher rank come later, and go first when there is no room.
    var rank: Int
    /// The keys as the hint shows them, when these are not the first key of the action.
    var key: String?

    /// The rank of what is always shown.
    static let always = Int.max

    init(_ text: String, rank: Int, key: String? = nil) {
        self.text = text
        self.rank = rank
        self.key = key
    }
}

extension State {
    /// Does what a key, a name in the palette or a click asks for, as the page in view means it. What cannot be done says
    /// why.
    mutating func perform(_ action: Action) -> [Effect] {
        let action = KeyTable.meaning(of: action, on: page)
        if let reason = action.refusal(self) { return refuse(reason) }
        return action.handler(&self)
    }

    func refusal(_ text: String) -> Notice { Notice(text: text, isProblem: true) }

    mutating func refuse(_ text: String) -> [Effect] {
        notice = refusal(text)
        return []
    }
}
