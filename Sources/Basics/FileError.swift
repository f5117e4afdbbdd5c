#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#elseif canImport(Darwin)
    import Darwin
#endif

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

    /// Whether an errno means that there is no room: on the disk, in the quota of this user, or up to the largest file
    /// that the system lets this process write (`ulimit -f`).
    package static func isOutOfSpace(_ code: Int32) -> Bool { [ENOSPC, EDQUOT, EFBIG].contains(code) }

    /// What an errno says, and what helps where there is no room.
    /// - Parameter folder: where room could be made.
    package static func reason(_ code: Int32, folder: String) -> String {
        let text = String(cString: strerror(code))
        return switch code {
        case EFBIG: "\(text); this process may not write larger files, 'ulimit -f' shows and raises the limit"
        case ENOSPC, EDQUOT: "\(text); make room in \(folder)"
        default: text
        }
    }
}
