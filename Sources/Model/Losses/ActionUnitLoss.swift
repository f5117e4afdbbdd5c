import Foundation

/// Weighted binary cross-entropy over action units (paper eq. 2): the mean over the batch and its units of
///
///     W_j · −[ y log σ(x) + (1 − y) log(1 − σ(x)) ]
///
/// The weight scales the whole term of its unit, as `weight` of PyTorch's `BCEWithLogitsLoss` does; positives of a unit
/// count as much as its negatives. `positiveWeights` (PyTorch's `pos_weight`) is an option that the paper does not use.
///
/// Targets: one column per unit, 0 to 1; NaN where a unit has no label. The mean is over the labels that are there.
public struct ActionUnitLoss: HeadLoss {
    public let weights: [Double]
    public let positiveWeights: [Double]?

    public init(weights: [Double], positiveWeights: [Double]? = nil) {
        precondition(positiveWeights.map { $0.count == weights.count } ?? true, "one positive weight for each unit")
        self.weights = weights
        self.positiveWeights = positiveWeights
    }

    public var columns: Int { weights.count }
    public var needsWholeBatch: Bool { false }

    public func normaliser(_ batch: HeadRows) -> Double {
        var count = 0
        for row in 0..<batch.rows {
            for column in 0..<columns where !batch.target(row, column).isNaN { count += 1 }
        }
        return Double(count)
    }

    public func add(_ rows: HeadRows, normaliser: Double) -> Double {
        guard normaliser > 0 else { return 0 }
        var loss = 0.0
        for row in 0..<rows.rows {
            for (column, weight) in weights.enumerated() {
                let (x, y) = (rows.output(row, column), rows.target(row, column))
                guard !y.isNaN else { continue }
                let positive = (positiveWeights?[column] ?? 1) * y
                loss += weight * (positive * softplus(-x) + (1 - y) * softplus(x))
                rows.add(weight * ((1 - y) * sigmoid(x) - positive * sigmoid(-x)) / normaliser, row, column)
            }
        }
        return loss / normaliser
    }
}

/// log(1 + eˣ), exact for large |x|.
func softplus(_ x: Double) -> Double { max(x, 0) + log1p(exp(-abs(x))) }

/// 1 / (1 + e⁻ˣ)
func sigmoid(_ x: Double) -> Double {
    let tail = exp(-abs(x))
    return (x >= 0 ? 1 : tail) / (1 + tail)
}
