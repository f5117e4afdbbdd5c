/// How the decisions on one class or unit came out.
public struct BinaryCounts: Sendable, Equatable {
    public var truePositives: Int
    public var falsePositives: Int
    public var falseNegatives: Int
    public var trueNegatives: Int

    public init(truePositives: Int = 0, falsePositives: Int = 0, falseNegatives: Int = 0, trueNegatives: Int = 0) {
        self.truePositives = truePositives
        self.falsePositives = falsePositives
        self.falseNegatives = falseNegatives
        self.trueNegatives = trueNegatives
    }

    /// Counts scores that reach the threshold as positive. Frames where the score or the truth is no finite number are left out.
    public init(_ scores: [Double], truth: [Double], threshold: Double = 0.5) {
        self.init()
        for (score, truth) in zip(scores, truth) where score.isFinite && truth.isFinite {
            add(positive: score >= threshold, truth: truth >= 0.5)
        }
    }

    public mutating func add(positive: Bool, truth: Bool) {
        switch (positive, truth) {
        case (true, true): truePositives += 1
        case (true, false): falsePositives += 1
        case (false, true): falseNegatives += 1
        case (false, false): trueNegatives += 1
        }
    }

    public mutating func merge(_ other: BinaryCounts) {
        truePositives += other.truePositives
        falsePositives += other.falsePositives
        falseNegatives += other.falseNegatives
        trueNegatives += other.trueNegatives
    }

    public var total: Int { truePositives + falsePositives + falseNegatives + trueNegatives }
    /// Frames where the truth is positive.
    public var support: Int { truePositives + falseNegatives }

    private static func ratio(_ a: Int, _ b: Int) -> Double { b > 0 ? Double(a) / Double(b) : 0 }

    /// 0 where nothing is predicted, as scikit-learn's `zero_division=0`; the same for the others.
    public var precision: Double { Self.ratio(truePositives, truePositives + falsePositives) }
    public var recall: Double { Self.ratio(truePositives, support) }
    /// Eq. 10: F1 = 2 TP / (2 TP + FP + FN).
    public var f1: Double { Self.ratio(2 * truePositives, 2 * truePositives + falsePositives + falseNegatives) }
}

/// F1 of every class or unit, and their mean (eq. 11 and 12).
public struct F1Score: Sendable, Equatable {
    /// F1 of each class; 0 for a class that is neither predicted nor true.
    public let perClass: [Double]
    /// The mean over all classes, empty ones included, as scikit-learn's `average="macro"` with every label named.
    public let macro: Double
    /// Classes that never occur in the truth: their F1 of 0 says nothing of the model.
    public let emptyClasses: [Int]

    public init(_ counts: [BinaryCounts]) {
        perClass = counts.map(\.f1)
        macro = counts.isEmpty ? .nan : perClass.reduce(0, +) / Double(perClass.count)
        emptyClasses = counts.indices.filter { counts[$0].support == 0 }
    }

    /// One class against the others, for each class of a confusion matrix.
    public init(_ confusion: ConfusionMatrix) {
        self.init(confusion.binaryCounts)
    }
}
