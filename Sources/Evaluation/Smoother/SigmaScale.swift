import Foundation

/// Sigmas at equal distances of their logarithm, rounded to three digits so that they can be said and typed: what a search
/// tries, and what strips and heat maps show.
public struct SigmaScale: Sendable, Hashable {
    /// Rising, from 1 frame to the largest.
    public let sigmas: [Double]

    /// The largest sigma that is tried unless told otherwise, in frames.
    public static let largest = 400.0

    public init(smallest: Double = 1, largest: Double = Self.largest, count: Int) {
        guard count > 1, largest > smallest else {
            sigmas = [smallest]
            return
        }
        sigmas = (0..<count).map { index in
            Self.rounded(smallest * pow(largest / smallest, Double(index) / Double(count - 1)))
        }
    }

    static func rounded(_ value: Double) -> Double {
        guard value > 0 else { return value }
        let scale = pow(10, 2 - floor(log10(value)))
        return (value * scale).rounded() / scale
    }
}
