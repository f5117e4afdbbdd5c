import JSON5

/// Reads the keys of one object of a session, and notes a problem for every key that is wrong, missing or unknown.
///
/// A method that cannot read its key returns the default or nil after noting why; the session is thrown away then, so
/// the value only has to let the reading go on.
struct FieldReader {
    let object: JSON5Object
    let location: SourceLocation
    let path: String
    let problems: ProblemList
    /// The keys that were asked for, in that order.
    private var known: [String] = []

    init(_ object: JSON5Object, at location: SourceLocation, path: String, problems: ProblemList) {
        self.object = object
        self.location = location
        self.path = path
        self.problems = problems
    }

    /// The object of a node, or nil after a problem.
    init?(_ node: JSON5Node, path: String, problems: ProblemList) {
        guard case .object(let object) = node.value else {
            problems.add(node.location, path, "expected an object in braces, found \(node.value.shown)")
            return nil
        }
        self.init(object, at: node.location, path: path, problems: problems)
    }

    func path(of key: String) -> String { path.isEmpty ? key : "\(path).\(key)" }

    func place(of key: String) -> SourceLocation { object[key]?.location ?? location }

    func note(_ key: String, _ message: String) {
        problems.add(place(of: key), path(of: key), message)
    }

    /// Whether the key is there with a value other than null.
    func has(_ key: String) -> Bool {
        object[key].map { $0.value != .null } ?? false
    }

    /// The node of a key; null counts as absent.
    mutating func node(_ key: String) -> JSON5Node? {
        expect(key)
        guard let node = object[key], node.value != .null else { return nil }
        return node
    }

    /// Notes a problem for every key that nobody asked for. Call it last.
    func finish() {
        for member in object.members where !known.contains(member.key) {
            let advice =
                NearestKey.of(member.key, among: known).map { "did you mean `\($0)`?" }
                ?? "known here: \(known.joined(separator: ", "))"
            let isOverride = Override.isLocation(member.node.location)
            problems.add(
                isOverride ? member.node.location : member.keyLocation, path(of: member.key),
                "there is no such key; \(advice)")
        }
    }

    // MARK: Scalars

    mutating func text(_ key: String) -> String? {
        guard let node = node(key) else { return nil }
        guard let text = node.text else {
            note(key, "expected a text in quotes, found \(node.value.shown)")
            return nil
        }
        return text
    }

    mutating func flag(_ key: String, default standard: Bool) -> Bool {
        guard present(key), let node = object[key] else { return standard }
        guard case .boolean(let flag) = node.value else {
            note(key, "expected true or false, found \(node.value.shown)")
            return standard
        }
        return flag
    }

    /// A whole number within `range`; nil when the key is absent or null.
    mutating func optionalInteger(_ key: String, in range: ClosedRange<Int>) -> Int? {
        guard let node = node(key) else { return nil }
        guard let number = node.value.wholeNumber else {
            note(key, "expected a whole number, found \(node.value.shown)")
            return nil
        }
        guard let integer = Int(exactly: number), range.contains(integer) else {
            note(key, "must be \(Self.words(range)), found \(number)")
            return nil
        }
        return integer
    }

    mutating func integer(_ key: String, in range: ClosedRange<Int>, default standard: Int) -> Int {
        guard present(key) else { return standard }
        return optionalInteger(key, in: range) ?? standard
    }

    /// A whole number that has to be there.
    mutating func requiredInteger(_ key: String, in range: ClosedRange<Int>, example: String) -> Int? {
        guard required(key, example: example) else { return nil }
        return optionalInteger(key, in: range)
    }

    /// A finite number within `bounds`; nil when the key is absent or null.
    mutating func optionalNumber(_ key: String, _ bounds: Bounds) -> Double? {
        guard let node = node(key) else { return nil }
        return number(node, path: path(of: key), bounds)
    }

    mutating func number(_ key: String, _ bounds: Bounds, default standard: Double) -> Double {
        guard present(key) else { return standard }
        return optionalNumber(key, bounds) ?? standard
    }

    private func number(_ node: JSON5Node, path: String, _ bounds: Bounds) -> Double? {
        guard let number = node.value.number else {
            problems.add(node.location, path, "expected a number, found \(node.value.shown)")
            return nil
        }
        guard bounds.contains(number) else {
            problems.add(node.location, path, "must be \(bounds.words), found \(node.value.shown)")
            return nil
        }
        return number
    }

