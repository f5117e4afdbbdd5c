import Foundation

/// The additional loss of the second fine-tuning pass (paper section 3.2.2): the student is also to answer as a teacher of
/// the same size did. The targets of these losses are the teacher's outputs, before any softmax or sigmoid.
///
/// The paper leaves the form open. This is DeiT's for classes and its natural counterpart for the other tasks:
/// - expression: T² · KL(softmax(t / T) ‖ softmax(s / T)), the mean over the batch;
/// - action units: T² · the binary cross-entropy of σ(s / T) with the soft target σ(t / T), the mean over batch and
///   units;
/// - valence and arousal: (s − t)², the mean over the batch, plus 1 − CCC(s, t), for each of the two.
///
/// A row whose first target is NaN has no teacher.
public enum SelfDistillation {
    public struct Expression: HeadLoss {
        public let columns: Int
        public let temperature: Double

        public init(classes: Int, temperature: Double = 1) {
            columns = classes
            self.temperature = temperature
        }

        public var needsWholeBatch: Bool { false }
        public func normaliser(_ batch: HeadRows) -> Double { answers(batch) }

        public func add(_ rows: HeadRows, normaliser: Double) -> Double {
            guard normaliser > 0 else { return 0 }
            var loss = 0.0
            for row in 0..<rows.rows where !rows.target(row, 0).isNaN {
                let student = logSum { rows.output(row, $0) / temperature }
                let teacher = logSum { rows.target(row, $0) / temperature }
                for column in 0..<columns {
                    let s = rows.output(row, column) / temperature - student
                    let t = rows.target(row, column) / temperature - teacher
                    loss += exp(t) * (t - s)
                    rows.add(temperature * (exp(s) - exp(t)) / normaliser, row, column)
                }
            }
            return temperature * temperature * loss / normaliser
        }

        private func logSum(_ value: (Int) -> Double) -> Double {
            var largest = -Double.infinity
            for column in 0..<columns { largest = max(largest, value(column)) }
            var sum = 0.0
            for column in 0..<columns { sum += exp(value(column) - largest) }
            return largest + log(sum)
        }
    }

    public struct ActionUnits: HeadLoss {
        public let columns: Int
        public let temperature: Double

        public init(units: Int, temperature: Double = 1) {
            columns = units
            self.temperature = temperature
        }

        public var needsWholeBatch: Bool { false }
        public func normaliser(_ batch: HeadRows) -> Double { answers(batch) * Double(columns) }

        public func add(_ rows: HeadRows, normaliser: Double) -> Double {
            guard normaliser > 0 else { return 0 }
            var loss = 0.0
            for row in 0..<rows.rows where !rows.target(row, 0).isNaN {
                for column in 0..<columns {
                    let x = rows.output(row, column) / temperature
                    let y = sigmoid(rows.target(row, column) / temperature)
                    loss += y * softplus(-x) + (1 - y) * softplus(x)
                    rows.add(temperature * (sigmoid(x) - y) / normaliser, row, column)
                }
            }
            return temperature * temperature * loss / normaliser
        }
    }

    public struct ValenceArousal: HeadLoss {
        public init() {}

        public var columns: Int { 2 }
        public var needsWholeBatch: Bool { true }
        public func normaliser(_ batch: HeadRows) -> Double { answers(batch) }

        public func add(_ rows: HeadRows, normaliser: Double) -> Double {
            guard normaliser > 0 else { return 0 }
            var loss = 0.0
            for row in 0..<rows.rows where !rows.target(row, 0).isNaN {
                for column in 0..<columns {
                    let difference = rows.output(row, column) - rows.target(row, column)
                    loss += difference * difference / normaliser
                    rows.add(2 * difference / normaliser, row, column)
                }
            }
            return (0..<columns).reduce(loss) { $0 + ConcordanceLoss.add(rows, column: $1) }
        }
    }
}

/// Rows that a teacher answered.
private func answers(_ batch: HeadRows) -> Double {
    var count = 0.0
    for row in 0..<batch.rows where !batch.target(row, 0).isNaN { count += 1 }
    return count
}
