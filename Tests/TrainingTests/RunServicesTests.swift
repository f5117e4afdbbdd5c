import Basics
import Checkpoints
import Compute
import Foundation
import RunStore
import Session
import TestSupport
import Testing

@testable import Training

/// What a trainer has around its stages: control, pauses, the heartbeat, the journal.
@Suite("The services of a run", .timeLimit(.minutes(1)))
struct RunServicesTests {
    // MARK: Control

    @Test("Each command sets what it says and is acknowledged")
    func control() throws {
        let fixture = try RunFixture()
        let control = try TrainerControl(store: fixture.store, run: fixture.run.id, signals: false, interval: 0)
        try control.poll()
        #expect(!control.isPaused && !control.stopNow && !control.checkpointRequested && !control.stopAfterEpoch)
        for command in [RunCommand.pause, .checkpoint] { try fixture.store.send(command, to: fixture.run.id) }
        try control.poll()
        #expect(control.isPaused && control.checkpointRequested)
        control.checkpointDone()
        try fixture.store.send(.stopAfterEpoch, to: fixture.run.id)
        try control.poll()
        // Nothing ends an epoch while it is paused.
        #expect(control.stopAfterEpoch && !control.isPaused && !control.checkpointRequested)
        try fixture.store.send(.stop, to: fixture.run.id)
        try control.poll()
        #expect(control.stopNow && control.stopReason == "stopped on request")
        let sent = try fixture.store.commands(of: fixture.run.id)
        #expect(sent.map(\.outcome) == ["paused", "done", "stops after this epoch", "done"])
        #expect(sent.allSatisfy { $0.acknowledged != nil })
    }

    @Test("The store is asked again only after the interval")
    func interval() throws {
        let fixture = try RunFixture()
        let control = try TrainerControl(store: fixture.store, run: fixture.run.id, signals: false, interval: 3600)
        try control.poll()
        try fixture.store.send(.stop, to: fixture.run.id)
        try control.poll()
        #expect(!control.stopNow)
    }

    // MARK: Pause

    @Test("A pause tells the store, saves what is asked for, and ends when it is told to")
    func pause() throws {
        let fixture = try RunFixture()
        let context = try fixture.context()
        let (store, run) = (fixture.store, fixture.run.id)
        try store.send(.pause, to: run)
        try context.control.poll()
        var statuses: [RunStatus] = []
        var saved: [Bool] = []
        try context.waitWhilePaused(
            journal: fixture.journal(),
            progress: {
                if let status = try? store.run(run).status { statuses.append(status) }
                if statuses.count == 2 { try? store.send(.checkpoint, to: run) }
                return RunFixture.progress
            },
            save: { isRequested in
                saved.append(isRequested)
                try? store.send(.resume, to: run)
                return true
            })
        #expect(statuses.first == .pending && statuses.dropFirst().allSatisfy { $0 == .paused } && statuses.count > 2)
        #expect(saved == [true])
        #expect(try store.run(run).status == .running)
        #expect(fixture.messages.withLock { $0 } == ["paused", "goes on"])
    }

    @Test("A stop ends a pause without running on; no pause waits for nothing")
    func stopDuringPause() throws {
        let fixture = try RunFixture()
        let context = try fixture.context()
        try context.waitWhilePaused(journal: fixture.journal(), progress: { RunFixture.progress }, save: { _ in true })
        #expect(fixture.messages.withLock { $0.isEmpty })
        for command in [RunCommand.pause, .stop] { try fixture.store.send(command, to: fixture.run.id) }
        try context.control.poll()
        try context.waitWhilePaused(journal: fixture.journal(), progress: { RunFixture.progress }, save: { _ in true })
        #expect(try fixture.store.run(fixture.run.id).status == .pending)
    }

    // MARK: Heartbeat

    @Test("The heart beats until it is stopped, whatever the interval")
    func heartbeat() throws {
        let folder = try TemporaryFolder()
        let time = Guarded(100.0)
        let store = try RunStore.open(home: folder.path, clock: { time.withLock { $0 } })
        let run = try store.createRun(name: "r", sessionText: "{}", stages: [])
        let quick = Heartbeat(store: store, run: run.id, interval: 0.001)
        for moment in [200.0, 300] {
            time.withLock { $0 = moment }
            let beat = try becomesTrue { try store.run(run.id).heartbeat == moment }
            #expect(beat, "no beat at \(moment)")
        }
        quick.stop()
        // Its thread has ended: a later moment is nobody's.
        time.withLock { $0 = 400 }
        #expect(try store.run(run.id).heartbeat == 300)
        // Stopping does not wait for the next beat; the suite's time limit would end this.
        Heartbeat(store: store, run: run.id, interval: 100_000).stop()
    }

