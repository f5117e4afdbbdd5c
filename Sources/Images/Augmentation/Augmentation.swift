import Compute

/// What is done to the images of a supervised stage: a crop or the whole image at the model's size, mirrored half of
/// the time, then operations on the bytes, then normalised, then erased from.
public struct Augmentation: Equatable, Sendable {
    /// Nil takes the whole image, whatever its aspect ratio: right for aligned faces.
    public var crop: RandomResizedCrop?
    public var flipProbability: Double
    public var affine: RandomAffine?
    public var gamma: RandomGamma?
    public var randAugment: RandAugment?
    public var erasing: RandomErasing?
    public var interpolation: Interpolation

    /// MAE's for fine-tuning: crops of 8 to 100 % of the area, RandAug(9, 0.5).
    public init(
        crop: RandomResizedCrop? = RandomResizedCrop(scale: 0.08...1), flipProbability: Double = 0.5,
        affine: RandomAffine? = nil, gamma: RandomGamma? = nil, randAugment: RandAugment? = RandAugment(),
        erasing: RandomErasing? = nil, interpolation: Interpolation = .bicubic
    ) {
        self.crop = crop
        self.flipProbability = flipProbability
        self.affine = affine
        self.gamma = gamma
        self.randAugment = randAugment
        self.erasing = erasing
        self.interpolation = interpolation
    }

    /// The keys of the random numbers; each part has its own, so that switching one on changes no other.
    public struct Keys: Sendable {
        let crop: RandomKey
        let flip: RandomKey
        let affine: RandomKey
        let gamma: RandomKey
        let randAugment: RandomKey
        let erasing: RandomKey

        public init(_ scope: RandomScope) {
            crop = scope.key(.crop)
            flip = scope.key(.flip)
            affine = scope.key(.affine)
            gamma = scope.key(.gamma)
            randAugment = scope.key(.augmentation)
            erasing = scope.key(.randomErasing)
        }
    }

    /// Writes an image as the model sees it, (3, size, size). What it shows depends on the image, the keys, the epoch
    /// and the sample only.
    public func tensor(
        of image: PixelImage, size: Int, keys: Keys, epoch: Int, sample: Int, with resampler: Resampler,
        by normalisation: Normalisation, into output: UnsafeMutablePointer<Float>
    ) {
        func stream(_ key: RandomKey) -> RandomStream { key.stream(epoch: epoch, sample: sample) }
        var flips = stream(keys.flip)
        let flip = flips.nextDouble() < flipProbability
        var rectangle: PixelRectangle?
        if let crop {
            var crops = stream(keys.crop)
            rectangle = crop.rectangle(width: image.width, height: image.height, using: &crops)
        }
        if affine == nil, gamma == nil, randAugment == nil {
            resampler.normalise(
                image, crop: rectangle, width: size, height: size, flip: flip, by: normalisation, into: output)
        } else {
            var bytes = resampler.resize(image, crop: rectangle, width: size, height: size, flip: flip)
            if let affine {
                var random = stream(keys.affine)
                bytes = affine.augmented(bytes, using: &random)
            }
            if let gamma {
                var random = stream(keys.gamma)
                bytes = gamma.augmented(bytes, using: &random)
            }
            if let randAugment {
                var random = stream(keys.randAugment)
                bytes = randAugment.augmented(bytes, using: &random)
            }
            // A resize to the same size copies.
            resampler.normalise(bytes, width: size, height: size, by: normalisation, into: output)
        }
        if let erasing {
            var random = stream(keys.erasing)
            erasing.erase(output, width: size, height: size, using: &random)
        }
    }
}
