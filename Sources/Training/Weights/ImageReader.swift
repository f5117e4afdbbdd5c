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

    private let files: [String]
    private let image: Int
    private let transform: EvaluationTransform
    private let normalisation: Normalisation

    public init(files: [String], image: Int, framing: Framing, normalisation: Normalisation = .imageNet) {
        self.files = files
        self.image = image
        self.normalisation = normalisation
        switch framing {
        case .whole: transform = .direct
        case .centre: transform = .mae(size: image)
        }
    }

    /// Calls `body` with the files of each batch that could be read, and their pixels (files, 3, H, W), normalised.
    /// The order is that of the files.
    ///
    /// - Parameters:
    ///   - skipped: told of every file that could not be read.
    public func forEachBatch<Failure: Error>(
        of size: Int, threads: Int, skipped: (SkippedFile) -> Void,
        _ body: (_ files: [String], _ pixels: UnsafePointer<Float>) throws(Failure) -> Void
    ) throws(Failure) {
        let values = 3 * image * image
        let pixels = FloatBuffer(count: size * values)
        var start = 0
        while start < files.count {
            let batch = Array(files[start..<min(start + size, files.count)])
            start += batch.count
            let failures = read(batch, into: pixels, threads: threads)
            var kept: [String] = []
            for (place, file) in batch.enumerated() {
                if let failure = failures[place] {
                    skipped(SkippedFile(path: file, reason: failure.reason))
                    continue
                }
                if place > kept.count {
                    (pixels.pointer + kept.count * values).update(from: pixels.pointer + place * values, count: values)
                }
                kept.append(file)
            }
            if !kept.isEmpty { try body(kept, pixels.pointer) }
        }
    }

    /// Decodes on several threads; each writes its own images' places only.
    private func read(_ batch: [String], into pixels: FloatBuffer, threads: Int) -> [ImageError?] {
        let failures = UnsafeMutableBufferPointer<ImageError?>.allocate(capacity: batch.count)
        failures.initialize(repeating: nil)
        defer {
            failures.deinitialize()
            failures.deallocate()
        }
        nonisolated(unsafe) let places = failures
        let (image, transform, normalisation) = (image, transform, normalisation)
        let workers = max(1, min(threads, batch.count))
        DispatchQueue.concurrentPerform(iterations: workers) { worker in
            let resampler = Resampler(.bicubic)
            for place in stride(from: worker, to: batch.count, by: workers) {
                do throws(ImageError) {
                    let decoded = try decodeImage(batch[place])
                    transform.tensor(
                        of: decoded, size: image, with: resampler, by: normalisation,
                        into: pixels.pointer + place * 3 * image * image)
                } catch {
                    places[place] = error
                }
            }
        }
        return Array(failures)
    }
}
