/// The loss of a classifier: the sum over its heads, each with its own columns of the outputs, and over what a teacher
/// adds. It is a function of a whole batch; rows without a label for a head have no part in that head's loss.
public final class TaskLoss {
    /// One term: a loss, the first of its columns, its weight in the sum.
    public struct Term {
        public enum Targets: Sendable {
            case labels
            case teacher
        }
        public let loss: any HeadLoss
        public let column: Int
        public let weight: Double
        public let targets: Targets

        public init(_ loss: any HeadLoss, column: Int = 0, weight: Double = 1, targets: Targets = .labels) {
            self.loss = loss
            self.column = column
            self.weight = weight
            self.targets = targets
        }
    }

    public let terms: [Term]
    /// Columns of the outputs and of the targets.
    public let outputs: Int
    private var labels: UnsafePointer<Float>?
    private var teacher: UnsafePointer<Float>?
    private var normalisers: [Double]

    public init(_ terms: [Term], outputs: Int) {
        precondition(terms.allSatisfy { $0.column >= 0 && $0.column + $0.loss.columns <= outputs }, "columns overflow")
        self.terms = terms
        self.outputs = outputs
        normalisers = Array(repeating: 0, count: terms.count)
    }

    /// Whether a row's gradient depends on the outputs of other rows.
    public var needsWholeBatch: Bool { terms.contains { $0.loss.needsWholeBatch } }

    /// Takes the targets of the next batch, (batch, outputs) both; they have to stay until the loss is computed.
    public func begin(targets: UnsafePointer<Float>, teacher: UnsafePointer<Float>? = nil, batch: Int) {
        labels = targets
        self.teacher = teacher
        for (index, term) in terms.enumerated() {
            guard let matrix = matrix(of: term) else { continue }
            normalisers[index] = term.loss.normaliser(
                HeadRows(
                    outputs: matrix + term.column, targets: matrix + term.column, gradient: nil, rows: batch,
                    stride: outputs))
        }
    }

    /// The part of the loss that some rows of the batch have, all of them when `needsWholeBatch`; their gradient is
    /// overwritten.
    /// - Parameters:
    ///   - outputs: (rows, outputs) of these rows.
    ///   - gradient: the same shape; nil for the loss alone.
    public func add(
        outputs values: UnsafePointer<Float>, rows: Range<Int>, gradient: UnsafeMutablePointer<Float>?
    ) -> Double {
        gradient?.update(repeating: 0, count: rows.count * outputs)
        var sum = 0.0
        for (index, term) in terms.enumerated() {
            guard let matrix = matrix(of: term) else { continue }
            let part = HeadRows(
                outputs: values + term.column, targets: matrix + rows.lowerBound * outputs + term.column,
                gradient: gradient.map { $0 + term.column }, rows: rows.count, stride: outputs)
            sum += weighted(term, part, normalisers[index])
        }
        return sum
    }

    private func matrix(of term: Term) -> UnsafePointer<Float>? { term.targets == .labels ? labels : teacher }

    /// The term's loss and gradient times its weight. The gradient of a term is added to what others left, so a weight
    /// other than 1 needs the term's own part apart.
    private func weighted(_ term: Term, _ rows: HeadRows, _ normaliser: Double) -> Double {
        guard term.weight != 1, let gradient = rows.gradient else {
            return term.weight * term.loss.add(rows, normaliser: normaliser)
        }
        let columns = term.loss.columns
        return withUnsafeTemporaryAllocation(of: Float.self, capacity: rows.rows * rows.stride) { own in
            guard let start = own.baseAddress else { return 0 }
            start.update(repeating: 0, count: own.count)
            let value = term.loss.add(
                HeadRows(
                    outputs: rows.outputs, targets: rows.targets, gradient: start, rows: rows.rows,
                    stride: rows.stride), normaliser: normaliser)
            for row in 0..<rows.rows {
                for column in 0..<columns {
                    gradient[row * rows.stride + column] += Float(term.weight) * start[row * rows.stride + column]
                }
            }
            return term.weight * value
        }
    }
}
