import Basics
import Foundation

/// How a command ends; scripts rely on the numbers.
enum ExitCode: Int32, Sendable {
    case done = 0
    case failed = 1
    case usage = 2
    case badData = 3

    init(_ kind: ErrorKind) {
        switch kind {
        case .usage: self = .usage
        case .data: self = .badData
        case .environment: self = .failed
        }
    }
}

/// One command of the program, one file each.
protocol Command {
    /// The words that select it, such as `["runs", "list"]`.
    static var path: [String] { get }
    /// One line for the overview.
    static var summary: String { get }
    /// The text of `--help`, with an example.
    static var help: String { get }
    static func run(_ arguments: inout Arguments) throws -> ExitCode
}

/// The words after a command. A command takes what it knows and calls `finish`, which refuses the rest.
struct Arguments {
    private var words: [String]
    private var known: [String] = ["--help"]

    init(_ words: [String]) { self.words = words }

    /// True when `--name` stands among the words.
    mutating func flag(_ name: String) -> Bool {
        known.append(name)
        guard let index = optionIndices.first(where: { words[$0] == name }) else { return false }
        words.remove(at: index)
        return true
    }

    /// The value of `--name VALUE` or `--name=VALUE`; nil when absent. The last one wins.
    mutating func value(_ name: String) throws -> String? {
        try values(name).last
    }

    /// Every value of a repeatable `--name VALUE`.
    mutating func values(_ name: String) throws -> [String] {
        known.append(name)
        var found: [String] = []
        while let index = optionIndices.first(where: { words[$0] == name || words[$0].hasPrefix(name + "=") }) {
            let word = words.remove(at: index)
            if word == name {
                guard index < words.count else { throw UserError.usage("\(name) needs a value after it.") }
                found.append(words.remove(at: index))
            } else {
                found.append(String(word.dropFirst(name.count + 1)))
            }
        }
        return found
    }

    /// A whole number of at least `minimum`.
    mutating func integer(_ name: String, minimum: Int = 1) throws -> Int? {
        guard let text = try value(name) else { return nil }
        guard let number = Int(text), number >= minimum else {
            throw UserError.usage("\(name) takes a whole number of at least \(minimum), not '\(text)'.")
        }
        return number
    }

    /// A finite number of at least `minimum`.
    mutating func number(_ name: String, minimum: Double = 0) throws -> Double? {
        guard let text = try value(name) else { return nil }
        guard let number = Double(text), number.isFinite, number >= minimum else {
            throw UserError.usage("\(name) takes a number of at least \(minimum), not '\(text)'.")
        }
        return number
    }

    /// The words that remain: call after every option was taken. Refuses unknown options, naming the nearest.
    mutating func positionals(_ names: String..., atLeast: Int = 0, atMost: Int? = nil) throws -> [String] {
        if let index = optionIndices.first {
            let word = words[index].split(separator: "=", maxSplits: 1).first.map(String.init) ?? words[index]
            let nearest = Spelling.nearest(to: word, among: known).map { " Did you mean \($0)?" } ?? ""
            throw UserError.usage("'\(word)' is not an option here.\(nearest)")
        }
        let rest = words.filter { $0 != "--" }
        let expected = names.isEmpty ? "no further words" : names.joined(separator: " ")
        if rest.count < atLeast {
            throw UserError.usage("Expected \(expected).")
        }
        if let most = atMost, rest.count > most {
            throw UserError.usage("'\(rest[most])' is one word too many; expected \(expected).")
        }
        return rest
    }

    /// Indices of words that are options, up to a lone `--`.
    private var optionIndices: [Int] {
        let end = words.firstIndex(of: "--") ?? words.count
        return (0..<end).filter { words[$0].hasPrefix("-") && words[$0].count > 1 }
    }
}

/// Talk goes to stderr, results to stdout, so that a pipe sees results only.
enum Output {
    /// The errno of the first result that could not be written; what follows it is not written either.
    private static let lost = Guarded<Int32>(0)

    /// Whatever goes to stdout goes through here: a program that prints half of its results and says nothing would
    /// mislead whoever reads them.
    static func result(_ text: String) {
        lost.withLock { code in
            if code == 0 { code = write(text + "\n", to: STDOUT_FILENO) }
        }
    }

    /// Ends the results. Some file systems tell only at a close that they have no room for them.
    /// - Returns: a sentence when they did not all arrive.
    static func endResults() -> String? {
        lost.withLock { code in
            // A copy is closed: a thread that still opens a file must not get this number.
            let copy = dup(STDOUT_FILENO)
            if copy >= 0, close(copy) != 0, code == 0 { code = errno }
            return code == 0 ? nil : "the results cannot be written to stdout: \(String(cString: strerror(code)))."
        }
    }

    /// A reader that went away, or a terminal that hung up, ends nothing: training goes on without an audience.
    static func say(_ text: String) { show(text + "\n") }

    /// Like `say`, without a new line: for a bar that is drawn over.
    static func show(_ text: String) { _ = write(text, to: STDERR_FILENO) }

    /// Writes straight to a descriptor.
    /// - Returns: 0, or the errno of what went wrong.
    private static func write(_ text: String, to descriptor: Int32) -> Int32 {
        var bytes = Array(text.utf8)[...]
        while !bytes.isEmpty {
            let count = bytes.withUnsafeBytes { Foundation.write(descriptor, $0.baseAddress, $0.count) }
            if count > 0 {
                bytes = bytes.dropFirst(count)
            } else if count < 0, errno == EAGAIN {
                // Whoever shares the descriptor does not wait; we do.
                var room = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
                poll(&room, 1, -1)
            } else if count == 0 || errno != EINTR {
                return count == 0 ? EIO : errno
            }
        }
        return 0
    }

    /// Encodes with sorted keys, so that scripts and tests see stable text. Numbers that JSON cannot hold are strings.
    static func json<Value: Encodable>(_ value: Value) throws {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .prettyPrinted, .withoutEscapingSlashes]
        encoder.nonConformingFloatEncodingStrategy = .convertToString(
            positiveInfinity: "inf", negativeInfinity: "-inf", nan: "nan")
        result(String(decoding: try encoder.encode(value), as: UTF8.self))
    }
}
