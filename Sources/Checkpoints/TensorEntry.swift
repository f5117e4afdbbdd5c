/// One tensor of a file: what it is and where its bytes lie.
public struct TensorEntry: Equatable, Sendable {
    public let name: String
    public let type: ScalarType
    /// Row-major; empty for a single number.
    public let shape: [Int]
    /// Bytes of the file, checked to lie inside it and to match the shape.
    public let bytes: Range<Int>

    /// Number of elements.
    public var count: Int { shape.reduce(1, *) }

    /// `768 × 3 × 16 × 16`, or `scalar`.
    public static func words(for shape: [Int]) -> String {
        shape.isEmpty ? "scalar" : shape.map(String.init).joined(separator: " × ")
    }
}
