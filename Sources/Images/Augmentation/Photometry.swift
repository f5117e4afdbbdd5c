/// Operations on the values of an image, each the same number as Pillow's `ImageOps` and `ImageEnhance`.
extension PixelImage {
    /// Three equal channels for a grey image.
    func inColour() -> PixelImage {
        guard channels == 1 else { return self }
        let coloured = [UInt8](unsafeUninitializedCapacity: 3 * pixels.count) { target, count in
            for (index, value) in pixels.enumerated() {
                target[3 * index] = value
                target[3 * index + 1] = value
                target[3 * index + 2] = value
            }
            count = 3 * pixels.count
        }
        return PixelImage(width: width, height: height, channels: 3, pixels: coloured)
    }

    /// Every value replaced by what a function makes of it.
    func mapped(_ function: (Int) -> UInt8) -> PixelImage {
        let table = (0..<256).map(function)
        return mapped(Array(repeating: table, count: channels))
    }

    /// Every value replaced by the entry of its channel's table.
    private func mapped(_ tables: [[UInt8]]) -> PixelImage {
        var result = self
        let joined = tables.flatMap { $0 }
        joined.withUnsafeBufferPointer { table in
            result.pixels.withUnsafeMutableBufferPointer { pixels in
                if channels == 1 {
                    for i in 0..<pixels.count { pixels[i] = table[Int(pixels[i])] }
                } else {
                    for i in 0..<pixels.count / 3 {
                        pixels[3 * i] = table[Int(pixels[3 * i])]
                        pixels[3 * i + 1] = table[256 + Int(pixels[3 * i + 1])]
                        pixels[3 * i + 2] = table[512 + Int(pixels[3 * i + 2])]
                    }
                }
            }
        }
        return result
    }

    /// How often each value occurs, channel by channel.
    private func histograms() -> [[Int]] {
        var counts = [Int](repeating: 0, count: 256 * channels)
        counts.withUnsafeMutableBufferPointer { counts in
            pixels.withUnsafeBufferPointer { pixels in
                for i in 0..<pixels.count { counts[i % channels * 256 + Int(pixels[i])] += 1 }
            }
        }
        return (0..<channels).map { Array(counts[$0 * 256..<($0 + 1) * 256]) }
    }

    /// Each channel stretched to reach from 0 to 255.
    func autoContrasted() -> PixelImage {
        mapped(
            histograms().map { counts in
                let identity = (0...255).map { UInt8($0) }
                guard let low = counts.firstIndex(where: { $0 > 0 }), let high = counts.lastIndex(where: { $0 > 0 }),
                    high > low
                else { return identity }
                let scale = 255 / Double(high - low)
                let offset = -Double(low) * scale
                return (0...255).map { UInt8(min(max(Int(Double($0) * scale + offset), 0), 255)) }
            })
    }

    /// Each channel's values spread so that they occur about equally often.
    func equalized() -> PixelImage {
        mapped(
            histograms().map { counts in
                let identity = (0...255).map { UInt8($0) }
                guard let last = counts.lastIndex(where: { $0 > 0 }), counts.count(where: { $0 > 0 }) > 1 else {
                    return identity
                }
                let step = (counts.reduce(0, +) - counts[last]) / 255
                if step == 0 { return identity }
                var sum = step / 2
                return counts.map { count in
                    defer { sum += count }
                    return UInt8(min(sum / step, 255))
                }
            })
    }

    /// The highest bits of every value.
    func posterized(bits: Int) -> PixelImage {
        bits >= 8 ? self : mapped { UInt8($0 & ~((1 << (8 - bits)) - 1)) }
    }

    /// Between its grey version (0) and itself (1), or beyond.
    func saturated(by factor: Float) -> PixelImage {
        guard channels == 3 else { return self }
        var result = self
        result.pixels.withUnsafeMutableBufferPointer { pixels in
            for i in 0..<pixels.count / 3 {
                let grey = Int(Self.luma(pixels[3 * i], pixels[3 * i + 1], pixels[3 * i + 2]))
                for c in 0..<3 { pixels[3 * i + c] = Self.blend(grey, Int(pixels[3 * i + c]), factor) }
            }
        }
        return result
    }

    /// Between an image of its mean brightness (0) and itself (1), or beyond.
    func contrasted(by factor: Float) -> PixelImage {
        var sum = 0
        if channels == 1 {
            for value in pixels { sum += Int(value) }
        } else {
            for i in 0..<width * height {
                sum += Int(Self.luma(pixels[3 * i], pixels[3 * i + 1], pixels[3 * i + 2]))
            }
        }
        let mean = Int(Double(sum) / Double(width * height) + 0.5)
        return blended(from: mean, by: factor)
    }

    /// Between an even value (0) and itself (1), or beyond.
    func blended(from value: Int, by factor: Float) -> PixelImage {
        mapped { Self.blend(value, $0, factor) }
    }

    /// Between a smoothed version (0) and itself (1), or beyond. Smoothing is a mean of 3 x 3 pixels with weight 5 of
    /// 13 for the middle; the rim stays as it is.
    func sharpened(by factor: Float) -> PixelImage {
        guard width >= 3, height >= 3 else { return self }
        var result = self
        let row = width * channels
        pixels.withUnsafeBufferPointer { source in
            result.pixels.withUnsafeMutableBufferPointer { target in
                for y in 0..<height {
                    for x in 0..<row {
                        let i = y * row + x
                        var smooth = Int(source[i])
                        if y > 0, y < height - 1, x >= channels, x < row - channels {
                            var sum = 4 * smooth
                            for up in [i - row, i, i + row] {
                                sum += Int(source[up - channels]) + Int(source[up]) + Int(source[up + channels])
                            }
                            // Rounded to the nearest; 13 is odd, so there are no halves.
                            smooth = (2 * sum + 13) / 26
                        }
                        target[i] = Self.blend(smooth, Int(source[i]), factor)
                    }
                }
            }
        }
        return result
    }

    /// Brightness as ITU-R 601 weighs the colours, in fixed point.
    @inline(__always) private static func luma(_ red: UInt8, _ green: UInt8, _ blue: UInt8) -> UInt8 {
        let (r, g, b) = (Int(red) * 19595, Int(green) * 38470, Int(blue) * 7471)
        return UInt8((r + g + b + 0x8000) >> 16)
    }

    /// from + factor * (to - from), held within a byte and cut to a whole number.
    @inline(__always) private static func blend(_ from: Int, _ to: Int, _ factor: Float) -> UInt8 {
        let mixed: Float = Float(from) + factor * Float(to - from)
        return UInt8(min(max(mixed, 0), 255))
    }
}
