import Compute
import Foundation

/// Mixup (Zhang et al., 2018) and CutMix (Yun et al., 2019) of a batch in place, as `timm` mixes it: every image with
/// the one at the mirrored place of the batch, one λ for the whole batch. Off unless a session asks for it.
///
/// Targets mix with the same share; where one of the two has no label, neither has the mixture (NaN).
public struct Mixing: Sendable {
    /// α of mixup's Beta(α, α); 0 for no mixup.
    public var mixup: Double
    /// α of CutMix's; 0 for no CutMix.
    public var cutmix: Double
    /// The probability of CutMix where both are on.
    public var switchProbability: Double

    public init(mixup: Double = 0, cutmix: Double = 0, switchProbability: Double = 0.5) {
        self.mixup = mixup
        self.cutmix = cutmix
        self.switchProbability = switchProbability
    }

    public var isOn: Bool { mixup > 0 || cutmix > 0 }

    /// - Parameters:
    ///   - images: (batch, 3, side, side).
    ///   - targets: (batch, width).
    ///   - key: of the purpose `.augmentation`, with a layer of its own; `step` numbers the batch within the epoch.
    public func apply(
        images: UnsafeMutablePointer<Float>, targets: UnsafeMutablePointer<Float>, batch: Int, side: Int, width: Int,
        key: RandomKey, epoch: Int, step: Int
    ) {
        guard isOn, batch > 1 else { return }
        var random = key.stream(epoch: epoch, sample: step)
        let cuts = cutmix > 0 && (mixup <= 0 || random.nextDouble() < switchProbability)
        var share = random.nextBeta(cuts ? cutmix : mixup)
        let plane = side * side
        func mix(_ a: UnsafeMutablePointer<Float>, _ b: UnsafeMutablePointer<Float>, _ count: Int, _ share: Float) {
            for index in 0..<count {
                let (x, y) = (a[index], b[index])
                a[index] = share * x + (1 - share) * y
                b[index] = share * y + (1 - share) * x
            }
        }
        if cuts {
            let box = Self.box(side: side, share: share, &random)
            share = 1 - Double(box.height.count * box.width.count) / Double(plane)
            for image in 0..<batch / 2 {
                for channel in 0..<3 {
                    let a = images + (image * 3 + channel) * plane
                    let b = images + ((batch - 1 - image) * 3 + channel) * plane
                    for row in box.height { for x in box.width { swap(&a[row * side + x], &b[row * side + x]) } }
                }
            }
        } else {
            for image in 0..<batch / 2 {
                mix(images + image * 3 * plane, images + (batch - 1 - image) * 3 * plane, 3 * plane, Float(share))
            }
        }
        for image in 0..<batch / 2 {
            mix(targets + image * width, targets + (batch - 1 - image) * width, width, Float(share))
        }
    }

    /// A box of about (1 − share) of the area around a uniform centre, cut at the border; of an odd length its second
    /// half has the pixel more, as in timm 1.0.31's `rand_bbox`.
    static func box(
        side: Int, share: Double, _ random: inout RandomStream
    ) -> (height: Range<Int>, width: Range<Int>) {
        let length = Int(Double(side) * (1 - share).squareRoot())
        func range(_ centre: Int) -> Range<Int> {
            let start = min(max(centre - length / 2, 0), side)
            return start..<max(start, min(centre + (length + 1) / 2, side))
        }
        let row = random.nextInt(below: side)
        return (range(row), range(random.nextInt(below: side)))
    }
}

extension RandomStream {
    /// Beta(α, α), from two gamma numbers.
    fileprivate mutating func nextBeta(_ alpha: Double) -> Double {
        let (a, b) = (nextGamma(alpha), nextGamma(alpha))
        return a + b > 0 ? a / (a + b) : 0.5
    }

    /// Gamma(shape, 1) by Marsaglia and Tsang (2000).
    private mutating func nextGamma(_ shape: Double) -> Double {
        if shape < 1 {
            let lift = pow(max(nextDouble(), 1e-300), 1 / shape)
            return nextGamma(shape + 1) * lift
        }
        let d = shape - 1.0 / 3.0
        let c = 1 / (9 * d).squareRoot()
        while true {
            let x = nextNormal()
            let v = pow(1 + c * x, 3)
            guard v > 0 else { continue }
            if log(max(nextDouble(), 1e-300)) < 0.5 * x * x + d - d * v + d * log(v) { return d * v }
        }
    }
}
