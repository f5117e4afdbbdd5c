/// Reads JSON5 (https://spec.json5.org): JSON with comments, trailing commas, unquoted keys, single quotes,
/// hexadecimal numbers, leading and trailing points, Infinity and NaN.
///
/// Every value knows its line and column. A key written twice is an error, whole numbers are exact, and a text that
/// nests deeper than `maximumDepth` is refused, so that no input can exhaust the stack.
///
/// Read by hand because Foundation's JSON5 has errors without a place, passes over a key written twice, and rounds large
/// whole numbers.
public enum JSON5Reader {
    /// The deepest nesting that is read unless told otherwise.
    public static let defaultDepth = 64

    /// The one value that the text holds.
    ///
    /// - Parameters:
    ///   - text: the whole text; a byte order mark is skipped.
    ///   - file: the name that errors give.
    public static func read(
        _ text: String, file: String, maximumDepth: Int = defaultDepth
    ) throws(JSON5Error) -> JSON5Node {
        try read(utf8: Array(text.utf8), file: file, maximumDepth: maximumDepth)
    }

    /// The one value that the bytes hold; bytes that are not UTF-8 are an error.
    public static func read(
        utf8 bytes: [UInt8], file: String, maximumDepth: Int = defaultDepth
    ) throws(JSON5Error) -> JSON5Node {
        var parser = JSON5Parser(bytes: bytes, file: file, maximumDepth: maximumDepth)
        return try parser.document()
    }

    /// The offset of the first byte that is not UTF-8, or nil when all are.
    package static func firstInvalidByte(_ bytes: [UInt8]) -> Int? {
        var valid = 0
        var decoder = UTF8()
        var iterator = bytes.makeIterator()
        while true {
            switch decoder.decode(&iterator) {
            case .scalarValue(let scalar): valid += UTF8.width(scalar)
            case .emptyInput: return nil
            case .error: return valid
            }
        }
    }
}

/// Recursive descent over the bytes of one text.
struct JSON5Parser {
    let bytes: [UInt8]
    let file: String
    let maximumDepth: Int
    var offset = 0
    private var line = 1
    /// A byte of the current line whose column is known, so that one long line costs one pass.
    private var known = (offset: 0, column: 1)

    init(bytes: [UInt8], file: String, maximumDepth: Int) {
        self.bytes = bytes
        self.file = file
        self.maximumDepth = maximumDepth
    }

    mutating func document() throws(JSON5Error) -> JSON5Node {
        if let wrong = JSON5Reader.firstInvalidByte(bytes) {
            while offset < wrong {
                if isNewline { newline() } else { offset += 1 }
            }
            throw error("the text is not UTF-8")
        }
        if bytes.starts(with: [0xEF, 0xBB, 0xBF]) {
            offset = 3
            known = (3, 1)
        }
        try skipSpace()
        guard offset < bytes.count else { throw error("the text is empty; expected a value") }
        let node = try value(depth: 0)
        try skipSpace()
        guard offset == bytes.count else {
            throw error("expected the end of the text, found \(found)")
        }
        return node
    }

    // MARK: Values

