import Affect
import Checkpoints
import Compute
import Datasets
import Foundation
import Images
import Model
import Session
import TestSupport
import Testing

@testable import Training

/// Models on held-out samples, and teachers.
@Suite("Evaluation", .timeLimit(.minutes(5)))
struct EvaluationTests {
    private let side = 16
    private let pool = ThreadPool(threads: 1)
    private let folder: TemporaryFolder
    private let data: LabelledStageData
    private let model: Classifier

    /// Image 4 cannot be read.
    init() throws {
        folder = try TemporaryFolder()
        try LabelledPictures.write(in: folder)
        try folder.write("faces/14.png", "no image")
        let fixture = try RunFixture(
            RunFixture.labelled(RunFixture.finetune(task: LabelledDataTests.allTasks)), in: folder)
        data = try LabelledStageData(try #require(fixture.session.stages[0].supervised), fold: 1, of: fixture.data)
        model = try Self.model(fixture.session.model, outputs: data.heads.outputs, pool: pool)
    }

    private static func model(_ settings: ModelSettings, outputs: Int, seed: UInt64 = 2, pool: ThreadPool) throws
        -> Classifier
    {
        let model = Classifier(
            configuration: try settings.classifierConfiguration(outputs: outputs), microBatch: 4, training: false,
            pool: pool)
        model.initialise(seed: seed)
        // A fresh head is next to nothing.
        for parameter in model.parameters.parameters where parameter.name == "head.weight" {
            for index in 0..<parameter.count { model.parameters.values(of: parameter)[index] *= 10_000 }
        }
        model.weightsChanged()
        return model
    }

    private func pass(_ samples: [Int], batch: Int = 3) -> EvaluationPass {
        EvaluationPass(
            samples,
            loader: ImageLoader(
                .samples(data.set, samples), recipe: .evaluation(.direct, image: side, .imageNet), epochs: .evaluation,
                batch: batch))
    }

    /// The outputs of one image alone.
    private func outputs(_ sample: Int, _ model: Classifier) throws -> [Float] {
        let (pixels, row) = (FloatBuffer(count: 3 * side * side), FloatBuffer(count: data.heads.outputs))
        EvaluationTransform.direct.tensor(
            of: try decodeImage(data.set.image(sample)), size: side, with: Resampler(.bicubic), by: .imageNet,
            into: pixels.pointer)
        model.outputs(images: pixels.pointer, batch: 1, into: row.pointer)
        return row.array
    }

    private func isClose(_ a: some Collection<Float>, _ b: some Collection<Float>) -> Bool {
        a.count == b.count && zip(a, b).allSatisfy { abs($0 - $1) <= 1e-4 * max(1, abs($1)) }
    }

    // MARK: EvaluationPass

    @Test("Rows come in the order of the samples; an image that cannot be read has none; a pass can be repeated")
    func fill() throws {
        let samples = [7, 2, 4, 9, 0]
        let pass = pass(samples)
        let width = data.heads.outputs
        let rows = FloatBuffer(count: samples.count * width)
        for _ in 0..<2 {
            rows.zero()
            try pass.fill(rows.pointer, width: width) { model.outputs(images: $0, batch: $1, into: $2) }
            for (place, sample) in samples.enumerated() {
                let row = rows.array[place * width..<(place + 1) * width]
                if sample == 4 {
                    #expect(row.allSatisfy { $0.isNaN })
                } else {
                    #expect(isClose(row, try outputs(sample, model)), "\(sample)")
                }
            }
        }
        #expect(pass.places == [7: 0, 2: 1, 4: 2, 9: 3, 0: 4])
    }

    @Test("Features of a frozen encoder are computed once; a sample without any has no part in the loss")
    func frozen() throws {
        let frozen = FrozenFeatures(pass([1, 4, 6]))
        let width = model.configuration.encoder.width
        let all = try frozen.all(model)
        #expect(try frozen.all(model) == all)
        let (rows, targets) = (FloatBuffer(count: 2 * width), FloatBuffer(count: 2 * data.heads.outputs))
        try frozen.copy([6, 4], model, into: rows.pointer, targets: targets.pointer)
        #expect(rows.array[..<width].elementsEqual(UnsafeBufferPointer(start: all + 2 * width, count: width)))
        #expect(rows.array[width...].allSatisfy { $0 == 0 })
        #expect(targets.array[..<data.heads.outputs].allSatisfy { $0 == 0 })
        #expect(targets.array[data.heads.outputs...].allSatisfy { $0.isNaN })
    }

    // MARK: HeldOut

    @Test("Predictions come by subject with their truth; the loss leaves out what cannot be read")
    func heldOut() throws {
        let samples = [2, 3, 4, 5]
        let held = HeldOut(pass(samples), of: data.set, heads: data.heads, isFrozen: false)
        try held.evaluate(model)
        let head = data.heads.heads[2]
        let set = try held.predictions(head, name: "run", fold: 2)
        #expect(set.videos.map(\.name) == ["s1", "s2"] && set.task == .valenceArousal)
        #expect(set.videos.allSatisfy { $0.fold == 2 && $0.count == 2 })
        #expect(set.videos[1].scores[0][0].isNaN && !set.videos[1].scores[0][1].isNaN)
        #expect(set.videos[0].truth[0].map { Float($0) } == [0.2, 0.3])
        #expect(set.videos[0].images == ["12.png", "13.png"])
        let expected = try outputs(2, model)[head.column]
        #expect(abs(set.videos[0].scores[0][0] - Double(expected)) < 1e-4 || abs(expected) > 1)

        let loss = try data.heads.loss(data.settings, of: data.set, samples: data.samples.training, withTeacher: false)
        let readable = HeldOut(pass([2, 3, 5]), of: data.set, heads: data.heads, isFrozen: false)
        try readable.evaluate(model)
        let (all, some) = (held.loss(loss), readable.loss(loss))
        #expect(all.isFinite && abs(all - some) < 1e-5 * max(1, abs(some)), "\(all) \(some)")
        // Computing the loss has not made outputs of what has none.
        #expect(try held.predictions(head, name: "run", fold: 2).videos[1].scores[0][0].isNaN)
        #expect(held.support(data.heads.heads[1]) == data.set.unitCounts(samples).map(\.active))
    }

    @Test("A frozen encoder gives held-out samples the same outputs, and a changed head is seen")
    func heldOutFrozen() throws {
        let frozen = HeldOut(pass([2, 4, 5]), of: data.set, heads: data.heads, isFrozen: true)
        let whole = HeldOut(pass([2, 4, 5]), of: data.set, heads: data.heads, isFrozen: false)
        func scores(_ held: HeldOut) throws -> [Double] {
            try held.evaluate(model)
            return try held.predictions(data.heads.heads[1], name: "run", fold: 1).videos.flatMap { $0.scores[0] }
        }
        let before = try scores(frozen)
        #expect(before.count == 3 && before.count { $0.isNaN } == 1)
        for (a, b) in zip(before, try scores(whole)) where !a.isNaN { #expect(abs(a - b) < 1e-5) }
        let bias = try #require(model.parameters["head.bias"])
        model.parameters.values(of: bias)[3] += 2
        model.weightsChanged()
        for (a, b) in zip(try scores(frozen), before) where !a.isNaN { #expect(a > b) }
    }

    // MARK: Teacher

    @Test("A teacher gives its own outputs, on the batch's images or on clean ones kept from before")
    func teacher() throws {
        let path = folder.file("teacher.safetensors")
        try TrainingCheckpoint.writeWeights(to: path, parameters: model.parameters, metadata: [:])
        func student() throws -> Classifier {
            try Self.model(RunFixture().session.model, outputs: data.heads.outputs, seed: 3, pool: pool)
        }
        let samples = [1, 4, 6, 8]
        let clean = try Teacher(weights: path, model: student(), batch: 2, cleanImages: pass(samples))
        try clean.evaluateCleanImages()
        let augmented = try Teacher(weights: path, model: student(), batch: 4, cleanImages: nil)
        let loader = ImageLoader(
            .samples(data.set, [8, 4, 11]), recipe: .evaluation(.direct, image: side, .imageNet), epochs: .evaluation,
            batch: 2)
        let width = data.heads.outputs
        let batch = try loader.next()
        defer { loader.recycle(batch) }
        let (kept, seen) = (clean.outputs(batch), augmented.outputs(batch))
        #expect(Array(batch.sources) == [8, 11], "the next good image takes the place of a bad one")
        #expect(isClose(UnsafeBufferPointer(start: kept, count: width), try outputs(8, model)))
        #expect(UnsafeBufferPointer(start: kept + width, count: width).allSatisfy { $0.isNaN }, "11 is not trained on")
        #expect(isClose(UnsafeBufferPointer(start: seen, count: width), try outputs(8, model)))
        #expect(isClose(UnsafeBufferPointer(start: seen + width, count: width), try outputs(11, model)))
        #expect(throws: CheckpointError.self) {
            try Teacher(
                weights: path, model: Self.model(RunFixture().session.model, outputs: 2, pool: pool), batch: 2,
                cleanImages: nil)
        }
    }
}
