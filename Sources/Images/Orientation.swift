/// How a camera was held, as EXIF numbers it: what turns the stored pixels into the picture as seen.
public enum Orientation: UInt32, Sendable, CaseIterable {
    case upright = 1
    case mirrored = 2
    case upsideDown = 3
    case mirroredUpsideDown = 4
    case transposed = 5
    case turnedRight = 6
    case transverse = 7
    case turnedLeft = 8

    /// Whether width and height change places.
    public var swapsSides: Bool { rawValue >= 5 }
}

extension PixelImage {
    /// The image as seen: mirrored and turned as `orientation` says.
    public func oriented(_ orientation: Orientation) -> PixelImage {
        guard orientation != .upright, width > 0, height > 0 else { return self }
        let outputWidth = orientation.swapsSides ? height : width
        let outputHeight = orientation.swapsSides ? width : height
        // Pixel (x, y) of the output is source pixel origin + x * stepX + y * stepY.
        let last = width - 1
        let bottom = (height - 1) * width
        let (origin, stepX, stepY): (Int, Int, Int)
        switch orientation {
        case .upright: (origin, stepX, stepY) = (0, 1, width)
        case .mirrored: (origin, stepX, stepY) = (last, -1, width)
        case .upsideDown: (origin, stepX, stepY) = (bottom + last, -1, -width)
        case .mirroredUpsideDown: (origin, stepX, stepY) = (bottom, 1, -width)
        case .transposed: (origin, stepX, stepY) = (0, width, 1)
        case .turnedRight: (origin, stepX, stepY) = (bottom, -width, 1)
        case .transverse: (origin, stepX, stepY) = (bottom + last, -width, -1)
        case .turnedLeft: (origin, stepX, stepY) = (last, width, -1)
        }
        let channels = channels
        let turned = pixels.withUnsafeBufferPointer { source in
            [UInt8](unsafeUninitializedCapacity: pixels.count) { target, count in
                var out = 0
                for y in 0..<outputHeight {
                    var position = origin + y * stepY
                    for _ in 0..<outputWidth {
                        for c in 0..<channels { target[out + c] = source[position * channels + c] }
                        out += channels
                        position += stepX
                    }
                }
                count = out
            }
        }
        return PixelImage(width: outputWidth, height: outputHeight, channels: channels, pixels: turned)
    }
}
