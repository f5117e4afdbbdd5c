import Basics

/// Reads a table of delimited text (CSV as in RFC 4180, or with semicolons, tabs or spaces) record by record.
///
/// The file streams through a buffer of fixed size, so its length does not matter. Fields may stand in double quotes
/// and then hold delimiters, line ends and doubled quotes. Lines end in LF, CRLF or CR; a byte-order mark and empty
/// lines are passed over. How the table is written is guessed from its first records (`form`). One thread reads.
///
/// Read by hand because no C library of Debian streams tables of any length, knows the line of a mistake and finds the
/// delimiter.
public final class TableReader {
    public var path: String { stream.path }
    /// How the table is written, as far as it has been read.
    public private(set) var form = TableForm()
    /// The number of fields of the first record after the header, as far as the beginning of the file shows it.
    private(set) var sampledFields: Int?

    private var separator = UInt8(ascii: ",")
    private let stream: TextStream
    private var buffer = [UInt8](repeating: 0, count: TextStream.most)
    private var position = 0
    private var filled = 0
    private var atEnd = false
    private var line = 1
    private let isExact: Bool
    /// Set while records are looked at before they are read: the buffer is not filled again then.
    private var isSampling = false
    /// Of the lines with `#` before the first record, the one that names the columns.
    private var headerComment: Int?
    /// Lines with `#` so far; nil once there was a record.
    private var headComments: Int? = 0
    private var header: TableRecord?
    private var headerWidth = 0

    /// No record of a table is longer; a file without line ends is something else.
    private static let maximumRecord = 16 << 20
    private static let maximumFields = 1 << 20

    /// Opens a table.
    ///
    /// - Parameters:
    ///   - delimiter: what separates the fields; otherwise it is guessed.
    ///   - isExact: takes the file as it stands: UTF-8 with decimal points, and no line is a comment.
    /// - Throws: `FileError` when the file cannot be opened, is no regular file, or holds no text.
    public init(path: String, delimiter: Character? = nil, isExact: Bool = false) throws(FileError) {
        stream = try TextStream(path: path)
        self.isExact = isExact
        form.encoding = stream.encoding
        if isExact, stream.encoding != .utf8 {
            throw FileError(path: path, "text in \(stream.encoding.rawValue); save it as UTF-8")
        }
        try fill()
        try requireText()
        if let delimiter {
            form.separator = delimiter
            form.decimal = .point
        } else if let named = TableForm.named(in: buffer[..<filled]) {
            form.separator = Character(UnicodeScalar(named.separator))
            position = named.next
            line = 2
        } else {
            form.separator = Character(UnicodeScalar(TableForm.guessedSeparator(buffer[..<filled])))
        }
        separator = form.separatorByte
        if !isExact { sample() }
    }

    /// Looks at the first records, and goes back to where it began.
    private func sample() {
        let start = (position, line)
        isSampling = true
        defer {
            isSampling = false
            (position, line) = start
        }
        var records: [TableRecord] = []
        var comments: [TableRecord] = []
        while records.count + comments.count < 100 {
            var record = TableRecord()
            // What is wrong with the table is said when it is read.
            guard let isComment = try? readRecord(&record) else { break }
            // The end of the buffer may cut a record off.
            if position == filled, !atEnd, filled == buffer.count { break }
            if isComment { comments.append(record) } else { records.append(record) }
            if isComment, !records.isEmpty { comments.removeLast() }
        }
        if form.decimal == nil { form.decimal = TableForm.decimal(of: records) }
        guard let first = records.first else { return }
        let holdsNumbers = (0..<first.count).contains { isNumber(first, $0) }
        if holdsNumbers {
            headerComment = comments.lastIndex { comment in
                let names = withoutMark(comment)
                if names.filledCount == 1, names[0].contains(" ") { return false }
                return names.filledCount > 0
                    && (names.filledCount == first.filledCount || first.count == 1 || names.count == first.count)
            }
            form.isHeaderCommented = headerComment != nil
        }
        sampledFields = headerComment != nil ? first.count : records.dropFirst().first?.count
    }

    private func isNumber(_ record: TableRecord, _ field: Int) -> Bool {
        var record = record
        record.hasDecimalCommas = form.decimal == .comma
        return record.number(field) != nil
    }

