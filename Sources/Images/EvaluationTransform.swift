/// Brings an image to the model's size without chance, for evaluation and previews.
public enum EvaluationTransform: Equatable, Sendable {
    /// Straight to the square, whatever the aspect ratio: right for aligned faces.
    case direct
    /// The shorter side to `shorterSide`, then the centre: torchvision's `Resize` and `CenterCrop`.
    case centre(shorterSide: Int)

    /// MAE's evaluation: a margin of an eighth up to 224 pixels, none above.
    public static func mae(size: Int) -> EvaluationTransform {
        .centre(shorterSide: size <= 224 ? size * 8 / 7 : size)
    }

    /// The image as bytes, (size, size, C).
    public func bytes(of image: PixelImage, size: Int, with resampler: Resampler) -> PixelImage {
        switch self {
        case .direct: return resampler.resize(image, width: size, height: size)
        case .centre(let shorterSide):
            precondition(shorterSide >= size, "the shorter side covers the output")
            let resized: PixelImage
            if image.width <= image.height {
                // Truncated, as torchvision does.
                let longer = shorterSide * image.height / image.width
                resized = resampler.resize(image, width: shorterSide, height: longer)
            } else {
                let longer = shorterSide * image.width / image.height
                resized = resampler.resize(image, width: longer, height: shorterSide)
            }
            return resampler.resize(resized, crop: centre(of: resized, size: size), width: size, height: size)
        }
    }

    /// The image as a normalised tensor (3, size, size) written to `output`.
    public func tensor(
        of image: PixelImage, size: Int, with resampler: Resampler, by normalisation: Normalisation = .imageNet,
        into output: UnsafeMutablePointer<Float>
    ) {
        let bytes = bytes(of: image, size: size, with: resampler)
        // A resize to the same size copies.
        resampler.normalise(bytes, width: size, height: size, by: normalisation, into: output)
    }

    private func centre(of image: PixelImage, size: Int) -> PixelRectangle {
        func margin(_ side: Int) -> Int { Int((Double(side - size) / 2).rounded(.toNearestOrEven)) }
        return PixelRectangle(left: margin(image.width), top: margin(image.height), width: size, height: size)
    }
}
