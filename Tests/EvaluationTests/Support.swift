import Foundation

/// Numbers that look random and are the same every time (SplitMix64).
struct TestRandom {
    private var state: UInt64
    init(_ seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }

    /// In [0, 1).
    mutating func unit() -> Double { Double(next() >> 11) * 0x1p-53 }
    mutating func integer(_ range: ClosedRange<Int>) -> Int {
        range.lowerBound + Int(next() % UInt64(range.count))
    }
    /// Noise on a sawtooth, as `walk` of Reference/generate.py.
    mutating func walk(_ count: Int) -> [Double] {
        (0..<count).map { unit() - 0.5 + Double($0 % 97) * 0.01 }
    }
    /// A slow wave with noise on it.
    mutating func signal(_ count: Int) -> [Double] {
        let (period, phase) = (20 + 200 * unit(), 6 * unit())
        return (0..<count).map { sin(Double($0) / period + phase) * 0.6 + unit() - 0.5 }
    }
}
