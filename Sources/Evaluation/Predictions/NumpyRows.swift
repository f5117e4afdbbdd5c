import Basics
import Foundation

/// A NumPy array file (.npy, format 1 to 3): a plain array (rows, columns) or (rows), or a structured one with named
/// fields. Mapped into memory, so its length does not matter.
///
/// Read by hand because no C library of Debian reads the format, which is a line of text before the numbers.
final class NumpyRows: RowSource {
    let path: String
    let columns: [String]
    let columnCount: Int
    private(set) var line = 0
    private let data: Data
    private let rows: Int
    private let rowBytes: Int
    private let begin: Int
    private let fields: [Field]
    private var row = -1

    private struct Field {
        var name: String
        var offset: Int
        /// NumPy's letter for the type, and bytes of one value.
        var kind: Character
        var size: Int
        var isBig: Bool
    }

    init(path: String) throws(FileError) {
        self.path = path
        do {
            data = try Data(contentsOf: URL(fileURLWithPath: path), options: .alwaysMapped)
        } catch {
            throw FileError(path: path, "cannot be read: \(error.localizedDescription)")
        }
        let header = try NumpyHeader(data, path: path)
        if header.isFortranOrder, header.shape.count > 1 {
            throw FileError(path: path, "is in column order; save it with numpy.ascontiguousarray.")
        }
        rows = header.shape.first ?? 1
        var fields: [Field] = []
        var offset = 0
        let width = header.shape.dropFirst().first ?? 1
        guard header.shape.count <= 2, width < 10_000, header.fields.count == 1 || width == 1 else {
            throw FileError(path: path, "has the shape \(header.shape); it should be (frames, channels).")
        }
        for field in header.fields {
            for _ in 0..<width {
                guard let parsed = Self.field(field.type) else {
                    throw FileError(path: path, "holds values of type '\(field.type)', which are no numbers.")
                }
                fields.append(
                    Field(
                        name: field.name, offset: offset, kind: parsed.kind, size: parsed.size, isBig: parsed.isBig))
                offset += parsed.bytes
            }
        }
        self.fields = fields
        columns = header.fields.count == 1 && header.fields[0].name.isEmpty ? [] : fields.map(\.name)
        columnCount = fields.count
        rowBytes = offset
        begin = header.end
        let (bytes, overflows) = rows.multipliedReportingOverflow(by: rowBytes)
        guard rows >= 0, !overflows, begin + bytes <= data.count else {
            throw FileError(path: path, "is cut off: its header promises more than is there.")
        }
    }

    private static func field(_ type: String) -> (kind: Character, size: Int, bytes: Int, isBig: Bool)? {
        var rest = Substring(type)
        var isBig = false
        if let order = rest.first, "<>|=".contains(order) {
            isBig = order == ">"
            rest = rest.dropFirst()
        }
        guard let kind = rest.first, let size = Int(rest.dropFirst()), size > 0, size < 1 << 20 else { return nil }
        switch kind {
        case "f" where [4, 8].contains(size), "i" where [1, 2, 4, 8].contains(size),
            "u" where [1, 2, 4, 8].contains(size), "b" where size == 1, "S":
            return (kind, size, size, isBig)
        case "U": return (kind, size, 4 * size, isBig)
        default: return nil
        }
    }

    func next() throws(FileError) -> Bool {
        row += 1
        line = row + 1
        return row < rows
    }

    private func bits(_ place: Int, _ size: Int, _ isBig: Bool) -> UInt64 {
        (0..<size).reduce(0) { value, byte in
            let shift = isBig ? size - 1 - byte : byte
            return value | UInt64(data[data.startIndex + place + byte]) << UInt64(8 * shift)
        }
    }

    func number(_ column: Int) throws(FileError) -> Double {
        let field = fields[column]
        let raw = { self.bits(self.begin + self.row * self.rowBytes + field.offset, field.size, field.isBig) }
        switch (field.kind, field.size) {
        case ("f", 4): return Double(Float(bitPattern: UInt32(truncatingIfNeeded: raw())))
        case ("f", _): return Double(bitPattern: raw())
        case ("i", let size): return Double(Int64(bitPattern: raw() << UInt64(64 - 8 * size)) >> Int64(64 - 8 * size))
        case ("u", _), ("b", _): return Double(raw())
        default:
            let word = text(column)
            if word.isEmpty { return .nan }
            guard let number = Double(word) else {
                throw bad("'\(word)' is not a number.")
            }
            return number
        }
    }

