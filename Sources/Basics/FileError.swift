/// Why a file could not be written: a sentence for a person.
public struct FileError: ExplainedError, Equatable, Sendable {
    /// The file.
    public let path: String
    /// What is wrong and what to do, without the path.
    public let message: String
    /// Whether the disk was full, so that trying again after making room may succeed.
    public let isOutOfSpace: Bool

    package init(path: String, _ message: String, isOutOfSpace: Bool = false) {
        self.path = path
        self.message = message
        self.isOutOfSpace = isOutOfSpace
    }

    public var kind: ErrorKind { .environment }

    /// `path: message`
    public var description: String { "\(path): \(message)" }
}
