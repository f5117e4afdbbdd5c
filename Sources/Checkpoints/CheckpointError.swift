import Basics

/// What is wrong with a file of weights, or why one could not be written: a sentence for a person.
public struct CheckpointError: Error, Equatable, Sendable, CustomStringConvertible {
    /// The file or folder.
    public let path: String
    /// What is wrong and what to do, without the path.
    public let message: String
    /// Whether the disk was full, so that trying again after making room may succeed.
    public let isOutOfSpace: Bool

    public init(path: String, _ message: String, isOutOfSpace: Bool = false) {
        self.path = path
        self.message = message
        self.isOutOfSpace = isOutOfSpace
    }

    init(_ error: FileError) {
        self.init(path: error.path, error.message, isOutOfSpace: error.isOutOfSpace)
    }

    /// `path: message`
    public var description: String { "\(path): \(message)" }
}