    func text(_ column: Int) -> String {
        let field = fields[column]
        let place = begin + row * rowBytes + field.offset
        switch field.kind {
        case "S":
            let bytes = data[data.startIndex + place..<data.startIndex + place + field.size]
            return String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
        case "U":
            var text = ""
            for index in 0..<field.size {
                let code = UInt32(truncatingIfNeeded: bits(place + 4 * index, 4, field.isBig))
                guard code != 0, let scalar = Unicode.Scalar(code) else { break }
                text.unicodeScalars.append(scalar)
            }
            return text
        default:
            guard let number = try? number(column) else { return "" }
            return number == number.rounded() && abs(number) < 1e15 ? String(Int(number)) : String(number)
        }
    }
}

/// What stands before the values of a .npy file: a magic number, a version and a Python literal.
struct NumpyHeader {
    /// One for a plain array, without a name.
    var fields: [(name: String, type: String)] = []
    var shape: [Int] = []
    var isFortranOrder = false
    /// Where the values begin.
    var end = 0

    init(_ data: Data, path: String) throws(FileError) {
        let head = [UInt8](data.prefix(12))
        guard head.count >= 10, head.starts(with: [0x93] + Array("NUMPY".utf8)) else {
            throw FileError(path: path, "is not a NumPy file (.npy).")
        }
        let isShort = head[6] == 1
        guard isShort || head.count == 12 else { throw FileError(path: path, "is cut off.") }
        let length =
            isShort
            ? Int(head[8]) | Int(head[9]) << 8
            : (0..<4).reduce(0) { $0 | Int(head[8 + $1]) << (8 * $1) }
        let begin = isShort ? 10 : 12
        end = begin + length
        guard length < 1 << 20, data.count >= end else { throw FileError(path: path, "is cut off.") }
        let text = String(decoding: data.dropFirst(begin).prefix(length), as: UTF8.self)
        var tokens = Self.tokens(text)[...]
        func fail() -> FileError { FileError(path: path, "has a header that cannot be read: \(text)") }
        guard tokens.popFirst() == "{" else { throw fail() }
        while let key = tokens.popFirst(), key != "}" {
            guard tokens.popFirst() == ":" else { throw fail() }
            switch key {
            case "'descr'":
                guard let first = tokens.popFirst() else { throw fail() }
                if first != "[" {
                    fields = [("", Self.unquoted(first))]
                    break
                }
                while tokens.popFirst() == "(" {
                    guard tokens.count > 4, tokens[tokens.startIndex + 1] == ",", tokens[tokens.startIndex + 3] == ")"
                    else { throw fail() }
                    fields.append(
                        (Self.unquoted(tokens[tokens.startIndex]), Self.unquoted(tokens[tokens.startIndex + 2])))
                    tokens = tokens.dropFirst(4)
                    if tokens.first == "," { tokens = tokens.dropFirst() }
                }
            case "'fortran_order'": isFortranOrder = tokens.popFirst() == "True"
            case "'shape'":
                guard tokens.popFirst() == "(" else { throw fail() }
                while let token = tokens.popFirst(), token != ")" {
                    if token == "," { continue }
                    guard let size = Int(token), size >= 0 else { throw fail() }
                    shape.append(size)
                }
            default: throw fail()
            }
            if tokens.first == "," { tokens = tokens.dropFirst() }
        }
        guard !fields.isEmpty else { throw fail() }
    }

    private static func unquoted(_ token: String) -> String {
        token.count >= 2 && token.hasPrefix("'") ? String(token.dropFirst().dropLast()) : token
    }

    /// Strings with their quotes (always single ones here), brackets, commas, colons, words.
    private static func tokens(_ text: String) -> [String] {
        var tokens: [String] = []
        var word = ""
        var quote: Character?
        for character in text {
            if let open = quote {
                if character == open {
                    tokens.append("'\(word)'")
                    word = ""
                    quote = nil
                } else {
                    word.append(character)
                }
            } else if character == "'" || character == "\"" {
                quote = character
            } else if "{}[]():,".contains(character) || character.isWhitespace {
                if !word.isEmpty { tokens.append(word) }
                word = ""
                if !character.isWhitespace { tokens.append(String(character)) }
            } else {
                word.append(character)
            }
        }
        return tokens
    }
}
