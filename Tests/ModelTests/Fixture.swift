import Foundation

/// Named tensors written by Reference/generate.py: a line of JSON, then little-endian float32 values.
struct Fixture {
    private let index: [String: (shape: [Int], offset: Int)]
    private let values: [Float]

    init(_ name: String) throws {
        let folder = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "Fixtures")
        let data = try Data(contentsOf: folder.appending(path: name))
        guard let end = data.firstIndex(of: 0x0A) else { throw CocoaError(.fileReadCorruptFile) }
        let header = try JSONSerialization.jsonObject(with: data[..<end]) as? [String: [Any]] ?? [:]
        index = header.compactMapValues { entry in
            guard let shape = entry.first as? [Int], let offset = entry.last as? Int else { return nil }
            return (shape, offset)
        }
        values = data[(end + 1)...].withUnsafeBytes { raw in
            (0..<raw.count / 4).map {
                Float(bitPattern: UInt32(littleEndian: raw.loadUnaligned(fromByteOffset: 4 * $0, as: UInt32.self)))
            }
        }
    }

    /// The names that begin with a prefix, sorted.
    func names(under prefix: String) -> [String] {
        index.keys.filter { $0.hasPrefix(prefix) }.sorted()
    }

    func shape(_ name: String) -> [Int]? { index[name]?.shape }

    /// The values of a tensor; empty when there is none of that name, which fails every comparison.
    subscript(name: String) -> [Float] {
        guard let entry = index[name] else { return [] }
        return Array(values[entry.offset..<entry.offset + entry.shape.reduce(1, *)])
    }
}

/// The numbers of `hashed` in Reference/generate.py.
enum Hashed {
    /// `count` numbers in [0, 1) with 24 bits: SplitMix64's finaliser of (salt << 32) + index.
    static func values(salt: UInt64, count: Int) -> [Double] {
        (0..<UInt64(count)).map { index in
            var z = (salt << 32) &+ index &+ 0x9E37_79B9_7F4A_7C15
            z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
            z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
            z ^= z >> 31
            return Double(z >> 40) / 0x1p24
        }
    }

    /// (batch, 3, side, side) in ±2.
    static func images(salt: UInt64, batch: Int, side: Int) -> [Float] {
        values(salt: salt, count: batch * 3 * side * side).map { Float(4 * $0 - 2) }
    }

    /// ‖a − b‖ / ‖b‖ estimated from the norm and four projections on vectors of ±1 (`summary` in generate.py): each
    /// product with a − b has the size of ‖a − b‖.
    static func summaryError(_ values: [Float], _ summary: [Float]) -> Double {
        guard summary.count == 5, summary[0] > 0 else { return .infinity }
        let norm = values.reduce(0.0) { $0 + Double($1) * Double($1) }.squareRoot()
        var worst = abs(norm - Double(summary[0]))
        for salt in 1...4 {
            let signs = Self.values(salt: UInt64(salt), count: values.count)
            let product = zip(values, signs).reduce(0.0) { $0 + ($1.1 < 0.5 ? -Double($1.0) : Double($1.0)) }
            worst = max(worst, abs(product - Double(summary[salt])))
        }
        return worst.isFinite ? worst / Double(summary[0]) : .infinity
    }

    static func noise(salt: UInt64, batch: Int, patches: Int) -> [Float] {
        values(salt: salt, count: batch * patches).map { Float($0) }
    }
}

/// ‖a − b‖ / ‖b‖; infinite when the lengths differ or the values are not finite.
func relativeError(_ a: some Collection<Float>, _ b: some Collection<Float>) -> Double {
    guard a.count == b.count, !b.isEmpty else { return .infinity }
    var difference = 0.0
    var norm = 0.0
    for (x, y) in zip(a, b) {
        difference += (Double(x) - Double(y)) * (Double(x) - Double(y))
        norm += Double(y) * Double(y)
    }
    guard difference.isFinite else { return .infinity }
    return norm > 0 ? (difference / norm).squareRoot() : (difference > 0 ? .infinity : 0)
}
