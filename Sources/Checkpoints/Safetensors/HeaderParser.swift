import Basics

/// Reads the JSON of a safetensors header: an object of tensors, and of texts under `__metadata__`. Everything else is
/// an error at the byte where it begins, so that a header of a hundred megabytes that is none costs no memory; a general
/// reader would build all of it first.
struct HeaderParser {
    /// A tensor as the header states it, unchecked.
    struct Declaration {
        let name: String
        var type = ""
        var shape: [Int] = []
        var begin = 0
        var end = 0
    }

    let bytes: UnsafeRawBufferPointer
    let path: String
    private var offset = 0

    init(bytes: UnsafeRawBufferPointer, path: String) {
        self.bytes = bytes
        self.path = path
    }

    mutating func header() throws(FileError) -> (metadata: [String: String], tensors: [Declaration]) {
        var metadata: [String: String] = [:]
        var tensors: [Declaration] = []
        var names: Set<String> = []
        var next = try opening("{", closing: "}")
        while next {
            let name = try string()
            guard names.insert(name).inserted else { throw failure("names \"\(name)\" twice") }
            try expect(":")
            if name == "__metadata__" {
                metadata = try texts()
            } else {
                tensors.append(try declaration(name))
            }
            next = try separator(closing: "}")
        }
        skipSpace()
        guard offset == bytes.count else { throw failure("goes on after its end") }
        return (metadata, tensors)
    }

    private mutating func texts() throws(FileError) -> [String: String] {
        var texts: [String: String] = [:]
        var next = try opening("{", closing: "}")
        while next {
            let key = try string()
            try expect(":")
            guard texts.updateValue(try string(), forKey: key) == nil else {
                throw failure("names the metadata \"\(key)\" twice")
            }
            next = try separator(closing: "}")
        }
        return texts
    }

    private mutating func declaration(_ name: String) throws(FileError) -> Declaration {
        var tensor = Declaration(name: name)
        var keys: Set<String> = []
        var next = try opening("{", closing: "}")
        while next {
            let key = try string()
            guard keys.insert(key).inserted else { throw failure("gives \"\(key)\" of tensor \"\(name)\" twice") }
            try expect(":")
            switch key {
            case "dtype": tensor.type = try string()
            case "shape": tensor.shape = try numbers()
            case "data_offsets":
                let offsets = try numbers()
                guard offsets.count == 2 else { throw failure("tensor \"\(name)\" needs two data_offsets") }
                tensor.begin = offsets[0]
                tensor.end = offsets[1]
            default: throw failure("gives tensor \"\(name)\" the unknown key \"\(key)\"")
            }
            next = try separator(closing: "}")
        }
        guard keys.count == 3 else { throw failure("leaves out dtype, shape or data_offsets of tensor \"\(name)\"") }
        return tensor
    }

    private mutating func numbers() throws(FileError) -> [Int] {
        var numbers: [Int] = []
        var next = try opening("[", closing: "]")
        while next {
            numbers.append(try number())
            next = try separator(closing: "]")
        }
        return numbers
    }

    // MARK: Tokens

    private mutating func skipSpace() {
        while offset < bytes.count, [0x20, 0x09, 0x0A, 0x0D].contains(bytes[offset]) { offset += 1 }
    }

    private mutating func expect(_ character: Unicode.Scalar) throws(FileError) {
        skipSpace()
        guard offset < bytes.count, bytes[offset] == UInt8(ascii: character) else {
            throw failure("is not as it should be: expected `\(character)` at byte \(offset)")
        }
        offset += 1
    }

    /// Steps into an object or a list; false when it is empty.
    private mutating func opening(
        _ open: Unicode.Scalar, closing: Unicode.Scalar
    ) throws(FileError) -> Bool {
        try expect(open)
        skipSpace()
        guard offset < bytes.count, bytes[offset] == UInt8(ascii: closing) else { return true }
        offset += 1
        return false
    }

    /// Steps over a comma or the end; false at the end.
    private mutating func separator(closing: Unicode.Scalar) throws(FileError) -> Bool {
        skipSpace()
        if offset < bytes.count, bytes[offset] == UInt8(ascii: ",") {
            offset += 1
            return true
        }
        try expect(closing)
        return false
    }

    private mutating func number() throws(FileError) -> Int {
        skipSpace()
        let start = offset
        var value = 0
        while offset < bytes.count, (0x30...0x39).contains(bytes[offset]) {
            let (tens, overflow) = value.multipliedReportingOverflow(by: 10)
            let (sum, overflowAgain) = tens.addingReportingOverflow(Int(bytes[offset] - 0x30))
            guard !overflow, !overflowAgain else { throw failure("has a number that is too large at byte \(start)") }
            value = sum
            offset += 1
        }
        guard offset > start else {
            throw failure("is not as it should be: expected a whole number at byte \(start)")
        }
        return value
    }

    private mutating func string() throws(FileError) -> String {
        try expect("\"")
        var content: [UInt8] = []
        while offset < bytes.count {
            let byte = bytes[offset]
            offset += 1
            switch byte {
            case UInt8(ascii: "\""):
                guard let text = String(validating: content, as: UTF8.self) else {
                    throw failure("has a text that is not UTF-8 before byte \(offset)")
                }
                return text
            case UInt8(ascii: "\\"): content.append(contentsOf: Array(String(try escape()).utf8))
            case 0..<0x20: throw failure("has a control character in a text at byte \(offset - 1)")
            default: content.append(byte)
            }
        }
        throw failure("ends inside a text")
    }

    private mutating func escape() throws(FileError) -> Unicode.Scalar {
        guard offset < bytes.count else { throw failure("ends inside a text") }
        let byte = bytes[offset]
        offset += 1
        switch byte {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): return Unicode.Scalar(byte)
        case UInt8(ascii: "b"): return "\u{08}"
        case UInt8(ascii: "f"): return "\u{0C}"
        case UInt8(ascii: "n"): return "\n"
        case UInt8(ascii: "r"): return "\r"
        case UInt8(ascii: "t"): return "\t"
        case UInt8(ascii: "u"):
            let first = try codeUnit()
            if let scalar = Unicode.Scalar(UInt32(first)) { return scalar }
            guard first < 0xDC00, offset + 1 < bytes.count, bytes[offset] == UInt8(ascii: "\\"),
                bytes[offset + 1] == UInt8(ascii: "u")
            else { throw failure("has half of a surrogate pair before byte \(offset)") }
            offset += 2
            let second = try codeUnit()
            guard (0xDC00..<0xE000).contains(second),
                let scalar = Unicode.Scalar(0x10000 + (UInt32(first) - 0xD800) << 10 + (UInt32(second) - 0xDC00))
            else { throw failure("has half of a surrogate pair before byte \(offset)") }
            return scalar
        default: throw failure("has an unknown escape in a text at byte \(offset - 1)")
        }
    }

    private mutating func codeUnit() throws(FileError) -> UInt16 {
        guard offset + 4 <= bytes.count,
            let unit = UInt16(String(decoding: bytes[offset..<offset + 4], as: UTF8.self), radix: 16)
        else { throw failure("has an escape without four hexadecimal digits at byte \(offset)") }
        offset += 4
        return unit
    }

    private func failure(_ message: String) -> FileError {
        FileError(path: path, "the header \(message)")
    }
}
