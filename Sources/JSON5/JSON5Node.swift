/// A place in a text, for error messages.
public struct SourceLocation: Equatable, Hashable, Sendable, CustomStringConvertible {
    /// Where a text came from.
    public enum Source: Equatable, Hashable, Sendable {
        /// A file, or something with a name like one.
        case file(String)
        /// An option of the command line as it was typed, and the text of its value.
        case option(String, value: String)
    }

    public var source: Source
    /// Counted from 1; 0 means the text as a whole.
    public var line: Int
    /// Counted from 1, in Unicode scalars.
    public var column: Int

    public init(file: String, line: Int = 0, column: Int = 0) {
        source = .file(file)
        self.line = line
        self.column = column
    }

    /// The value of an option, as a whole.
    public init(option: String, value: String) {
        source = .option(option, value: value)
        line = 0
        column = 0
    }

    /// Whether it is an option of the command line.
    public var isOption: Bool { optionValue != nil }

    /// The text that an option was given.
    public var optionValue: String? {
        if case .option(_, let value) = source { value } else { nil }
    }

    /// The file's name, or the option as it was typed.
    public var file: String {
        switch source {
        case .file(let name), .option(let name, _): name
        }
    }

    /// `file:line:column`, or the file alone where there is no line.
    public var description: String {
        line == 0 ? file : "\(file):\(line):\(column)"
    }
}

/// A value of a JSON5 text and where it stands.
public struct JSON5Node: Equatable, Sendable {
    public var value: JSON5Value
    public var location: SourceLocation

    public init(_ value: JSON5Value, at location: SourceLocation = SourceLocation(file: "")) {
        self.value = value
        self.location = location
    }
}

/// A JSON5 value. Whole numbers are exact and stay apart from numbers with a point or an exponent.
public enum JSON5Value: Equatable, Sendable {
    case null
    case boolean(Bool)
    case integer(Int64)
    case double(Double)
    case string(String)
    case array([JSON5Node])
    case object(JSON5Object)
}

/// The members of a JSON5 object in the order of the text; keys are unique.
public struct JSON5Object: Equatable, Sendable {
    public struct Member: Equatable, Sendable {
        public var key: String
        public var keyLocation: SourceLocation
        public var node: JSON5Node

        public init(key: String, keyLocation: SourceLocation, node: JSON5Node) {
            self.key = key
            self.keyLocation = keyLocation
            self.node = node
        }
    }

    public private(set) var members: [Member]

    public init(members: [Member] = []) {
        self.members = []
        for member in members {
            self.set(member)
        }
    }

    /// Takes members that are known to have different keys.
    package init(uniqueMembers: [Member]) {
        members = uniqueMembers
    }

    public subscript(key: String) -> JSON5Node? {
        members.first { $0.key == key }?.node
    }

    /// Replaces the member of that key in its place, or adds it at the end.
    public mutating func set(_ member: Member) {
        if let index = members.firstIndex(where: { $0.key == member.key }) {
            members[index] = member
        } else {
            members.append(member)
        }
    }

    public mutating func remove(_ key: String) {
        members.removeAll { $0.key == key }
    }
}

/// Why a text is not JSON5: one sentence, with the place.
public struct JSON5Error: Error, Equatable, Sendable, CustomStringConvertible {
    public let location: SourceLocation
    /// What was found and what was expected, without the place.
    public let message: String

    public init(at location: SourceLocation, _ message: String) {
        self.location = location
        self.message = message
    }

    /// `file:line:column: message`
    public var description: String { "\(location): \(message)" }
}

extension JSON5Value {
    /// A number without a needless `.0`.
    package static func number(_ number: Double) -> JSON5Value {
        abs(number) < 0x1p53 ? Int64(exactly: number).map { .integer($0) } ?? .double(number) : .double(number)
    }
}

extension JSON5Value {
    /// A whole number, also when it is written as 4.096e3.
    package var wholeNumber: Int64? {
        switch self {
        case .integer(let number): number
        case .double(let number) where abs(number) <= 0x1p53: Int64(exactly: number)
        default: nil
        }
    }

    package var number: Double? {
        switch self {
        case .integer(let number): Double(number)
        case .double(let number): number
        default: nil
        }
    }

    /// As messages show what was found: short, and never more than a line.
    package var shown: String {
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

/// Values put together by the program, which stand nowhere.
extension JSON5Value {
    /// An object; the keys are different.
    package static func record(_ members: [(String, JSON5Value)]) -> JSON5Value {
        let nowhere = SourceLocation(file: "")
        return .object(
            JSON5Object(
                uniqueMembers: members.map {
                    JSON5Object.Member(key: $0.0, keyLocation: nowhere, node: JSON5Node($0.1, at: nowhere))
                }))
    }

    package static func list(_ elements: [JSON5Value]) -> JSON5Value { .array(elements.map { JSON5Node($0) }) }

    package static func whole(_ number: Int) -> JSON5Value { .integer(Int64(number)) }
}
