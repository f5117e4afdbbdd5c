import Affect
import Basics
import Testing

@testable import Evaluation

/// Sets of a few videos with noise on the truth, gaps and folds.
enum Sets {
    static func make(_ task: AffectTask, seed: UInt64 = 11, videos: Int = 6, gaps: Bool = true) -> PredictionSet {
        var random = TestRandom(seed)
        let channels = Array(task.standardChannels.prefix(task == .valenceArousal ? 2 : 4))
        return PredictionSet(
            name: "made", task: task, channels: channels, framesPerSecond: 30,
            videos: (0..<videos).map { index in
                let count = random.integer(150...900)
                let truth = channels.map { _ in random.signal(count).map { min(1, max(-1, $0)) } }
                var scores: [[Double]] = truth.map { line in
                    line.map { value in
                        let noisy = 0.6 * value + random.unit() - 0.5
                        return task == .valenceArousal ? noisy : min(1, max(0, 0.5 + 0.5 * noisy))
                    }
                }
                if gaps {
                    let begin = random.integer(0...count - 30)
                    for channel in scores.indices { for frame in begin..<begin + 25 { scores[channel][frame] = .nan } }
                }
                let known: [[Double]]
                switch task {
                case .valenceArousal: known = truth.map { $0.map { abs($0) > 0.98 ? .nan : $0 } }
                case .actionUnits: known = truth.map { $0.map { $0 > 0.2 ? 1 : $0 < -0.95 ? .nan : 0 } }
                case .expression:
                    known = [(0..<count).map { frame in Double(ScoreTally.argMax(truth, frame) ?? 0) }]
                }
                return PredictionVideo(
                    name: "video-\(index)", fold: index % 3, firstFrame: 1, scores: scores, truth: known)
            })
    }
}

@Suite struct EngineTests {
    private static let variants: [(GapFilling, GapResult, SmoothingDomain)] = GapFilling.allCases.flatMap { gaps in
        GapResult.allCases.flatMap { result in SmoothingDomain.allCases.map { (gaps, result, $0) } }
    }

