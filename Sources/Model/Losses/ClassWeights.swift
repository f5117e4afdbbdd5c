/// Weights against class imbalance (paper section 3.2): inversely proportional to the number of training samples.
public enum ClassWeights {
    /// max(counts) / count, so that the most frequent class has the weight 1. A class without samples has the weight
    /// 0: no term of a loss ever asks for it.
    public static func inverse(counts: [Int]) -> [Double] {
        let most = Double(counts.max() ?? 0)
        return counts.map { $0 > 0 ? most / Double($0) : 0 }
    }

    /// The same for action units, whose "count" is that of their positive samples. A unit without a positive keeps the
    /// weight of the rarest that has one: its negatives still teach.
    public static func inverse(positives: [Int]) -> [Double] {
        let weights = inverse(counts: positives)
        let largest = weights.max() ?? 0
        return weights.map { $0 > 0 ? $0 : (largest > 0 ? largest : 1) }
    }

    /// How much more a positive counts than a negative of the same unit: negatives / positives, 1 where there are no
    /// positives. The paper's eq. 2 has no such factor.
    public static func positive(positives: [Int], labelled: [Int]) -> [Double] {
        zip(positives, labelled).map { positive, all in
            positive > 0 ? Double(all - positive) / Double(positive) : 1
        }
    }
}
