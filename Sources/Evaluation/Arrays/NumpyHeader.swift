import Basics
import Foundation

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
