/// Why a file gives no image, in words for the person whose file it is.
public struct ImageError: Error, CustomStringConvertible, Equatable, Sendable {
    public enum Kind: String, Sendable {
        /// Nothing is there, or a link leads nowhere.
        case missing
        /// A directory, a FIFO, a device, a socket.
        case notAFile
        /// The system does not let it be read.
        case unreadable
        /// No bytes.
        case empty
        /// Something else than JPEG and PNG, named in the reason.
        case otherFormat
        /// Breaks the rules of its format, or most of the image is missing.
        case damaged
        /// Promises more pixels than the limit, or than its bytes can hold.
        case tooLarge
        /// A valid file of a kind that is not decoded.
        case unsupported
    }

    public let kind: Kind
    /// The file, when the image came from one.
    public let path: String?
    /// A noun phrase or a short sentence without the path.
    public let reason: String

    public init(_ kind: Kind, _ reason: String, path: String? = nil) {
        self.kind = kind
        self.reason = reason
        self.path = path
    }

    public var description: String { path.map { "\($0): \(reason)" } ?? reason }
}
