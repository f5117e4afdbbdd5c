import Compute
import Foundation
import Images
import Model
import RunStore

/// Reconstruction sheets of the same few photographs under the same masks, so that one sees the model change.
final class PreviewMaker {
    /// At most about this many sheets are kept of a stage, evenly spaced.
    static let most = 60

    private let configuration: ModelConfiguration
    private let images: FloatBuffer
    private let noise: FloatBuffer
    /// What was done to each sample.
    private let normalisations: [Normalisation]
    let samples: Int

    /// Chooses `samples` photographs spread evenly over the images; bad ones are replaced by their successors.
    init?(
        images: [ImageReference], samples wanted: Int, configuration: ModelConfiguration, normalisation: Normalisation,
        maskKey: RandomKey
    ) {
        guard wanted > 0 else { return nil }
        self.configuration = configuration
        let resampler = Resampler(.bicubic)
        let side = configuration.image
        var tensors: [FloatBuffer] = []
        var normalisations: [Normalisation] = []
        var used: Set<Int> = []
        for place in 0..<min(wanted, images.count) {
            var index = place * images.count / min(wanted, images.count)
            while index < images.count {
                if used.insert(index).inserted, let image = try? decodeImage(images[index]) {
                    let tensor = FloatBuffer(count: configuration.imageValues)
                    let transform = EvaluationTransform.centre(shorterSide: side)
                    var done = normalisation
                    if normalisation.isPerImage {
                        transform.tensor(
                            of: image, size: side, with: resampler, by: .none, into: tensor.pointer)
                        done = .measured(UnsafeBufferPointer(start: tensor.pointer, count: tensor.count))
                    }
                    transform.tensor(of: image, size: side, with: resampler, by: done, into: tensor.pointer)
                    normalisations.append(done)
                    tensors.append(tensor)
                    break
                }
                index += 1
            }
        }
        guard !tensors.isEmpty else { return nil }
        samples = tensors.count
        self.normalisations = normalisations
        self.images = FloatBuffer(count: samples * configuration.imageValues)
        noise = FloatBuffer(count: samples * configuration.patches)
        for (index, tensor) in tensors.enumerated() {
            (self.images.pointer + index * configuration.imageValues).update(
                from: tensor.pointer, count: configuration.imageValues)
            let row = UnsafeMutableBufferPointer(
                start: noise.pointer + index * configuration.patches, count: configuration.patches)
            // An epoch that training never reaches, so that previews share no mask with it.
            Masking.drawNoise(row, key: maskKey, epoch: Int(UInt32.max), sample: index)
        }
    }

    /// A sheet with one row a sample: original, visible patches, rebuilt.
    func sheet(_ model: MaskedAutoencoder) -> PixelImage {
        let side = configuration.image
        let reconstruction = model.reconstruct(images: images.pointer, noise: noise.pointer, batch: samples)
        var pixels = [UInt8](repeating: 0, count: samples * side * 3 * side * 3)
        for sample in 0..<samples {
            let (mean, deviation) = (normalisations[sample].mean, normalisations[sample].deviation)
            let pictures = reconstruction.pictures(
                of: sample, images: images.pointer, mean: (mean[0], mean[1], mean[2]),
                deviation: (deviation[0], deviation[1], deviation[2]))
            for (column, picture) in [pictures.original, pictures.masked, pictures.rebuilt].enumerated() {
                for row in 0..<side {
                    let start = ((sample * side + row) * 3 + column) * side * 3
                    pixels.replaceSubrange(
                        start..<start + side * 3, with: picture[row * side * 3..<(row + 1) * side * 3])
                }
            }
        }
        return PixelImage(width: 3 * side, height: samples * side, channels: 3, pixels: pixels)
    }

    /// Whether a sheet is due after this many whole epochs.
    static func isDue(afterEpoch epoch: Int, of epochs: Int, every setting: Int) -> Bool {
        guard setting > 0 else { return false }
        let spacing = max(setting, (epochs + most - 1) / most)
        return epoch.isMultiple(of: spacing) || epoch == epochs
    }
}
