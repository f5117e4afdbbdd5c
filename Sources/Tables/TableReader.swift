import Basics
import Glibc

/// Reads a table of delimited text (CSV as in RFC 4180, or with semicolons or tabs) record by record.
///
/// The file streams through a buffer of fixed size, so its length does not matter. Fields may stand in double quotes
/// and then hold delimiters, line ends and doubled quotes. Lines end in LF, CRLF or CR; a byte-order mark and empty
/// lines are passed over. One thread reads.
///
/// Read by hand because no C library of Debian streams tables of any length, knows the line of a mistake and finds the
/// delimiter.
public final class TableReader {
    public let path: String
    /// What separates the fields: given, or whichever of `,` `;` and tab the first line has most of.
    public private(set) var delimiter: Character = ","

    private var separator = UInt8(ascii: ",")
    private let descriptor: Int32
    private var buffer: [UInt8]
    private var position = 0
    private var filled = 0
    private var atEnd = false
    private var line = 1

    /// No record of a table is longer; a file without line ends is something else.
    private static let maximumRecord = 16 << 20

    /// Opens a table.
    ///
    /// - Throws: `FileError` when the file cannot be opened, is no regular file, or holds no text.
    public init(path: String, delimiter: Character? = nil) throws(FileError) {
        self.path = path
        // O_NONBLOCK keeps a FIFO without a writer from blocking.
        descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY)
        guard descriptor >= 0 else {
            let reason = errno == ENOENT ? "no such file" : "cannot be read: \(String(cString: strerror(errno)))"
            throw FileError(path: path, reason)
        }
        var status = stat()
        let isFile = fstat(descriptor, &status) == 0 && status.st_mode & S_IFMT == S_IFREG
        buffer = [UInt8](repeating: 0, count: 1 << 18)
        guard isFile else { throw FileError(path: path, "is not a file") }
        try fill()
        try requireText()
        if filled >= 3, buffer[0] == 0xEF, buffer[1] == 0xBB, buffer[2] == 0xBF { position = 3 }
        choose(delimiter)
    }

    deinit { if descriptor >= 0 { close(descriptor) } }

    /// The next record, or nil at the end.
    ///
    /// - Throws: `FileError` with the line, for quotes that do not fit, bytes that are no text, and reading errors.
    public func next() throws(FileError) -> TableRecord? {
        var record = TableRecord()
        return try next(into: &record) ? record : nil
    }

    /// Reads the next record into one that exists, whose memory is used again; false at the end.
    ///
    /// - Throws: as `next()`.
    public func next(into record: inout TableRecord) throws(FileError) -> Bool {
        repeat {
            record.bytes.removeAll(keepingCapacity: true)
            record.ends.removeAll(keepingCapacity: true)
            record.line = line
            guard try peek() != nil else { return false }
            try readFields(into: &record)
        } while record.bytes.isEmpty && record.ends.count <= 1
        return true
    }

    private func readFields(into record: inout TableRecord) throws(FileError) {
        let quote = UInt8(ascii: "\"")
        while true {
            let start = record.bytes.count
            if try peek() == quote {
                try readQuoted(into: &record)
            }
            var isQuoted = record.bytes.count > start
            // Up to a separator or a line's end; the common case is copied from the buffer in one go.
            while true {
                guard let byte = try peek() else {
                    record.ends.append(record.bytes.count)
                    return
                }
                if byte == separator || byte == 0x0A || byte == 0x0D { break }
                if isQuoted, byte != 0x20 {
                    throw problem("text after a closing quote; double the quotes inside of a quoted field")
                }
                isQuoted = false
                try readPlain(into: &record)
            }
            record.ends.append(record.bytes.count)
            let byte = buffer[position]
            position += 1
            if byte == separator { continue }
            if byte == 0x0D, try peek() == 0x0A { position += 1 }
            line += 1
            return
        }
    }

    private func readPlain(into record: inout TableRecord) throws(FileError) {
        var end = position
        while end < filled, buffer[end] != separator, buffer[end] != 0x0A, buffer[end] != 0x0D {
            if buffer[end] == 0 { throw problem("holds a zero byte, so it is no text; export the table as CSV") }
            end += 1
        }
        record.bytes.append(contentsOf: buffer[position..<end])
        position = end
        try requireLength(record)
    }

    private func readQuoted(into record: inout TableRecord) throws(FileError) {
        let quote = UInt8(ascii: "\"")
        let opened = line
        position += 1
        while true {
            guard let byte = try peek() else {
                throw FileError(path: path, line: opened, "a quote opens here and is never closed")
            }
            position += 1
            if byte == quote {
                guard try peek() == quote else { return }
                position += 1
            } else if byte == 0x0A {
                line += 1
            }
            record.bytes.append(byte)
            try requireLength(record)
        }
    }

    private func requireLength(_ record: TableRecord) throws(FileError) {
        guard record.bytes.count <= Self.maximumRecord else {
            throw FileError(
                path: path, line: record.line, "a record of more than \(Self.maximumRecord >> 20) MB; is this a table?")
        }
    }

    // MARK: Bytes

    private func peek() throws(FileError) -> UInt8? {
        if position < filled { return buffer[position] }
        if atEnd { return nil }
        try fill()
        return position < filled ? buffer[position] : nil
    }

    private func fill() throws(FileError) {
        position = 0
        filled = 0
        while true {
            let count = buffer.withUnsafeMutableBytes { read(descriptor, $0.baseAddress, $0.count) }
            if count < 0 && errno == EINTR { continue }
            guard count >= 0 else {
                throw problem("cannot be read any further: \(String(cString: strerror(errno)))")
            }
            filled = count
            atEnd = count == 0
            return
        }
    }

    /// Refuses what people give in place of a table, by its first bytes.
    private func requireText() throws(FileError) {
        guard filled > 0 else { throw FileError(path: path, "an empty file; a table begins with the columns' names") }
        let head = buffer[..<min(filled, 4)]
        if head.starts(with: [0x50, 0x4B, 0x03, 0x04]) {
            throw FileError(path: path, "a spreadsheet or zip file; export the table as CSV")
        }
        if head.starts(with: [0xFF, 0xFE]) || head.starts(with: [0xFE, 0xFF]) {
            throw FileError(path: path, "text in UTF-16; save it as UTF-8")
        }
        if buffer[..<filled].prefix(4096).contains(0) {
            throw FileError(path: path, "no text; export the table as CSV")
        }
    }

    private func choose(_ given: Character?) {
        var counts: [UInt8: Int] = [:]
        var isQuoted = false
        for byte in buffer[position..<filled] {
            if byte == UInt8(ascii: "\"") { isQuoted.toggle() }
            if isQuoted { continue }
            if byte == 0x0A || byte == 0x0D { break }
            counts[byte, default: 0] += 1
        }
        let candidates = [UInt8(ascii: ","), UInt8(ascii: ";"), 0x09]
        var best = candidates[0]
        for candidate in candidates where counts[candidate, default: 0] > counts[best, default: 0] { best = candidate }
        separator = given?.asciiValue ?? best
        delimiter = Character(UnicodeScalar(separator))
    }

    private func problem(_ reason: String) -> FileError { FileError(path: path, line: line, reason) }
}
