import Basics
import Compute
import Datasets
import Foundation
import Images
import Model
import Results
import RunStore
import Session

/// Self-supervised pre-training (paper sections 3.1 and 4.1): masked autoencoding of photographs.
final class Pretraining: TrainingWork {
    private let context: RunContext
    private let part: StageFold
    private let seed: UInt64
    private let beginning: InitialWeights?
    private let weightsFile: String
    private let settings: PretrainStage
    private let photos: PhotoSet
    private let configuration: ModelConfiguration
    private let model: MaskedAutoencoder
    private let loop: TrainingLoop
    private let preview: PreviewMaker?
    private let maskKey: RandomKey
    private let noise: FloatBuffer

    /// - Parameters:
    ///   - beginning: weights to go on from; nil begins with random ones.
    ///   - weightsFile: where the parameters are kept when it is done, in the run's folder.
    init(
        context: RunContext, part: StageFold, settings: PretrainStage, photos: PhotoSet, beginning: InitialWeights?,
        weightsFile: String
    ) throws {
        self.context = context
        self.part = part
        seed = context.session.seed(ofStage: part.stage)
        self.beginning = beginning
        self.weightsFile = weightsFile
        self.settings = settings
        self.photos = photos
        let session = context.session
        configuration = try session.model.configuration(for: settings)
        let batch = min(settings.batch, photos.files.count)
        let microBatch = try context.microBatch(ofStage: part.stage) { [configuration] in
            settings.microBatch ?? MaskedAutoencoder.defaultMicroBatch(configuration, batch: batch)
        }
        model = MaskedAutoencoder(configuration: configuration, microBatch: microBatch, pool: context.pool)
        let journal = try RunJournal(store: context.store, run: context.run, stage: part.stage, fold: part.fold)
        for skipped in photos.skipped { journal.skip("\(skipped)") }
        let loader = ImageLoader(
            files: photos.files,
            settings: PretrainSettings(
                image: session.model.image,
                crop: RandomResizedCrop(scale: settings.crop.scale, ratio: settings.crop.ratio),
                flipProbability: settings.flip ? 0.5 : 0, normalisation: session.model.pixels),
            seed: seed, stage: part.stage, fold: part.fold ?? 0, batch: batch, workers: settings.workers ?? 1,
            cacheBytes: settings.cacheMegabytes.map { $0 << 20 } ?? ImageLoader.suggestedCacheBytes(),
            reducedDecode: settings.reducedDecode, onSkip: { journal.skip("\($0)") })
        loop = try TrainingLoop(
            context: context, part: part,
            title: part.title(StageKind.pretrain.rawValue), scoreName: .loss,
            settings: settings, parameters: model.parameters, loader: loader,
            journal: journal, data: photos.fingerprint, operationsPerImage: model.executedFlopsPerImage)
        maskKey = RandomKey(seed: seed, purpose: .masking, stage: part.stage, fold: part.fold ?? 0)
        preview = PreviewMaker(
            files: photos.files, samples: settings.previewEpochs > 0 ? settings.previewSamples : 0,
            configuration: configuration, normalisation: session.model.pixels, maskKey: maskKey)
        noise = FloatBuffer(count: batch * configuration.patches)
    }

    /// Trains from the newest checkpoint, or from the beginning, to the end or until asked to stop.
    /// - Throws: `TrainingError` when the loss diverges or the last checkpoint cannot be written.
    func run() throws -> StageEnd { try loop.run(self) }

    // MARK: What the loop asks for

    func initialise() throws {
        model.initialise(seed: seed, stage: part.stage, fold: part.fold ?? 0)
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
            "begins: \(photos.files.count) photographs, \(loop.totalSteps) steps of \(loop.loader.batch) images")
    }

    func prepare() throws {
        if loop.state.step == 0, try context.store.previews(of: context.run).isEmpty { makePreview() }
    }

    func lossAndGradients(_ batch: Batch) -> Float {
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
        let name = RunLayout.preview(part, step: step)
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
