import Foundation

/// Fixed sine-cosine positions of a square grid of patches.
public enum Positions {
    /// The table (1 + grid · grid, width), the cls row first and zero.
    ///
    /// The first half of the channels encodes the column, the second half the row; each half holds width/4 sines
    /// and then width/4 cosines of position · ωᵢ with ωᵢ = 10000^(−i / (width/4)), computed in double precision.
    public static func sineCosine(width: Int, grid: Int) -> [Float] {
        let quarter = width / 4
        let frequencies = (0..<quarter).map { 1 / pow(10000, Double($0) / Double(quarter)) }
        var table = [Float](repeating: 0, count: (1 + grid * grid) * width)
        for row in 0..<grid {
            for column in 0..<grid {
                let start = (1 + row * grid + column) * width
                for (half, position) in [column, row].enumerated() {
                    for (index, frequency) in frequencies.enumerated() {
                        let angle = Double(position) * frequency
                        table[start + half * 2 * quarter + index] = Float(sin(angle))
                        table[start + half * 2 * quarter + quarter + index] = Float(cos(angle))
                    }
                }
            }
        }
        return table
    }
}
