import Basics
import Glibc

/// How a text file is written, as the mark at its beginning tells.
public enum TextEncoding: String, Sendable, Equatable {
    case utf8 = "UTF-8"
    case utf16LittleEndian = "UTF-16 (little-endian)"
    case utf16BigEndian = "UTF-16 (big-endian)"
}

/// The text of a file as bytes of UTF-8, piece by piece, so that its length does not matter. A file whose byte-order mark
/// says UTF-16, as "Unicode text" of spreadsheets has, is converted while it is read.
final class TextStream {
    let path: String
    let encoding: TextEncoding
    private let descriptor: Int32
    /// Bytes of UTF-16 as they come from the file; empty for UTF-8.
    private var units: [UInt8] = []
    /// A byte of UTF-16 whose other half is still to come.
    private var half: UInt8?
    /// The first half of a surrogate pair, likewise.
    private var high: UInt16?

    /// The most bytes that one call of `read` gives. A unit of UTF-16 becomes three bytes of UTF-8 at most.
    static let most = 1 << 18

    /// - Throws: `FileError` when the file cannot be opened or is no regular file.
    init(path: String) throws(FileError) {
        self.path = path
        // O_NONBLOCK keeps a FIFO without a writer from blocking.
        let file = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY)
        descriptor = file
        guard file >= 0 else {
            encoding = .utf8
            let reason = errno == ENOENT ? "no such file" : "cannot be read: \(String(cString: strerror(errno)))"
            throw FileError(path: path, reason)
        }
        var status = stat()
        guard fstat(file, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
            encoding = .utf8
            throw FileError(path: path, "is not a file")
        }
        var head = [UInt8](repeating: 0, count: 4)
        let count = max(0, head.withUnsafeMutableBytes { pread(file, $0.baseAddress, $0.count, 0) })
        head.removeLast(4 - count)
        var mark = 0
        if head.starts(with: [0xEF, 0xBB, 0xBF]) {
            (encoding, mark) = (.utf8, 3)
        } else if head.starts(with: [0xFF, 0xFE]) {
            (encoding, mark) = (.utf16LittleEndian, 2)
        } else if head.starts(with: [0xFE, 0xFF]) {
            (encoding, mark) = (.utf16BigEndian, 2)
        } else {
            encoding = .utf8
        }
        lseek(file, off_t(mark), SEEK_SET)
        if encoding != .utf8 { units = [UInt8](repeating: 0, count: Self.most / 2) }
    }

    deinit { if descriptor >= 0 { close(descriptor) } }

    /// Reads the next piece into the beginning of a buffer of `most` bytes.
    /// - Returns: the number of bytes; 0 at the end.
    func read(into buffer: inout [UInt8]) throws(FileError) -> Int {
        guard encoding != .utf8 else { return try fill(&buffer) }
        while true {
            let count = try fill(&units)
            if count == 0 {
                guard half == nil else { throw FileError(path: path, "is cut off in the middle of a character") }
                guard high != nil else { return 0 }
                high = nil
                var end = 0
                append(0xFFFD, to: &buffer, &end)
                return end
            }
            let end = convert(count, into: &buffer)
            if end > 0 { return end }
        }
    }

    private func fill(_ bytes: inout [UInt8]) throws(FileError) -> Int {
        while true {
            let count = bytes.withUnsafeMutableBytes { Glibc.read(descriptor, $0.baseAddress, $0.count) }
            if count >= 0 { return count }
            if errno != EINTR {
                throw FileError(path: path, "cannot be read any further: \(String(cString: strerror(errno)))")
            }
        }
    }

    /// A surrogate without its other half becomes U+FFFD.
    private func convert(_ count: Int, into buffer: inout [UInt8]) -> Int {
        var end = 0
        for byte in units[..<count] {
            guard let first = half else {
                half = byte
                continue
            }
            half = nil
            let unit =
                encoding == .utf16LittleEndian
                ? UInt16(first) | UInt16(byte) << 8 : UInt16(first) << 8 | UInt16(byte)
            if let lead = high {
                high = nil
                if unit & 0xFC00 == 0xDC00 {
                    append(0x10000 + (UInt32(lead & 0x3FF) << 10 | UInt32(unit & 0x3FF)), to: &buffer, &end)
                    continue
                }
                append(0xFFFD, to: &buffer, &end)
            }
            switch unit & 0xFC00 {
            case 0xD800: high = unit
            case 0xDC00: append(0xFFFD, to: &buffer, &end)
            default: append(UInt32(unit), to: &buffer, &end)
            }
        }
        return end
    }

    private func append(_ code: UInt32, to buffer: inout [UInt8], _ end: inout Int) {
        if code < 0x80 {
            buffer[end] = UInt8(code)
            end += 1
            return
        }
        guard let scalar = Unicode.Scalar(code), let encoded = UTF8.encode(scalar) else { return }
        for byte in encoded {
            buffer[end] = byte
            end += 1
        }
    }
}
