import Screen

/// Finding actions by their names.
enum ActionPalette {
    /// Names that people know from elsewhere.
    private static let aliases: [String: Action] = ["q": .quit, "quit": .quit, "q!": .quit, "h": .help, "help": .help]

    /// The bindings whose name or help has every word typed, those whose name begins with it first.
    static func matches(_ text: String) -> [Binding] {
        let typed = text.lowercased()
        let words = typed.split(separator: " ")
        let found = KeyTable.bindings.filter { binding in
            words.allSatisfy { (binding.name + " " + binding.help).lowercased().contains($0) }
        }
        let front = found.filter { $0.name.hasPrefix(typed) }
        return front + found.filter { !$0.name.hasPrefix(typed) }
    }

    /// An action that the text names exactly.
    static func exact(_ text: String) -> Action? {
        aliases[text] ?? KeyTable.bindings.first { $0.name == text }?.action
    }
}
