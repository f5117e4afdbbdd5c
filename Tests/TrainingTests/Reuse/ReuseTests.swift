import Compute
import Foundation
import Images
import RunStore
import Session
import TestSupport
import Testing

@testable import Training

/// What tells a stage of one run from that of another, and what one takes from the other.
@Suite("Reuse of stages")
struct ReuseTests {
    // MARK: Fingerprint

    @Test("Parts of a fingerprint do not run into each other, and their order counts")
    func parts() {
        func text(_ parts: [String]) -> String {
            var fingerprint = Fingerprint()
            for part in parts { fingerprint.add(part) }
            return fingerprint.text
        }
        #expect(text(["ab", "c"]) != text(["a", "bc"]) && text(["a", "b"]) != text(["b", "a"]))
        #expect(text([]) == "cbf29ce484222325")
    }

    @Test("Names of files that stores keep do not change; a frame of a video has one of its own")
    func images() {
        let files = ["/a/1.jpg", "/a/2.jpg"].map { ImageReference($0) }
        #expect(Fingerprint.of(files) == "2 files be1457ef298dbacc")
        #expect(Fingerprint.of(files.reversed()) != Fingerprint.of(files))
        #expect(Fingerprint.of([ImageReference("/a/1.jpg", frame: 0)]) != Fingerprint.of(files.prefix(1)))
    }

    @Test("A file is known by its path, size and time, not by its content")
    func file() throws {
        let folder = try TemporaryFolder()
        let path = try folder.write("a", "12")
        func text() -> String {
            var fingerprint = Fingerprint()
            fingerprint.add(file: path)
            return fingerprint.text
        }
        func setDate(_ seconds: Double) throws {
            try FileManager.default.setAttributes(
                [.modificationDate: Date(timeIntervalSince1970: seconds)], ofItemAtPath: path)
        }
        try setDate(1000)
        let before = text()
        try folder.write("a", "34")
        try setDate(1000)
        #expect(text() == before)
        try setDate(1001)
        #expect(text() != before)
        try folder.write("a", "345")
        try setDate(1000)
        #expect(text() != before)
        try FileManager.default.removeItem(atPath: path)
        #expect(text() != before, "a file that is gone has a name only")
    }

    // MARK: StageIdentity

    private func identity(
        _ stages: String, fold: Int? = 1, before: String? = nil, engine: String = "plain", in folder: TemporaryFolder
    ) throws -> String {
        let fixture = try RunFixture(RunFixture.labelled(stages), in: folder)
        let part = RunPart(stage: 0, fold: fold)
        return StageIdentity(fixture.session, engine: engine).text(
            of: part, data: try fixture.data.data(of: part), before: before)
    }

    @Test("An identity changes with what changes the weights, and with nothing else")
    func identities() throws {
        let folder = try TemporaryFolder()
        let paths = try LabelledPictures.write(in: folder)
        let stage = RunFixture.finetune()
        let same = try identity(stage, in: folder)
        #expect(try identity(stage, in: folder) == same)
        for speed in ["workers: 3", "cacheMegabytes: 1", "checkpointEpochs: 1", "keep: 2"] {
            #expect(try identity(RunFixture.finetune(speed), in: folder) == same, "\(speed)")
        }
        for change in ["mixup: 0.2", "seed: 6", "layerDecay: 0.5"] {
            #expect(try identity(RunFixture.finetune(change), in: folder) != same, "\(change)")
        }
        #expect(try identity(stage, fold: 2, in: folder) != same)
        #expect(try identity(stage, before: "another", in: folder) != same)
        #expect(try identity(stage, engine: "avx2", in: folder) != same)
        #expect(try identity(stage + ", " + RunFixture.distil, in: folder) == same, "later stages do not matter")
        try FileManager.default.setAttributes(
            [.modificationDate: Date(timeIntervalSince1970: 1)], ofItemAtPath: paths[3])
        let touched = try identity(stage, in: folder)
        #expect(touched != same)
        let text = try String(contentsOfFile: folder.file("labels.csv"), encoding: .utf8)
        try folder.write("labels.csv", text.replacingOccurrences(of: "/13.png,glad", with: "/13.png,sad"))
        #expect(try identity(stage, in: folder) != touched)
    }

