import Basics

/// The bytes of a pickle, and the numbers and texts that its operations are followed by.
struct PickleBytes {
    let source: UnsafeRawBufferPointer
    let path: String
    /// Bytes read so far.
    private(set) var position: Int

    /// No text of a file of weights is longer: what is read before it is paid for stays small.
    private static let longestText = 8 << 20

    init(_ source: UnsafeRawBufferPointer, from position: Int, path: String) {
        self.source = source
        self.position = position
        self.path = path
    }

    // MARK: Literals

    /// The number that an operation stands for or is followed by.
    mutating func number(_ operation: UInt8) throws(FileError) -> PickleValue {
        switch operation {
        case 0x88: return .boolean(true)
        case 0x89: return .boolean(false)
        case UInt8(ascii: "J"): return .integer(Int(Int32(truncatingIfNeeded: try integer(4))))
        case UInt8(ascii: "K"): return .integer(Int(try byte()))
        case UInt8(ascii: "M"): return .integer(try integer(2))
        case 0x8A: return try long(Int(byte()))
        case 0x8B: return try long(integer(4))
        case UInt8(ascii: "G"):
            let bytes = try take(8)
            let bits = source.loadUnaligned(fromByteOffset: bytes.lowerBound, as: UInt64.self)
            return .float(Double(bitPattern: UInt64(bigEndian: bits)))
        case UInt8(ascii: "F"):
            let text = try line()
            guard let value = Double(text) else { throw failure("has the number '\(text.prefix(40))'") }
            return .float(value)
        case UInt8(ascii: "I"), UInt8(ascii: "L"):
            var text = try line()
            if operation == UInt8(ascii: "I"), text == "00" || text == "01" { return .boolean(text == "01") }
            if text.hasSuffix("L") { text.removeLast() }
            if let value = Int(text) { return .integer(value) }
            guard !text.isEmpty, text.utf8.allSatisfy({ (0x30...0x39).contains($0) || $0 == 0x2D }) else {
                throw failure("has the number '\(text.prefix(40))'")
            }
            return .largeInteger(isMagic: text == "119547037146038801333356")
        default: return .none
        }
    }

    /// A whole number of `count` bytes in two's complement.
    private mutating func long(_ count: Int) throws(FileError) -> PickleValue {
        let bytes = UnsafeRawBufferPointer(rebasing: source[try take(count)])
        guard let last = bytes.last else { return .integer(0) }
        guard count <= 8 else {
            let magic: [UInt8] = [0x6C, 0xFC, 0x9C, 0x46, 0xF9, 0x20, 0x6A, 0xA8, 0x50, 0x19]
            return .largeInteger(isMagic: bytes.elementsEqual(magic))
        }
        var value = last & 0x80 == 0 ? 0 : -1
        for byte in bytes.reversed() { value = value << 8 | Int(byte) }
        return .integer(value)
    }

    /// The text or bytes that an operation is followed by.
    mutating func string(_ operation: UInt8) throws(FileError) -> PickleValue {
        let count: Int
        switch operation {
        case UInt8(ascii: "S"): return try .text(quoted())
        case UInt8(ascii: "V"): return try .text(PickleText.unescaped(line(isLatin1: true), isUnicode: true))
        case UInt8(ascii: "U"), UInt8(ascii: "C"), 0x8C: count = Int(try byte())
        case 0x8D, 0x8E, 0x96: count = try integer(8)
        default: count = try integer(4)
        }
        let range = try take(count)
        switch operation {
        case UInt8(ascii: "B"), UInt8(ascii: "C"), 0x8E, 0x96: return .bytes(range)
        default:
            try requireShort(count)
            return .text(String(decoding: source[range], as: UTF8.self))
        }
    }

    private func requireShort(_ count: Int) throws(FileError) {
        guard count <= Self.longestText else {
            throw failure("has a text of \(count) bytes before byte \(position), which no file of weights has")
        }
    }

    /// A Python string literal, as protocol 0 writes.
    private mutating func quoted() throws(FileError) -> String {
        let text = try line()
        guard text.utf8.count >= 2, let quote = text.first, quote == text.last, quote == "'" || quote == "\"" else {
            throw failure("has a text without quotes before byte \(position)")
        }
        return PickleText.unescaped(String(text.dropFirst().dropLast()), isUnicode: false)
    }

    // MARK: Bytes, numbers of bytes, lines

    mutating func byte() throws(FileError) -> UInt8 {
        guard position < source.count else { throw failure("ends before its end; the file was cut off") }
        position += 1
        return source[position - 1]
    }

    mutating func take(_ count: Int) throws(FileError) -> Range<Int> {
        guard count >= 0, count <= source.count - position else {
            throw failure(
                "claims \(count) bytes at byte \(position), where \(source.count - position) are left; the file was cut off"
            )
        }
        position += count
        return position - count..<position
    }

    /// An unsigned little-endian number of up to 8 bytes; -1 for one that no file reaches.
    mutating func integer(_ count: Int) throws(FileError) -> Int {
        var value: UInt64 = 0
        for index in try take(count).reversed() { value = value << 8 | UInt64(source[index]) }
        return Int(exactly: value) ?? -1
    }

    /// Up to the end of the line, in UTF-8, or one character a byte.
    mutating func line(isLatin1: Bool = false) throws(FileError) -> String {
        guard let end = source[position...].firstIndex(of: 0x0A) else {
            throw failure("ends inside a line; the file was cut off")
        }
        try requireShort(end - position)
        defer { position = end + 1 }
        guard isLatin1 else { return String(decoding: source[position..<end], as: UTF8.self) }
        return String(String.UnicodeScalarView(source[position..<end].map { Unicode.Scalar($0) }))
    }

    /// Steps over `count` elements of `width` bytes and returns their place; nil when they are not there.
    mutating func skip(_ count: Int, width: Int) -> Range<Int>? {
        guard count >= 0, count <= (source.count - position) / width else { return nil }
        position += count * width
        return position - count * width..<position
    }

    func failure(_ message: String) -> FileError { FileError(path: path, "the pickle \(message)") }
}
