import Basics
import Compute
import Datasets
import Foundation
import Images
import RunStore
import Session
import TestSupport
import Testing

@testable import Training

/// Weights that runs left, and images on their way to them.
@Suite("Weights of runs")
struct WeightsTests {
    // MARK: RunWeights and StageWeights

    private func fixture(_ stages: String) throws -> RunFixture {
        let folder = try TemporaryFolder()
        try LabelledPictures.write(in: folder)
        return try RunFixture(RunFixture.labelled(stages), in: folder)
    }

    private func finish(_ part: RunPart, _ fixture: RunFixture) throws {
        let url = URL(filePath: fixture.file(fixture.data.weightsFile(part)))
        try FileManager.default.createDirectory(at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
        try Data([1]).write(to: url)
        try fixture.store.setFact(part.doneFact, to: "i", of: fixture.run.id)
    }

    private let pretrain = #"{ kind: "pretrain", data: ["faces"], epochs: 1, batch: 4 }"#

    @Test("A run that ended in one file of weights has last weights; `run:NAME` becomes that file")
    func lastWeights() throws {
        let fixture = try fixture(pretrain + ", " + pretrain)
        func failure() -> String? {
            #expect(throws: TrainingError.self) { try fixture.store.lastWeights(of: fixture.run) }?.description
        }
        try finish(RunPart(stage: 0, fold: nil), fixture)
        #expect(failure()?.contains("has not finished its last stage (pretrain)") == true)
        try finish(RunPart(stage: 1, fold: nil), fixture)
        let path = fixture.file("weights.safetensors")
        #expect(try fixture.store.lastWeights(of: fixture.run) == path)
        var session = fixture.session
        session.model.initialWeights = "run:labelled"
        #expect(try session.withInitialWeights(from: fixture.store).model.initialWeights == path)
        session.model.initialWeights = "run:nobody"
        #expect(throws: TrainingError.self) { try session.withInitialWeights(from: fixture.store) }
        try FileManager.default.removeItem(atPath: path)
        #expect(failure()?.contains("has lost its weights, \(path)") == true)
    }

    @Test("A run that ended in several folds has no last weights, but weights of each fold")
    func folds() throws {
        let fixture = try fixture(RunFixture.pretrain + ", " + RunFixture.finetune(#"evaluation: "crop""#))
        let none = #expect(throws: TrainingError.self) { try StageWeights(of: fixture.run, in: fixture.store) }
        #expect(none?.description.contains("has no weights of stage 1 (finetune) yet") == true)
        for fold in [3, 1] { try finish(RunPart(stage: 1, fold: fold), fixture) }
        let several = #expect(throws: TrainingError.self) { try fixture.store.lastWeights(of: fixture.run) }
        #expect(several?.description.contains("ended in 2 folds") == true)
        let weights = try StageWeights(of: fixture.run, in: fixture.store)
        #expect(weights.stage == 1 && weights.folds == [1, 3])
        #expect(weights.framing == .centre)
        #expect(weights.file(fold: 3) == fixture.file("weights/stage-1-fold-3.safetensors"))
        #expect(weights.file(fold: 2).isEmpty)
        #expect(throws: TrainingError.self) { try StageWeights(of: fixture.run, stage: 7, in: fixture.store) }
    }

    @Test("An imported run has predictions, but no weights")
    func imported() throws {
        let fixture = try RunFixture()
        let run = try fixture.store.createRun(
            name: "theirs", sessionText: "{}",
            stages: [StageRecord(index: 0, kind: "import", epochs: 0, stepsPerEpoch: 0)])
        let error = #expect(throws: TrainingError.self) { try StageWeights(of: run, in: fixture.store) }
        #expect(error?.isBadData == true && error?.description.contains("was imported") == true)
        #expect(throws: TrainingError.self) { try fixture.store.lastWeights(of: run) }
    }

    // MARK: InitialWeights

    @Test("What a file would do to the session's first stage is said without a run, for each kind of stage")
    func report() throws {
        let path = LoadedWeightsTests.path("encoder.pth")
        func session(_ stages: String, normalisation: String = "imageNet") throws -> Session {
            try SessionReader.read(
                text: """
                    {
                      model: { encoder: { width: 16, depth: 2, heads: 2 }, decoder: { width: 8, depth: 1, heads: 2 }, image: 16,
                        patch: 4, init: "\(path)", normalisation: "\(normalisation)" },
                      data: { faces: { kind: "classes", path: "faces", classes: ["a", "b"] } },
                      stages: [\(stages)],
                    }
                    """, file: "test", folder: "/")
        }
        let pretrain = try InitialWeights.report(for: session(pretrain))
        #expect(pretrain.first == "begins with \(path)")
        #expect(pretrain.contains { $0.contains("no decoder: that begins random") })
        let finetune = try InitialWeights.report(for: session(RunFixture.finetune()))
        #expect(finetune.count > 1 && !finetune.contains { $0.contains("decoder: that begins") })
        let other = try InitialWeights.report(for: session(self.pretrain, normalisation: "image"))
        #expect(other.contains { $0.contains("trained with normalisation \"imageNet\"") })
        var random = try session(self.pretrain)
        random.model.initialWeights = nil
        #expect(try InitialWeights.report(for: random).isEmpty)
    }

    // MARK: ImageReader

    @Test(
        "Images come in order and batches, without those that cannot be read, the same with any number of threads",
        arguments: [1, 3])
    func reader(threads: Int) throws {
        let folder = try TemporaryFolder()
        var images = try LabelledPictures.write(in: folder).map { ImageReference($0) }
        try folder.write("faces/12.png", "no image")
        images.insert(ImageReference(folder.file("film.mp4"), frame: 4), at: 1)
        let side = 16
        let reader = ImageReader(images, side: side, framing: .whole)
        var (read, skipped, sizes) = ([ImageReference](), [SkippedFile](), [Int]())
        try reader.forEachBatch(of: 5, threads: threads) {
            skipped.append($0)
        } _: { batch, pixels in
            let expected = FloatBuffer(count: 3 * side * side)
            for (place, image) in batch.enumerated() {
                EvaluationTransform.direct.tensor(
                    of: try decodeImage(image), size: side, with: Resampler(.bicubic), by: .imageNet,
                    into: expected.pointer)
                let row = UnsafeBufferPointer(start: pixels + place * expected.count, count: expected.count)
                #expect(row.elementsEqual(expected.values), "\(image)")
            }
            read += batch
            sizes.append(batch.count)
        }
        #expect(skipped.map(\.image) == [images[1], images[3]])
        #expect(skipped[0].description.hasPrefix("\(folder.path)/film.mp4#4: frame 4 of a video"))
        #expect(read == images.filter { image in !skipped.contains { $0.image == image } })
        #expect(sizes == [3, 5, 3])
    }

    @Test("The centre of an image is not the whole of it")
    func framing() throws {
        let folder = try TemporaryFolder()
        let path = try folder.write("a.png", LabelledPictures.picture(1, side: 64).png())
        func pixels(_ framing: ImageReader.Framing) -> [Float] {
            var values: [Float] = []
            ImageReader([ImageReference(path)], side: 16, framing: framing).forEachBatch(of: 1, threads: 1) { _ in
            } _: { (_, pixels: UnsafePointer<Float>) throws(Never) in
                values = Array(UnsafeBufferPointer(start: pixels, count: 3 * 16 * 16))
            }
            return values
        }
        #expect(pixels(.whole).count == 768 && pixels(.whole) != pixels(.centre))
    }
}
