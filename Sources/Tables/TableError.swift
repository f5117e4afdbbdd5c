/// Why a table cannot be read, in words for the person whose table it is.
public struct TableError: Error, CustomStringConvertible, Equatable, Sendable {
    public let path: String
    /// The line, counted from 1; nil when the whole file is meant.
    public let line: Int?
    /// What is wrong and what to do, without the place.
    public let reason: String

    public init(path: String, line: Int? = nil, _ reason: String) {
        self.path = path
        self.line = line
        self.reason = reason
    }

    public var description: String {
        line.map { "\(path):\($0): \(reason)" } ?? "\(path): \(reason)"
    }
}
