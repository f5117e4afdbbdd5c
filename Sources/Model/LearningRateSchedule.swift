import Foundation

/// Linear warm-up, then half a cosine down to a minimum, on fractional epochs:
/// base · e / W for e < W, else minimum + (base − minimum) · ½ (1 + cos(π (e − W) / (E − W))).
public struct LearningRateSchedule: Hashable, Sendable {
    public let base: Double
    public let minimum: Double
    public let warmupEpochs: Double
    public let epochs: Double

    public init(base: Double, minimum: Double = 0, warmupEpochs: Double, epochs: Double) {
        self.base = base
        self.minimum = minimum
        self.warmupEpochs = warmupEpochs
        self.epochs = epochs
    }

    /// The rate at a fractional epoch, `epoch + step / steps` for a step within an epoch. Past the last epoch it
    /// stays at the minimum.
    public func rate(atEpoch epoch: Double) -> Double {
        if epoch < warmupEpochs { return base * epoch / warmupEpochs }
        guard epochs > warmupEpochs else { return base }
        let progress = min(1, (epoch - warmupEpochs) / (epochs - warmupEpochs))
        return minimum + (base - minimum) * 0.5 * (1 + cos(.pi * progress))
    }
}
