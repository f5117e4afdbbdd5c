import Affect
import Testing

@testable import Evaluation

@Suite struct TuningTests {
    private func plan(_ leaveOut: TuningPlan.LeaveOut, linked: Bool = true) -> TuningPlan {
        TuningPlan(largest: 60, linked: linked, leaveOut: leaveOut)
    }

    @Test(arguments: AffectTask.allCases, [true, false])
    func fittedAndLeftOutScoresAreThoseOfTheChoices(task: AffectTask, linked: Bool) throws {
        let set = Sets.make(task)
        let engine = SmootherEngine(set)
        let settings = SmootherSettings(channels: set.channels.count)
        let result = try #require(engine.tune(plan(.folds, linked: linked), settings: settings))
        let families = SmoothingFamily.allCases.filter { task == .actionUnits || $0 != .thresholds }
        #expect(result.rows.map(\.family) == families)
        for row in result.rows where [.gaussian, .residual, .raw].contains(row.family) {
            let chosen = try #require(row.settings(options: settings.options))
            #expect(chosen.isValid && (chosen.areLinked || !linked))
            let scores = try #require(engine.scores(chosen))
            #expect(abs(scores.all.smoothed.mean - row.fitted.mean) < 1e-12)
            // Every fold smoothed as the others chose, pooled by hand.
            var pooled = ScoreTally(task: task, channels: set.channels.count)
            #expect(row.parts.map(\.name) == ["0", "1", "2"])
            for (fold, part) in row.parts.enumerated() {
                var row = row
                row.methods = part.methods
                row.thresholds = part.thresholds
                let elsewhere = try #require(row.settings(options: settings.options))
                for (index, video) in set.videos.enumerated() where video.fold == fold {
                    pooled.merge(
                        ScoreTally(
                            task: task, scores: engine.smoothed(video: index, settings: elsewhere),
                            truth: video.truth, thresholds: elsewhere.thresholds))
                }
            }
            #expect(abs(pooled.score.mean - (row.leftOut?.mean ?? .nan)) < 1e-12)
        }
        let raw = try #require(result.rows.first { $0.family == .raw })
        #expect(raw.fitted.mean == raw.leftOut?.mean)
        let gaussian = try #require(result.rows.first { $0.family == .gaussian })
        #expect(gaussian.fitted.mean > raw.fitted.mean)
    }

    @Test func choiceForAFoldDoesNotSeeTheFold() throws {
        var set = Sets.make(.valenceArousal)
        let settings = SmootherSettings(channels: 2)
        let before = try #require(SmootherEngine(set).tune(plan(.folds), settings: settings))
        // The truth of fold 1 turned round: its own part's choice must not move.
        for index in set.videos.indices where set.videos[index].fold == 1 {
            set.videos[index].truth = set.videos[index].truth.map { $0.map { -$0 } }
        }
        let after = try #require(SmootherEngine(set).tune(plan(.folds), settings: settings))
        for (old, new) in zip(before.rows, after.rows) {
            #expect(old.parts[1].methods == new.parts[1].methods)
            #expect(old.parts[1].thresholds == new.parts[1].thresholds)
        }
        #expect(before.rows.map(\.fitted) != after.rows.map(\.fitted))
    }

