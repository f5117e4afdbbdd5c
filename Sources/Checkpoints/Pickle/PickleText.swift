/// Texts of pickles of protocol 0.
enum PickleText {
    /// Replaces the escapes of Python's literals (`\n`, `\x41`, `\'`) and, in Unicode ones, `\u0041`.
    static func unescaped(_ text: String, isUnicode: Bool) -> String {
        guard text.contains("\\") else { return text }
        var result = String.UnicodeScalarView()
        var rest = Array(text.unicodeScalars)[...]
        func digits(_ count: Int) -> Unicode.Scalar? {
            guard rest.count >= count else { return nil }
            var text = String.UnicodeScalarView()
            text.append(contentsOf: rest.prefix(count))
            return UInt32(String(text), radix: 16).flatMap(Unicode.Scalar.init)
        }
        while let scalar = rest.popFirst() {
            guard scalar == "\\", let letter = rest.first else {
                result.append(scalar)
                continue
            }
            let width: Int? = isUnicode ? (letter == "u" ? 4 : letter == "U" ? 8 : nil) : letter == "x" ? 2 : nil
            let simple: [Unicode.Scalar: Unicode.Scalar] = ["n": "\n", "r": "\r", "t": "\t"]
            if let width {
                rest.removeFirst()
                if let value = digits(width) {
                    result.append(value)
                    rest.removeFirst(width)
                }
            } else if isUnicode {
                result.append(scalar)
            } else {
                rest.removeFirst()
                result.append(simple[letter] ?? letter)
            }
        }
        return String(result)
    }
}
