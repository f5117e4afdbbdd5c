/// The share of right predictions.
public enum Accuracy {
    /// Over pairs whose truth is a class (not negative); NaN when there is none.
    public static func score(_ predictions: [Int], truth: [Int]) -> Double {
        let pairs = zip(predictions, truth).filter { $0.1 >= 0 }
        return pairs.isEmpty ? .nan : Double(pairs.count { $0.0 == $0.1 }) / Double(pairs.count)
    }
}

/// The share of rows whose true class is among the k with the largest scores.
public enum TopK {
    /// `scores` (N, C) row-major, `truth` (N). Of equal scores the lower class counts as the larger, as in `argMax`. Rows
    /// with a negative truth are left out; NaN when none is left.
    public static func score(_ scores: [Float], truth: [Int], classes: Int, k: Int) -> Double {
        var (hits, rows) = (0, 0)
        for (row, label) in truth.enumerated() where label >= 0 && label < classes {
            let base = row * classes
            let mine = scores[base + label]
            var larger = 0
            for other in 0..<classes
            where scores[base + other] > mine || (scores[base + other] == mine && other < label) {
                larger += 1
            }
            rows += 1
            hits += larger < k && !mine.isNaN ? 1 : 0
        }
        return rows > 0 ? Double(hits) / Double(rows) : .nan
    }

    /// The class with the largest score, the first of equals, for each row of (N, C).
    public static func argMax(_ scores: [Float], classes: Int) -> [Int] {
        stride(from: 0, to: scores.count - scores.count % max(classes, 1), by: max(classes, 1)).map { base in
            (0..<classes).reduce(0) { scores[base + $1] > scores[base + $0] ? $1 : $0 }
        }
    }
}

/// At which place the true class comes among the scores of all classes, counted over frames: the top-k accuracy of any k
/// follows. The counts of two stretches add up.
public struct TruthRanks: Sendable, Equatable {
    /// (classes): frames whose true class has the largest score, the second largest, and so on.
    public private(set) var counts: [Int]

    public init(classes: Int) { counts = Array(repeating: 0, count: classes) }

    /// - Parameters:
    ///   - scores: (classes, frames). Of equal scores the lower class counts as the larger, as in `argMax`.
    ///   - truth: (frames) of class indices. Frames where anything is NaN are left out.
    public init(scores: [[Double]], truth: [Double]) {
        self.init(classes: scores.count)
        for (frame, label) in truth.enumerated() {
            guard let label = Int(exactly: label), scores.indices.contains(label),
                scores.allSatisfy({ $0[frame].isFinite })
            else { continue }
            let mine = scores[label][frame]
            counts[
                scores.indices.count { other in
                    scores[other][frame] > mine || (scores[other][frame] == mine && other < label)
                }] += 1
        }
    }

    public mutating func merge(_ other: TruthRanks) {
        for rank in counts.indices { counts[rank] += other.counts[rank] }
    }

    /// The share of frames whose true class is among the k with the largest scores; NaN without frames.
    public func topK(_ k: Int) -> Double {
        let total = counts.reduce(0, +)
        return total > 0 ? Double(counts.prefix(k).reduce(0, +)) / Double(total) : .nan
    }
}
