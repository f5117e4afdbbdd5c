#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#elseif canImport(Darwin)
    import Darwin
#endif

/// The learning rate over a stage: linear warm-up, then half a cosine, on fractional epochs.
public struct LearningRateCurve: Equatable, Sendable {
    public let peak: Double
    public let minimum: Double
    public let warmup: Double
    public let epochs: Int

    public init(peak: Double, minimum: Double, warmup: Double, epochs: Int) {
        self.peak = peak
        self.minimum = minimum
        self.warmup = warmup
        self.epochs = epochs
    }

    /// peak · e / W for e < W, else minimum + (peak - minimum) · ½ (1 + cos(π (e - W) / (E - W))).
    public func rate(atEpoch epoch: Double) -> Double {
        if epoch < warmup { return peak * epoch / warmup }
        guard Double(epochs) > warmup else { return peak }
        let progress = min(1, (epoch - warmup) / (Double(epochs) - warmup))
        return minimum + (peak - minimum) * 0.5 * (1 + cos(.pi * progress))
    }

    /// The rate at the beginning of each epoch.
    public var rates: [Double] { (0..<epochs).map { rate(atEpoch: Double($0)) } }
}
