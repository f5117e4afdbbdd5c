/// The loss of valence and arousal (paper eq. 4): 1 − CCC of each over the batch, with
///
///     CCC(x, y) = 2 cov(x, y) / (var x + var y + (mean x − mean y)² + ε)          (eq. 5)
///
/// with biased moments in double precision. Eq. 5's ρ σx σy is the covariance, so that ρ's own denominator, which is
/// zero for a constant batch, never appears; ε keeps the one that is left above zero. Nothing is clamped: an output
/// beyond ±1 keeps its gradient.
///
/// Targets: two columns, valence and arousal; NaN where one is missing. Each is taken over the labels that it has; one
/// with none adds nothing.
public struct ConcordanceLoss: HeadLoss {
    public static let epsilon = 1e-8

    public init() {}

    public var columns: Int { 2 }
    public var needsWholeBatch: Bool { true }

    public func normaliser(_ batch: HeadRows) -> Double { 1 }

    public func add(_ rows: HeadRows, normaliser: Double) -> Double {
        (0..<columns).reduce(0) { $0 + Self.add(rows, column: $1) }
    }

    /// 1 − CCC of one column, times `weight`.
    static func add(_ rows: HeadRows, column: Int, weight: Double = 1) -> Double {
        var (count, meanX, meanY) = (0.0, 0.0, 0.0)
        for row in 0..<rows.rows where !rows.target(row, column).isNaN {
            count += 1
            meanX += rows.output(row, column)
            meanY += rows.target(row, column)
        }
        guard count > 0 else { return 0 }
        meanX /= count
        meanY /= count
        var (varianceX, varianceY, covariance) = (0.0, 0.0, 0.0)
        for row in 0..<rows.rows where !rows.target(row, column).isNaN {
            let (x, y) = (rows.output(row, column) - meanX, rows.target(row, column) - meanY)
            varianceX += x * x / count
            varianceY += y * y / count
            covariance += x * y / count
        }
        let shift = meanX - meanY
        let denominator = varianceX + varianceY + shift * shift + epsilon
        for row in 0..<rows.rows where !rows.target(row, column).isNaN {
            let (x, y) = (rows.output(row, column) - meanX, rows.target(row, column) - meanY)
            let slope = (2 * y * denominator - 4 * covariance * (x + shift)) / (count * denominator * denominator)
            rows.add(-weight * slope, row, column)
        }
        return weight * (1 - 2 * covariance / denominator)
    }
}
