import Compute
import Foundation
import RunStore
import TestSupport
import Testing

@testable import Model
@testable import Training

@Suite("Checkpoints")
struct CheckpointTests {
    /// Two parameters, one of which is fixed, an optimizer that has taken a step, and an average.
    private func parameters(_ first: Float = 1, names: [String] = ["moving", "fixed"]) -> OptimisedParameters {
        var layout = ParameterLayout()
        layout.add(names[0], [2, 3], .zeros)
        layout.add(names[1], [4], .zeros, trainable: false)
        let parameters = ParameterSet(layout: layout)
        for (place, parameter) in parameters.parameters.enumerated() {
            for index in 0..<parameter.count {
                parameters.values(of: parameter)[index] = first + Float(10 * place + index)
            }
        }
        let average = WeightAverage(parameters, decay: 0.5) { $0.trainable }
        let optimizer = AdamW(parameters: parameters)
        let pool = ThreadPool(threads: 1)
        parameters.gradient(of: parameters.parameters[0])[1] = first
        optimizer.step(learningRate: 0.1, pool: pool)
        average.update(pool: pool)
        return OptimisedParameters(parameters: parameters, optimizer: optimizer, copies: [average])
    }

    private func numbers(_ optimised: OptimisedParameters) -> [[Float]] {
        let moving = optimised.parameters.parameters[0]
        return optimised.parameters.parameters.map { Array(optimised.parameters.values(of: $0)) } + [
            Array(optimised.optimizer.firstMoments(of: moving)), Array(optimised.optimizer.secondMoments(of: moving)),
            Array(optimised.copies[0].values(of: moving)),
        ]
    }

    private func state(step: Int64 = 1, loss: Double? = nil) -> TrainingState {
        var state = TrainingState(stage: 0, data: "12 files 7", engine: "plain")
        (state.step, state.optimizerSteps, state.lastEpochLoss) = (step, 1, loss)
        return state
    }

    private func keeper(
        _ fixture: RunFixture, fold: Int? = nil, interval: Double = 0, recent: Int = 2
    ) throws -> CheckpointKeeper {
        try CheckpointKeeper(
            context: fixture.context(), part: StageFold(stage: 0, fold: fold), journal: fixture.journal(fold: fold),
            policy: CheckpointPolicy(interval: interval, recent: recent))
    }

    // MARK: The file

    @Test("A file gives back the state, the values, the moments and the averages, bit for bit")
    func roundTrip() throws {
        let folder = try TemporaryFolder()
        var state = state()
        (state.bestScore, state.chosenStep, state.badSteps, state.seconds) = (0.25, 3, 2, 1.5)
        let written = parameters()
        let bytes = try TrainingCheckpoint.write(to: folder.file("a.safetensors"), state: state, written, metadata: [:])
        #expect(bytes == Int64(try folder.contents("a.safetensors").count))
        let read = parameters(5)
        #expect(numbers(read) != numbers(written))
        read.optimizer.stepCount = 7
        #expect(try TrainingCheckpoint.read(from: folder.file("a.safetensors"), into: read) == state)
        #expect(numbers(read) == numbers(written))
        #expect(read.optimizer.stepCount == 1)
    }

