/// Writes a value as JSON that every JSON reader takes: two spaces of indentation, keys in their order, lists of
/// scalars on one line.
///
/// Numbers are the shortest text that reads back to the same bits. Infinity and NaN, which JSON lacks, are written as
/// JSON5 has them.
public enum JSON5Writer {
    public static func text(_ value: JSON5Value) -> String {
        var text = ""
        write(value, indentation: 0, to: &text)
        return text + "\n"
    }

    /// The value as JSON without any space, as headers of files have it.
    package static func compactText(_ value: JSON5Value) -> String {
        switch value {
        case .array(let elements): return "[\(elements.map { compactText($0.value) }.joined(separator: ","))]"
        case .object(let object):
            let members = object.members.map { compactText(.string($0.key)) + ":" + compactText($0.node.value) }
            return "{\(members.joined(separator: ","))}"
        default:
            var text = ""
            write(value, indentation: 0, to: &text)
            return text
        }
    }

    private static func write(_ value: JSON5Value, indentation: Int, to text: inout String) {
        switch value {
        case .null: text += "null"
        case .boolean(let flag): text += flag ? "true" : "false"
        case .integer(let number): text += String(number)
        case .double(let number): text += numberText(number)
        case .string(let string): quote(string, to: &text)
        case .array(let elements):
            write(elements.map { (nil, $0.value) }, brackets: ("[", "]"), indentation, to: &text)
        case .object(let object):
            write(object.members.map { ($0.key, $0.node.value) }, brackets: ("{", "}"), indentation, to: &text)
        }
    }

    private static func write(
        _ entries: [(key: String?, value: JSON5Value)], brackets: (String, String), _ indentation: Int,
        to text: inout String
    ) {
        guard !entries.isEmpty else {
            text += brackets.0 + brackets.1
            return
        }
        let onOneLine = entries.allSatisfy { $0.key == nil && $0.value.isScalar }
        text += brackets.0
        for (index, entry) in entries.enumerated() {
            if index > 0 { text += onOneLine ? ", " : "," }
            if !onOneLine { text += "\n" + String(repeating: "  ", count: indentation + 1) }
            if let key = entry.key {
                quote(key, to: &text)
                text += ": "
            }
            write(entry.value, indentation: indentation + 1, to: &text)
        }
        if !onOneLine { text += "\n" + String(repeating: "  ", count: indentation) }
        text += brackets.1
    }

    package static func numberText(_ number: Double) -> String {
        if number.isNaN { return "NaN" }
        if number.isInfinite { return number < 0 ? "-Infinity" : "Infinity" }
        return "\(number)"
    }

    /// A number for a message: 40 rather than 40.0.
    package static func shortNumber(_ number: Double) -> String {
        text(.number(number)).filter { $0 != "\n" }
    }

    private static func quote(_ string: String, to text: inout String) {
        text += "\""
        for scalar in string.unicodeScalars {
            switch scalar {
            case "\"": text += "\\\""
            case "\\": text += "\\\\"
            case "\n": text += "\\n"
            case "\r": text += "\\r"
            case "\t": text += "\\t"
            case "\0"..."\u{1F}", "\u{7F}", "\u{2028}", "\u{2029}":
                let digits = String(scalar.value, radix: 16)
                text += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
            default: text.unicodeScalars.append(scalar)
            }
        }
        text += "\""
    }
}

extension JSON5Value {
    package var isScalar: Bool {
        switch self {
        case .array, .object: false
        default: true
        }
    }
}
