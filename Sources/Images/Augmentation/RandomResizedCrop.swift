import Compute
import Foundation

/// A crop of random area and aspect ratio, resized to a square: the augmentation of MAE pre-training.
///
/// Its parameters are drawn as torchvision's `RandomResizedCrop.get_params` does.
public struct RandomResizedCrop: Equatable, Sendable {
    /// The crop's share of the image's area, before its aspect ratio is applied.
    public var scale: ClosedRange<Double>
    /// Width over height, drawn uniformly in its logarithm.
    public var ratio: ClosedRange<Double>

    public init(scale: ClosedRange<Double> = 0.2...1, ratio: ClosedRange<Double> = (3.0 / 4)...(4.0 / 3)) {
        self.scale = scale
        self.ratio = ratio
    }

    /// Draws a crop of an image. Ten attempts; if none fits, the largest centred crop within the ratios.
    public func rectangle(width: Int, height: Int, using random: inout RandomStream) -> PixelRectangle {
        let area = Double(width * height)
        let logarithms = (log(ratio.lowerBound), log(ratio.upperBound))
        for _ in 0..<10 {
            let target = area * random.nextUniform(scale.lowerBound, scale.upperBound)
            let aspect = exp(random.nextUniform(logarithms.0, logarithms.1))
            // Python rounds halves to even.
            let w = Int((target * aspect).squareRoot().rounded(.toNearestOrEven))
            let h = Int((target / aspect).squareRoot().rounded(.toNearestOrEven))
            guard w > 0, w <= width, h > 0, h <= height else { continue }
            let top = random.nextInt(below: height - h + 1)
            let left = random.nextInt(below: width - w + 1)
            return PixelRectangle(left: left, top: top, width: w, height: h)
        }
        return centred(width: width, height: height)
    }

    /// The fallback: the whole image, cut to the nearest allowed ratio.
    func centred(width: Int, height: Int) -> PixelRectangle {
        let aspect = Double(width) / Double(height)
        var (w, h) = (width, height)
        if aspect < ratio.lowerBound {
            h = Int((Double(width) / ratio.lowerBound).rounded(.toNearestOrEven))
        } else if aspect > ratio.upperBound {
            w = Int((Double(height) * ratio.upperBound).rounded(.toNearestOrEven))
        }
        w = min(max(w, 1), width)
        h = min(max(h, 1), height)
        return PixelRectangle(left: (width - w) / 2, top: (height - h) / 2, width: w, height: h)
    }
}
