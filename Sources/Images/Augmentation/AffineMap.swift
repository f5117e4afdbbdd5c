import Foundation

/// Where in the source each pixel of a transformed image is taken from: x' = a x + b y + c, y' = d x + e y + f, with
/// the centres of pixels at halves.
public struct AffineMap: Equatable, Sendable {
    public var a = 1.0
    public var b = 0.0
    public var c = 0.0
    public var d = 0.0
    public var e = 1.0
    public var f = 0.0

    public init() {}

    init(shearX: Double) { b = shearX }
    init(shearY: Double) { d = shearY }
    init(moveX: Double) { c = moveX }
    init(moveY: Double) { f = moveY }

    /// A map of the plane about the point (x, y), which stays where it is but for a shift.
    ///
    /// - Parameters:
    ///   - radians: turns the image counterclockwise as seen.
    ///   - scale: enlarges the image.
    ///   - shear: slants it, in radians.
    public init(
        about x: Double, _ y: Double, radians: Double = 0, scale: Double = 1, shear: Double = 0,
        shiftX: Double = 0, shiftY: Double = 0
    ) {
        a = cos(radians) / scale
        b = -(sin(radians) + tan(shear)) / scale
        d = sin(radians) / scale
        e = cos(radians) / scale
        c = x - a * (x + shiftX) - b * (y + shiftY)
        f = y - d * (x + shiftX) - e * (y + shiftY)
    }
}

extension PixelImage {
    /// What stands where a transformed image shows what the source does not have.
    enum Outside {
        /// One value for each channel.
        case fill([UInt8])
        /// The nearest pixel of the source.
        case edge
    }

    /// Turned counterclockwise about its middle, as Pillow's `Image.rotate` with bicubic resampling.
    func rotated(degrees: Double, outside: Outside) -> PixelImage {
        var turn = degrees.truncatingRemainder(dividingBy: 360)
        if turn < 0 { turn += 360 }
        if turn == 0 { return self }
        let angle = -turn * .pi / 180
        // Pillow rounds to 15 decimals, so that quarter turns are exact.
        func rounded(_ value: Double) -> Double { (value * 1e15).rounded(.toNearestOrEven) / 1e15 }
        let (x, y) = (Double(width) / 2, Double(height) / 2)
        var map = AffineMap()
        map.a = rounded(cos(angle))
        map.b = rounded(sin(angle))
        map.d = rounded(-sin(angle))
        map.e = rounded(cos(angle))
        map.c = map.a * -x + map.b * -y + x
        map.f = map.d * -x + map.e * -y + y
        return transformed(by: map, outside: outside)
    }

    /// The image through an affine map, resampled as Pillow's `Image.transform` does with its bicubic filter (cubic
    /// convolution with a = -1); at the edges the last pixels are repeated.
    func transformed(by map: AffineMap, outside: Outside) -> PixelImage {
        var fill: [UInt8]?
        if case .fill(let values) = outside {
            precondition(values.count >= channels, "a fill has a value for each channel")
            fill = values
        }
        let (width, height, channels) = (width, height, channels)
        let result = pixels.withUnsafeBufferPointer { source in
            [UInt8](unsafeUninitializedCapacity: pixels.count) { target, count in
                guard let start = target.baseAddress else { return }
                for y in 0..<height {
                    for x in 0..<width {
                        let out = (y * width + x) * channels
                        var sourceX = map.a * (Double(x) + 0.5) + map.b * (Double(y) + 0.5) + map.c
                        var sourceY = map.d * (Double(x) + 0.5) + map.e * (Double(y) + 0.5) + map.f
                        if let fill {
                            let isInside =
                                sourceX >= 0 && sourceX < Double(width) && sourceY >= 0 && sourceY < Double(height)
                            if !isInside {
                                for c in 0..<channels { target[out + c] = fill[c] }
                                continue
                            }
                        } else {
                            // To the middle of the last pixel: nothing is made up between copies of it.
                            sourceX = min(max(sourceX, 0.5), Double(width) - 0.5)
                            sourceY = min(max(sourceY, 0.5), Double(height) - 0.5)
                        }
                        Self.sample(
                            source, sourceX - 0.5, sourceY - 0.5, width, height, channels,
                            into: start + out)
                    }
                }
                count = pixels.count
            }
        }
        return PixelImage(width: width, height: height, channels: channels, pixels: result)
    }

    @inline(__always) private static func sample(
        _ source: UnsafeBufferPointer<UInt8>, _ x: Double, _ y: Double, _ width: Int, _ height: Int,
        _ channels: Int, into target: UnsafeMutablePointer<UInt8>
    ) {
        let left = Int(x.rounded(.down))
        let top = Int(y.rounded(.down))
        let dx = x - Double(left)
        let dy = y - Double(top)
        func column(_ offset: Int) -> Int { min(max(left + offset, 0), width - 1) * channels }
        func row(_ offset: Int) -> Int { min(max(top + offset, 0), height - 1) * width * channels }
        let columns = (column(-1), column(0), column(1), column(2))
        let rows = (row(-1), row(0), row(1), row(2))
        for c in 0..<channels {
            func across(_ row: Int) -> Double {
                cubic(
                    Double(source[row + columns.0 + c]), Double(source[row + columns.1 + c]),
                    Double(source[row + columns.2 + c]), Double(source[row + columns.3 + c]), dx)
            }
            let value = cubic(across(rows.0), across(rows.1), across(rows.2), across(rows.3), dy)
            target[c] = UInt8(min(max(value, 0), 255))
        }
    }

    @inline(__always) private static func cubic(
        _ v1: Double, _ v2: Double, _ v3: Double, _ v4: Double, _ d: Double
    ) -> Double {
        let slope = v3 - v1
        let bend = 2 * (v1 - v2) + v3 - v4
        let twist = v2 - v1 - v3 + v4
        return v2 + d * (slope + d * (bend + d * twist))
    }
}