    /// What smoothing gained must not be the difference between two sets of frames.
    @Test(arguments: AffectTask.allCases, SmoothingDomain.allCases)
    func rawAndSmoothedAreScoredOnTheSameFrames(task: AffectTask, domain: SmoothingDomain) throws {
        var set = Sets.make(task)
        // One video in which no face was found at all.
        set.videos[5].scores = set.videos[5].scores.map { $0.map { _ in .nan } }
        let engine = SmootherEngine(set, threads: 2)
        let labelled = set.videos.map { video in
            (0..<video.count).count { frame in video.truth.contains { $0[frame].isFinite } }
        }
        let standIn = set.channels.indices.map { task == .expression ? ($0 == 1 ? 1 : 0) : 0.1 }
        var all: [Int] = []
        for (result, standIn) in [(GapResult.restored, nil), (.kept, nil), (.restored, standIn)] {
            for gaps in GapFilling.allCases {
                var settings = SmootherSettings(sigmas: Sigmas(9, 3, 1), channels: set.channels.count)
                settings.options = FilterOptions(gaps: gaps, result: result, domain: domain, standIn: standIn)
                let scores = try #require(engine.scores(settings))
                #expect(scores.all.raw.frames == scores.all.smoothed.frames)
                var raw = ScoreTally(task: task, channels: set.channels.count)
                var smoothed = raw
                for (index, video) in set.videos.enumerated() {
                    let filled = video.scores.enumerated().map { settings.options.scored($1, channel: $0) }
                    raw.merge(ScoreTally(task: task, scores: filled, truth: video.truth))
                    smoothed.merge(
                        ScoreTally(
                            task: task, scores: engine.smoothed(video: index, settings: settings), truth: video.truth,
                            thresholds: settings.thresholds))
                }
                #expect(abs(scores.all.raw.mean - raw.score.mean) < 1e-12)
                #expect(abs(scores.all.smoothed.mean - smoothed.score.mean) < 1e-12)
                all.append(scores.all.raw.frames)
            }
        }
        let per = GapFilling.allCases.count
        #expect(all[0] < all[per] && all[per] < all[2 * per], "\(all)")
        #expect(
            engine.unpredictedFrames == labelled[5]
                + (0..<5).reduce(0) { sum, index in
                    let video = set.videos[index]
                    return sum
                        + (0..<video.count).count { frame in
                            video.truth.contains { $0[frame].isFinite } && !video.scores[0][frame].isFinite
                        }
                })
    }

    @Test(arguments: AffectTask.allCases) func scoresAreThoseOfTheSmoothedSignals(task: AffectTask) throws {
        let set = Sets.make(task)
        for kernels in SmoothingKernels.supported {
            let engine = SmootherEngine(set, threads: 2, cacheBytes: 1 << 20, kernels: kernels)
            for (gaps, result, domain) in Self.variants {
                var settings = SmootherSettings(
                    channels: set.channels.count,
                    options: FilterOptions(edge: .nearest, gaps: gaps, result: result, domain: domain))
                for channel in set.channels.indices {
                    settings.sigmas[channel] = [Sigmas(12, 5, 2), .gaussian(3), .identity, Sigmas(40, 1, 39)][channel]
                    settings.thresholds[channel] = 0.5 + 0.05 * Double(channel)
                }
                let scores = try #require(engine.scores(settings))
                var pooled = ScoreTally(task: task, channels: set.channels.count)
                for (index, video) in set.videos.enumerated() {
                    let smoothed = engine.smoothed(video: index, settings: settings)
                    let tally = ScoreTally(
                        task: task, scores: smoothed, truth: video.truth, thresholds: settings.thresholds)
                    #expect(abs(tally.score.mean - scores.videos[index].smoothed.mean) < 1e-12)
                    #expect(tally.score.frames == scores.videos[index].smoothed.frames)
                    pooled.merge(tally)
                    // Gaps stay gaps or are filled, and nothing else becomes one.
                    for (line, raw) in zip(smoothed, video.scores) {
                        #expect(
                            line.map(\.isNaN)
                                == (result == .restored ? raw.map(\.isNaN) : raw.map { _ in false }))
                    }
                }
                #expect(abs(pooled.score.mean - scores.all.smoothed.mean) < 1e-12)
                #expect(scores.folds.map(\.fold) == [0, 1, 2])
            }
        }
    }

    @Test func clippingKeepsValuesWithinOne() {
        let set = PredictionSet(
            name: "wide", task: .valenceArousal, channels: ["valence"],
            videos: [
                PredictionVideo(
                    name: "v", scores: [(0..<50).map { $0 % 2 == 0 ? -3 : 0.5 }],
                    truth: [(0..<50).map { Double($0) / 50 }])
            ])
        let engine = SmootherEngine(set)
        var settings = SmootherSettings(sigmas: Sigmas(5, 0.2, 0.2), channels: 1)
        #expect(engine.smoothed(video: 0, settings: settings)[0].allSatisfy { (-1...1).contains($0) })
        settings.options.clips = false
        #expect(engine.smoothed(video: 0, settings: settings)[0].contains { $0 < -1 })
        // Where nothing is done nothing is clipped, so that raw stays raw.
        let identity = SmootherSettings(channels: 1)
        #expect(engine.smoothed(video: 0, settings: identity) == set.videos[0].scores)
        #expect(engine.scores(identity)?.all.difference == 0)
    }

    @Test func aVideoWithoutAnyPredictionIsLeftOutAndSpoilsNothing() throws {
        var set = Sets.make(.valenceArousal)
        let settings = SmootherSettings(
            sigmas: Sigmas(9, 4, 2), channels: 2, options: FilterOptions(result: .kept))
        let before = try #require(SmootherEngine(set).scores(settings))
        set.videos.append(
            PredictionVideo(
                name: "empty", scores: [[.nan, .nan, .nan], [.nan, .infinity, .nan]],
                truth: [[0.1, 0.2, 0.3], [0.1, 0.2, 0.3]]))
        set.videos.append(PredictionVideo(name: "none", scores: [[], []], truth: [[], []]))
        let engine = SmootherEngine(set)
        let after = try #require(engine.scores(settings))
        #expect(after.all == before.all)
        #expect(after.videos[6].smoothed.mean.isNaN)
        #expect(engine.smoothed(video: 6, settings: settings)[0].allSatisfy { $0.isNaN })
        #expect(engine.smoothed(video: 7, settings: settings) == [[], []])
        #expect(engine.videosWorstFirst(settings)?.count == 8)
    }

    @Test func cacheStaysWithinItsBoundAndChangesNothing() throws {
        let set = Sets.make(.actionUnits)
        let bytes = set.frameCount * 8
        let (small, large) = (SmootherEngine(set, cacheBytes: 5 * bytes), SmootherEngine(set))
        for first in stride(from: 3.0, to: 30, by: 2.5) {
            let settings = SmootherSettings(sigmas: Sigmas(first, 2, 1.5), channels: 4)
            #expect(small.scores(settings) == large.scores(settings))
            #expect(small.cache.bytes <= 12 * bytes)
        }
        #expect(large.cache.bytes > 12 * bytes)
    }

    @Test func cancelledWorkReturnsNothing() {
        let engine = SmootherEngine(Sets.make(.valenceArousal))
        let cancellation = Cancellation()
        cancellation.cancel()
        let settings = SmootherSettings(sigmas: Sigmas(9, 4, 2), channels: 2)
        #expect(engine.scores(settings, cancellation: cancellation) == nil)
        #expect(engine.tune(TuningPlan(leaveOut: .folds), settings: settings, cancellation: cancellation) == nil)
        #expect(engine.scores(settings) != nil)
    }

    @Test func stripAndSurfaceAreTheScoresAtTheirPlaces() throws {
        let engine = SmootherEngine(Sets.make(.valenceArousal))
        var settings = SmootherSettings(sigmas: Sigmas(20, 6, 2), channels: 2)
        settings.sigmas[1] = Sigmas(8, 3, 1)
        let strip = try #require(
            engine.strip(.first, sigmas: [0, 4, 20, 60], settings: settings, channel: 0, scope: .fold(1)))
        #expect(strip.scores[0].isNaN && strip.scores[1].isNaN)
        let scores = try #require(engine.scores(settings)).folds[1].scores.smoothed
        #expect(abs(strip.scores[2] - scores.channels[0]) < 1e-12)
        let surface = try #require(
            engine.surface(first: [4, 20], second: [0, 3, 30], settings: settings, scope: .video(2)))
        #expect(surface.scores.count == 6 && surface.scores[4].isNaN)
        settings.sigmas = [Sigmas(20, 3, 2), Sigmas(20, 3, 2)]
        let video = try #require(engine.scores(settings)).videos[2].smoothed
        #expect(abs(surface.scores[3] - video.mean) < 1e-12)
    }

    @Test func worstVideoStandsFirstAndItsEffectIsWhatLeavingItOutGains() throws {
        var set = Sets.make(.valenceArousal)
        set.videos[4].scores = set.videos[4].scores.map { $0.map { -$0 } }
        let settings = SmootherSettings(sigmas: .gaussian(5), channels: 2)
        let engine = SmootherEngine(set)
        let standings = try #require(engine.videosWorstFirst(settings))
        #expect(standings.first?.video == 4)
        var rest = set
        rest.videos.remove(at: 4)
        let (all, others) = (
            try #require(engine.scores(settings)), try #require(SmootherEngine(rest).scores(settings))
        )
        #expect(abs(standings[0].effect - (others.all.smoothed.mean - all.all.smoothed.mean)) < 1e-12)
        #expect(standings[0].effect > 0)
        #expect(standings[0].missingShare == 25.0 / Double(set.videos[4].count))
    }
}

