import Screen

/// The filter of a list: what has been typed of it, and whether it takes the keys.
struct Filter: Equatable, Sendable {
    var text = ""
    var isTyping = false

    /// Whether a text has every word of the filter, in any case.
    func passes(_ candidate: String) -> Bool {
        if text.isEmpty { return true }
        let candidate = candidate.lowercased()
        return text.lowercased().split(separator: " ").allSatisfy { candidate.contains($0) }
    }

    /// Takes a key while it is typed: Enter keeps the filter, Esc clears it.
    mutating func type(_ key: Key) {
        switch key {
        case .escape: self = Filter()
        case .enter: isTyping = false
        default: text.edit(key)
        }
    }
}

/// A selection in a list and its filter.
struct ListState: Equatable, Sendable {
    var selected = 0
    var filter = Filter()
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