    private mutating func value(depth: Int) throws(JSON5Error) -> JSON5Node {
        let start = mark()
        guard let byte = peek else { throw error("expected a value, but the text ends here") }
        switch byte {
        case UInt8(ascii: "{"): return JSON5Node(.object(try object(depth: depth)), at: start)
        case UInt8(ascii: "["): return JSON5Node(.array(try array(depth: depth)), at: start)
        case UInt8(ascii: "\""), UInt8(ascii: "'"): return JSON5Node(.string(try string()), at: start)
        case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "."), UInt8(ascii: "+"), UInt8(ascii: "-"):
            return JSON5Node(try number(), at: start)
        default: break
        }
        guard let word = try identifier() else { throw error("expected a value, found \(found)") }
        switch word {
        case "true": return JSON5Node(.boolean(true), at: start)
        case "false": return JSON5Node(.boolean(false), at: start)
        case "null": return JSON5Node(.null, at: start)
        case "Infinity": return JSON5Node(.double(.infinity), at: start)
        case "NaN": return JSON5Node(.double(.nan), at: start)
        default: throw error("expected a value, found the word `\(word)`; a text needs quotes", at: start)
        }
    }

    private mutating func object(depth: Int) throws(JSON5Error) -> JSON5Object {
        try checkDepth(depth)
        let opening = location
        offset += 1
        var members: [JSON5Object.Member] = []
        var lines: [String: Int] = [:]
        while true {
            try skipSpace()
            guard let byte = peek else { throw unclosed("object", "}", opening) }
            if byte == UInt8(ascii: "}") {
                offset += 1
                return JSON5Object(uniqueMembers: members)
            }
            let keyLocation = mark()
            let key = try self.key()
            if let first = lines[key] {
                throw error(
                    "the key `\(key)` is written twice; it is already on line \(first)", at: keyLocation)
            }
            lines[key] = keyLocation.line
            try skipSpace()
            guard peek == UInt8(ascii: ":") else { throw error("expected `:` after the key `\(key)`, found \(found)") }
            offset += 1
            try skipSpace()
            let node = try value(depth: depth + 1)
            members.append(JSON5Object.Member(key: key, keyLocation: keyLocation, node: node))
            try skipSpace()
            switch peek {
            case UInt8(ascii: ","): offset += 1
            case UInt8(ascii: "}"): break
            case nil: throw unclosed("object", "}", opening)
            default: throw error("expected `,` or `}` after the value of `\(key)`, found \(found)")
            }
        }
    }

    private mutating func key() throws(JSON5Error) -> String {
        if peek == UInt8(ascii: "\"") || peek == UInt8(ascii: "'") { return try string() }
        guard let word = try identifier() else { throw error("expected a key or `}`, found \(found)") }
        return word
    }

    private mutating func array(depth: Int) throws(JSON5Error) -> [JSON5Node] {
        try checkDepth(depth)
        let opening = location
        offset += 1
        var elements: [JSON5Node] = []
        while true {
            try skipSpace()
            guard let byte = peek else { throw unclosed("list", "]", opening) }
            if byte == UInt8(ascii: "]") {
                offset += 1
                return elements
            }
            elements.append(try value(depth: depth + 1))
            try skipSpace()
            switch peek {
            case UInt8(ascii: ","): offset += 1
            case UInt8(ascii: "]"): break
            case nil: throw unclosed("list", "]", opening)
            default: throw error("expected `,` or `]` in the list, found \(found)")
            }
        }
    }

    private func checkDepth(_ depth: Int) throws(JSON5Error) {
        guard depth < maximumDepth else {
            throw error("objects and lists nest deeper than \(maximumDepth) levels")
        }
    }

    private func unclosed(_ what: String, _ bracket: String, _ opening: SourceLocation) -> JSON5Error {
        error("the text ends, but the \(what) of line \(opening.line) still needs its `\(bracket)`")
    }

    // MARK: Space and comments

    mutating func skipSpace() throws(JSON5Error) {
        while let byte = peek {
            switch byte {
            case 0x09, 0x0B, 0x0C, 0x20: offset += 1
            case 0x0A, 0x0D: newline()
            case UInt8(ascii: "/"): try skipComment()
            case 0x80...:
                let scalar = scalarHere
                if scalar == "\u{2028}" || scalar == "\u{2029}" {
                    newline()
                } else if scalar == "\u{FEFF}" || scalar?.properties.generalCategory == .spaceSeparator {
                    offset += scalarWidth
                } else {
                    return
                }
            default: return
            }
        }
    }

    private mutating func skipComment() throws(JSON5Error) {
        let opening = location
        guard offset + 1 < bytes.count else { throw error("expected a comment after `/`, but the text ends here") }
        switch bytes[offset + 1] {
        case UInt8(ascii: "/"):
            while peek != nil, !isNewline { offset += 1 }
        case UInt8(ascii: "*"):
            offset += 2
            while true {
                guard let byte = peek else { throw error("the comment has no end; `*/` is missing", at: opening) }
                if byte == UInt8(ascii: "*"), offset + 1 < bytes.count, bytes[offset + 1] == UInt8(ascii: "/") {
                    offset += 2
                    return
                }
                if isNewline { newline() } else { offset += 1 }
            }
        default: throw error("expected `//` or `/*`, found a lone `/`")
        }
    }

    /// Whether a line ends here: LF, CR, CR LF, or one of Unicode's two separators.
    var isNewline: Bool {
        guard let byte = peek else { return false }
        if byte == 0x0A || byte == 0x0D { return true }
        return byte == 0xE2 && offset + 2 < bytes.count && bytes[offset + 1] == 0x80
            && (bytes[offset + 2] == 0xA8 || bytes[offset + 2] == 0xA9)
    }

    /// Steps over one end of line and counts it.
    mutating func newline() {
        if bytes[offset] == 0x0D, offset + 1 < bytes.count, bytes[offset + 1] == 0x0A {
            offset += 2
        } else {
            offset += bytes[offset] < 0x80 ? 1 : 3
        }
        line += 1
        known = (offset, 1)
    }

    // MARK: Places

    var peek: UInt8? { offset < bytes.count ? bytes[offset] : nil }

    /// The place of the next byte; columns count characters, not bytes.
    var location: SourceLocation {
        SourceLocation(file: file, line: line, column: columnHere)
    }

    /// The same, and remembers it for the rest of the line.
    private mutating func mark() -> SourceLocation {
        known = (offset, columnHere)
        return location
    }

    private var columnHere: Int {
        var column = known.column
        for byte in bytes[known.offset..<max(offset, known.offset)] where byte & 0xC0 != 0x80 {
            column += 1
        }
        return column
    }

    func error(_ message: String, at place: SourceLocation? = nil) -> JSON5Error {
        JSON5Error(at: place ?? location, message)
    }

    /// The character that stands here, as messages show it.
    var found: String {
        guard let scalar = scalarHere else { return "the end of the text" }
        if isNewline { return "the end of the line" }
        return scalar.properties.generalCategory == .control
            ? "the control character U+\(hexadecimal(scalar.value))" : "`\(scalar)`"
    }

    private func hexadecimal(_ value: UInt32) -> String {
        let digits = String(value, radix: 16, uppercase: true)
        return String(repeating: "0", count: max(0, 4 - digits.count)) + digits
    }

    /// The Unicode scalar that begins here. The whole text was checked to be UTF-8 before.
    var scalarHere: Unicode.Scalar? {
        guard offset < bytes.count else { return nil }
        return String(decoding: bytes[offset..<min(offset + scalarWidth, bytes.count)], as: UTF8.self)
            .unicodeScalars.first
    }

    /// How many bytes the scalar that begins here has.
    var scalarWidth: Int {
        switch bytes[offset] {
        case 0xF0...: 4
        case 0xE0...: 3
        case 0xC0...: 2
        default: 1
        }
    }
}
