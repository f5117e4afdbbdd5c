/// What is wrong with a file, or why it cannot be read or written: a place and a sentence for a person.
public struct FileError: ExplainedError, Equatable, Sendable {
    /// The file or folder.
    public let path: String
    /// From 1; nil when the whole file is meant.
    public let line: Int?
    /// What is wrong and what to do, without the place.
    public let message: String
    public let kind: ErrorKind
    /// Whether the disk was full, so that trying again after making room may succeed.
    public let isOutOfSpace: Bool

    /// - Parameter kind: files that do not hold what they should, unless said otherwise.
    public init(
        path: String, line: Int? = nil, _ message: String, kind: ErrorKind = .data, isOutOfSpace: Bool = false
    ) {
        self.path = path
        self.line = line
        self.message = message
        self.kind = kind
        self.isOutOfSpace = isOutOfSpace
    }

    /// `path:line: message`
    public var description: String { line.map { "\(path):\($0): \(message)" } ?? "\(path): \(message)" }
}
