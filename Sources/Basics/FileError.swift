#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#elseif canImport(Darwin)
    import Darwin
#endif

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

    /// Whether an errno means that there is no room: on the disk, in the quota of this user, or up to the largest file
    /// that the system lets this process write (`ulimit -f`).
    package static func isOutOfSpace(_ code: Int32) -> Bool { [ENOSPC, EDQUOT, EFBIG].contains(code) }

    /// What an errno says, and what helps where there is no room.
    /// - Parameter folder: where room could be made.
    package static func words(_ code: Int32, folder: String) -> String {
        let text = String(cString: strerror(code))
        return switch code {
        case EFBIG: "\(text); this process may not write larger files, 'ulimit -f' shows and raises the limit"
        case ENOSPC, EDQUOT: "\(text); make room in \(folder)"
        default: text
        }
    }
}