@Suite struct GapTests {
    @Test func gapsAreFilledForwards() {
        let signal = [Double.nan, 1, .nan, .nan, .nan, 5, .nan]
        #expect(GapFilling.linear.fill(signal) == [1, 1, 2, 3, 4, 5, 5])
        #expect(GapFilling.hold.fill(signal) == [1, 1, 1, 1, 1, 5, 5])
        #expect(GapFilling.linear.fill([.nan, .nan]).allSatisfy { $0.isNaN })
        #expect(GapFilling.linear.fill([]) == [])
    }

    @Test func missingFramesHaveNoWeightInNormalisedConvolution() {
        var random = TestRandom(8)
        var signal = random.signal(200)
        for index in [0, 1, 50, 51, 52, 120, 199] { signal[index] = .nan }
        let kernel = GaussianKernel(sigma: 4)
        let smoothed = ResidualSmoother.gaussian(signal, 4, gaps: .normalised)
        for index in [0, 3, 51, 100, 198, 199] {
            var (sum, weight) = (0.0, 0.0)
            for k in -kernel.radius...kernel.radius {
                guard let place = EdgeMode.reflect.index(index + k, count: 200), !signal[place].isNaN else { continue }
                sum += kernel.weights[k + kernel.radius] * signal[place]
                weight += kernel.weights[k + kernel.radius]
            }
            #expect(abs(smoothed[index] - sum / weight) < 1e-12)
        }
        // Without gaps it is the plain Gaussian; a constant stays one around any gap.
        let whole = signal.map { $0.isNaN ? 0.3 : $0 }
        #expect(ResidualSmoother.gaussian(whole, 4, gaps: .normalised) == ResidualSmoother.gaussian(whole, 4))
        let flat = signal.map { $0.isNaN ? .nan : 0.25 }
        #expect(ResidualSmoother.gaussian(flat, 4, gaps: .normalised).allSatisfy { abs($0 - 0.25) < 1e-12 })
    }