    @Test("Files without a state, of another format or of another model are refused by name")
    func refusals() throws {
        let folder = try TemporaryFolder()
        let weights = folder.file("weights.safetensors")
        try TrainingCheckpoint.writeWeights(to: weights, parameters: parameters().parameters, metadata: [:])
        let stateless = #expect(throws: TrainingError.self) {
            try TrainingCheckpoint.read(from: weights, into: parameters())
        }
        #expect(stateless?.description.contains("\(weights) holds weights but no training state") == true)
        let later = folder.file("later.safetensors")
        var state = state()
        state.format = 99
        _ = try TrainingCheckpoint.write(to: later, state: state, parameters(), metadata: [:])
        let format = #expect(throws: TrainingError.self) {
            try TrainingCheckpoint.read(from: later, into: parameters())
        }
        #expect(format?.description.contains("format 99") == true)
        let other = folder.file("other.safetensors")
        _ = try TrainingCheckpoint.write(to: other, state: self.state(), parameters(names: ["a", "b"]), metadata: [:])
        #expect(throws: (any Error).self) { try TrainingCheckpoint.read(from: other, into: parameters()) }
    }

    @Test("What changed between a checkpoint and its resume is named")
    func differences() {
        let state = state()
        #expect(state.difference(data: "12 files 7", engine: "plain") == nil)
        #expect(state.difference(data: "13 files 8", engine: "plain")?.contains("12 files 7, now 13 files 8") == true)
        let engine = state.difference(data: "12 files 7", engine: "avx2")
        #expect(engine?.contains("the engine changed (plain, now avx2)") == true && engine?.contains("data") == false)
    }

    @Test("The mean loss of an epoch is that of its good steps")
    func meanLoss() {
        var state = state()
        #expect(state.meanEpochLoss == nil)
        (state.epochLossSum, state.epochLossCount) = (3, 2)
        #expect(state.meanEpochLoss == 1.5)
    }

    // MARK: The keeper

    @Test("Newest, best and requested checkpoints stay, with a file and a row each, and reasons that are true")
    func thinning() throws {
        let fixture = try RunFixture()
        let keeper = try keeper(fixture)
        for (step, loss) in [(1, 0.9), (2, 0.1), (3, 0.8), (4, 0.7), (5, 0.6)] as [(Int64, Double)] {
            #expect(
                keeper.write(
                    state(step: step, loss: loss), parameters(), progress: RunFixture.progress, isRequested: step == 1))
        }
        let records = try fixture.store.checkpoints(of: fixture.run.id)
        #expect(records.map(\.step) == [1, 2, 4, 5])
        #expect(records.map(\.reason) == ["requested", "best", "recent", "last"])
        let files = try FileManager.default.contentsOfDirectory(atPath: fixture.file("checkpoints")).sorted()
        #expect(files == records.map { ($0.file as NSString).lastPathComponent })
        #expect(files.first == "stage-0-step-00000001.safetensors")
    }

    @Test("The newest checkpoint that can be read is resumed; the run goes back to it")
    func resumesTheNewestReadable() throws {
        let fixture = try RunFixture()
        let keeper = try keeper(fixture)
        let kept = parameters(3)
        _ = keeper.write(state(step: 4), kept, progress: RunFixture.progress)
        _ = keeper.write(state(step: 8), parameters(4), progress: RunFixture.progress)
        let records = try fixture.store.checkpoints(of: fixture.run.id)
        try Data("no checkpoint".utf8).write(to: URL(filePath: fixture.file(records[1].file)))
        let key = SeriesKey(stage: 0, name: SeriesName.loss)
        try fixture.store.append((1...9).map { (key, Point(step: $0, value: 0)) }, to: fixture.run.id)
        let resumed = parameters()
        #expect(try self.keeper(fixture).resume(into: resumed)?.step == 4)
        #expect(numbers(resumed) == numbers(kept))
        #expect(try fixture.store.points(of: key, run: fixture.run.id).map(\.step) == [1, 2, 3, 4])
        #expect(try fixture.store.checkpoints(of: fixture.run.id).map(\.step) == [4])
        #expect(!FileManager.default.fileExists(atPath: fixture.file(records[1].file)))
        #expect(fixture.messages.withLock { $0.contains { $0.contains("step-00000008") } })
    }

    @Test("Nothing to resume begins anew, and what a kill left is removed, but not an earlier fold's")
    func leftovers() throws {
        let fixture = try RunFixture()
        _ = try keeper(fixture, fold: 1).write(state(), parameters(), progress: RunFixture.progress)
        let keeper = try keeper(fixture, fold: 2)
        let unnamed = fixture.file("checkpoints/stage-0-fold-2-step-00000009.safetensors")
        try Data([1]).write(to: URL(filePath: unnamed))
        #expect(try keeper.resume(into: parameters()) == nil)
        #expect(!FileManager.default.fileExists(atPath: unnamed))
        #expect(
            FileManager.default.fileExists(
                atPath: fixture.file("checkpoints/stage-0-fold-1-step-00000001.safetensors")))
    }

    @Test("A disk that refuses is told and costs no older checkpoint")
    func refusedWrite() throws {
        let fixture = try RunFixture()
        let keeper = try keeper(fixture)
        _ = keeper.write(state(step: 1), parameters(), progress: RunFixture.progress)
        // The place of the next file is taken by a folder that is not empty.
        let taken = fixture.file("checkpoints/stage-0-step-00000002.safetensors")
        try FileManager.default.createDirectory(atPath: taken + "/full", withIntermediateDirectories: true)
        #expect(!keeper.write(state(step: 2), parameters(), progress: RunFixture.progress))
        #expect(try fixture.store.checkpoints(of: fixture.run.id).map(\.step) == [1])
        #expect(fixture.messages.withLock { $0.contains { $0.hasPrefix("no checkpoint at step 2: ") } })
    }

    @Test("A checkpoint is due when the interval has passed, and never without one")
    func due() throws {
        let fixture = try RunFixture()
        #expect(try keeper(fixture, interval: 0).isDue)
        #expect(try !keeper(fixture, interval: 3600).isDue)
        #expect(try !keeper(fixture, interval: .infinity).isDue)
    }
}
