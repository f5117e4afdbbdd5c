import Evaluation
import Foundation
import Testing

@testable import Training

@Suite("Results over folds")
struct StageResultsTests {
    /// Two subjects a fold, each with ten frames; the unit is active in every second frame and scores `high` then.
    private func units(fold: Int, high: Double) -> PredictionSet {
        let videos = (0..<2).map { subject in
            PredictionVideo(
                name: "f\(fold)s\(subject)/a", fold: fold,
                scores: [(0..<10).map { $0 % 2 == 0 ? high : high - 0.05 }],
                truth: [(0..<10).map { $0 % 2 == 0 ? 1 : 0 }])
        }
        return PredictionSet(name: "x", task: .actionUnits, channels: ["AU1"], videos: videos)
    }

    @Test("Thresholds of a fold come from the other folds, never from itself")
    func thresholds() throws {
        let results = StageResults(
            stage: 1, kind: "finetune",
            predictions: [units(fold: 1, high: 0.3), units(fold: 2, high: 0.3), units(fold: 3, high: 0.9)], seed: 1)
        #expect(results.folds.map(\.mean) == [0, 0, 2.0 / 3])
        let thresholds = try #require(results.thresholds)
        // Fold 3 is judged at what suits the first two, where it takes every frame for active.
        #expect(abs(thresholds[2][0] - 0.3) < 0.011)
        #expect(try #require(results.tuned).map(\.name) == ["fold 1", "fold 2", "fold 3"])
        #expect(try #require(results.tuned?[2].mean) == 2.0 / 3)
        #expect(results.summary.mean.map { abs($0 - 2.0 / 9) < 1e-12 } == true)
        #expect(results.summary.deviation.map { abs($0 - 0.3849) < 1e-4 } == true)
    }

    @Test("Pooled scores count frames, the interval resamples subjects, and the same seed draws the same")
    func pooled() throws {
        func set(_ fold: Int, _ right: Int) -> PredictionSet {
            let videos = (0..<4).map { subject in
                PredictionVideo(
                    name: "f\(fold)s\(subject)", fold: fold,
                    scores: [
                        (0..<10).map { $0 < right + subject ? 0.8 : 0.2 },
                        (0..<10).map { $0 < right + subject ? 0.2 : 0.8 },
                    ], truth: [Array(repeating: 0, count: 10)])
            }
            return PredictionSet(name: "x", task: .expression, channels: ["a", "b"], videos: videos)
        }
        let results = StageResults(stage: 0, kind: "finetune", predictions: [set(1, 3), set(2, 6)], seed: 7)
        #expect(results.pooled.frames == 80)
        #expect(results.pooled.accuracy.map { abs($0 - 48.0 / 80) < 1e-12 } == true)
        #expect(results.pooled.empty == ["b"])
        #expect(results.tuned == nil)
        let lower = try #require(results.summary.lower)
        let upper = try #require(results.summary.upper)
        let mean = try #require(results.pooled.mean)
        #expect(lower < mean && mean < upper)
        #expect(StageResults(stage: 0, kind: "finetune", predictions: [set(1, 3), set(2, 6)], seed: 7) == results)
    }
}
