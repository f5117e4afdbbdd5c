/// Learned or fixed positions of a square grid of patches, brought to another grid.
enum Positioned {
    /// The side of the grid of a table with a row for the class token and one for each patch; nil when it is no square.
    static func grid(_ rows: Int) -> Int? {
        guard rows > 1, rows <= 1 << 24 else { return nil }
        let side = Int(Double(rows - 1).squareRoot().rounded())
        return side * side == rows - 1 ? side : nil
    }

    /// What a table that `grid` refuses is of, in words.
    ///
    /// - Parameter rows: the rows of the table.
    static func words(oblong rows: Int) -> String {
        let patches = rows - 1
        let pairs = (2...4096).prefix { $0 * $0 < patches }.reversed()
            .filter { patches.isMultiple(of: $0) && patches / $0 <= 16 * $0 }
            .prefix(4).map { "\($0) × \(patches / $0)" }
        guard !pairs.isEmpty else {
            return "\(rows) positions, which are not one for the class token and a grid of patches"
        }
        return "positions of an oblong grid: \(patches) patches, in rows × columns \(pairs.joined(separator: " or ")), "
            + "one way or the other"
    }

    static func isPositions(_ name: String) -> Bool { name == "pos_embed" || name == "decoder_pos_embed" }

    /// Resizes the patch rows of a table (1 + from², D) to (1 + to², D); the row of the class token is kept.
    ///
    /// PyTorch's `interpolate(mode="bicubic", align_corners=False)`: cubic convolution with a = -0.75, sampled at
    /// (i + ½) · from / to - ½, without smoothing when it shrinks, the border repeated.
    static func resized(
        _ table: [Float], width: Int, from: Int, to: Int, into result: UnsafeMutableBufferPointer<Float>
    ) {
        for channel in 0..<width { result[channel] = table[channel] }
        let places = (0..<to).map { taps(at: $0, scale: Float(from) / Float(to), limit: from) }
        for row in 0..<to {
            for column in 0..<to {
                let target = (1 + row * to + column) * width
                for channel in 0..<width {
                    var sum: Float = 0
                    for (y, weight) in places[row] {
                        var line: Float = 0
                        for (x, weight) in places[column] {
                            line += weight * table[(1 + y * from + x) * width + channel]
                        }
                        sum += weight * line
                    }
                    result[target + channel] = sum
                }
            }
        }
    }

    /// The four samples around a place and their weights.
    private static func taps(at index: Int, scale: Float, limit: Int) -> [(index: Int, weight: Float)] {
        let place = scale * (Float(index) + 0.5) - 0.5
        let whole = place.rounded(.down)
        let t = place - whole
        func near(_ x: Float) -> Float { ((-0.75 + 2) * x - (-0.75 + 3)) * x * x + 1 }
        func far(_ x: Float) -> Float { ((-0.75 * x + 5 * 0.75) * x - 8 * 0.75) * x + 4 * 0.75 }
        let weights = [far(t + 1), near(t), near(1 - t), far(2 - t)]
        return weights.enumerated().map { (min(max(Int(whole) - 1 + $0, 0), limit - 1), $1) }
    }
}
