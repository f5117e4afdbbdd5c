import Foundation

/// Weighted cross-entropy over expression classes (paper eq. 3), as PyTorch's `cross_entropy` with `weight` and
/// `label_smoothing` computes it: the weighted mean over the batch,
///
///     L = Σᵢ Σ_c W_c t_ic (−log softmax(z_i)_c) / Σᵢ Σ_c W_c q_ic
///
/// with q the target distribution (one-hot, or a mixture after mixup) and t = (1 − s) q + s / C its smoothed form.
/// Eq. 3's factor 1 / C_expr is a constant that is left out: AdamW does not see it, and a distillation term keeps its
/// weight for any number of classes.
///
/// Targets: one column per class. A row whose first target is NaN has no label.
public struct ExpressionLoss: HeadLoss {
    public let weights: [Double]
    /// s, in [0, 1).
    public let smoothing: Double

    public init(weights: [Double], smoothing: Double = 0) {
        self.weights = weights
        self.smoothing = smoothing
    }

    /// - Parameter classes: all of the weight 1.
    public init(classes: Int, smoothing: Double = 0) {
        self.init(weights: Array(repeating: 1, count: classes), smoothing: smoothing)
    }

    public var columns: Int { weights.count }
    public var needsWholeBatch: Bool { false }

    public func normaliser(_ batch: HeadRows) -> Double {
        var sum = 0.0
        for row in 0..<batch.rows where !batch.target(row, 0).isNaN {
            for (column, weight) in weights.enumerated() { sum += weight * batch.target(row, column) }
        }
        return sum
    }

    public func add(_ rows: HeadRows, normaliser: Double) -> Double {
        guard normaliser > 0 else { return 0 }
        let share = smoothing / Double(columns)
        var loss = 0.0
        for row in 0..<rows.rows where !rows.target(row, 0).isNaN {
            let logSum = logSumExp(rows, row)
            // Σ W t, what the probabilities are multiplied by in the gradient.
            var mass = 0.0
            for (column, weight) in weights.enumerated() {
                let target = weight * ((1 - smoothing) * rows.target(row, column) + share)
                mass += target
                loss += target * (logSum - rows.output(row, column))
            }
            for (column, weight) in weights.enumerated() {
                let target = weight * ((1 - smoothing) * rows.target(row, column) + share)
                let probability = exp(rows.output(row, column) - logSum)
                rows.add((mass * probability - target) / normaliser, row, column)
            }
        }
        return loss / normaliser
    }

    private func logSumExp(_ rows: HeadRows, _ row: Int) -> Double {
        var largest = -Double.infinity
        for column in 0..<columns { largest = max(largest, rows.output(row, column)) }
        guard largest.isFinite else { return .nan }
        var sum = 0.0
        for column in 0..<columns { sum += exp(rows.output(row, column) - largest) }
        return largest + log(sum)
    }
}
