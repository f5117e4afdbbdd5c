/// How a table is written: what separates the fields, the decimal sign, the encoding. Nothing in the file says it, so it
/// is guessed from the beginning, and `note` says what was.
public struct TableForm: Equatable, Sendable {
    public enum Decimal: Sendable, Equatable {
        case point
        case comma
    }

    /// What separates the fields; a space stands for any number of them.
    public internal(set) var separator: Character = ","
    /// The decimal sign of numbers; nil until one has any.
    public internal(set) var decimal: Decimal?
    public internal(set) var encoding = TextEncoding.utf8
    /// Whether the names of the columns stand behind a `#`, as `numpy.savetxt` writes them.
    public internal(set) var isHeaderCommented = false
    /// Lines that begin with `#` and hold no data, and headers that came again where files were joined.
    public internal(set) var comments = 0
    public internal(set) var repeatedHeaders = 0

    public init() {}

    /// What was guessed and what was passed over, as the rest of a sentence about the file; nil for a plain table with
    /// commas between the fields, decimal points, in UTF-8.
    public var note: String? {
        var words: [String] = []
        switch separator {
        case ";": words.append("semicolons between the fields")
        case "\t": words.append("tabs between the fields")
        case " ": words.append("spaces between the fields")
        case ",": break
        default: words.append("'\(separator)' between the fields")
        }
        if decimal == .comma { words.append("decimal commas") }
        if encoding != .utf8 { words.append("the encoding \(encoding.rawValue)") }
        if isHeaderCommented { words.append("the names of the columns behind #") }
        var parts = words.isEmpty ? [] : ["read with " + words.joined(separator: ", ")]
        if comments > 0 { parts.append("\(comments) comment line\(comments == 1 ? "" : "s") (#) passed over") }
        if repeatedHeaders > 0 {
            parts.append("\(repeatedHeaders) repeated header line\(repeatedHeaders == 1 ? "" : "s") passed over")
        }
        return parts.isEmpty ? nil : parts.joined(separator: "; ")
    }

    var separatorByte: UInt8 { separator.asciiValue ?? 0x2C }

    /// The separator that a line `sep=;` at the beginning names, as spreadsheets write and read it.
    /// - Returns: the separator, and where the next line begins; nil where there is no such line.
    static func named(in head: ArraySlice<UInt8>) -> (separator: UInt8, next: Int)? {
        let start = head.startIndex
        guard head.count > 5, head[start..<start + 3].elementsEqual("sep".utf8, by: { $0 | 0x20 == $1 }),
            head[start + 3] == 0x3D
        else { return nil }
        let separator = head[start + 4]
        let isLetter = (0x30...0x39).contains(separator) || (0x41...0x5A).contains(separator & 0xDF)
        guard separator < 0x80, !isLetter, ![0x0A, 0x0D, 0x22, 0x23].contains(separator) else { return nil }
        switch (head[start + 5], head.count > 6 ? head[start + 6] : 0) {
        case (0x0D, 0x0A): return (separator, start + 7)
        case (0x0D, _), (0x0A, _): return (separator, start + 6)
        default: return nil
        }
    }

    /// The separator that the first lines have: one of tab, semicolon and comma (in this order, because decimal commas
    /// stand between semicolons and tabs) that every line has alike; otherwise the one that the first line has most of;
    /// or spaces, where there is none of these and the lines end in numbers.
    static func guessedSeparator(_ head: ArraySlice<UInt8>) -> UInt8 {
        let lines = Self.lines(head)
        let candidates: [UInt8] = [0x09, 0x3B, 0x2C]
        let counts = candidates.map { candidate in lines.map { line in Self.count(candidate, in: line) } }
        if lines.count > 1 {
            for (candidate, counts) in zip(candidates, counts) {
                if let first = counts.first, first > 0, counts.allSatisfy({ $0 == first }) { return candidate }
            }
        }
        var best: (separator: UInt8, count: Int) = (0x2C, 0)
        for (candidate, counts) in zip(candidates, counts).reversed() {
            if let first = counts.first, first > best.count { best = (candidate, first) }
        }
        guard best.count == 0, !counts.joined().contains(where: { $0 > 0 }) else { return best.separator }
        let words = lines.map { $0.split(whereSeparator: { $0 == 0x20 }) }
        guard let width = words.first?.count, width > 1, words.allSatisfy({ $0.count == width }),
            let last = words.last?.last, Double(String(decoding: last, as: UTF8.self)) != nil
        else { return best.separator }
        return 0x20
    }

    private static let mostLines = 20

    /// The first lines that are neither empty nor comments; comments where there is nothing else.
    private static func lines(_ head: ArraySlice<UInt8>) -> [ArraySlice<UInt8>] {
        var lines: [ArraySlice<UInt8>] = []
        var comments: [ArraySlice<UInt8>] = []
        var isQuoted = false
        var start = head.startIndex
        func take(_ end: Int) {
            let line = head[start..<end]
            if line.first == 0x23 {
                comments.append(line)
            } else if !line.isEmpty {
                lines.append(line)
            }
        }
        for index in head.indices {
            if head[index] == 0x22 { isQuoted.toggle() }
            guard !isQuoted, head[index] == 0x0A || head[index] == 0x0D else { continue }
            take(index)
            start = index + 1
            if lines.count == mostLines || comments.count == mostLines { break }
        }
        // The last line counts where it is all of the file; it may be cut off otherwise.
        if start < head.endIndex, lines.isEmpty || head.count < TextStream.most, lines.count < mostLines {
            take(head.endIndex)
        }
        return lines.isEmpty ? comments : lines
    }

    /// How often a byte stands outside of quotes.
    private static func count(_ byte: UInt8, in line: ArraySlice<UInt8>) -> Int {
        var isQuoted = false
        var count = 0
        for other in line {
            if other == 0x22 { isQuoted.toggle() }
            if other == byte, !isQuoted { count += 1 }
        }
        return count
    }

    /// The decimal sign that numbers of some records have; nil where none has any. A point anywhere settles it: then a
    /// comma in a number is something else.
    static func decimal(of records: [TableRecord]) -> Decimal? {
        var found: Decimal?
        for record in records {
            guard record.bytes.contains(where: { $0 == 0x2C || $0 == 0x2E }) else { continue }
            for field in 0..<record.count {
                switch record.decimalSign(field) {
                case 0x2E: return .point
                case 0x2C: found = .comma
                default: break
                }
            }
        }
        return found
    }
}
