/// How often each class was taken for each.
public struct ConfusionMatrix: Sendable, Equatable {
    public let classes: Int
    /// (classes, classes), row-major: the row is the truth, the column the prediction.
    public private(set) var counts: [Int]

    public init(classes: Int) {
        self.classes = classes
        counts = Array(repeating: 0, count: classes * classes)
    }

    /// - Parameter counts: (classes, classes).
    init(classes: Int, counts: [Int]) {
        self.classes = classes
        self.counts = counts
    }

    /// Counts pairs of class indices; pairs with an index outside 0 ..< classes (-1: no truth) are left out.
    public init(classes: Int, predictions: [Int], truth: [Int]) {
        self.init(classes: classes)
        for (prediction, truth) in zip(predictions, truth) { add(truth: truth, prediction: prediction) }
    }

    public subscript(truth truth: Int, prediction prediction: Int) -> Int { counts[truth * classes + prediction] }

    public mutating func add(truth: Int, prediction: Int, times: Int = 1) {
        guard (0..<classes).contains(truth), (0..<classes).contains(prediction) else { return }
        counts[truth * classes + prediction] += times
    }

    public mutating func merge(_ other: ConfusionMatrix) {
        precondition(classes == other.classes, "matrices of the same classes")
        for index in counts.indices { counts[index] += other.counts[index] }
    }

    public var total: Int { counts.reduce(0, +) }

    /// How often a class is the truth.
    public func support(of label: Int) -> Int {
        counts[label * classes..<(label + 1) * classes].reduce(0, +)
    }

    /// One class against the others.
    public func counts(of label: Int) -> BinaryCounts {
        let hits = self[truth: label, prediction: label]
        let support = support(of: label)
        let predicted = (0..<classes).reduce(0) { $0 + self[truth: $1, prediction: label] }
        return BinaryCounts(
            truePositives: hits, falsePositives: predicted - hits, falseNegatives: support - hits,
            trueNegatives: total - support - predicted + hits)
    }

    /// One class against the others, for all of them.
    public var binaryCounts: [BinaryCounts] {
        var (predicted, support) = ([Int](repeating: 0, count: classes), [Int](repeating: 0, count: classes))
        for truth in 0..<classes {
            for prediction in 0..<classes {
                predicted[prediction] += counts[truth * classes + prediction]
                support[truth] += counts[truth * classes + prediction]
            }
        }
        let total = support.reduce(0, +)
        return (0..<classes).map { label in
            let hits = counts[label * classes + label]
            return BinaryCounts(
                truePositives: hits, falsePositives: predicted[label] - hits, falseNegatives: support[label] - hits,
                trueNegatives: total - support[label] - predicted[label] + hits)
        }
    }

    /// The share of right predictions; NaN when nothing was counted.
    public var accuracy: Double {
        let hits = (0..<classes).reduce(0) { $0 + self[truth: $1, prediction: $1] }
        return total > 0 ? Double(hits) / Double(total) : .nan
    }
}
