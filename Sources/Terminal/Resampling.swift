import Screen

extension Bitmap {
    /// The bitmap at another size: each new pixel is the mean of the area it covers, which is exact when shrinking and
    /// keeps edges sharp when growing.
    func resampled(width newWidth: Int, height newHeight: Int) -> Bitmap {
        if newWidth == width && newHeight == height { return self }
        guard width > 0, height > 0, newWidth > 0, newHeight > 0 else {
            return Bitmap(width: 0, height: 0, pixels: [])
        }
        let columns = Self.spans(from: width, to: newWidth)
        let rows = Self.spans(from: height, to: newHeight)
        // First across, then down.
        var wide = [Float](repeating: 0, count: newWidth * height * 3)
        pixels.withUnsafeBufferPointer { source in
            for row in 0..<height {
                for (column, span) in columns.enumerated() {
                    var sums: (Float, Float, Float) = (0, 0, 0)
                    for (offset, weight) in span.weights.enumerated() {
                        let at = (row * width + span.first + offset) * 3
                        sums.0 += weight * Float(source[at])
                        sums.1 += weight * Float(source[at + 1])
                        sums.2 += weight * Float(source[at + 2])
                    }
                    let at = (row * newWidth + column) * 3
                    (wide[at], wide[at + 1], wide[at + 2]) = sums
                }
            }
        }
        var result = [UInt8](repeating: 0, count: newWidth * newHeight * 3)
        let stride = newWidth * 3
        for (row, span) in rows.enumerated() {
            for index in 0..<stride {
                var sum: Float = 0
                for (offset, weight) in span.weights.enumerated() {
                    sum += weight * wide[(span.first + offset) * stride + index]
                }
                result[row * stride + index] = UInt8(min(255, max(0, sum.rounded())))
            }
        }
        return Bitmap(width: newWidth, height: newHeight, pixels: result)
    }

    private struct Span {
        var first: Int
        /// Shares of the area, which sum to one.
        var weights: [Float]
    }

    private static func spans(from old: Int, to new: Int) -> [Span] {
        (0..<new).map { index in
            let begin = Double(index) * Double(old) / Double(new)
            let end = Double(index + 1) * Double(old) / Double(new)
            let first = min(old - 1, Int(begin))
            let last = min(old - 1, max(first, Int(end.rounded(.up)) - 1))
            let weights = (first...last).map { Float(min(end, Double($0 + 1)) - max(begin, Double($0))) }
            let total = weights.reduce(0, +)
            return Span(first: first, weights: weights.map { $0 / total })
        }
    }
}
