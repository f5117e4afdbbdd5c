import Foundation
import Testing

@testable import Evaluation

/// The numbers of scipy and scikit-learn that Reference/generate.py made.
private struct Reference: Decodable {
    struct Filter: Decodable {
        var seed: UInt64
        var count: Int
        var sigmas: [Double]
        var mode: String
        var places: [Int]
        var values: [Double]
        var sum: Double
    }

    struct Baseline: Decodable {
        var seed: UInt64
        var count: Int
        var width: Int
        var order: Int
        var mode: String
        var places: [Int]
        var box: [Double]
        var median: [Double]
        var savgol: [Double]
    }

    struct Scores: Decodable {
        var truth: [Int]
        var guess: [Int]
        var f1: [Double]
        var macro: Double
        var accuracy: Double
        var unitF1: [Double]
        var ccc: Double
        var table: Table
    }

    struct Table: Decodable {
        var precision: [Double]
        var recall: [Double]
        var f1: [Double]
        var support: [Int]
        var macro: Double
        var confusion: [Int]
        var top: [String: Double]
        var groups: [Double]
    }

    var filters: [Filter]
    var baselines: [Baseline]
    var scores: Scores

    static func read() throws -> Reference {
        let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
        let file = folder.appendingPathComponent("Reference/reference.json")
        return try JSONDecoder().decode(Reference.self, from: Data(contentsOf: file))
    }
}

@Suite struct ReferenceTests {
    @Test func filterEqualsSciPyInEveryModeAtEveryLevel() throws {
        let filters = try Reference.read().filters
        #expect(filters.count >= 100)
        #expect(Set(filters.map(\.mode)) == Set(EdgeMode.allCases.map(\.rawValue)))
        for kernels in SmoothingKernels.supported {
            var worst = 0.0
            for filter in filters {
                var random = TestRandom(filter.seed)
                let signal = random.walk(filter.count)
                let edge = try #require(EdgeMode(word: filter.mode))
                let sigmas = Sigmas(filter.sigmas[0], filter.sigmas[1], filter.sigmas[2])
                let set = PredictionSet(
                    name: "one", task: .valenceArousal, channels: ["valence"],
                    videos: [PredictionVideo(name: "v", scores: [signal], truth: [signal])])
                // Once through the engine, as the scores see it, and once alone.
                let engine = SmootherEngine(set, threads: 2, cacheBytes: 1 << 20, kernels: kernels)
                let settings = SmootherSettings(
                    sigmas: sigmas, channels: 1, options: FilterOptions(edge: edge, clips: false))
                let score = try #require(engine.scores(settings)).all.smoothed.mean
                let smoothed = engine.signal(video: 0, channel: 0, settings: settings).smoothed
                #expect(abs(score - Concordance.score(smoothed, truth: signal)) < 1e-12)
                for (place, value) in zip(filter.places, filter.values) {
                    worst = max(worst, abs(smoothed[place] - value))
                }
                worst = max(worst, abs(smoothed.reduce(0, +) - filter.sum) / Double(filter.count))
            }
            #expect(worst < 1e-12, "level \(kernels.name)")
        }
    }

    @Test func kernelsConvolveAlikeAtEveryLevel() {
        for kernels in SmoothingKernels.supported {
            for (count, sigma) in [(1, 0.3), (2, 50), (95, 1), (96, 1), (97, 2.5), (1000, 17), (3333, 120)] {
                var random = TestRandom(UInt64(count))
                let signal = random.walk(count)
                let kernel = GaussianKernel(sigma: sigma)
                let filtered = GaussianFilter(sigma: sigma, edge: .wrap, kernels: kernels)(signal)
                for index in [0, count / 3, count - 1] {
                    var sum = 0.0
                    for k in -kernel.radius...kernel.radius {
                        sum += kernel.weights[k + kernel.radius] * signal[((index + k) % count + count) % count]
                    }
                    #expect(abs(filtered[index] - sum) < 1e-13)
                }
            }
        }
    }

