import Foundation
import RunStore
import Session
import TestSupport
import Testing

@testable import Training

/// From a session to a run, and what a trainer checks on the way.
@Suite("Trainers", .timeLimit(.minutes(5)))
struct TrainerTests {
    private func session(_ stages: String, in folder: TemporaryFolder) throws -> Session {
        try SessionReader.read(text: RunFixture.labelled(stages), file: "test", folder: folder.path)
    }

    @Test("A run of a session knows how long its stages are")
    func create() throws {
        let folder = try TemporaryFolder()
        try LabelledPictures.write(in: folder)
        let store = try RunStore.open(home: folder.path + "/runs")
        let session = try session(
            RunFixture.pretrain + ", " + RunFixture.finetune() + ", " + RunFixture.distil, in: folder)
        let run = try Trainer.create(session, in: store, reusing: false)
        #expect(
            try store.stages(of: run.id) == [
                StageRecord(index: 0, kind: "pretrain", epochs: 1, stepsPerEpoch: 2),
                StageRecord(index: 1, kind: "finetune", epochs: 2, stepsPerEpoch: 2),
                StageRecord(index: 2, kind: "distil", epochs: 1, stepsPerEpoch: 2),
            ])
        #expect(try store.facts(of: run.id)[.fresh] == "yes")
        #expect(try store.keptSession(of: run.id) == session)
    }

    @Test("Bad data and weights that do not fit are refused before a run is made")
    func refusals() throws {
        let folder = try TemporaryFolder()
        try LabelledPictures.write(in: folder)
        let store = try RunStore.open(home: folder.path + "/runs")
        var session = try session(RunFixture.finetune(), in: folder)
        session.model.initialWeights = LoadedWeightsTests.path("full.pth")
        let misfit = #expect(throws: TrainingError.self) { try Trainer.create(session, in: store) }
        #expect(misfit?.isBadData == true && misfit?.description.contains("model.init: ") == true, "\(misfit as Any)")
        #expect(misfit?.description.contains("full.pth") == true)
        session.model.initialWeights = nil
        try FileManager.default.removeItem(atPath: folder.file("faces/15.png"))
        let missing = #expect(throws: TrainingError.self) { try Trainer.create(session, in: store) }
        #expect(missing?.isBadData == true && missing?.description.contains("15.png") == true)
        #expect(try store.runs().isEmpty)
    }

    @Test("A stage that fails marks its run with the reason")
    func failure() throws {
        let folder = try TemporaryFolder()
        try LabelledPictures.write(in: folder)
        let store = try RunStore.open(home: folder.path + "/runs")
        let run = try Trainer.create(try session(RunFixture.finetune(), in: folder), in: store)
        try FileManager.default.removeItem(atPath: folder.file("labels.csv"))
        #expect(throws: TrainingError.self) { try Trainer(store: store, run: run, threads: 1).train(signals: false) }
        let failed = try store.run(run.id)
        #expect(failed.status == .failed && failed.failure?.contains("labels.csv") == true)
        #expect(try store.events(of: run.id, kind: .alert).contains { $0.message.contains("labels.csv") })
    }

    @Test("Images that are trained on and held out at once are told once in the life of a run")
    func duplicates() throws {
        let folder = try TemporaryFolder()
        let paths = try LabelledPictures.write(in: folder)
        let stages =
            #"{ kind: "pretrain", data: ["faces"], epochs: 1, batch: 4 }, "# + RunFixture.finetune()
        let fixture = try RunFixture(RunFixture.labelled(stages), in: folder)
        let data = fixture.data
        // Another fold holds the copy out.
        let holdsOut = try #require(data.entry("faces").folds.first { $0.validation.contains(0) })
        let copy = try #require((0..<12).first { !holdsOut.validation.contains($0) })
        try FileManager.default.removeItem(atPath: paths[copy])
        try FileManager.default.copyItem(atPath: paths[0], toPath: paths[copy])
        for _ in 0..<2 {
            let check = DuplicateCheck(context: try fixture.context(), folded: data)
            try check.labelled()
            let part = StageFold(stage: 0, fold: nil)
            try check.earlierStage(part, data.data(of: part))
            // Its own folds have been checked.
            try check.earlierStage(StageFold(stage: 1, fold: 1), data.data(of: StageFold(stage: 1, fold: 1)))
        }
        let told = try fixture.events(.alert)
        #expect(told.count == 3, "\(told)")
        #expect(told.count { $0.contains("on both sides of fold") } == 2)
        #expect(told.contains { $0.hasPrefix("pre-training sees 12 images that are held out later") })
        let facts = try fixture.store.facts(of: fixture.run.id)
        #expect(facts[.duplicates(in: "stage 0")]?.hasPrefix("pre-training sees") == true)
        #expect(facts[.duplicates(in: "stage 1 fold 1")] == nil)
    }

    @Test("A session is trained from photographs to the weights of each fold, which begin where the stage before ended")
    func train() throws {
        let folder = try TemporaryFolder()
        try LabelledPictures.write(in: folder)
        let store = try RunStore.open(home: folder.path + "/runs")
        let stages = RunFixture.pretrain + ", " + RunFixture.finetune() + ", " + RunFixture.distil
        let run = try Trainer.create(try session(stages, in: folder), in: store)
        #expect(try Trainer(store: store, run: run, threads: 1).train(signals: false) == .finished)
        let begins = try store.events(of: run.id, kind: .info).map(\.message).filter { $0.hasPrefix("begins with ") }
        for fold in 1...3 {
            let pretrained = "\(store.folder(of: run.id))/weights/stage-0-fold-\(fold).safetensors"
            // The student begins where its teacher began.
            #expect(begins.count { $0.contains(pretrained) } == 2, "\(begins)")
        }
        #expect(try store.predictions(of: run.id).count == 6)
        #expect(try store.facts(of: run.id).keys.compactMap(\.donePart).count == 9)
    }
}
