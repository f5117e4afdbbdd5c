/// The concordance correlation coefficient (Lin, 1989), the paper's eq. 5:
/// CCC = 2 cov(x, y) / (var(x) + var(y) + (mean(x) - mean(y))²), with variances that divide by the count.
public enum Concordance {
    /// CCC of a prediction and its truth over all frames where both are numbers; NaN when there is none.
    ///
    /// 0 when either is constant, also when both are the same constant: there is no agreement in variation to speak of.
    public static func score(_ prediction: [Double], truth: [Double]) -> Double {
        ConcordanceMoments(prediction, truth: truth).concordance
    }

    public static func score(_ prediction: [Float], truth: [Float]) -> Double {
        score(prediction.map(Double.init), truth: truth.map(Double.init))
    }
}

/// What CCC is computed from: count, means and centred sums of a prediction and its truth. The moments of two stretches
/// add up to those of both together, so that pooled scores (all frames of all videos, as ABAW scores) cost nothing.
public struct ConcordanceMoments: Sendable, Equatable {
    /// Frames where prediction and truth are both numbers.
    public private(set) var count = 0
    public private(set) var predictionMean = 0.0
    public private(set) var truthMean = 0.0
    /// Σ (x - mean)² of the prediction, of the truth, and Σ of the products.
    public private(set) var predictionSquares = 0.0
    public private(set) var truthSquares = 0.0
    public private(set) var products = 0.0

    public init() {}

    /// Frames where either is no finite number are left out.
    public init(_ prediction: [Double], truth: [Double]) {
        precondition(prediction.count == truth.count, "a prediction and its truth have the same frames")
        self = prediction.withUnsafeBufferPointer { x in
            truth.withUnsafeBufferPointer { y in ConcordanceMoments(x, truth: y) }
        }
    }

    public init(_ prediction: UnsafeBufferPointer<Double>, truth: UnsafeBufferPointer<Double>) {
        // Differences from the first frame rather than from zero: a constant has a variance of exactly zero, and large
        // means cost no digits.
        var sums = ShiftedSums()
        for index in 0..<min(prediction.count, truth.count) {
            let (x, y) = (prediction[index], truth[index])
            guard x.isFinite, y.isFinite else { continue }
            sums.add(x, y)
        }
        self.init(sums)
    }

    /// Sums of d = x - x₀ and e = y - y₀.
    struct ShiftedSums {
        var count = 0
        var origin = (0.0, 0.0)
        var d = 0.0
        var e = 0.0
        var dd = 0.0
        var ee = 0.0
        var de = 0.0

        mutating func add(_ x: Double, _ y: Double) {
            if count == 0 { origin = (x, y) }
            count += 1
            let (dx, dy) = (x - origin.0, y - origin.1)
            d += dx
            e += dy
            dd += dx * dx
            ee += dy * dy
            de += dx * dy
        }
    }

    init(_ sums: ShiftedSums) {
        guard sums.count > 0 else { return }
        let n = Double(sums.count)
        count = sums.count
        predictionMean = sums.origin.0 + sums.d / n
        truthMean = sums.origin.1 + sums.e / n
        predictionSquares = max(0, sums.dd - sums.d * sums.d / n)
        truthSquares = max(0, sums.ee - sums.e * sums.e / n)
        products = sums.de - sums.d * sums.e / n
    }

    /// Makes these the moments of both stretches together (Chan, Golub & LeVeque, 1979).
    public mutating func merge(_ other: ConcordanceMoments) {
        guard other.count > 0 else { return }
        guard count > 0 else {
            self = other
            return
        }
        let (a, b) = (Double(count), Double(other.count))
        let weight = a * b / (a + b)
        let dx = other.predictionMean - predictionMean
        let dy = other.truthMean - truthMean
        predictionSquares += other.predictionSquares + dx * dx * weight
        truthSquares += other.truthSquares + dy * dy * weight
        products += other.products + dx * dy * weight
        predictionMean += dx * b / (a + b)
        truthMean += dy * b / (a + b)
        count += other.count
    }

    /// As if every frame were there so many times.
    func repeated(_ times: Int) -> ConcordanceMoments {
        var moments = self
        moments.count *= times
        moments.predictionSquares *= Double(times)
        moments.truthSquares *= Double(times)
        moments.products *= Double(times)
        return moments
    }

    /// CCC of these frames; NaN when there are none, 0 when nothing varies and the means agree.
    public var concordance: Double {
        guard count > 0 else { return .nan }
        let n = Double(count)
        let bias = predictionMean - truthMean
        let spread = predictionSquares / n + truthSquares / n + bias * bias
        return spread > 0 ? 2 * products / n / spread : 0
    }
}
