import Compute
import Datasets
import Dispatch
import Images

/// Reads images in batches as the model sees them in evaluation, and passes over those that cannot be read.
public struct ImageReader {
    /// The square that the model sees of an image.
    public enum Framing: Sendable {
        /// The shorter side to image · 256 / 224 (the image size itself above 224), then the centre: MAE's evaluation.
        case centre
        /// The whole image straight to the square: for aligned faces.
        case whole
    }

    private let images: [ImageReference]
    private let side: Int
    private let transform: EvaluationTransform
    private let normalisation: Normalisation

    public init(_ images: [ImageReference], side: Int, framing: Framing, normalisation: Normalisation = .imageNet) {
        self.images = images
        self.side = side
        self.normalisation = normalisation
        switch framing {
        case .whole: transform = .direct
        case .centre: transform = .mae(size: side)
        }
    }

    /// Calls `body` with the images of each batch that could be read, and their pixels (images, 3, H, W), normalised, in
    /// their order.
    ///
    /// - Parameters:
    ///   - skipped: told of every image that could not be read.
    public func forEachBatch<Failure: Error>(
        of size: Int, threads: Int, skipped: (SkippedFile) -> Void,
        _ body: (_ images: [ImageReference], _ pixels: UnsafePointer<Float>) throws(Failure) -> Void
    ) throws(Failure) {
        let values = 3 * side * side
        let pixels = FloatBuffer(count: size * values)
        var start = 0
        while start < images.count {
            let batch = Array(images[start..<min(start + size, images.count)])
            start += batch.count
            let failures = read(batch, into: pixels, threads: threads)
            var kept: [ImageReference] = []
            for (place, image) in batch.enumerated() {
                if let failure = failures[place] {
                    skipped(SkippedFile(image, reason: failure.reason))
                    continue
                }
                if place > kept.count {
                    (pixels.pointer + kept.count * values).update(from: pixels.pointer + place * values, count: values)
                }
                kept.append(image)
            }
            if !kept.isEmpty { try body(kept, pixels.pointer) }
        }
    }

    /// Decodes on several threads; each writes its own images' places only.
    private func read(_ batch: [ImageReference], into pixels: FloatBuffer, threads: Int) -> [ImageError?] {
        let failures = UnsafeMutableBufferPointer<ImageError?>.allocate(capacity: batch.count)
        failures.initialize(repeating: nil)
        defer {
            failures.deinitialize()
            failures.deallocate()
        }
        nonisolated(unsafe) let places = failures
        let (side, transform, normalisation) = (side, transform, normalisation)
        let workers = max(1, min(threads, batch.count))
        DispatchQueue.concurrentPerform(iterations: workers) { worker in
            let resampler = Resampler(.bicubic)
            for place in stride(from: worker, to: batch.count, by: workers) {
                do throws(ImageError) {
                    let decoded = try decodeImage(batch[place])
                    transform.tensor(
                        of: decoded, size: side, with: resampler, by: normalisation,
                        into: pixels.pointer + place * 3 * side * side)
                } catch {
                    places[place] = error
                }
            }
        }
        return Array(failures)
    }
}
