import Images

/// Decodes some of the images before training starts: a data set that is mostly bad stops at once and not after hours.
public struct StartCheck: Sendable {
    /// How many images were decoded.
    public let checked: Int
    public let bad: [SkippedFile]
    /// Bytes of a decoded image, on average over the good ones.
    public let averageBytes: Int

    /// Decodes up to `sample` images, spread evenly over the list.
    ///
    /// - Throws: `DatasetError.mostlyBad` when more than half of them give no image.
    public static func run(_ images: [ImageReference], sample: Int = 64) throws(DatasetError) -> StartCheck {
        let checked = min(images.count, max(sample, 1))
        var bad: [SkippedFile] = []
        var bytes = 0
        for i in 0..<checked {
            let image = images[i * images.count / checked]
            do {
                bytes += try decodeImage(image).pixels.count
            } catch {
                bad.append(SkippedFile(image, reason: error.reason))
            }
        }
        guard bad.count * 2 <= checked else { throw DatasetError.mostlyBad(checked: checked, bad: bad) }
        return StartCheck(checked: checked, bad: bad, averageBytes: bytes / max(checked - bad.count, 1))
    }
}
