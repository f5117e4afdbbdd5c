import Evaluation
import Foundation
import Testing

@testable import Results

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

    @Test("Rows have precision, recall, positives, the best k and the confusion of all folds")
    func tables() throws {
        // Twelve classes, one frame each; the true class comes first, second, ... twelfth.
        func likelihood(_ label: Int, _ frame: Int) -> Double {
            if label == frame { return 0.5 }
            // As many of the others are likelier as the number of the frame says.
            let place = label > frame ? label - 1 : label
            return place < frame ? 0.6 + 0.01 * Double(label) : 0.1
        }
        let scores: [[Double]] = (0..<12).map { label in (0..<12).map { likelihood(label, $0) } }
        func set(_ fold: Int) -> PredictionSet {
            PredictionSet(
                name: "x", task: .expression, channels: (0..<12).map { "c\($0)" },
                videos: [
                    PredictionVideo(
                        name: PredictionVideo.singleImages, fold: fold, scores: scores,
                        truth: [(0..<12).map { Double($0) }], images: (0..<12).map { "\(fold)-\($0).png" })
                ])
        }
        let results = StageResults(stage: 0, kind: "finetune", predictions: [set(1), set(2)])
        #expect(results.pooled.accuracy.map { abs($0 - 1.0 / 12) < 1e-12 } == true)
        #expect(results.pooled.topFive.map { abs($0 - 5.0 / 12) < 1e-12 } == true)
        #expect(results.pooled.topTen.map { abs($0 - 10.0 / 12) < 1e-12 } == true)
        #expect(results.pooled.support == Array(repeating: 2, count: 12))
        #expect(results.pooled.recall[0] == 1 && results.pooled.recall[1] == 0)
        #expect(results.pooled.confusion.reduce(0, +) == 24 && results.pooled.confusion[0] == 2)
        #expect(results.folds[1].confusion[0] == 1)
        // Nobody says whom the images show, so each is drawn by itself.
        #expect(results.summary.lower != nil)
        let data = try JSONEncoder().encode([results])
        #expect(try JSONDecoder().decode([StageResults].self, from: data) == [results])
    }
}
