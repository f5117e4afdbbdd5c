import Basics
import Checkpoints
import Compute
import Datasets
import Foundation
import Images
import Model
import RunStore
import Session

/// Self-supervised pre-training (paper sections 3.1 and 4.1): masked autoencoding of photographs.
final class Pretraining: TrainingWork {
    private let context: RunContext
    private let part: RunPart
    private let scope: RandomScope
    private let beginning: InitialWeights?
    private let weightsFile: String
    private let settings: PretrainStage
    private let configuration: ModelConfiguration
    private let model: MaskedAutoencoder
    private let loop: TrainingLoop<ImageLoader>
    private let preview: PreviewMaker?
    private let maskKey: RandomKey
    private let noise: FloatBuffer

    init(_ task: PartTask, settings: PretrainStage, photos: PhotoSet, in context: RunContext) throws {
        self.context = context
        self.settings = settings
        part = task.part
        weightsFile = task.weightsFile
        let session = context.session
        beginning = try task.encoder.map { try InitialWeights(path: $0, for: session.model) }
        scope = session.randomScope(of: part)
        configuration = try session.model.configuration(for: settings)
        let loader = ImageLoader(
            .images(photos.images),
            recipe: .pretraining(
                PretrainSettings(
                    image: session.model.image,
                    crop: RandomResizedCrop(scale: settings.crop.scale, ratio: settings.crop.ratio),
                    flipProbability: settings.flip ? 0.5 : 0, normalisation: session.model.pixels,
                    reducedDecode: settings.reducedDecode)),
            epochs: .training(scope), batch: settings.batch,
            resources: LoaderResources(
                workers: settings.workers ?? 1,
                cacheBytes: settings.cacheMegabytes.map { $0 << 20 } ?? ImageLoader.suggestedCacheBytes()))
        let microBatch = try context.microBatch(ofStage: part.stage) { [configuration] in
            settings.microBatch ?? MaskedAutoencoder.defaultMicroBatch(configuration, batch: loader.batch)
        }
        model = MaskedAutoencoder(configuration: configuration, microBatch: microBatch, pool: context.pool)
        loop = try TrainingLoop(
            context: context, part: part, settings: settings,
            training: TrainedParameters(
                parameters: model.parameters, operationsPerSample: model.executedFlopsPerImage),
            on: loader)
        for skipped in photos.skipped { loop.journal.skip("\(skipped)") }
        maskKey = scope.key(.masking)
        preview = PreviewMaker(
            images: photos.images, samples: settings.previewEpochs > 0 ? settings.previewSamples : 0,
            configuration: configuration, normalisation: session.model.pixels, maskKey: maskKey)
        noise = FloatBuffer(count: loader.batch * configuration.patches)
    }

    /// Trains from the newest checkpoint, or from the beginning, to the end or until asked to stop.
    /// - Throws: `TrainingError` when the loss diverges or the last checkpoint cannot be written.
    func run() throws -> StageEnd { try loop.run(self) }

    // MARK: What the loop asks for

    func initialise() throws {
        model.initialise(seed: scope.seed, stage: scope.stage, fold: scope.fold)
        guard let beginning else { return }
        let report = try beginning.load(into: model.parameters, of: configuration)
        loop.journal.event(.info, "begins with \(beginning.path): \(report.lines.joined(separator: "; "))")
        for line in ["begins with \(beginning.path)"] + report.lines { context.report(.message(line)) }
    }

    func resumed() {
        context.report(.message("goes on after step \(loop.state.step) of \(loop.totalSteps)"))
    }

    func announce() {
        loop.journal.event(
            .state,
            "begins: \(loop.batches.count) photographs, \(loop.totalSteps) steps of \(loop.batches.batch) images")
    }

    func prepare() throws {
        if loop.state.step == 0, try context.store.previews(of: context.run).isEmpty { makePreview() }
    }

    func lossAndGradients(_ batch: ImageBatch) -> Float {
        for (place, sample) in batch.indices.enumerated() {
            let row = UnsafeMutableBufferPointer(
                start: noise.pointer + place * configuration.patches, count: configuration.patches)
            Masking.drawNoise(row, key: maskKey, epoch: batch.epoch, sample: sample)
        }
        return model.lossAndGradients(images: batch.images, noise: noise.pointer, batch: batch.count)
    }

    func epochEnded(_ epoch: Int) {
        if PreviewMaker.isDue(afterEpoch: epoch, of: settings.epochs, every: settings.previewEpochs) { makePreview() }
    }

    func finish() throws {
        try context.writeWeights(model.parameters, to: weightsFile)
        loop.journal.event(.info, "\(weightsFile) holds the parameters under their public names")
    }

    private func makePreview() {
        guard let preview else { return }
        let step = loop.state.step
        let name = "previews/stage-\(part.stage)-" + (part.fold.map { "fold-\($0)-" } ?? "") + "step-\(step).png"
        do {
            try FileManager.default.createDirectory(
                atPath: context.previewFolder, withIntermediateDirectories: true)
            try WholeFile.write(preview.sheet(model).png(), to: context.folder + "/" + name)
            try context.store.append(
                PreviewRecord(
                    stage: part.stage, fold: part.fold, step: step, epoch: loop.epochs, samples: preview.samples,
                    side: configuration.image,
                    file: name),
                to: context.run)
        } catch {
            loop.journal.event(.alert, "no preview at step \(step): \(error)")
        }
    }
}

extension PretrainStage: TrainableStage {
    var hasTeacher: Bool { false }

    func check(_ initial: InitialWeights, of model: ModelSettings) throws -> WeightsReport {
        try initial.check(model.configuration(for: self))
    }

    func stepsPerEpoch(of data: FoldedData) throws -> Int {
        let count = try PhotoSet(self.data, of: data, fold: 1).images.count
        return count / min(batch, count)
    }

    func data(inFold fold: Int?, of data: FoldedData) throws -> any StageData {
        PretrainingData(settings: self, photos: try PhotoSet(self.data, of: data, fold: fold))
    }
}

/// The photographs that pre-training sees in a fold.
private struct PretrainingData: StageData {
    let settings: PretrainStage
    let photos: PhotoSet

    var images: [ImageReference] { photos.images }

    func identify(in fingerprint: inout Fingerprint) {
        for image in photos.images { fingerprint.add(image) }
    }

    func train(_ task: PartTask, in context: RunContext) throws -> StageEnd {
        try Pretraining(task, settings: settings, photos: photos, in: context).run()
    }
}
