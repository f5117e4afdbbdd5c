import JSON5

/// How a value is read from a session file and written to it.
struct SettingCodec<Value: Sendable>: Sendable {
    let domain: SettingDomain
    /// What null means; nil where it means nothing.
    var null: Value?
    /// Reads a value that is not null, or notes what is wrong with it. It is given the value that the setting has without
    /// the key, which an object fills up from.
    let read: @Sendable (SettingField, _ current: Value?) -> Value?
    let write: @Sendable (Value) -> JSON5Value
}

/// A value of the file, and what is needed to read it.
struct SettingField {
    let node: JSON5Node
    let path: String
    let context: ReadingContext

    func note(_ message: String) { context.problems.add(node.location, path, message) }

    /// The elements of a list with their places; nil when it is none.
    var elements: [SettingField]? {
        guard case .array(let elements) = node.value else { return nil }
        return elements.enumerated().map { index, element in
            SettingField(node: element, path: "\(path)[\(index)]", context: context)
        }
    }

    /// The text of the value, or nil after a problem.
    func text(_ what: String = "a text") -> String? {
        if node.text == nil { note("expected \(what) in quotes, found \(node.value.shown)") }
        return node.text
    }

    /// The number of the value, or nil after a problem.
    func number(_ bounds: Bounds) -> Double? {
        guard let number = node.value.number else {
            note("expected a number, found \(node.value.shown)")
            return nil
        }
        guard bounds.contains(number) else {
            note("must be \(bounds.words), found \(node.value.shown)")
            return nil
        }
        return number
    }

    /// The absolute path that the value means, or nil after a problem.
    func absolutePath() -> String? {
        guard let text = text("a path") else { return nil }
        // What is given on the command line is relative to where the person is.
        let folder = node.location.isOption ? context.surroundings.workingFolder : context.folder
        do {
            return try SessionPath.absolute(text, folder: folder, surroundings: context.surroundings)
        } catch {
            note(error.message)
            return nil
        }
    }

    /// A text, or a list of different texts.
    func texts(example: String) -> [String] {
        var texts: [String] = []
        // A single text is named as the list's first, as if it stood in brackets.
        for field in elements ?? [SettingField(node: node, path: path + "[0]", context: context)] {
            guard let text = field.node.text, !text.isEmpty else {
                field.note("expected a text such as in \(example), found \(field.node.value.shown)")
                continue
            }
            if texts.contains(text) {
                field.note("names \"\(text)\" a second time")
            } else {
                texts.append(text)
            }
        }
        return texts
    }

    /// Says that a word is none of those known.
    func noteUnknown(_ text: String, among words: [String]) {
        let nearest = NearestKey.of(text, among: words).map { "; did you mean \"\($0)\"?" } ?? ""
        note("must be one of \(words.map { "\"\($0)\"" }.joined(separator: ", ")), found \"\(text)\"\(nearest)")
    }
}

// MARK: Scalars

extension SettingCodec<Bool> {
    static var flag: SettingCodec {
        SettingCodec(
            domain: .flag,
            read: { field, _ in
                if case .boolean(let flag) = field.node.value { return flag }
                field.note("expected true or false, found \(field.node.value.shown)")
                return nil
            },
            write: { .boolean($0) })
    }
}

extension SettingCodec<Int> {
    static func whole(_ range: ClosedRange<Int>) -> SettingCodec {
        SettingCodec(
            domain: .whole(range),
            read: { field, _ in
                guard let number = field.node.value.wholeNumber else {
                    field.note("expected a whole number, found \(field.node.value.shown)")
                    return nil
                }
                guard let integer = Int(exactly: number), range.contains(integer) else {
                    let words =
                        range.upperBound == .max
                        ? "at least \(range.lowerBound)" : "between \(range.lowerBound) and \(range.upperBound)"
                    field.note("must be \(words), found \(number)")
                    return nil
                }
                return integer
            },
            write: { .whole($0) })
    }
}

extension SettingCodec<UInt64> {
    /// The root of random numbers.
    static var seed: SettingCodec {
        let whole = SettingCodec<Int>.whole(0...Int.max)
        return SettingCodec(
            domain: whole.domain, read: { field, _ in whole.read(field, nil).map(UInt64.init) },
            write: { .integer(Int64(clamping: $0)) })
    }
}

extension SettingCodec<Double> {
    static func number(_ bounds: Bounds) -> SettingCodec {
        SettingCodec(domain: .number(bounds), read: { field, _ in field.number(bounds) }, write: { .number($0) })
    }
}

extension SettingCodec<String> {
    static var text: SettingCodec {
        SettingCodec(domain: .text, read: { field, _ in field.text() }, write: { .string($0) })
    }

