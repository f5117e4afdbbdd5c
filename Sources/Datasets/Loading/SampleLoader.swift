import Compute
import Images

/// Loads single images: reads, decodes, and makes what the recipe says. One per worker thread.
///
/// What a sample looks like depends on (seed, stage, fold, epoch, scheduled file, the files themselves) only.
final class SampleLoader {
    /// What happened, counted.
    struct Tally {
        var decoded = 0
        var hits = 0
        var substituted = 0
    }

    private let plan: LoaderPlan
    private let resampler: Resampler
    private(set) var tally = Tally()

    init(_ plan: LoaderPlan) {
        self.plan = plan
        resampler = Resampler(plan.recipe.interpolation)
    }

    func takeTally() -> Tally {
        defer { tally = Tally() }
        return tally
    }

    /// Writes the sample at `position` of the epoch to `output`, (3, H, W), and returns the file it shows: the one
    /// scheduled there, or if that one is bad the next good one in the epoch's order, with the scheduled one's crop.
    ///
    /// - Throws: `DatasetError.allBad` when no file is good.
    func load(_ order: EpochOrder, position: Int, into output: UnsafeMutablePointer<Float>) throws(DatasetError) -> Int
    {
        let count = order.files.count
        let scheduled = Int(order.files[position])
        for k in 0..<count {
            let file = Int(order.files[(position + k) % count])
            if plan.bad.contains(file) { continue }
            do {
                try load(file, epoch: order.epoch, sample: scheduled, into: output)
                if k > 0 { tally.substituted += 1 }
                return file
            } catch {
                plan.bad.insert(file, SkippedFile(plan.source[file], reason: error.reason))
            }
        }
        throw DatasetError.allBad(files: count)
    }

    private func load(_ file: Int, epoch: Int, sample: Int, into output: UnsafeMutablePointer<Float>) throws(ImageError)
    {
        switch plan.recipe {
        case .pretraining(let settings):
            try crop(file, settings, epoch: epoch, sample: sample, into: output)
        case .augmentation(let augmentation, let size, let normalisation):
            augmentation.tensor(
                of: try full(file), size: size, keys: plan.keys, epoch: epoch, sample: plan.source.number(sample),
                with: resampler, by: normalisation, into: output)
        case .evaluation(let transform, let size, let normalisation):
            transform.tensor(of: try full(file), size: size, with: resampler, by: normalisation, into: output)
        case .order: break
        }
    }

    private func crop(
        _ file: Int, _ settings: PretrainSettings, epoch: Int, sample: Int, into output: UnsafeMutablePointer<Float>
    ) throws(ImageError) {
        var flips = plan.flipKey.stream(epoch: epoch, sample: sample)
        let flip = flips.nextDouble() < settings.flipProbability
        var crops = plan.cropKey.stream(epoch: epoch, sample: sample)
        let image: PixelImage
        let crop: PixelRectangle
        if settings.reducedDecode {
            (image, crop) = try reduced(file, output: settings.image) {
                settings.crop.rectangle(width: $0, height: $1, using: &crops)
            }
        } else {
            image = try full(file)
            crop = settings.crop.rectangle(width: image.width, height: image.height, using: &crops)
        }
        resampler.normalise(
            image, crop: crop, width: settings.image, height: settings.image, flip: flip, by: settings.normalisation,
            into: output)
    }

    private func full(_ file: Int) throws(ImageError) -> PixelImage {
        if let entry = plan.cache.entry(file) {
            tally.hits += 1
            return entry.image
        }
        let image = try decodeImage(plan.source[file])
        tally.decoded += 1
        // Whether it was a JPEG only matters for reduced decoding.
        plan.cache.keep(DecodedCache.Entry(image: image, isJPEG: false), for: file)
        return image
    }

    /// The image at the scale that the drawn crop allows, and the crop in it. The scale is a function of the crop
    /// alone, so a cached full image is used only where a fresh decode would be full too.
    private func reduced(
        _ file: Int, output: Int, _ draw: (Int, Int) -> PixelRectangle
    ) throws(ImageError) -> (PixelImage, PixelRectangle) {
        let reference = plan.source[file]
        if let entry = plan.cache.entry(file) {
            let crop = draw(entry.image.width, entry.image.height)
            let scale = entry.isJPEG ? DecodingScale.smallest(crop: crop, output: output) : .full
            if scale == .full {
                tally.hits += 1
                return (entry.image, crop)
            }
            let image = try decodeImage(reference, scale: scale)
            tally.decoded += 1
            return (image, crop.reduced(by: scale.divisor, in: image))
        }
        return try ImageFile.withContent(of: reference) { (bytes) throws(ImageError) in
            let header = try imageHeader(bytes)
            let crop = draw(header.width, header.height)
            let scale = header.isJPEG ? DecodingScale.smallest(crop: crop, output: output) : .full
            let image = try decodeImage(bytes, scale: scale)
            tally.decoded += 1
            if scale == .full {
                plan.cache.keep(DecodedCache.Entry(image: image, isJPEG: header.isJPEG), for: file)
            }
            return (image, crop.reduced(by: scale.divisor, in: image))
        }
    }
}

extension PixelRectangle {
    /// The same part of an image whose sides are `divisor` times shorter.
    func reduced(by divisor: Int, in image: PixelImage) -> PixelRectangle {
        if divisor == 1 { return self }
        func edge(_ value: Int, _ limit: Int) -> Int { min((value + divisor / 2) / divisor, limit) }
        let x = min(edge(left, image.width), image.width - 1)
        let y = min(edge(top, image.height), image.height - 1)
        return PixelRectangle(
            left: x, top: y, width: max(edge(left + width, image.width) - x, 1),
            height: max(edge(top + height, image.height) - y, 1))
    }
}
