/// What a masked autoencoder made of a batch, for looking at.
public struct Reconstruction: Sendable {
    /// (batch, P, p · p · 3) predicted patches, normalised by the mean and variance of the true ones, channel last.
    public private(set) var prediction: [Float]
    /// (batch, P) true where the patch was hidden from the encoder.
    public private(set) var mask: [Bool]
    public let batch: Int
    public let configuration: ModelConfiguration

    init(_ configuration: ModelConfiguration, batch: Int) {
        self.configuration = configuration
        self.batch = batch
        prediction = [Float](repeating: 0, count: batch * configuration.patches * configuration.patchValues)
        mask = [Bool](repeating: false, count: batch * configuration.patches)
    }

    mutating func store(
        _ rows: UnsafePointer<Float>, restore: UnsafePointer<Int32>, image: Int, count: Int
    ) {
        let (patches, values) = (configuration.patches, configuration.patchValues)
        for index in 0..<count * patches * values { prediction[image * patches * values + index] = rows[index] }
        for index in 0..<count * patches {
            mask[image * patches + index] = restore[index] >= configuration.visiblePatches
        }
    }

    /// Three pictures of one image, each H · W · 3 bytes: the original, the original with masked patches in grey, and
    /// the visible patches with the masked ones rebuilt.
    ///
    /// A prediction is of a patch normalised by its own mean and deviation, which the model cannot know, so those of
    /// the true patch are put back: it shows structure, not brightness.
    /// - Parameters:
    ///   - images: (batch, 3, H, W) as given to the model.
    ///   - mean: per channel, in 0...1, that was subtracted from the pixels.
    ///   - deviation: per channel, that they were divided by.
    public func pictures(
        of image: Int, images: UnsafePointer<Float>, mean: (Float, Float, Float), deviation: (Float, Float, Float)
    ) -> (original: [UInt8], masked: [UInt8], rebuilt: [UInt8]) {
        let (side, patch, grid) = (configuration.image, configuration.patch, configuration.grid)
        let values = configuration.patchValues
        let pixels = images + image * configuration.imageValues
        let means = [mean.0, mean.1, mean.2]
        let deviations = [deviation.0, deviation.1, deviation.2]
        func byte(_ value: Float, _ channel: Int) -> UInt8 {
            let level = (value * deviations[channel] + means[channel]) * 255
            return level.isFinite ? UInt8(max(0, min(255, level.rounded()))) : 128
        }

        var original = [UInt8](repeating: 0, count: side * side * 3)
        for channel in 0..<3 {
            for index in 0..<side * side {
                original[index * 3 + channel] = byte(pixels[channel * side * side + index], channel)
            }
        }
        var masked = original
        var rebuilt = original
        for number in 0..<configuration.patches where mask[image * configuration.patches + number] {
            let (top, left) = (number / grid * patch, number % grid * patch)
            func place(_ value: Int) -> (pixel: Int, channel: Int) {
                ((top + value / 3 / patch) * side + left + value / 3 % patch, value % 3)
            }
            let (average, spread) = statistics(values) { value in
                let (pixel, channel) = place(value)
                return pixels[channel * side * side + pixel]
            }
            let start = (image * configuration.patches + number) * values
            for value in 0..<values {
                let (pixel, channel) = place(value)
                masked[pixel * 3 + channel] = 128
                rebuilt[pixel * 3 + channel] = byte(prediction[start + value] * spread + average, channel)
            }
        }
        return (original, masked, rebuilt)
    }

    /// Mean and √(unbiased variance + 1e-6), as the loss normalises.
    private func statistics(_ count: Int, _ value: (Int) -> Float) -> (mean: Float, deviation: Float) {
        var sum = 0.0
        for index in 0..<count { sum += Double(value(index)) }
        let mean = sum / Double(count)
        var squares = 0.0
        for index in 0..<count { squares += (Double(value(index)) - mean) * (Double(value(index)) - mean) }
        return (Float(mean), Float((squares / Double(max(1, count - 1)) + 1e-6).squareRoot()))
    }
}