    /// The name of a column of a table.
    static var column: SettingCodec {
        SettingCodec(
            domain: .text,
            read: { field, _ in
                guard let name = field.text() else { return nil }
                if name.isEmpty { field.note("is empty; it names a column") }
                return name
            },
            write: { .string($0) })
    }

    static var path: SettingCodec {
        SettingCodec(
            domain: .path, read: { field, _ in field.absolutePath() }, write: { .path($0) })
    }
}

extension SettingCodec where Value: RawRepresentable & CaseIterable, Value.RawValue == String {
    /// One of a few words.
    static var word: SettingCodec {
        let words = Value.allCases.map(\.rawValue)
        return SettingCodec(
            domain: .word(words),
            read: { field, _ in
                guard let text = field.text() else { return nil }
                if let value = Value(rawValue: text) { return value }
                field.noteUnknown(text, among: words)
                return nil
            },
            write: { .string($0.rawValue) })
    }
}

// MARK: Lists and objects

extension SettingCodec {
    /// Two numbers in a list, as some value of them.
    static func pair(
        _ bounds: Bounds, example: @escaping @Sendable (Value?) -> String,
        make: @escaping @Sendable (Double, Double) -> Value, parts: @escaping @Sendable (Value) -> (Double, Double)
    ) -> SettingCodec {
        SettingCodec(
            domain: .pair(bounds),
            read: { field, current in
                guard let elements = field.elements, elements.count == 2 else {
                    field.note(
                        "expected a list of two numbers, such as \(example(current)), found \(field.node.value.shown)")
                    return nil
                }
                guard let first = elements[0].number(bounds), let second = elements[1].number(bounds) else {
                    return nil
                }
                return make(first, second)
            },
            write: { value in
                let (first, second) = parts(value)
                return .list([.number(first), .number(second)])
            })
    }

    /// The same, with null for none.
    static func optional<Wrapped>(_ codec: SettingCodec<Wrapped>) -> SettingCodec where Value == Wrapped? {
        SettingCodec(
            domain: codec.domain, null: .some(nil),
            read: { field, current in codec.read(field, current ?? nil).map { .some($0) } },
            write: { $0.map(codec.write) ?? .null })
    }
}

extension SettingCodec<ClosedRange<Double>> {
    /// Two numbers in a list, the smaller first.
    static func range(_ bounds: Bounds) -> SettingCodec {
        SettingCodec(
            domain: .range(bounds),
            read: { field, current in
                let pair = SettingCodec<[Double]>.pair(
                    bounds,
                    example: { _ in
                        JSON5Value.list([.number(current?.lowerBound ?? 0), .number(current?.upperBound ?? 1)])
                            .onOneLine
                    }, make: { [$0, $1] }, parts: { ($0[0], $0[1]) })
                guard let numbers = pair.read(field, nil) else { return nil }
                guard numbers[0] <= numbers[1] else {
                    field.note("the smaller number comes first, found [\(numbers[0]), \(numbers[1])]")
                    return nil
                }
                return numbers[0]...numbers[1]
            },
            write: { .list([.number($0.lowerBound), .number($0.upperBound)]) })
    }
}

extension SettingCodec<[Double]> {
    /// A number, or a list of numbers.
    static func numbers(example: String) -> SettingCodec {
        SettingCodec(
            domain: .list(.number(.finite)),
            read: { field, _ in
                let elements = field.elements?.map(\.node) ?? [field.node]
                let numbers = elements.compactMap(\.value.number)
                if numbers.count != elements.count {
                    field.note("expected numbers such as \(example), found \(field.node.value.shown)")
                }
                return numbers
            },
            write: { .list($0.map { .number($0) }) })
    }
}

extension SettingCodec<[String]> {
    /// A text, or a list of different texts.
    static func texts(example: String) -> SettingCodec {
        SettingCodec(
            domain: .list(.text), read: { field, _ in field.texts(example: example) },
            write: { .list($0.map { .string($0) }) })
    }

    /// A path, or a list of paths.
    static var paths: SettingCodec {
        SettingCodec(
            domain: .list(.path),
            read: { field, _ in
                if let elements = field.elements, !elements.isEmpty { return elements.compactMap { $0.absolutePath() } }
                return field.absolutePath().map { [$0] }
            },
            write: { .list($0.map { .path($0) }) })
    }
}

extension SettingCodec where Value: SettingsRecord {
    /// An object with settings of its own; what it leaves out stays as it is.
    static var object: SettingCodec { object(from: .initial) }

    /// - Parameter base: what an object fills up from where there is none yet.
    static func object(from base: Value) -> SettingCodec {
        SettingCodec(
            domain: .object(Value.descriptions),
            read: { field, current in
                guard var fields = FieldReader(field) else { return nil }
                return fields.read(current ?? base)
            },
            write: { $0.resolved })
    }
}
