import Foundation
import RunStore
import TestSupport
import Testing

@testable import Training

/// The loop of all stages, on work that has nothing to do with images.
@Suite("The training loop", .timeLimit(.minutes(2)))
struct TrainingLoopTests {
    private func points(_ fixture: RunFixture, _ name: SeriesName = .loss) throws -> [Point] {
        try fixture.store.points(of: SeriesKey(stage: 0, name: name), run: fixture.run.id)
    }

    @Test("A regression over rows of features is trained, in the order of the protocol")
    func learns() throws {
        let fixture = try RunFixture()
        let work = try LinearRegression(settings: LinearRegression.settings(epochs: 60), in: fixture.context())
        guard case .finished = try work.run() else {
            Issue.record("it did not finish")
            return
        }
        for (weight, truth) in zip(work.weights, [1, 2, 3, 0.5] as [Float]) { #expect(abs(weight - truth) < 0.02) }
        #expect(work.calls.prefix(4) == ["initialise", "announce", "prepare", "epoch 1"])
        #expect(work.calls.suffix(2) == ["epoch 60", "finish"])
        #expect(work.rows.onLoan == 0 && !work.rows.isStarted)
        let losses = try points(fixture)
        #expect(losses.map(\.step) == Array(1...360))
        #expect(try points(fixture, .epochLoss).map(\.step) == (1...60).map { $0 * 6 })
        #expect(try #require(losses.last).value < 1e-3 * (try #require(losses.first).value))
        #expect(try fixture.events(.skip) == ["row 99: has no target"])
    }

    @Test(
        "Killed within an epoch and resumed, it ends with the same weights, average and points bit for bit",
        arguments: [7, 13, 35])
    func killedAndResumed(step: Int64) throws {
        let calm = try RunFixture()
        let undisturbed = try LinearRegression(settings: LinearRegression.settings(), in: calm.context())
        _ = try undisturbed.run()
        let fixture = try RunFixture()
        let killed = try LinearRegression(settings: LinearRegression.settings(), in: fixture.context())
        // As after a SIGKILL, nothing that comes after is done.
        killed.beforeStep = { if $0 == step { throw LinearRegression.Killed() } }
        #expect(throws: LinearRegression.Killed.self) { try killed.run() }
        let resumed = try LinearRegression(settings: LinearRegression.settings(), in: fixture.context())
        _ = try resumed.run()
        #expect(resumed.calls.prefix(3) == ["initialise", "resumed", "prepare"])
        #expect(resumed.calls.filter { $0.hasPrefix("epoch") }.count == 6 - Int(step) / 6)
        #expect(resumed.weights == undisturbed.weights)
        for name in [SeriesName.loss, .learningRate, .gradientNorm, .epochLoss] {
            #expect(try points(fixture, name) == points(calm, name), "\(name)")
        }
        func last(_ fixture: RunFixture) throws -> TrainingState {
            let work = try LinearRegression(settings: LinearRegression.settings(), in: fixture.context())
            let file = try #require(try fixture.store.checkpoints(of: fixture.run.id).last).file
            var state = try TrainingCheckpoint.read(
                from: fixture.file(file), into: OptimisedParameters(work))
            state.seconds = 0
            return state
        }
        #expect(try last(fixture) == last(calm))
        #expect(try fixture.events(.skip).count == 1, "a skip is told once in the life of a run")
    }

    @Test("A command is obeyed between two steps: a requested checkpoint is kept, a stop resumes where it was")
    func commands() throws {
        let fixture = try RunFixture()
        let settings = LinearRegression.settings(checkpointEpochs: nil)
        let calm = try RunFixture()
        let undisturbed = try LinearRegression(settings: settings, in: calm.context())
        _ = try undisturbed.run()
        let work = try LinearRegression(settings: settings, in: fixture.context())
        let (store, run) = (fixture.store, fixture.run.id)
        work.beforeStep = {
            if $0 == 3 { try store.send(.checkpoint, to: run) }
            if $0 == 9 { try store.send(.stop, to: run) }
        }
        guard case .stopped(let reason) = try work.run() else {
            Issue.record("it was not stopped")
            return
        }
        #expect(reason == "stopped on request")
        let kept = try store.checkpoints(of: run)
        #expect(kept.map(\.step) == [4, 10])
        #expect(kept.map(\.reason) == ["requested", "last"])
        let resumed = try LinearRegression(settings: settings, in: fixture.context())
        _ = try resumed.run()
        #expect(resumed.weights == undisturbed.weights)
    }

    @Test("A stop after the epoch is one at its end")
    func stopAfterEpoch() throws {
        let fixture = try RunFixture()
        let work = try LinearRegression(settings: LinearRegression.settings(), in: fixture.context())
        let (store, run) = (fixture.store, fixture.run.id)
        work.beforeStep = { if $0 == 7 { try store.send(.stopAfterEpoch, to: run) } }
        guard case .stopped(let reason) = try work.run() else {
            Issue.record("it was not stopped")
            return
        }
        #expect(reason.contains("after epoch 2") && work.loop.state.step == 12)
    }

    @Test("A bad loss costs its step; five in a row end the stage and leave the last checkpoint")
    func badLosses() throws {
        let fixture = try RunFixture()
        let once = try LinearRegression(settings: LinearRegression.settings(), in: fixture.context())
        once.lossOfStep = { $0 == 2 ? .nan : $1 }
        _ = try once.run()
        #expect(once.loop.state.optimizerSteps == 35 && once.loop.state.step == 36)
        #expect(try fixture.events(.alert).count == 1)
        let other = try RunFixture()
        let diverged = try LinearRegression(settings: LinearRegression.settings(), in: other.context())
        diverged.lossOfStep = { $0 > 12 ? .infinity : $1 }
        let error = #expect(throws: TrainingError.self) { try diverged.run() }
        #expect(error?.description.contains("lower learning rate") == true)
        #expect(try other.store.checkpoints(of: other.run.id).map(\.step).max() == 12)
    }

    @Test("Going on with other rows is called no exact continuation")
    func otherData() throws {
        let fixture = try RunFixture()
        let first = try LinearRegression(settings: LinearRegression.settings(), in: fixture.context())
        first.beforeStep = { if $0 == 8 { throw LinearRegression.Killed() } }
        _ = try? first.run()
        let rows = FeatureRows(seed: 2)
        _ = try LinearRegression(rows, settings: LinearRegression.settings(), in: fixture.context()).run()
        let alert = try #require(try fixture.events(.alert).first)
        #expect(alert.contains("the data changed (24 rows of seed 1, now 24 rows of seed 2)"))
    }

    @Test("A checkpoint that cannot be written at the end is an error, since the steps would be lost")
    func noRoomAtTheEnd() throws {
        let fixture = try RunFixture()
        let work = try LinearRegression(
            settings: LinearRegression.settings(checkpointEpochs: nil), in: fixture.context())
        let folder = fixture.file("checkpoints")
        work.beforeStep = {
            guard $0 == 1 else { return }
            try FileManager.default.removeItem(atPath: folder)
            try Data().write(to: URL(filePath: folder))
        }
        let error = #expect(throws: TrainingError.self) { try work.run() }
        #expect(error?.description.contains("the last checkpoint (step 36) could not be written") == true)
        #expect(!work.calls.contains("finish"))
    }
}

extension OptimisedParameters {
    /// What a checkpoint of the regression holds, with moments and an average of its own.
    init(_ work: LinearRegression) {
        self =
            ParameterUpdate(
                TrainedParameters(
                    parameters: work.parameters, average: .init(work.parameters, decay: 0.9), operationsPerSample: 12),
                settings: LinearRegression.settings(), pool: .init(threads: 1)
            ).optimised
    }
}