    /// Two numbers in a list.
    mutating func pair(_ key: String, _ bounds: Bounds, example: String) -> (Double, Double)? {
        guard present(key), let node = object[key] else { return nil }
        guard case .array(let elements) = node.value, elements.count == 2 else {
            note(key, "expected a list of two numbers, such as \(example), found \(node.value.shown)")
            return nil
        }
        guard let first = number(elements[0], path: path(of: key) + "[0]", bounds),
            let second = number(elements[1], path: path(of: key) + "[1]", bounds)
        else { return nil }
        return (first, second)
    }

    /// Two numbers in a list, the smaller first.
    mutating func range(
        _ key: String, _ bounds: Bounds, default standard: ClosedRange<Double>
    ) -> ClosedRange<Double> {
        let example = "[\(JSON5Writer.numberText(standard.lowerBound)), \(JSON5Writer.numberText(standard.upperBound))]"
        guard let (lower, upper) = pair(key, bounds, example: example) else { return standard }
        guard lower <= upper else {
            note(key, "the smaller number comes first, found [\(lower), \(upper)]")
            return standard
        }
        return lower...upper
    }

    /// One of a few words.
    mutating func word<Word: RawRepresentable & CaseIterable>(
        _ key: String, default standard: Word
    ) -> Word where Word.RawValue == String {
        guard present(key), let text = text(key) else { return standard }
        return Word(rawValue: text) ?? unknownWord(key, text, Word.allCases.map(\.rawValue), standard)
    }

    private func unknownWord<Word>(_ key: String, _ text: String, _ words: [String], _ standard: Word) -> Word {
        let nearest = NearestKey.of(text, among: words).map { "; did you mean \"\($0)\"?" } ?? ""
        note(key, "must be one of \(words.map { "\"\($0)\"" }.joined(separator: ", ")), found \"\(text)\"\(nearest)")
        return standard
    }

    // MARK: Presence

    private mutating func expect(_ key: String) {
        if !known.contains(key) { known.append(key) }
    }

    /// Whether a key with a default is there. Null is a problem here: it is not the default.
    private mutating func present(_ key: String) -> Bool {
        expect(key)
        guard let node = object[key] else { return false }
        if node.value == .null {
            note(key, "expected a value, found null; leave the key out for the default")
            return false
        }
        return true
    }

    /// Whether a key that has no default is there; notes a problem when not.
    mutating func required(_ key: String, example: String) -> Bool {
        expect(key)
        if has(key) { return true }
        problems.add(place(of: key), path(of: key), "is missing; for example \(key): \(example)")
        return false
    }

    private static func words(_ range: ClosedRange<Int>) -> String {
        range.upperBound == .max
            ? "at least \(range.lowerBound)" : "between \(range.lowerBound) and \(range.upperBound)"
    }
}

/// The numbers that a key allows.
struct Bounds {
    let words: String
    let contains: @Sendable (Double) -> Bool

    static let finite = Bounds(words: "finite") { $0.isFinite }
    static let positive = Bounds(words: "above 0 and finite") { $0 > 0 && $0.isFinite }
    static let notNegative = Bounds(words: "at least 0 and finite") { $0 >= 0 && $0.isFinite }
    /// (0, 1)
    static let openUnit = Bounds(words: "above 0 and below 1") { $0 > 0 && $0 < 1 }
    /// [0, 1)
    static let belowOne = Bounds(words: "at least 0 and below 1") { $0 >= 0 && $0 < 1 }
    /// (0, 1]
    static let share = Bounds(words: "above 0 and at most 1") { $0 > 0 && $0 <= 1 }
}

extension JSON5Node {
    /// The text of this value. On the command line quotes are optional, so that `name=7` gives a text as well.
    var text: String? {
        if case .string(let text) = value { return text }
        guard value.isScalar, value != .null, let text = Override.valueText(of: location),
            let first = text.first, !"[{".contains(first)
        else { return nil }
        return text
    }
}

extension JSON5Value {
    /// A whole number, also when it is written as 4.096e3.
    var wholeNumber: Int64? {
        switch self {
        case .integer(let number): number
        case .double(let number) where abs(number) <= 0x1p53: Int64(exactly: number)
        default: nil
        }
    }

    var number: Double? {
        switch self {
        case .integer(let number): Double(number)
        case .double(let number): number
        default: nil
        }
    }

    /// As messages show what was found: short, and never more than a line.
    var shown: String {
        switch self {
        case .null: "null"
        case .boolean(let flag): flag ? "true" : "false"
        case .integer(let number): String(number)
        case .double(let number): JSON5Writer.numberText(number)
        case .string(let text):
            JSON5Writer.text(.string(text.count > 40 ? text.prefix(37) + "..." : text)).filter { $0 != "\n" }
        case .array(let elements): elements.isEmpty ? "an empty list" : "a list of \(elements.count)"
        case .object: "an object"
        }
    }
}
