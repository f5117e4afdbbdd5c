import JSON5

/// What a person or a form needs to know of a setting.
public struct SettingDescription: Sendable {
    /// More than one where they exclude each other: `lr` and `baseLr`.
    public let keys: [String]
    /// A phrase without a full stop.
    public let summary: String
    public let domain: SettingDomain
    /// Whether `null` is a value of its own: none, off, or left to the program.
    public internal(set) var takesNull = false
    /// An example, where the setting has to be given.
    public internal(set) var required: String?
    public internal(set) var standard: JSON5Value?
    /// The key that the default is written with.
    public internal(set) var standardKey: String
    /// The default in words, where a value does not say it.
    public internal(set) var standardWords: String?
    public internal(set) var consequence = Consequence.weights

    init(keys: [String], summary: String, domain: SettingDomain, takesNull: Bool = false) {
        self.keys = keys
        self.summary = summary
        self.domain = domain
        self.takesNull = takesNull
        standardKey = keys.first ?? ""
    }

    /// The first of its keys, or the only one.
    public var key: String { keys.first ?? "" }

    /// The default as a table shows it.
    public var standardText: String {
        if required != nil { return "required" }
        if let standardWords { return standardWords }
        guard let standard, standard != .array([]) else { return "none" }
        return keys.count == 1 ? standard.onOneLine : "`\(standardKey): \(standard.onOneLine)`"
    }
}

/// What values a setting has.
public indirect enum SettingDomain: Sendable {
    case flag
    case whole(ClosedRange<Int>)
    case number(Bounds)
    /// Two numbers.
    case pair(Bounds)
    /// Two numbers, the smaller first.
    case range(Bounds)
    /// One of these words.
    case word([String])
    case text
    case path
    case list(SettingDomain)
    /// An object with settings of its own.
    case object([SettingDescription])
    /// Something else, in words, with values as the file writes them.
    case other(String, examples: [String])

    /// As a table shows it.
    public var words: String {
        switch self {
        case .flag: "`true` or `false`"
        case .whole(let range):
            range.upperBound == .max
                ? "whole number from \(range.lowerBound)"
                : "whole number, \(range.lowerBound) to \(range.upperBound)"
        case .number(let bounds): "number\(bounds.shortWords)"
        case .pair(let bounds): "two numbers\(bounds.shortWords)"
        case .range(let bounds): "two numbers\(bounds.shortWords), the smaller first"
        case .word(let words): words.map { "`\($0)`" }.joined(separator: ", ")
        case .text: "text"
        case .path: "path"
        case .list(let element): "list: \(element.words)"
        case .object(let settings): "object: " + settings.map { "`\($0.key)`" }.joined(separator: ", ")
        case .other(let words, _): words
        }
    }
}

/// The numbers that a setting allows.
public struct Bounds: Sendable {
    /// As messages say it.
    public let words: String
    public let contains: @Sendable (Double) -> Bool

    public static let finite = Bounds(words: "finite") { $0.isFinite }
    public static let positive = Bounds(words: "above 0 and finite") { $0 > 0 && $0.isFinite }
    public static let notNegative = Bounds(words: "at least 0 and finite") { $0 >= 0 && $0.isFinite }
    /// (0, 1)
    public static let openUnit = Bounds(words: "above 0 and below 1") { $0 > 0 && $0 < 1 }
    /// [0, 1)
    public static let belowOne = Bounds(words: "at least 0 and below 1") { $0 >= 0 && $0 < 1 }
    /// (0, 1]
    public static let share = Bounds(words: "above 0 and at most 1") { $0 > 0 && $0 <= 1 }

    /// As tables say it after a word, where that a number is finite need not be said.
    var shortWords: String { words == "finite" ? "" : " " + words.replacing(" and finite", with: "") }
}

extension JSON5Value {
    /// The value as JSON without line breaks, for a table.
    var onOneLine: String {
        switch self {
        case .array(let elements): "[\(elements.map(\.value.onOneLine).joined(separator: ", "))]"
        case .object(let object):
            "{ \(object.members.map { "\($0.key): \($0.node.value.onOneLine)" }.joined(separator: ", ")) }"
        default: JSON5Writer.text(self).filter { $0 != "\n" }
        }
    }
}
