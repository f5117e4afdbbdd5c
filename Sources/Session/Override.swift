import JSON5

/// A value set on the command line: `stages.0.epochs=2`, `stages[0].lr=1e-3`, `data.photos.path=../faces`.
struct Override {
    /// A step into an object or a list.
    enum Step: Equatable {
        case key(String)
        case index(Int)
    }

    /// What errors give as the place: the option as it was typed.
    let location: SourceLocation
    let steps: [Step]
    let value: JSON5Node

    /// Reads `path=value`. The value is JSON5; what is not JSON5 is taken as a text, unless it begins like a list, an
    /// object or a text in quotes.
    init(_ text: String) throws(JSON5Error) {
        guard let equals = text.firstIndex(of: "=") else {
            throw JSON5Error(
                at: SourceLocation(option: "--set \(text)", value: ""), "expected KEY=VALUE, such as stages.0.epochs=2")
        }
        let valueText = String(text[text.index(after: equals)...])
        location = SourceLocation(option: "--set \(text)", value: valueText)
        steps = try Self.steps(String(text[..<equals]), location)
        do {
            value = try JSON5Reader.read(valueText, file: "").relocated(to: location)
        } catch {
            if let first = valueText.first(where: { $0 != " " }), "[{\"'".contains(first) {
                throw JSON5Error(at: location, "the value is not JSON5: \(error.message)")
            }
            value = JSON5Node(.string(valueText), at: location)
        }
    }

    /// `a.0.b` and `a[0].b` are the same path.
    private static func steps(_ text: String, _ location: SourceLocation) throws(JSON5Error) -> [Step] {
        var steps: [Step] = []
        for part in text.split(separator: ".", omittingEmptySubsequences: false) {
            var rest = part
            let key = rest.prefix { $0 != "[" }
            rest = rest.dropFirst(key.count)
            if let index = listIndex(key) {
                steps.append(.index(index))
            } else if !key.isEmpty {
                steps.append(.key(String(key)))
            } else if rest.isEmpty || steps.isEmpty {
                throw JSON5Error(at: location, "`\(text)` is not the path of a key, such as stages.0.epochs")
            }
            while rest.first == "[" {
                guard let end = rest.firstIndex(of: "]"),
                    let index = listIndex(rest[rest.index(after: rest.startIndex)..<end])
                else {
                    throw JSON5Error(at: location, "expected a number and `]` after `[` in `\(text)`")
                }
                steps.append(.index(index))
                rest = rest[rest.index(after: end)...]
            }
            guard rest.isEmpty else {
                throw JSON5Error(at: location, "`\(text)` is not the path of a key, such as stages.0.epochs")
            }
        }
        return steps
    }

    private static func listIndex(_ text: Substring) -> Int? {
        guard !text.isEmpty, text.count <= 9, text.utf8.allSatisfy({ (0x30...0x39).contains($0) }) else { return nil }
        return Int(text)
    }

    /// Keys of which a session may have one only; setting one takes the place of the other.
    private static let alternatives = SettingsTable.all.flatMap(\.settings).map(\.keys).filter { $0.count > 1 }

    /// The session with this value in it. Objects on the way are made where they are missing. Null takes an entry out of a
    /// list, and the place after its last entry is free for another.
    func applied(to root: JSON5Node) throws(JSON5Error) -> JSON5Node {
        try applied(to: root, from: 0, path: "")
    }

    private func applied(to node: JSON5Node, from index: Int, path: String) throws(JSON5Error) -> JSON5Node {
        guard index < steps.count else { return value }
        let place = path.isEmpty ? "the session" : "`\(path)`"
        var result = node
        switch (steps[index], node.value) {
        case (.index(let position), .array(var elements)):
            let isLast = index == steps.count - 1
            if isLast, position == elements.count, value.value != .null {
                elements.append(value)
                result.value = .array(elements)
                return result
            }
            guard elements.indices.contains(position) else {
                let count = elements.count
                throw JSON5Error(
                    at: location,
                    "\(place) has \(count) \(count == 1 ? "entry" : "entries"), counted from 0; there is no [\(position)]"
                )
            }
            if isLast, value.value == .null {
                elements.remove(at: position)
            } else {
                elements[position] = try applied(
                    to: elements[position], from: index + 1, path: "\(path)[\(position)]")
            }
            result.value = .array(elements)
        case (.key(let key), .object(let object)):
            result.value = .object(try setting(key, of: object, from: index, path: path))
        case (.index(let number), .object(let object)):
            // A data source may be named with digits.
            result.value = .object(try setting(String(number), of: object, from: index, path: path))
        case (.key(let key), .array):
            throw JSON5Error(at: location, "\(place) is a list; expected a number after it, found `\(key)`")
        default:
            throw JSON5Error(at: location, "\(place) holds a single value, so nothing can be set inside it")
        }
        return result
    }

    private func setting(
        _ key: String, of object: JSON5Object, from index: Int, path: String
    ) throws(JSON5Error) -> JSON5Object {
        var object = object
        let old = object[key] ?? JSON5Node(.object(JSON5Object()), at: location)
        let new = try applied(to: old, from: index + 1, path: path.isEmpty ? key : "\(path).\(key)")
        if index == steps.count - 1, let group = Self.alternatives.first(where: { $0.contains(key) }) {
            for other in group where other != key { object.remove(other) }
        }
        let keyLocation = object.members.first { $0.key == key }?.keyLocation ?? location
        object.set(JSON5Object.Member(key: key, keyLocation: keyLocation, node: new))
        return object
    }
}

extension JSON5Node {
    /// The same value with every place replaced.
    func relocated(to location: SourceLocation) -> JSON5Node {
        let value: JSON5Value =
            switch self.value {
            case .array(let elements): .array(elements.map { $0.relocated(to: location) })
            case .object(let object):
                .object(
                    JSON5Object(
                        uniqueMembers: object.members.map {
                            JSON5Object.Member(
                                key: $0.key, keyLocation: location, node: $0.node.relocated(to: location))
                        }))
            default: self.value
            }
        return JSON5Node(value, at: location)
    }
}