    /// A record that begins with `#`, without it.
    private func withoutMark(_ record: TableRecord) -> TableRecord {
        var record = record
        record.dropFirstBytes(record.bytes.prefix { $0 == 0x23 }.count)
        if separator == 0x20, record.ends.first == 0 { record.dropFirstField() }
        return record
    }

    /// The header as it was read, which is passed over when it comes again, and the number of its named columns.
    func expect(_ header: TableRecord, width: Int) {
        self.header = header
        headerWidth = width
    }

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
        while let isComment = try readRecord(&record) {
            if isComment, takesAsComment(&record) { continue }
            headComments = nil
            if form.decimal == nil {
                form.decimal = TableForm.decimal(of: [record])
                record.hasDecimalCommas = form.decimal == .comma
            }
            guard let header else { return true }
            if record.bytes == header.bytes, record.ends == header.ends {
                form.repeatedHeaders += 1
                continue
            }
            while record.count > headerWidth, record.count <= header.count { record.dropLast() }
            record.dropEmptyFields(beyond: headerWidth)
            return true
        }
        return false
    }

    /// Whether a record that begins with `#` is a comment. The mark is taken away from one that names the columns.
    private func takesAsComment(_ record: inout TableRecord) -> Bool {
        if let place = headComments {
            headComments = place + 1
            if place == headerComment {
                record = withoutMark(record)
                return false
            }
            form.comments += 1
            return true
        }
        let named = withoutMark(record)
        if let header, named.bytes == header.bytes, named.ends == header.ends {
            form.repeatedHeaders += 1
            return true
        }
        // Data may begin with # too, a name such as #1.jpg: a comment has a space after it, or nothing.
        let mark = record.bytes.prefix { $0 == 0x23 }.count
        let first = record.ends[0]
        let isComment =
            first == mark
            ? separator == 0x20 || record.count == 1 : record.bytes[mark] == 0x20 || record.bytes[mark] == 0x09
        guard isComment else { return false }
        form.comments += 1
        return true
    }

    /// The next record as it stands: whether it begins with `#`, or nil at the end.
    private func readRecord(_ record: inout TableRecord) throws(FileError) -> Bool? {
        var isComment = false
        repeat {
            record.bytes.removeAll(keepingCapacity: true)
            record.ends.removeAll(keepingCapacity: true)
            record.hasDecimalCommas = form.decimal == .comma
            record.line = line
            if separator == 0x20 { try skipSpaces() }
            guard let first = try peek() else { return nil }
            isComment = first == 0x23 && !isExact
            try readFields(into: &record)
            // A byte-order mark in the middle: files were joined.
            if record.bytes.first == 0xEF, record.bytes.starts(with: [0xEF, 0xBB, 0xBF]), record.ends[0] >= 3 {
                record.dropFirstBytes(3)
            }
        } while record.bytes.isEmpty && record.ends.count <= 1
        return isComment
    }

    private func skipSpaces() throws(FileError) {
        while try peek() == 0x20 { position += 1 }
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
            guard record.ends.count <= Self.maximumFields else {
                throw problem("a record of more than \(Self.maximumFields) fields; is this a table?")
            }
            var byte = buffer[position]
            position += 1
            if byte == separator {
                guard separator == 0x20 else { continue }
                // Any number of spaces is one separator, and none at the end of a line.
                try skipSpaces()
                guard let next = try peek() else { return }
                guard next == 0x0A || next == 0x0D else { continue }
                byte = next
                position += 1
            }
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
        if atEnd || isSampling { return nil }
        try fill()
        return position < filled ? buffer[position] : nil
    }

    private func fill() throws(FileError) {
        position = 0
        filled = 0
        filled = try stream.read(into: &buffer)
        atEnd = filled == 0
    }

    /// Refuses what people give in place of a table, by its first bytes.
    private func requireText() throws(FileError) {
        guard filled > 0 else { throw FileError(path: path, "an empty file; a table begins with the columns' names") }
        let head = buffer[..<min(filled, 4)]
        if head.starts(with: [0x50, 0x4B, 0x03, 0x04]) {
            throw FileError(path: path, "a spreadsheet or zip file; export the table as CSV")
        }
        if buffer[..<filled].prefix(4096).contains(0) {
            throw FileError(path: path, "no text; export the table as CSV")
        }
    }

    private func problem(_ reason: String) -> FileError { FileError(path: path, line: line, reason) }
}
