/// What went wrong in general, which scripts learn from the exit code.
public enum ErrorKind: Equatable, Sendable {
    /// Options or settings that make no sense: the caller has to ask otherwise.
    case usage
    /// Files that do not hold what they should.
    case data
    /// The machine, the disk, another process: the same call may succeed later.
    case environment
}

/// An error that a person reads: a sentence, and what it is about.
public protocol ExplainedError: Error, CustomStringConvertible {
    var kind: ErrorKind { get }
}

/// A sentence for the person who asked for something that cannot be done.
public struct UserError: ExplainedError, Equatable {
    public let kind: ErrorKind
    public let description: String

    public init(_ kind: ErrorKind, _ description: String) {
        (self.kind, self.description) = (kind, description)
    }

    public static func usage(_ text: String) -> UserError { UserError(.usage, text) }
    public static func data(_ text: String) -> UserError { UserError(.data, text) }
    public static func environment(_ text: String) -> UserError { UserError(.environment, text) }
}
