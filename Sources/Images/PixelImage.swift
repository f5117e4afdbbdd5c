/// A decoded image of bytes, rows from the top: (H, W, C), channel last, C = 1 (grey) or 3 (RGB).
///
/// Grey photographs stay grey until they become tensors: a third of the memory and of the resampling.
public struct PixelImage: Equatable, Sendable {
    public let width: Int
    public let height: Int
    public let channels: Int
    public var pixels: [UInt8]

    public init(width: Int, height: Int, channels: Int, pixels: [UInt8]) {
        precondition(channels == 1 || channels == 3, "an image has one channel or three")
        precondition(pixels.count == width * height * channels, "pixels must be height x width x channels")
        self.width = width
        self.height = height
        self.channels = channels
        self.pixels = pixels
    }
}
