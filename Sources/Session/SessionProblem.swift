import Basics
import JSON5

/// One thing that is wrong with a session file or an override of it.
public struct SessionProblem: Equatable, Sendable, CustomStringConvertible {
    /// Where the value stands: in the file, or in an option of the command line.
    public let location: SourceLocation
    /// The key's path, `stages[0].epochs`; empty for the session as a whole.
    public let path: String
    /// A sentence without the place.
    public let message: String

    public init(at location: SourceLocation, path: String = "", _ message: String) {
        self.location = location
        self.path = path
        self.message = message
    }

    /// `faces.json5:12:5: stages[0].epochs: must be at least 1, found 0`
    public var description: String {
        path.isEmpty ? "\(location): \(message)" : "\(location): \(path): \(message)"
    }

    /// Whether an override is wrong rather than the file.
    public var isInOverride: Bool { location.isOption }
}

/// Everything that is wrong with a session, in the order of the text.
public struct SessionError: ExplainedError, Equatable, Sendable {
    /// At least one.
    public let problems: [SessionProblem]

    public init(problems: [SessionProblem]) {
        self.problems = problems
    }

    /// Wrong usage where only overrides are wrong.
    public var kind: ErrorKind { problems.allSatisfy(\.isInOverride) ? .usage : .data }

    /// One problem on each line.
    public var description: String {
        problems.map(\.description).joined(separator: "\n")
    }
}

/// Collects problems while a session is read, so that a person sees all of them at once.
final class ProblemList {
    private(set) var problems: [SessionProblem] = []

    func add(_ location: SourceLocation, _ path: String, _ message: String) {
        problems.append(SessionProblem(at: location, path: path, message))
    }

    /// Whether something is wrong with the value of a path, or inside it.
    func hasProblem(in path: String) -> Bool {
        problems.contains { $0.path == path || $0.path.hasPrefix(path + ".") || $0.path.hasPrefix(path + "[") }
    }

    /// Sorted by place: the file's problems in the order of its lines, then those of overrides.
    var sorted: [SessionProblem] {
        problems.enumerated().sorted { a, b in
            let left = (a.element.isInOverride ? 1 : 0, a.element.location.line, a.element.location.column, a.offset)
            let right = (b.element.isInOverride ? 1 : 0, b.element.location.line, b.element.location.column, b.offset)
            return left < right
        }.map(\.element)
    }
}
