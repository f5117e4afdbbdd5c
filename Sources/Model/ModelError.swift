/// A mistake in the description of a model or of its input, told to a person.
public struct ModelError: Error, Equatable, CustomStringConvertible, Sendable {
    public let description: String

    public init(_ description: String) {
        self.description = description
    }
}
