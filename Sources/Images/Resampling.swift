import CKernels
import Compute

/// A part of an image, in pixels from its top left corner.
public struct PixelRectangle: Equatable, Sendable {
    public var left: Int
    public var top: Int
    public var width: Int
    public var height: Int

    public init(left: Int, top: Int, width: Int, height: Int) {
        self.left = left
        self.top = top
        self.width = width
        self.height = height
    }
}

/// The kernel of an interpolation, widened by the scale when shrinking.
public enum Interpolation: Sendable {
    case bilinear
    /// Cubic convolution with a = -0.5.
    case bicubic
}

/// What turns bytes into the numbers a model sees: (v / 255 - mean) / deviation, per channel.
public struct Normalisation: Equatable, Sendable {
    public let mean: [Float]
    public let deviation: [Float]
    /// Whether the mean and the deviation are those of all values of the image itself.
    public private(set) var isPerImage = false

    public init(mean: [Float], deviation: [Float]) {
        precondition(mean.count == 3 && deviation.count == 3, "a normalisation has three channels")
        self.mean = mean
        self.deviation = deviation
    }

    /// The statistics of ImageNet, which all published MAE weights expect.
    public static let imageNet = Normalisation(mean: [0.485, 0.456, 0.406], deviation: [0.229, 0.224, 0.225])

    /// v / 255 alone.
    public static let none = Normalisation(mean: [0, 0, 0], deviation: [1, 1, 1])

    /// Every image on its own: mean 0 and deviation 1 over all its values, so that light and contrast do not matter.
    public static let perImage = {
        var normalisation = Normalisation.none
        normalisation.isPerImage = true
        return normalisation
    }()

    /// Means and deviations of three channels that do the same as `perImage` to the image with these values v / 255.
    public static func measured(_ values: UnsafeBufferPointer<Float>) -> Normalisation {
        let (mean, deviation) = statistics(values)
        return Normalisation(
            mean: [Float](repeating: Float(mean), count: 3), deviation: [Float](repeating: Float(deviation), count: 3))
    }

    fileprivate static func statistics(_ values: UnsafeBufferPointer<Float>) -> (mean: Double, deviation: Double) {
        var sum = 0.0
        var squares = 0.0
        for value in values {
            sum += Double(value)
            squares += Double(value) * Double(value)
        }
        let mean = sum / Double(values.count)
        let variance = max(squares / Double(values.count) - mean * mean, 0)
        // Half a byte's step, below which there is nothing but rounding.
        return (mean, max(variance.squareRoot(), 0.5 / 255))
    }

    /// The same as v * scale + offset, rounded once from double precision.
    var scale: [Float] { deviation.map { Float(1 / (255 * Double($0))) } }
    var offset: [Float] { zip(mean, deviation).map { Float(-Double($0) / Double($1)) } }
}

/// Resizes crops of images exactly as Pillow's `Image.resize`, first cropped and then resized, so that no pixel outside
/// of the crop takes part: our own, because training has to see the pixels that Pillow gives. Keeps its scratch memory from one image to the next; belongs to one thread.
public final class Resampler {
    private let interpolation: Interpolation
    private let level: ResampleLevel
    private var scratch: UnsafeMutableRawPointer?
    private var scratchBytes = 0

    /// With the instructions that the rest of the program uses.
    public convenience init(_ interpolation: Interpolation = .bicubic) {
        self.init(interpolation, level: .standard)
    }

    /// With the instructions of `level`, or less if the processor lacks them; every level gives the same numbers.
    public init(_ interpolation: Interpolation, level: KernelLevel) {
        self.interpolation = interpolation
        self.level = resample_level(ResampleLevel(UInt32(level.rawValue)))
    }

    deinit { scratch?.deallocate() }

    /// The crop (the whole image when nil), resized and then mirrored if `flip`.
    public func resize(
        _ image: PixelImage, crop: PixelRectangle? = nil, width: Int, height: Int, flip: Bool = false
    ) -> PixelImage {
        let count = width * height * image.channels
        let pixels = [UInt8](unsafeUninitializedCapacity: count) { target, filled in
            withJob(image, crop, width, height, flip) { job, scratch in
                guard let output = target.baseAddress else { return }
                resample_to_bytes(job, level, scratch, output)
            }
            filled = count
        }
        return PixelImage(width: width, height: height, channels: image.channels, pixels: pixels)
    }

    /// The same as a normalised tensor (3, height, width) written to `output`; grey fills all three channels.
    public func normalise(
        _ image: PixelImage, crop: PixelRectangle? = nil, width: Int, height: Int, flip: Bool = false,
        by normalisation: Normalisation = .imageNet, into output: UnsafeMutablePointer<Float>
    ) {
        withJob(image, crop, width, height, flip) { job, scratch in
            resample_to_floats(job, level, scratch, normalisation.scale, normalisation.offset, output)
        }
        if normalisation.isPerImage { Self.standardise(output, count: 3 * width * height) }
    }

    /// Brings values to mean 0 and deviation 1; an even image becomes 0.
    private static func standardise(_ values: UnsafeMutablePointer<Float>, count: Int) {
        let (mean, deviation) = Normalisation.statistics(UnsafeBufferPointer(start: values, count: count))
        let scale = 1 / deviation
        for i in 0..<count { values[i] = Float((Double(values[i]) - mean) * scale) }
    }

    private func withJob(
        _ image: PixelImage, _ crop: PixelRectangle?, _ width: Int, _ height: Int, _ flip: Bool,
        _ body: (UnsafePointer<ResampleJob>, UnsafeMutableRawPointer) -> Void
    ) {
        let crop = crop ?? PixelRectangle(left: 0, top: 0, width: image.width, height: image.height)
        precondition(
            crop.left >= 0 && crop.top >= 0 && crop.width > 0 && crop.height > 0
                && crop.left + crop.width <= image.width && crop.top + crop.height <= image.height,
            "the crop lies inside of the image")
        precondition(width > 0 && height > 0, "the output has pixels")
        image.pixels.withUnsafeBufferPointer { pixels in
            guard let start = pixels.baseAddress else { return }
            var job = ResampleJob(
                pixels: start + (crop.top * image.width + crop.left) * image.channels,
                row_bytes: image.width * image.channels, channels: Int32(image.channels),
                crop_width: Int32(crop.width), crop_height: Int32(crop.height), output_width: Int32(width),
                output_height: Int32(height),
                filter: interpolation == .bicubic ? RESAMPLE_BICUBIC : RESAMPLE_BILINEAR, flip: flip ? 1 : 0)
            body(&job, reserve(resample_scratch_bytes(&job)))
        }
    }

    private func reserve(_ bytes: Int) -> UnsafeMutableRawPointer {
        if let scratch, scratchBytes >= bytes { return scratch }
        scratch?.deallocate()
        let fresh = UnsafeMutableRawPointer.allocate(byteCount: bytes, alignment: 64)
        scratch = fresh
        scratchBytes = bytes
        return fresh
    }
}