    @Test func baselinesEqualSciPy() throws {
        for baseline in try Reference.read().baselines {
            var random = TestRandom(baseline.seed)
            let signal = random.walk(baseline.count)
            let edge = try #require(EdgeMode(word: baseline.mode))
            let box = Baselines.box(signal, width: baseline.width, edge: edge)
            let median = Baselines.median(signal, width: baseline.width, edge: edge)
            let fitted = Baselines.savitzkyGolay(
                signal, width: baseline.width, order: baseline.order, edge: edge)
            for (index, place) in baseline.places.enumerated() {
                #expect(abs(box[place] - baseline.box[index]) < 1e-12)
                #expect(median[place] == baseline.median[index])
                #expect(abs(fitted[place] - baseline.savgol[index]) < 1e-11)
            }
        }
    }

    @Test func scoresEqualScikitLearn() throws {
        let scores = try Reference.read().scores
        let matrix = ConfusionMatrix(classes: 8, predictions: scores.guess, truth: scores.truth)
        let f1 = F1Score(matrix)
        #expect(zip(f1.perClass, scores.f1).allSatisfy { abs($0 - $1) < 1e-12 })
        #expect(abs(f1.macro - scores.macro) < 1e-12)
        #expect(matrix.accuracy == scores.accuracy)
        #expect(f1.emptyClasses == [6, 7])

        var random = TestRandom(77)
        for _ in 0..<500 { _ = random.unit() }
        for _ in scores.truth where random.unit() >= 0.5 { _ = random.unit() }
        let units = (0..<4).map { unit in (0..<400).map { _ in random.unit() < 0.1 * Double(1 + unit) ? 1.0 : 0 } }
        for (unit, expected) in zip(units, scores.unitF1) {
            let probabilities = unit.map { min(1, 0.4 * $0 + 0.6 * random.unit()) }
            #expect(abs(BinaryCounts(probabilities, truth: unit).f1 - expected) < 1e-12)
        }

        var (a, b) = (TestRandom(9), TestRandom(10))
        let x = a.walk(800), y = b.walk(800).map { $0 * 0.7 + 0.1 }
        #expect(abs(Concordance.score(x, truth: y) - scores.ccc) < 1e-12)
    }

    @Test func tablesEqualScikitLearn() throws {
        let table = try Reference.read().scores.table
        var random = TestRandom(78)
        var likely = (0..<300).map { _ in (0..<12).map { _ in random.unit() } }
        let label = (0..<300).map { _ -> Int in
            let unit = random.unit()
            return Int(unit * unit * 11)
        }
        for row in likely.indices {
            likely[row][label[row]] += 0.4 * random.unit()
            likely[row][3] -= 2
        }
        let scores = (0..<12).map { column in likely.map { $0[column] } }
        let truth = label.map { Double($0) }
        let tally = ScoreTally(task: .expression, scores: scores, truth: [truth])
        let counts = try #require(tally.binaryCounts)
        #expect(zip(counts.map(\.precision), table.precision).allSatisfy { abs($0 - $1) < 1e-12 })
        #expect(zip(counts.map(\.recall), table.recall).allSatisfy { abs($0 - $1) < 1e-12 })
        #expect(zip(counts.map(\.f1), table.f1).allSatisfy { abs($0 - $1) < 1e-12 })
        #expect(counts.map(\.support) == table.support)
        // Class 3 is never predicted, class 11 neither predicted nor true.
        #expect(counts[3].precision == 0 && counts[3].support > 0 && tally.score.emptyChannels == [11])
        #expect(abs(tally.score.mean - table.macro) < 1e-12)
        if case .classes(let matrix) = tally { #expect(matrix.counts == table.confusion) }
        let ranks = TruthRanks(scores: scores, truth: truth)
        for (k, expected) in table.top { #expect(abs(ranks.topK(try #require(Int(k))) - expected) < 1e-12, "top-\(k)") }
        var halves = TruthRanks(scores: scores.map { Array($0[..<100]) }, truth: Array(truth[..<100]))
        halves.merge(TruthRanks(scores: scores.map { Array($0[100...]) }, truth: Array(truth[100...])))
        #expect(halves == ranks)
        for (group, expected) in table.groups.enumerated() {
            let rows = 30 * group..<30 * group + 30
            let part = ScoreTally(
                task: .expression, scores: scores.map { Array($0[rows]) }, truth: [Array(truth[rows])])
            #expect(abs(part.score.mean - expected) < 1e-12)
        }
    }
}
