/// Words, texts and numbers.
extension JSON5Parser {
    // MARK: Words

    /// An unquoted key or word: letters, digits, `$`, `_` and `\uXXXX`, not beginning with a digit. Nil, with nothing
    /// read, when none begins here.
    mutating func identifier() throws(JSON5Error) -> String? {
        var word = String.UnicodeScalarView()
        while let scalar = scalarHere {
            let start = location
            if scalar == "\\" {
                offset += 1
                guard peek == UInt8(ascii: "u") else { throw error("expected `\\u` in a key, found `\\`", at: start) }
                offset += 1
                let value = try hexadecimalDigits(4, of: "\\u")
                guard let escaped = Unicode.Scalar(value), isWord(escaped, first: word.isEmpty) else {
                    throw error("this escape is not a letter; put the key in quotes", at: start)
                }
                word.append(escaped)
            } else if isWord(scalar, first: word.isEmpty) {
                word.append(scalar)
                offset += scalarWidth
            } else {
                break
            }
        }
        return word.isEmpty ? nil : String(word)
    }

    private func isWord(_ scalar: Unicode.Scalar, first: Bool) -> Bool {
        switch scalar {
        case "$", "_", "a"..."z", "A"..."Z": true
        case "0"..."9": !first
        case "\u{200C}", "\u{200D}": !first
        default:
            scalar.value >= 0x80 && (first ? scalar.properties.isIDStart : scalar.properties.isIDContinue)
        }
    }

    // MARK: Texts

    mutating func string() throws(JSON5Error) -> String {
        let opening = location
        let quote = bytes[offset]
        offset += 1
        var content: [UInt8] = []
        while let byte = peek {
            switch byte {
            case quote:
                offset += 1
                return String(decoding: content, as: UTF8.self)
            case UInt8(ascii: "\\"):
                if let scalar = try escape() { content.append(contentsOf: Array(String(scalar).utf8)) }
            case 0x0A, 0x0D:
                throw error("the text in quotes has no end on its line", at: opening)
            default:
                content.append(byte)
                // Unicode's line separators may stand in a text, and still count as lines.
                if isNewline {
                    content.append(contentsOf: bytes[offset + 1..<offset + 3])
                    newline()
                } else {
                    offset += 1
                }
            }
        }
        throw error("the text in quotes has no end", at: opening)
    }

