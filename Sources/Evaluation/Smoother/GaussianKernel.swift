import Foundation

/// The paper's eq. 6 as a finite filter with unit gain. The printed normaliser, 1/√(2πσ), is a misprint: a Gaussian's is
/// 1/(√(2π) σ), and cut off at four sigmas it must be scaled to sum to 1, or a constant would not stay what it is.
public struct GaussianKernel: Sendable {
    public let sigma: Double
    /// Weights on either side of the centre: ⌊4σ + ½⌋, as `scipy.ndimage.gaussian_filter1d` cuts it off.
    public let radius: Int
    /// 2 radius + 1 weights.
    public let weights: [Double]

    /// Where the kernel ends, in sigmas.
    public static let truncation = 4.0
    /// The largest sigma that is accepted: a kernel of 800,001 weights, longer than any video.
    public static let largestSigma = 100_000.0

    public static func radius(sigma: Double) -> Int {
        guard sigma > 0 else { return 0 }
        return Int(truncation * min(sigma, largestSigma) + 0.5)
    }

    public init(sigma: Double) {
        self.sigma = sigma
        radius = Self.radius(sigma: sigma)
        guard radius > 0 else {
            weights = [1]
            return
        }
        let exponents = (-radius...radius).map { exp(-0.5 / (sigma * sigma) * Double($0 * $0)) }
        let sum = exponents.reduce(0, +)
        weights = exponents.map { $0 / sum }
    }
}

extension EdgeMode {
    /// Which of `count` elements stands at a place before, within or after them; nil for the zero of `constant`.
    func index(_ place: Int, count: Int) -> Int? {
        if place >= 0, place < count { return place }
        func modulo(_ a: Int, _ b: Int) -> Int {
            let rest = a % b
            return rest < 0 ? rest + b : rest
        }
        switch self {
        case .reflect:
            let inPeriod = modulo(place, 2 * count)
            return inPeriod < count ? inPeriod : 2 * count - 1 - inPeriod
        case .mirror:
            guard count > 1 else { return 0 }
            let inPeriod = modulo(place, 2 * count - 2)
            return inPeriod < count ? inPeriod : 2 * count - 2 - inPeriod
        case .nearest: return place < 0 ? 0 : count - 1
        case .constant: return nil
        case .wrap: return modulo(place, count)
        }
    }
}