    /// Choices for units one by one have narrow, ragged landscapes: there a walk that another fold's choice led further
    /// would end elsewhere.
    @Test(arguments: AffectTask.allCases, [true, false])
    func noiseInTheFoldThatIsLeftOutMovesNothing(task: AffectTask, linked: Bool) throws {
        for seed in 1...2 as ClosedRange<UInt64> {
            let set = Sets.make(task, seed: seed)
            let settings = SmootherSettings(channels: set.channels.count)
            let before = try #require(SmootherEngine(set).tune(plan(.folds, linked: linked), settings: settings))
            for fold in set.folds {
                var noisy = set
                var random = TestRandom(seed &* 31 &+ UInt64(fold))
                for index in set.videos.indices where set.videos[index].fold == fold {
                    noisy.videos[index].scores = set.videos[index].scores.map { $0.map { _ in random.unit() } }
                    // The labels of other frames, so that they stay labels of the task.
                    noisy.videos[index].truth = set.videos[index].truth.map { row in
                        row.map { _ in row[random.integer(0...row.count - 1)] }
                    }
                }
                let after = try #require(
                    SmootherEngine(noisy).tune(plan(.folds, linked: linked), settings: settings))
                for (old, new) in zip(before.rows, after.rows) {
                    #expect(old.parts[fold].methods == new.parts[fold].methods, "\(old.family), fold \(fold)")
                    #expect(old.parts[fold].thresholds == new.parts[fold].thresholds)
                }
            }
        }
    }

    @Test func tuningIsTheSameWithAnyThreadsAndMemory() throws {
        let set = Sets.make(.actionUnits, videos: 4)
        let settings = SmootherSettings(channels: 4)
        let one = SmootherEngine(set, threads: 1).tune(plan(.videos), settings: settings)
        let many = SmootherEngine(set, threads: 4, cacheBytes: 20 * set.frameCount * 8)
            .tune(plan(.videos), settings: settings)
        #expect(one != nil && one == many)
        #expect(one?.rows.first { $0.family == .gaussian }?.parts.map(\.name) == set.videos.map(\.name))
    }

    @Test func strictTripleIsNeverThePlainGaussian() throws {
        let result = try #require(
            SmootherEngine(Sets.make(.valenceArousal)).tune(
                plan(.folds, linked: false), settings: SmootherSettings(channels: 2)))
        let row = try #require(result.rows.first { $0.family == .residual })
        for method in row.methods + row.parts.flatMap(\.methods) {
            guard case .sigmas(let sigmas) = method else {
                Issue.record("not three sigmas")
                continue
            }
            #expect(sigmas.isStrict)
        }
    }

    @Test func theEndOfTheScaleIsFlagged() throws {
        // Slow truth under heavy noise wants more than three frames.
        var set = Sets.make(.valenceArousal, gaps: false)
        for index in set.videos.indices {
            set.videos[index].truth = set.videos[index].scores.map { ResidualSmoother.gaussian($0, 20) }
        }
        let result = try #require(
            SmootherEngine(set).tune(
                TuningPlan(largest: 3, leaveOut: .folds, families: [.gaussian]),
                settings: SmootherSettings(channels: 2)))
        #expect(result.rows[0].bounds == ["σ 3 is the largest tried"])
        #expect(result.rows[0].methods == [.sigmas(.gaussian(3)), .sigmas(.gaussian(3))])
    }

    @Test func coarseToFineFindsWhatTryingAllFinds() throws {
        let set = Sets.make(.valenceArousal)
        let engine = SmootherEngine(set)
        let plan = TuningPlan(largest: 30, leaveOut: .folds, families: [.residual])
        let settings = SmootherSettings(channels: 2)
        let row = try #require(engine.tune(plan, settings: settings)?.rows.first)
        let grid = TuningGrid(family: .residual, plan: plan, task: .valenceArousal)
        var best = -1.0
        for a in 0..<grid.count {
            let all = (0..<a).flatMap { b in (0...b).map { grid.method([a, b, $0]) } }
            let statistics = try #require(
                engine.statistics(of: all, settings: settings, tuningThresholds: false, cancellation: nil))
            for videos in statistics { best = max(best, VideoStatistic.sum(videos)?.best([]).score.mean ?? -1) }
        }
        #expect(row.fitted.mean > best - 2e-3)
    }

    @Test func oneVideoHasNothingToLeaveOut() throws {
        let set = Sets.make(.valenceArousal, videos: 1)
        #expect(TuningPlan.standard(for: set).leaveOut == .videos)
        let result = try #require(
            SmootherEngine(set).tune(.standard(for: set), settings: SmootherSettings(channels: 2)))
        #expect(result.rows.allSatisfy { $0.leftOut == nil && $0.parts.isEmpty && $0.fitted.mean.isFinite })
    }

    @Test func noTruthIsARowWithoutScores() throws {
        var set = Sets.make(.expression)
        for index in set.videos.indices { set.videos[index].truth = [] }
        let result = try #require(
            SmootherEngine(set).tune(.standard(for: set), settings: SmootherSettings(channels: 4)))
        #expect(result.rows.allSatisfy { $0.fitted.mean.isNaN && $0.leftOut == nil })
    }
}
