import Compute
import Foundation

/// Random erasing (Zhong et al., 2020) as timm has it in its `pixel` mode: a rectangle of a normalised tensor becomes
/// noise.
public struct RandomErasing: Equatable, Sendable {
    /// The chance that an image loses a rectangle.
    public var probability: Double
    /// The rectangle's share of the area.
    public var area: ClosedRange<Double>
    /// Its height over its width, drawn uniformly in its logarithm.
    public var ratio: ClosedRange<Double>

    public init(
        probability: Double = 0.25, area: ClosedRange<Double> = 0.02...(1.0 / 3),
        ratio: ClosedRange<Double> = 0.3...(1 / 0.3)
    ) {
        self.probability = probability
        self.area = area
        self.ratio = ratio
    }

    /// Draws a rectangle for an image; nil when none is erased, or none of ten attempts fits.
    public func rectangle(width: Int, height: Int, using random: inout RandomStream) -> PixelRectangle? {
        guard random.nextDouble() <= probability else { return nil }
        for _ in 0..<10 {
            let target = random.nextUniform(area.lowerBound, area.upperBound) * Double(width * height)
            let aspect = exp(random.nextUniform(log(ratio.lowerBound), log(ratio.upperBound)))
            let h = Int((target * aspect).squareRoot().rounded(.toNearestOrEven))
            let w = Int((target / aspect).squareRoot().rounded(.toNearestOrEven))
            guard w > 0, h > 0, w < width, h < height else { continue }
            let top = random.nextInt(below: height - h + 1)
            let left = random.nextInt(below: width - w + 1)
            return PixelRectangle(left: left, top: top, width: w, height: h)
        }
        return nil
    }

    /// Erases from a tensor (3, height, width): every value of the rectangle is drawn from N(0, 1).
    public func erase(
        _ tensor: UnsafeMutablePointer<Float>, width: Int, height: Int, using random: inout RandomStream
    ) {
        guard let hole = rectangle(width: width, height: height, using: &random) else { return }
        for c in 0..<3 {
            for y in hole.top..<hole.top + hole.height {
                for x in hole.left..<hole.left + hole.width {
                    tensor[(c * height + y) * width + x] = Float(random.nextNormal())
                }
            }
        }
    }
}
