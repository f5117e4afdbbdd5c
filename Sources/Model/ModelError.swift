import Basics

/// A mistake in the description of a model or of its input, told to a person.
public struct ModelError: ExplainedError, Equatable, Sendable {
    public var kind: ErrorKind { .usage }
    public let description: String

    public init(_ description: String) {
        self.description = description
    }
}