    // MARK: StageReuse

    /// A run whose second fold of the first stage is done, with weights, predictions and a curve.
    private func done(_ fixture: RunFixture, identity: String) throws -> RunPart {
        let part = RunPart(stage: 0, fold: 2)
        for name in [part.weightsFile, part.predictionsFile("expr")] {
            let url = URL(filePath: fixture.file(name))
            try FileManager.default.createDirectory(
                at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
            try Data(name.utf8).write(to: url)
        }
        let (store, run) = (fixture.store, fixture.run.id)
        try store.append(
            PredictionRecord(
                stage: 0, fold: 2, step: 6, task: .expression, channels: ["calm"], videos: 1, frames: 4,
                file: part.predictionsFile("expr")), to: run)
        for fold in [1, 2] {
            try store.append(
                [(SeriesKey(stage: 0, fold: fold, name: SeriesName.loss), Point(step: 1, value: Double(fold)))], to: run
            )
        }
        try store.setFact(part.doneFact, to: identity, of: run)
        return part
    }

    @Test("The run that has the identity and its files is the source; what it left is copied and stays")
    func copies() throws {
        let fixture = try RunFixture(RunFixture.labelled(RunFixture.finetune()))
        let part = try done(fixture, identity: "i")
        let (store, session) = (fixture.store, fixture.session)
        let target = try store.createRun(name: "next", sessionText: session.resolvedText, stages: [])
        let reuse = StageReuse(store: store, run: target.id)
        #expect(try reuse.source(of: part, identity: "other") == nil)
        #expect(try reuse.source(of: RunPart(stage: 0, fold: 1), identity: "i") == nil)
        #expect(
            try StageReuse(store: store, run: fixture.run.id).source(of: part, identity: "i") == nil, "never itself")
        let source = try #require(try reuse.source(of: part, identity: "i"))
        #expect(source.id == fixture.run.id)
        try reuse.copy(part, from: source, to: target.id, as: "weights/elsewhere.safetensors")
        try store.delete(source.id)
        let folder = store.folder(of: target.id)
        func text(_ name: String) throws -> String { try String(contentsOfFile: folder + "/" + name, encoding: .utf8) }
        #expect(try text("weights/elsewhere.safetensors") == part.weightsFile)
        #expect(try text(part.predictionsFile("expr")) == part.predictionsFile("expr"))
        #expect(try store.predictions(of: target.id).map(\.frames) == [4])
        let keys = try store.seriesKeys(of: target.id)
        #expect(keys.map(\.fold) == [2])
        #expect(try store.points(of: try #require(keys.first), run: target.id).map(\.value) == [2])
    }

    @Test("A run that has lost a file is no source")
    func lostFile() throws {
        let fixture = try RunFixture(RunFixture.labelled(RunFixture.finetune()))
        let part = try done(fixture, identity: "i")
        try FileManager.default.removeItem(atPath: fixture.file(part.predictionsFile("expr")))
        #expect(try StageReuse(store: fixture.store, run: nil).source(of: part, identity: "i") == nil)
    }

    @Test("`plan` says the stages that are there, fold by fold")
    func reusedStages() throws {
        let folder = try TemporaryFolder()
        try LabelledPictures.write(in: folder)
        let fixture = try RunFixture(RunFixture.labelled(RunFixture.finetune()), in: folder)
        let pool = ThreadPool(threads: 1)
        func reused() throws -> [ReusedStage] {
            try ReusedStage.all(fixture.session, in: fixture.store, home: fixture.store.home, pool: pool)
        }
        #expect(try reused().isEmpty)
        let part = RunPart(stage: 0, fold: 2)
        let identity = StageIdentity(fixture.session, engine: RunContext.engine(of: pool)).text(
            of: part, data: try fixture.data.data(of: part), before: nil)
        _ = try done(fixture, identity: identity)
        #expect(
            try reused() == [ReusedStage(stage: 0, folds: 1, allFolds: 3, runs: ["run \(fixture.run.id) 'labelled'"])])
    }
}
