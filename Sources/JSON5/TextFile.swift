#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#elseif canImport(Darwin)
    import Darwin
#endif

/// Small text files that people write: sessions, themes.
public enum TextFile {
    /// A file larger than this was not written by hand.
    package static let largest = 4 << 20

    /// The bytes of the file, or an error that names it and says why.
    public static func contents(_ path: String) throws(JSON5Error) -> [UInt8] {
        func failure(_ message: String) -> JSON5Error {
            JSON5Error(at: SourceLocation(file: path), message)
        }
        let file = open(path, O_RDONLY | O_CLOEXEC)
        guard file >= 0 else { throw failure("cannot be opened: \(String(cString: strerror(errno)))") }
        defer { close(file) }
        var bytes: [UInt8] = []
        var block = [UInt8](repeating: 0, count: 1 << 16)
        while true {
            let count = block.withUnsafeMutableBytes { read(file, $0.baseAddress, $0.count) }
            if count == 0 { return bytes }
            if count < 0 {
                if errno == EINTR { continue }
                throw failure("cannot be read: \(String(cString: strerror(errno)))")
            }
            bytes.append(contentsOf: block[..<count])
            guard bytes.count <= largest else {
                throw failure("is larger than \(largest >> 20) MiB, so nobody wrote it by hand")
            }
        }
    }
}
