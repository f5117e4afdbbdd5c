import Basics

/// Which expression classes a model has, in which order, and how they are written in the labels.
public struct ExpressionClasses: Equatable, Sendable {
    /// The classes in the order of their numbers; nil takes those that the labels hold, in the order of their names.
    public var names: [String]?
    /// What is written for a class, where that is neither its name nor its number: `["0": "neutral"]`.
    public var written: [String: String]
    /// Classes, or written values, whose samples are left out: AffectNet's contempt, for its seven classes.
    public var drop: [String]

    public init(names: [String]? = nil, written: [String: String] = [:], drop: [String] = []) {
        self.names = names
        self.written = written
        self.drop = drop
    }

    /// The order of Aff-Wild2 and the ABAW challenges.
    public static let affWild2 = [
        "Neutral", "Anger", "Disgust", "Fear", "Happiness", "Sadness", "Surprise", "Other",
    ]

    /// The order of AffectNet, whose tables hold the numbers.
    public static let affectNet = [
        "Neutral", "Happy", "Sad", "Surprise", "Fear", "Disgust", "Anger", "Contempt",
    ]

    /// The classes of the model: all but the dropped ones.
    package var kept: [String]? { names.map { names in names.filter { !drop.contains($0) } } }

    package enum Meaning: Equatable {
        case kept(String)
        case dropped
        case unknown
    }

    /// What a written label means. With names given, a whole number that is no name is a place among them.
    package func meaning(of text: String) -> Meaning {
        var name = written[text] ?? text
        if let names, !names.contains(name) {
            guard written[text] == nil, let number = Int(text), names.indices.contains(number) else {
                return drop.contains(text) || drop.contains(name) ? .dropped : .unknown
            }
            name = names[number]
        }
        return drop.contains(name) || drop.contains(text) ? .dropped : .kept(name)
    }

    /// A sentence for a label that means nothing.
    package func complaint(about text: String) -> String {
        let known = (names ?? []) + written.keys.sorted()
        let near = Spelling.nearest(to: text, among: known).map { "; did you mean \"\($0)\"?" } ?? ""
        return "there is no class \"\(text)\"; the classes are \((names ?? []).joined(separator: ", "))\(near)"
    }

    /// Names as people number and write them: by number when all are numbers, by the bytes of the names otherwise.
    package static func sorted(_ names: some Collection<String>) -> [String] {
        if names.allSatisfy({ Int($0) != nil }) {
            return names.sorted { (Int($0) ?? 0) < (Int($1) ?? 0) }
        }
        return names.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
    }
}