    /// What stands after a backslash; nil for a line that continues on the next.
    private mutating func escape() throws(JSON5Error) -> Unicode.Scalar? {
        let start = location
        offset += 1
        guard let scalar = scalarHere else { throw error("the text in quotes has no end") }
        if isNewline {
            newline()
            return nil
        }
        offset += scalarWidth
        switch scalar {
        case "b": return "\u{08}"
        case "f": return "\u{0C}"
        case "n": return "\n"
        case "r": return "\r"
        case "t": return "\t"
        case "v": return "\u{0B}"
        case "x": return Unicode.Scalar(UInt8(truncatingIfNeeded: try hexadecimalDigits(2, of: "\\x")))
        case "u": return try unicodeEscape(from: start)
        case "0":
            if let next = peek, (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(next) {
                throw error("octal escapes are not part of JSON5; write `\\x` and two digits", at: start)
            }
            return "\0"
        case "1"..."9":
            throw error("`\\\(scalar)` is not an escape of JSON5; write `\\x` and two digits", at: start)
        default: return scalar
        }
    }

    private mutating func unicodeEscape(from start: SourceLocation) throws(JSON5Error) -> Unicode.Scalar {
        let first = try hexadecimalDigits(4, of: "\\u")
        if let scalar = Unicode.Scalar(first) { return scalar }
        guard (0xD800..<0xDC00).contains(first), peek == UInt8(ascii: "\\"), offset + 1 < bytes.count,
            bytes[offset + 1] == UInt8(ascii: "u")
        else { throw error("half of a surrogate pair; both halves must follow each other", at: start) }
        offset += 2
        let second = try hexadecimalDigits(4, of: "\\u")
        guard (0xDC00..<0xE000).contains(second),
            let scalar = Unicode.Scalar(0x10000 + (first - 0xD800) << 10 + (second - 0xDC00))
        else { throw error("half of a surrogate pair; both halves must follow each other", at: start) }
        return scalar
    }

    private mutating func hexadecimalDigits(_ count: Int, of escape: String) throws(JSON5Error) -> UInt32 {
        var value: UInt32 = 0
        for _ in 0..<count {
            guard let byte = peek, let digit = hexadecimalValue(byte) else {
                throw error("expected \(count) hexadecimal digits after `\(escape)`, found \(found)")
            }
            value = value << 4 | UInt32(digit)
            offset += 1
        }
        return value
    }

    private func hexadecimalValue(_ byte: UInt8) -> UInt8? {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): byte - UInt8(ascii: "0")
        case UInt8(ascii: "a")...UInt8(ascii: "f"): byte - UInt8(ascii: "a") + 10
        case UInt8(ascii: "A")...UInt8(ascii: "F"): byte - UInt8(ascii: "A") + 10
        default: nil
        }
    }

    // MARK: Numbers

    mutating func number() throws(JSON5Error) -> JSON5Value {
        let start = location
        var negative = false
        if peek == UInt8(ascii: "+") || peek == UInt8(ascii: "-") {
            negative = peek == UInt8(ascii: "-")
            offset += 1
        }
        let value: JSON5Value
        switch peek {
        case UInt8(ascii: "I"), UInt8(ascii: "N"):
            switch try identifier() {
            case "Infinity": return .double(negative ? -.infinity : .infinity)
            case "NaN": return .double(.nan)
            default: throw error("expected a number", at: start)
            }
        case UInt8(ascii: "0")
        where offset + 1 < bytes.count
            && (bytes[offset + 1] == UInt8(ascii: "x") || bytes[offset + 1] == UInt8(ascii: "X")):
            offset += 2
            value = try hexadecimalInteger(negative: negative, from: start)
        default:
            value = try decimal(negative: negative, from: start)
        }
        if let scalar = scalarHere, scalar == "." || isWord(scalar, first: false) {
            throw error("expected the number to end, found \(found)")
        }
        return value
    }

    private mutating func hexadecimalInteger(
        negative: Bool, from start: SourceLocation
    ) throws(JSON5Error) -> JSON5Value {
        var magnitude: UInt64 = 0
        var digits = 0
        while let byte = peek, let digit = hexadecimalValue(byte) {
            guard magnitude >> 60 == 0 else { throw tooLarge(start) }
            magnitude = magnitude << 4 | UInt64(digit)
            digits += 1
            offset += 1
        }
        guard digits > 0 else { throw error("expected hexadecimal digits after `0x`, found \(found)") }
        return .integer(try signed(magnitude, negative: negative, from: start))
    }

    private mutating func decimal(negative: Bool, from start: SourceLocation) throws(JSON5Error) -> JSON5Value {
        let whole = digits()
        var text = (negative ? "-" : "") + (whole.isEmpty ? "0" : whole)
        var isInteger = true
        if whole.count > 1, whole.first == "0" {
            throw error("a number may not begin with a needless 0", at: start)
        }
        var fraction = ""
        if peek == UInt8(ascii: ".") {
            offset += 1
            isInteger = false
            fraction = digits()
            text += "." + (fraction.isEmpty ? "0" : fraction)
        }
        guard !whole.isEmpty || !fraction.isEmpty else {
            throw error("expected digits, found \(found)")
        }
        if peek == UInt8(ascii: "e") || peek == UInt8(ascii: "E") {
            offset += 1
            isInteger = false
            text += "e"
            if peek == UInt8(ascii: "+") || peek == UInt8(ascii: "-") {
                text += peek == UInt8(ascii: "-") ? "-" : "+"
                offset += 1
            }
            let exponent = digits()
            guard !exponent.isEmpty else { throw error("expected the digits of the exponent, found \(found)") }
            text += exponent
        }
        if isInteger {
            guard let magnitude = UInt64(whole) else { throw tooLarge(start) }
            return .integer(try signed(magnitude, negative: negative, from: start))
        }
        guard let number = Double(text), number.isFinite else {
            throw error("the number is too large for 64-bit floating point", at: start)
        }
        return .double(number)
    }

    private mutating func digits() -> String {
        let start = offset
        while let byte = peek, (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) { offset += 1 }
        return String(decoding: bytes[start..<offset], as: UTF8.self)
    }

    private func signed(
        _ magnitude: UInt64, negative: Bool, from start: SourceLocation
    ) throws(JSON5Error) -> Int64 {
        if negative {
            guard magnitude <= UInt64(Int64.max) + 1 else { throw tooLarge(start) }
            return Int64(truncatingIfNeeded: 0 &- magnitude)
        }
        guard let value = Int64(exactly: magnitude) else { throw tooLarge(start) }
        return value
    }

    private func tooLarge(_ start: SourceLocation) -> JSON5Error {
        error("the whole number does not fit 64 bits", at: start)
    }
}
