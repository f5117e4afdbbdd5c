#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#elseif canImport(Darwin)
    import Darwin
#endif

/// The learning rate over a stage (paper section 4.1): linear warm-up, then half a cosine down to a minimum, on
/// fractional epochs.
public struct LearningRateSchedule: Equatable, Sendable {
    public let peak: Double
    public let minimum: Double
    /// Epochs of warm-up.
    public let warmup: Double
    public let epochs: Int

    public init(peak: Double, minimum: Double = 0, warmup: Double, epochs: Int) {
        self.peak = peak
        self.minimum = minimum
        self.warmup = warmup
        self.epochs = epochs
    }

    /// The rate at epoch e, `epoch + step / steps` for a step within an epoch: peak · e / W for e < W, else
    /// minimum + (peak − minimum) · ½ (1 + cos(π (e − W) / (E − W))). Past the last epoch it stays at the minimum.
    public func rate(atEpoch epoch: Double) -> Double {
        if epoch < warmup { return peak * epoch / warmup }
        guard Double(epochs) > warmup else { return peak }
        let progress = min(1, (epoch - warmup) / (Double(epochs) - warmup))
        return minimum + (peak - minimum) * 0.5 * (1 + cos(.pi * progress))
    }

    /// The rate at the beginning of each epoch.
    public var rates: [Double] { (0..<epochs).map { rate(atEpoch: Double($0)) } }
}

extension OptimisedStage {
    /// How the learning rate goes over the stage.
    public var schedule: LearningRateSchedule {
        LearningRateSchedule(
            peak: peakLearningRate, minimum: minimumLearningRate, warmup: warmup, epochs: epochs)
    }
}
