import Compute
import Foundation

/// A small random turn, shift, scaling and slant of the whole image: for aligned faces, of which a crop would lose
/// parts. The edge is continued outwards.
public struct RandomAffine: Equatable, Sendable {
    /// The largest turn in degrees, either way.
    public var degrees: Double
    /// The largest shift as a share of the side, each way.
    public var shift: Double
    public var scale: ClosedRange<Double>
    /// The largest slant in degrees, either way.
    public var shear: Double

    public init(
        degrees: Double = 10, shift: Double = 0.06, scale: ClosedRange<Double> = 0.9...1.1, shear: Double = 0
    ) {
        self.degrees = degrees
        self.shift = shift
        self.scale = scale
        self.shear = shear
    }

    /// Draws a map for an image of that size.
    public func map(width: Int, height: Int, using random: inout RandomStream) -> AffineMap {
        let turn = random.nextUniform(-degrees, degrees) * .pi / 180
        let size = random.nextUniform(scale.lowerBound, scale.upperBound)
        let slant = random.nextUniform(-shear, shear) * .pi / 180
        let x = random.nextUniform(-shift, shift) * Double(width)
        let y = random.nextUniform(-shift, shift) * Double(height)
        return AffineMap(
            about: Double(width) / 2, Double(height) / 2, radians: turn, scale: size, shear: slant, shiftX: x,
            shiftY: y)
    }

    public func augmented(_ image: PixelImage, using random: inout RandomStream) -> PixelImage {
        image.transformed(by: map(width: image.width, height: image.height, using: &random), outside: .edge)
    }
}

/// A random gamma curve: the image becomes brighter or darker as under another light, its black and white stay.
public struct RandomGamma: Equatable, Sendable {
    /// The largest exponent; exponents are drawn uniformly in their logarithm from its inverse up.
    public var largest: Double

    public init(largest: Double = 1.5) { self.largest = largest }

    public func augmented(_ image: PixelImage, using random: inout RandomStream) -> PixelImage {
        let exponent = exp(random.nextUniform(-log(largest), log(largest)))
        return image.mapped { UInt8((255 * pow(Double($0) / 255, exponent)).rounded()) }
    }
}