    @Test func aGapWiderThanTheGaussianTakesTheLine() {
        var signal = [Double](repeating: 1, count: 100)
        for index in 30..<80 { signal[index] = .nan }
        for index in 80..<100 { signal[index] = 3 }
        let smoothed = ResidualSmoother.smooth(signal, .gaussian(2), gaps: .normalised, result: .kept)
        #expect(smoothed.allSatisfy { $0 >= 1 - 1e-12 && $0 <= 3 + 1e-12 })
        #expect(abs(smoothed[54] - 2) < 0.1)
    }

    @Test func framesComeInAnyOrderAndGapsBetweenThemAreFrames() throws {
        let video = try PredictionVideo(
            name: "v", frames: [9, 3, 5], scores: [[0.9, 0.3, 0.5]], truth: [[1, 2, 3]])
        #expect(video.firstFrame == 3 && video.frameStep == 2 && video.count == 4)
        #expect(video.scores[0][0] == 0.3 && video.scores[0][2].isNaN && video.scores[0][3] == 0.9)
        #expect(video.truth[0][3] == 1 && video.frame(at: 3) == 9)
        #expect(throws: PredictionError.duplicateFrame(video: "v", frame: 3, rows: [0, 2])) {
            try PredictionVideo(name: "v", frames: [3, 4, 3], scores: [[1, 2, 3]], truth: [])
        }
        #expect(throws: PredictionError.self) {
            try PredictionVideo(name: "v", frames: [.min, .max, 0], scores: [[1, 2, 3]], truth: [])
        }
        #expect(throws: PredictionError.self) {
            try PredictionVideo(name: "v", frames: [1, 2, 2_000_000_000], scores: [[1, 2, 3]], truth: [])
        }
    }
}
