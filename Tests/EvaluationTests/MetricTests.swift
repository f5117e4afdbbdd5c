import Testing

@testable import Evaluation

@Suite struct MetricTests {
    @Test func concordanceOfKnownSequences() {
        let x = [0.1, 0.4, -0.2, 0.9], y = [0.0, 0.5, -0.1, 0.7]
        // By hand: means .3 and .275, squares .66 and .4475, products .52.
        let expected = 2 * 0.52 / (0.66 + 0.4475 + 4 * 0.025 * 0.025)
        #expect(abs(Concordance.score(x, truth: y) - expected) < 1e-12)
        #expect(abs(Concordance.score(x, truth: x) - 1) < 1e-15)
        #expect(abs(Concordance.score(x, truth: x.map { -$0 }) + 2 * 0.66 / (2 * 0.66 + 4 * 0.36)) < 1e-12)
    }

    @Test func concordanceOfConstantsIsZeroAndOfNothingIsNotANumber() {
        let flat = [Double](repeating: 0.1, count: 1000)
        #expect(Concordance.score(flat, truth: flat) == 0)
        #expect(Concordance.score(flat, truth: (0..<1000).map { Double($0) }) == 0)
        #expect(Concordance.score([Double](), truth: []).isNaN)
        #expect(Concordance.score([Double.nan, 1], truth: [1, Double.nan]).isNaN)
    }

    @Test func missingFramesAreLeftOut() {
        let clean = Concordance.score([1.0, 2, 4], truth: [1.5, 2, 3])
        #expect(Concordance.score([1, Double.nan, 2, 7, 4], truth: [1.5, 9, 2, Double.nan, 3]) == clean)
    }

    @Test func momentsOfPartsAddUp() {
        var random = TestRandom(1)
        let x = random.signal(1000).map { $0 + 1e6 }, y = random.signal(1000).map { $0 - 1e6 }
        var sum = ConcordanceMoments()
        for part in [0..<1, 1..<300, 300..<300, 300..<1000] {
            sum.merge(ConcordanceMoments(Array(x[part]), truth: Array(y[part])))
        }
        let whole = ConcordanceMoments(x, truth: y)
        #expect(sum.count == 1000)
        #expect(abs(sum.products - whole.products) < 1e-6 * abs(whole.predictionSquares))
        #expect(abs(sum.predictionSquares / whole.predictionSquares - 1) < 1e-9)
    }

    @Test func macroF1CountsEmptyClassesAndNamesThem() {
        let matrix = ConfusionMatrix(classes: 4, predictions: [0, 0, 1, 1, 2, 0], truth: [0, 1, 1, 1, 0, -1])
        let score = F1Score(matrix)
        #expect(matrix.total == 5)
        #expect(score.perClass == [0.5, 0.8, 0, 0])
        #expect(abs(score.macro - 1.3 / 4) < 1e-15)
        #expect(score.emptyClasses == [2, 3])
        #expect(matrix.accuracy == 0.6)
    }

    @Test func topKTakesTheLowerOfEqualClasses() {
        let scores: [Float] = [0.5, 0.5, 0.1] + [0.1, 0.2, 0.9] + [0, 0, 0]
        #expect(TopK.score(scores, truth: [1, 2, -1], classes: 3, k: 1) == 0.5)
        #expect(TopK.score(scores, truth: [1, 2, 2], classes: 3, k: 2) == 2.0 / 3)
        #expect(TopK.argMax(scores, classes: 3) == [0, 2, 0])
        #expect(Accuracy.score([0, 2, 0], truth: [1, 2, -1]) == 0.5)
    }

    /// Active frames at `high`, inactive ones at `low`.
    private func counts(active: Int, high: Double, inactive: Int, low: Double) -> ThresholdCounts {
        ThresholdCounts(
            Array(repeating: high, count: active) + Array(repeating: low, count: inactive),
            truth: Array(repeating: 1, count: active) + Array(repeating: 0, count: inactive))
    }

    @Test func chosenThresholdIsTheMiddleOfThePlateauAndNearHalfForRareUnits() {
        // Every threshold above .2 and up to .4 is perfect: the middle, not the one nearest to ½.
        #expect(counts(active: 1000, high: 0.4, inactive: 1000, low: 0.2).chosen == 0.31)
        #expect(counts(active: 1000, high: 0.4, inactive: 1000, low: 0.2).best.threshold == 0.4)
        // Of two active frames little is known: (2 × .305 + 5 × .5) / 7.
        #expect(counts(active: 2, high: 0.4, inactive: 1000, low: 0.2).chosen == 0.44)
        #expect(counts(active: 0, high: 0.4, inactive: 1000, low: 0.2).chosen == 0.5)
        #expect(ThresholdCounts().chosen == 0.5)
    }

    /// A unit whose three active frames in the other folds happen to score .8 must not lose all of this fold's.
    @Test func rareUnitKeepsWhatHalfFinds() {
        var other = counts(active: 3, high: 0.81, inactive: 500, low: 0.1)
        // Two inactive frames just below them make thresholds from .76 on the only perfect ones.
        other.merge(counts(active: 0, high: 0, inactive: 2, low: 0.75))
        #expect(other.best.threshold > 0.7)
        let fold = counts(active: 3, high: 0.7, inactive: 100, low: 0.1)
        let threshold = Thresholds.ofOtherFolds([[fold], [other]])[0][0]
        #expect(threshold < 0.7)
    }

    @Test func thresholdSearchFindsWhatTryingAllFinds() {
        var random = TestRandom(5)
        let truth = (0..<2000).map { _ in random.unit() < 0.15 ? 1.0 : 0.0 }
        // Values that lie on thresholds of the grid are the hard ones.
        let scores = truth.map { truth in
            let value = min(1, max(0, 0.25 * truth + 0.6 * random.unit()))
            return random.unit() < 0.3 ? (value * 100).rounded() / 100 : value
        }
        let counts = ThresholdCounts(scores, truth: truth)
        var best = 0.0
        for (index, threshold) in Thresholds.grid.enumerated() {
            let expected = BinaryCounts(scores, truth: truth, threshold: threshold)
            #expect(counts.counts(at: index) == expected)
            best = max(best, expected.f1)
        }
        #expect(counts.best.f1 == best)
        #expect(Thresholds.best(scores, truth: truth).threshold == counts.best.threshold)
        // Nothing to choose by: .5 stays.
        #expect(Thresholds.best([], truth: []).threshold == 0.5)
    }
}