    // MARK: Journal

    @Test("What the store refuses waits, in its order, for the next time")
    func refusal() throws {
        let fixture = try RunFixture()
        // There is no such run yet, and the store refuses points of none.
        let next = fixture.run.id + 1
        let journal = try RunJournal(store: fixture.store, run: next, stage: 0, fold: 2)
        journal.setStep(7)
        for step in [1, 2] as [Int64] { journal.point(SeriesName.loss, step: step, Double(step)) }
        journal.event(.info, "first")
        #expect(throws: (any Error).self) { try journal.flush(progress: RunFixture.progress) }
        journal.point(SeriesName.loss, step: 3, 3)
        journal.event(.info, "second")
        let run = try fixture.store.createRun(name: "later", sessionText: "{}", stages: [])
        try #require(run.id == next)
        try journal.flush(progress: RunFixture.progress)
        try journal.flush(progress: RunFixture.progress)
        let key = SeriesKey(stage: 0, fold: 2, name: SeriesName.loss)
        #expect(try fixture.store.points(of: key, run: next).map(\.value) == [1, 2, 3])
        let events = try fixture.store.events(of: next)
        #expect(events.map(\.message) == ["first", "second"])
        #expect(events.allSatisfy { $0.step == 7 && $0.fold == 2 })
    }

    @Test("A file that is passed over is told once in the life of a run")
    func skips() throws {
        let fixture = try RunFixture()
        let journal = try fixture.journal()
        for _ in 0..<2 { journal.skip("a.jpg: an empty file") }
        try journal.flush(progress: RunFixture.progress)
        let resumed = try fixture.journal(stage: 1)
        for name in ["a.jpg: an empty file", "b.jpg: an empty file"] { resumed.skip(name) }
        try resumed.flush(progress: RunFixture.progress)
        #expect(try fixture.events(.skip) == ["a.jpg: an empty file", "b.jpg: an empty file"])
    }

    @Test("Points are written when the interval has passed, and then all")
    func flushIfDue() throws {
        let fixture = try RunFixture()
        let journal = try fixture.journal()
        let key = SeriesKey(stage: 0, name: SeriesName.loss)
        journal.point(SeriesName.loss, step: 1, 1)
        journal.flushIfDue(progress: RunFixture.progress)
        #expect(try fixture.store.points(of: key, run: fixture.run.id).count == 1)
        var step: Int64 = 1
        let isWritten = try becomesTrue {
            step += 1
            journal.point(SeriesName.loss, step: step, 1)
            journal.flushIfDue(progress: RunFixture.progress)
            return try fixture.store.points(of: key, run: fixture.run.id).count > 1
        }
        #expect(isWritten)
        #expect(try fixture.store.points(of: key, run: fixture.run.id).count == step)
    }

    // MARK: The context

    @Test("The micro-batch of a stage is chosen once in the life of a run")
    func microBatch() throws {
        let fixture = try RunFixture()
        #expect(try fixture.context().microBatch(ofStage: 0) { 6 } == 6)
        #expect(try fixture.context().microBatch(ofStage: 0) { 8 } == 6)
        #expect(try fixture.context().microBatch(ofStage: 1) { 8 } == 8)
    }

    @Test("The random numbers of a part depend on its seed, its stage and its fold")
    func randomScope() throws {
        let session = try RunFixture(RunFixture.labelled(RunFixture.pretrain + ", " + RunFixture.finetune("seed: 9")))
            .session
        #expect(session.randomScope(of: RunPart(stage: 0, fold: nil)) == RandomScope(seed: 5))
        #expect(session.randomScope(of: RunPart(stage: 1, fold: 3)) == RandomScope(seed: 9, stage: 1, fold: 3))
    }

    @Test("Weights say their run, their session and what they were told")
    func weights() throws {
        let fixture = try RunFixture()
        let work = try LinearRegression(settings: LinearRegression.settings(), in: fixture.context())
        try fixture.context().writeWeights(work.parameters, to: "weights/a.safetensors", metadata: ["more": "b"])
        let file = try WeightsFile(path: fixture.file("weights/a.safetensors"))
        #expect(file.metadata["maeface.session"] == "drawn" && file.metadata["maeface.run"] == "\(fixture.run.id)")
        #expect(file.metadata["maeface.heads"] == "2" && file.metadata["more"] == "b")
        #expect(file["weight"] != nil && file["bias"] != nil)
    }

    @Test("The engine is the kernel level, and with the plain one the library that multiplies")
    func engine() {
        let pool = ThreadPool(threads: 1)
        let engine = RunContext.engine(of: pool)
        #expect(pool.level == .plain ? engine.hasPrefix("plain, ") : engine == "\(pool.level)")
    }
}
