/// A way to smooth a signal: the paper's filter, and what it is compared with.
public enum SmoothingMethod: Sendable, Hashable {
    /// The paper's three Gaussians; a plain Gaussian with σ2 = σ3 = 0, nothing with σ1 = 0 as well.
    case sigmas(Sigmas)
    /// The mean over `width` frames (odd).
    case box(width: Int)
    /// The median over `width` frames (odd).
    case median(width: Int)
    /// A polynomial of degree `order` fitted to `width` frames (odd) by least squares, at its centre.
    case savitzkyGolay(width: Int, order: Int)
}

extension SmoothingMethod: CustomStringConvertible {
    /// As a table shows it.
    public var description: String {
        switch self {
        case .sigmas(let sigmas):
            if sigmas.isIdentity { return "-" }
            return sigmas.isGaussian ? "σ \(Sigmas.text(sigmas.first))" : "σ \(sigmas)"
        case .box(let width), .median(let width): return "\(width) frames"
        case .savitzkyGolay(let width, let order): return "\(width) frames, degree \(order)"
        }
    }
}

/// The families of methods that a tuning compares, in the order of its table.
public enum SmoothingFamily: String, Sendable, Hashable, CaseIterable, Codable {
    /// The predictions as they are, units at .5.
    case raw
    /// The predictions as they are, units at tuned thresholds.
    case thresholds
    /// g(σ1) alone: what the paper's filter degenerates to with σ2 = σ3 = 0.
    case gaussian
    /// The paper's filter proper, with σ2, σ3 ≥ 1.
    case residual
    case box
    case median
    case savitzkyGolay = "savitzky-golay"

    public var title: String {
        switch self {
        case .raw: "raw"
        case .thresholds: "thresholds only"
        case .gaussian: "Gaussian"
        case .residual: "three sigmas"
        case .box: "box"
        case .median: "median"
        case .savitzkyGolay: "Savitzky-Golay"
        }
    }
}
