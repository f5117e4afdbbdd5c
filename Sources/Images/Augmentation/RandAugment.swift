import Compute
import Foundation

/// RandAugment (Cubuk et al., 2020) as timm has it under `rand-m9-mstd0.5-inc1`, the augmentation of the paper's
/// fine-tuning: of fifteen operations two are drawn, each is applied half of the time, with a magnitude from a normal
/// distribution held within 0...10, and all of them change the image more the larger the magnitude is.
public struct RandAugment: Equatable, Sendable {
    /// The mean of the magnitude, 0 to 10.
    public var magnitude: Double
    /// The standard deviation of the magnitude.
    public var deviation: Double
    /// How many operations are drawn for an image, with replacement.
    public var layers: Int
    /// The chance that a drawn operation is applied.
    public var probability: Double

    /// The paper's RandAug(9, 0.5).
    public init(magnitude: Double = 9, deviation: Double = 0.5, layers: Int = 2, probability: Double = 0.5) {
        self.magnitude = magnitude
        self.deviation = deviation
        self.layers = layers
        self.probability = probability
    }

    /// The fifteen operations that grow with the magnitude, in timm's order.
    public enum Operation: String, CaseIterable, Sendable {
        case autoContrast
        case equalize
        case invert
        case rotate
        case posterize
        case solarize
        case solarizeAdd
        case colour
        case contrast
        case brightness
        case sharpness
        case shearX
        case shearY
        case translateX
        case translateY
    }

    /// An operation with what its magnitude means for it: degrees, bits, a threshold, a factor, a share of a side.
    public struct Step: Equatable, Sendable {
        public var operation: Operation
        public var argument: Double

        public init(_ operation: Operation, _ argument: Double = 0) {
            self.operation = operation
            self.argument = argument
        }
    }

    /// What fills the places that a geometric operation leaves empty: ImageNet's mean colour.
    public static let fill: [UInt8] = [124, 116, 104]

    /// Draws the operations for one image.
    public func steps(using random: inout RandomStream) -> [Step] {
        // All draws of all layers are always made, so that one layer's luck does not move another's numbers.
        (0..<layers).compactMap { _ in
            let operation = Operation.allCases[random.nextInt(below: Operation.allCases.count)]
            let isApplied = random.nextDouble() <= probability
            let level = min(max(magnitude + deviation * random.nextNormal(), 0), 10)
            let isNegative = random.nextDouble() > 0.5
            return isApplied ? Self.step(operation, level: level, isNegative: isNegative) : nil
        }
    }

    /// What a magnitude of 0 to 10 means for an operation.
    static func step(_ operation: Operation, level: Double, isNegative: Bool) -> Step {
        let share = level / 10
        let sign: Double = isNegative ? -1 : 1
        switch operation {
        case .autoContrast, .equalize, .invert: return Step(operation)
        case .rotate: return Step(operation, sign * 30 * share)
        // At magnitude 10, where two draws in a hundred end, timm keeps no bit and hands on a black image, from which
        // nothing can be learned: here one bit stays.
        case .posterize: return Step(operation, max(Double(4 - Int(share * 4)), 1))
        case .solarize: return Step(operation, Double(256 - min(256, Int(share * 256))))
        case .solarizeAdd: return Step(operation, Double(min(128, Int(share * 110))))
        case .colour, .contrast, .brightness, .sharpness: return Step(operation, max(0.1, 1 + sign * 0.9 * share))
        case .shearX, .shearY: return Step(operation, sign * 0.3 * share)
        case .translateX, .translateY: return Step(operation, sign * 0.45 * share)
        }
    }

    /// The image after one operation. A grey image stays grey unless the fill, which has a colour, shows.
    public static func apply(_ step: Step, to image: PixelImage) -> PixelImage {
        let value = step.argument
        switch step.operation {
        case .autoContrast: return image.autoContrasted()
        case .equalize: return image.equalized()
        case .invert: return image.mapped { UInt8(255 - $0) }
        case .posterize: return image.posterized(bits: Int(value))
        case .solarize: return image.mapped { UInt8($0 < Int(value) ? $0 : 255 - $0) }
        case .solarizeAdd: return image.mapped { UInt8($0 < 128 ? min(255, $0 + Int(value)) : $0) }
        case .colour: return image.saturated(by: Float(value))
        case .contrast: return image.contrasted(by: Float(value))
        case .brightness: return image.blended(from: 0, by: Float(value))
        case .sharpness: return image.sharpened(by: Float(value))
        case .rotate: return image.inColour().rotated(degrees: value, outside: .fill(fill))
        case .shearX: return image.inColour().transformed(by: AffineMap(shearX: value), outside: .fill(fill))
        case .shearY: return image.inColour().transformed(by: AffineMap(shearY: value), outside: .fill(fill))
        case .translateX:
            let map = AffineMap(moveX: value * Double(image.width))
            return image.inColour().transformed(by: map, outside: .fill(fill))
        case .translateY:
            let map = AffineMap(moveY: value * Double(image.height))
            return image.inColour().transformed(by: map, outside: .fill(fill))
        }
    }

    /// The image after the operations drawn for it.
    public func augmented(_ image: PixelImage, using random: inout RandomStream) -> PixelImage {
        steps(using: &random).reduce(image) { Self.apply($1, to: $0) }
    }
}

extension RandomStream {
    /// A number of the standard normal distribution (Box and Muller, 1958).
    mutating func nextNormal() -> Double {
        let radius = (-2 * log(1 - nextDouble())).squareRoot()
        return radius * cos(2 * .pi * nextDouble())
    }
}
