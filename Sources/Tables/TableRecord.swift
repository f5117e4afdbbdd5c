/// One record of a table: its fields as bytes, unquoted.
public struct TableRecord: Equatable, Sendable {
    /// The line on which the record begins, counted from 1.
    public internal(set) var line = 0
    /// All fields, one after the other.
    var bytes: [UInt8] = []
    /// Where each field ends in `bytes`.
    var ends: [Int] = []
    /// Whether numbers have decimal commas.
    var hasDecimalCommas = false

    public init() {}

    /// The number of fields.
    public var count: Int { ends.count }

    /// A field as text, without the spaces around it.
    public subscript(field: Int) -> String {
        let range = trimmed(field)
        return bytes.withUnsafeBufferPointer { String(decoding: $0[range], as: UTF8.self) }
    }

    /// All fields as texts.
    public var texts: [String] { (0..<count).map { self[$0] } }

    /// Whether a field holds nothing, or one of the words for nothing: NA, N/A, NaN, null, none, in any case.
    public func isMissing(_ field: Int) -> Bool {
        let range = trimmed(field)
        if range.isEmpty { return true }
        guard range.count <= 4 else { return false }
        return ["na", "n/a", "nan", "null", "none"].contains(self[field].lowercased())
    }

    /// Whether all fields are empty.
    public var isBlank: Bool { (0..<count).allSatisfy { trimmed($0).isEmpty } }

    /// A field as a number, with the decimal sign of its table whatever the locale; nil when it is not one, infinite, or
    /// not a number.
    public func number(_ field: Int) -> Double? {
        let range = trimmed(field)
        let mark: UInt8 = hasDecimalCommas ? 0x2C : 0x2E
        return bytes.withUnsafeBufferPointer { bytes in
            Self.shortNumber(bytes[range], mark) ?? Self.anyNumber(bytes[range], mark)
        }
    }

    /// The decimal sign of a field that is a number, a point or a comma; nil where there is none.
    func decimalSign(_ field: Int) -> UInt8? {
        let text = bytes[trimmed(field)]
        guard let first = text.first, first < 0x3A, let place = text.firstIndex(where: { $0 == 0x2C || $0 == 0x2E })
        else { return nil }
        let mark = text[place]
        return text.withUnsafeBufferPointer { Self.anyNumber($0[...], mark) } == nil ? nil : mark
    }

    /// Takes away empty fields at the end that stand for nothing: separators that end a line.
    public mutating func dropEmptyFields(beyond width: Int) {
        while count > width, count > 1, trimmed(count - 1).isEmpty { dropLast() }
    }

    /// The number of fields without the empty ones at the end.
    public var filledCount: Int {
        var filled = count
        while filled > 0, trimmed(filled - 1).isEmpty { filled -= 1 }
        return filled
    }

    mutating func dropLast() {
        ends.removeLast()
        bytes.removeLast(bytes.count - (ends.last ?? 0))
    }

    /// Takes away bytes at the beginning of the first field.
    mutating func dropFirstBytes(_ count: Int) {
        bytes.removeFirst(count)
        for field in ends.indices { ends[field] -= count }
    }

    mutating func dropFirstField() {
        guard let first = ends.first else { return }
        dropFirstBytes(first)
        ends.removeFirst()
    }

    /// A field as a whole number, also when it is written as 3.0; nil when it is not one.
    public func wholeNumber(_ field: Int) -> Int? {
        number(field).flatMap { Int(exactly: $0) }
    }

    private func trimmed(_ field: Int) -> Range<Int> {
        var low = field == 0 ? 0 : ends[field - 1]
        var high = ends[field]
        func isSpace(_ byte: UInt8) -> Bool { byte == 0x20 || byte == 0x09 }
        while low < high, isSpace(bytes[low]) { low += 1 }
        while low < high, isSpace(bytes[high - 1]) { high -= 1 }
        return low..<high
    }

    /// Numbers of up to 15 digits without an exponent, most of all there are: a quotient of two integers that double
    /// precision holds exactly is rounded once, so the result is the nearest double (Clinger, 1990).
    private static func shortNumber(_ text: Slice<UnsafeBufferPointer<UInt8>>, _ mark: UInt8) -> Double? {
        var digits = 0
        var value: Int64 = 0
        var decimals = -1
        for (offset, byte) in text.enumerated() {
            switch byte {
            case 0x30...0x39:
                value = value * 10 + Int64(byte - 0x30)
                digits += 1
                if digits > 15 { return nil }
                if decimals >= 0 { decimals += 1 }
            case mark where decimals < 0: decimals = 0
            case 0x2B where offset == 0, 0x2D where offset == 0: continue
            default: return nil
            }
        }
        if digits == 0 { return nil }
        let magnitude = decimals > 0 ? Double(value) / powersOfTen[decimals] : Double(value)
        return text.first == 0x2D ? -magnitude : magnitude
    }

    private static let powersOfTen: [Double] = (0...15).map { power in
        (0..<power).reduce(1.0) { product, _ in product * 10 }
    }

    private static func anyNumber(_ text: Slice<UnsafeBufferPointer<UInt8>>, _ mark: UInt8) -> Double? {
        // Digits, signs, decimal signs and exponents only: Swift also reads hexadecimal and "infinity".
        let isDecimal = text.allSatisfy { byte in
            (0x30...0x39).contains(byte) || byte == mark || [0x2B, 0x2D, 0x45, 0x65].contains(byte)
        }
        guard isDecimal, !text.isEmpty else { return nil }
        let digits = text.map { $0 == mark ? 0x2E : $0 }
        guard let value = Double(String(decoding: digits, as: UTF8.self)) else { return nil }
        return value.isFinite ? value : nil
    }
}
