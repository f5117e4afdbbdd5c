import Checkpoints
import Compute
import Datasets
import Evaluation
import Faces
import Foundation
import Model
import RunStore
import Session

/// Training with labels (paper sections 3.2, 3.3 and 4.1): the supervised pass of pre-training, fine-tuning, and
/// fine-tuning with a teacher; one stage, in one fold where there are folds.
final class SupervisedTraining: TrainingWork {
    /// Weights that a stage begins with, and the teacher's.
    struct Beginning {
        /// A file with an encoder, or nil for a random one; the head is always new.
        let encoder: String?
        let teacher: String?
    }

    private let context: RunContext
    private let part: RunPart
    private let settings: SupervisedStage
    private let beginning: Beginning
    private let set: LabelledSet
    private let heads: TaskHeads
    private let model: Classifier
    private let average: WeightAverage?
    private let loop: TrainingLoop
    private let heldOut: HeldOut?
    /// The step after which `heldOut` was looked at last.
    private var lookedAfter: Int64?
    private let loss: TaskLoss
    private let teacher: Teacher?
    private let mixing: Mixing
    private let mixingKey: RandomKey
    private let targets: FloatBuffer

    init(
        context: RunContext, part: RunPart, settings: SupervisedStage, data: FoldedData.Entry, beginning: Beginning
    ) throws {
        self.context = context
        self.part = part
        self.settings = settings
        self.beginning = beginning
        let session = context.session
        let set = data.set
        self.set = set
        let heads = try TaskHeads(settings.tasks, of: set, named: settings.data.name)
        self.heads = heads
        let fold = data.fold(part.fold)
        let samples = settings.samples(of: fold, in: set, heads: heads)
        guard !samples.isEmpty else {
            throw TrainingError(
                "data set '\(settings.data.name)': \(part.fold.map { "fold \($0)" } ?? "the stage") trains on no sample "
                    + "with a label of its task.", isBadData: true)
        }
        let configuration = try session.model.classifierConfiguration(
            outputs: heads.outputs, dropPath: settings.dropPath)
        let batch = min(settings.batch, samples.count)
        let microBatch = try context.microBatch(ofStage: part.stage) {
            settings.microBatch ?? configuration.defaultMicroBatch(batch: batch, training: true)
        }
        model = Classifier(configuration: configuration, microBatch: microBatch, pool: context.pool)
        average = settings.averageDecay.map { [model] in WeightAverage(model.parameters, decay: $0) }
        loss = try heads.loss(settings, of: set, samples: samples)
        mixing = Mixing(mixup: settings.mixup, cutmix: settings.cutmix)
        mixingKey = RandomKey(
            seed: session.seed, purpose: .augmentation, stage: part.stage, fold: part.fold ?? 0, layer: 1)
        targets = FloatBuffer(count: batch * heads.outputs)

        let journal = try RunJournal(store: context.store, run: context.run, stage: part.stage, fold: part.fold)
        let onSkip: @Sendable (SkippedFile) -> Void = { journal.skip("\($0)") }
        let cache = settings.cacheMegabytes.map { $0 << 20 } ?? ImageLoader.suggestedCacheBytes()
        let loader = ImageLoader(
            set, samples: samples, augmentation: settings.augmentation, image: session.model.image,
            normalisation: session.model.pixels, seed: session.seed, stage: part.stage, fold: part.fold ?? 0,
            batch: batch, keepsLastBatch: settings.lastBatch == .keep,
            workers: settings.workers ?? 1, cacheBytes: cache / 2, onSkip: onSkip)
        let transform = settings.transform(image: session.model.image)
        let held = fold.validation.filter { heads.isLabelled($0, in: set) }
        heldOut =
            held.isEmpty
            ? nil
            : HeldOut(
                held, of: set, heads: heads, transform: transform, image: session.model.image,
                normalisation: session.model.pixels, batch: microBatch, workers: settings.workers ?? 1,
                cacheBytes: cache / 4, onSkip: onSkip)
        teacher = try beginning.teacher.map {
            try Teacher(
                weights: $0, configuration: configuration, view: settings.teacherView, set: set, samples: samples,
                transform: transform, normalisation: session.model.pixels, batch: batch, microBatch: microBatch,
                pool: context.pool)
        }
        let decay = LayerDecay(settings.layerDecay, depth: configuration.encoder.transformer.depth)
        loop = try TrainingLoop(
            context: context, part: part, title: Self.title(settings, part), scoreName: heads.heads[0].task.scoreName,
            settings: settings, parameters: model.parameters, average: average, scale: decay.scale, loader: loader,
            journal: journal, data: Fingerprint.of(samples.lazy.map(set.image)),
            operationsPerImage: model.executedFlopsPerImage(training: true))
    }

    /// Trains from the newest checkpoint, or from the beginning, to the end or until asked to stop.
    /// - Throws: `TrainingError` when the loss diverges or the last checkpoint cannot be written.
    func run() throws -> StageEnd { try loop.run(self) }

    private static func title(_ settings: SupervisedStage, _ part: RunPart) -> String {
        settings.kind.rawValue + (part.fold.map { " fold \($0)" } ?? "")
    }

    private var title: String { Self.title(settings, part) }

    // MARK: What the loop asks for

    func initialise() throws {
        model.initialise(seed: context.session.seed, stage: part.stage, fold: part.fold ?? 0)
        if let file = beginning.encoder { try loadEncoder(file) }
        average?.restart()
    }

    func resumed() {
        model.weightsChanged()
        context.report(.message("\(title) goes on after step \(loop.state.step) of \(loop.totalSteps)"))
    }

    func announce() {
        let text =
            "\(title): \(loop.loader.count) images, \(heldOut?.samples.count ?? 0) held out, \(loop.totalSteps) steps"
        loop.journal.event(.state, text)
        context.report(.message(text))
    }

    func prepare() throws { try teacher?.look() }

    private func loadEncoder(_ path: String) throws {
        let report = try InitialWeights(path: path, for: context.session.model).load(
            into: model.parameters, of: model.configuration)
        model.weightsChanged()
        loop.journal.event(.info, "begins with \(path): \(report.loaded.count + report.resized.count) tensors")
    }

    func lossAndGradients(_ batch: Batch) throws -> Float {
        heads.copyTargets(batch.sources, of: set, into: targets.pointer)
        mixing.apply(
            images: batch.images, targets: targets.pointer, batch: batch.count, side: context.session.model.image,
            width: heads.outputs, key: mixingKey, epoch: batch.epoch, step: batch.step)
        loss.begin(targets: targets.pointer, teacher: teacher?.answers(batch), batch: batch.count)
        let draw =
            settings.dropPath > 0
            ? DropPathDraw(
                seed: context.session.seed, stage: part.stage, fold: part.fold ?? 0, epoch: batch.epoch,
                samples: batch.indices) : nil
        return Float(model.lossAndGradients(images: batch.images, batch: batch.count, loss: loss, dropPath: draw))
    }

    /// Scores of the held-out samples, with the averaged weights where they are on.
    func epochEnded(_ epoch: Int) throws {
        guard let heldOut else { return }
        try look(heldOut)
        var means: [Double] = []
        for head in heads.heads {
            let score = heldOut.score(head)
            let name = head.task.scoreName
            // Two heads with the same score need names of their own.
            let prefix = heads.heads.count { $0.task.scoreName == name } > 1 ? "\(head.task.shortName) \(name)" : name
            loop.journal.point(prefix, split: "val", step: loop.state.step, score.mean)
            for (channel, value) in zip(head.channels, score.channels) {
                loop.journal.point("\(prefix) \(channel)", split: "val", step: loop.state.step, value)
            }
            if let accuracy = score.accuracy {
                loop.journal.point("accuracy", split: "val", step: loop.state.step, accuracy)
            }
            means.append(score.mean)
        }
        let mean = means.filter(\.isFinite).reduce(0, +) / Double(max(1, means.count))
        loop.state.score = mean
        if mean > loop.state.bestScore ?? -.infinity {
            loop.state.bestScore = mean
            loop.state.bestEpoch = epoch
        }
    }

    /// At what is held out, with the averaged weights where they are on; once after each step.
    private func look(_ heldOut: HeldOut) throws {
        guard lookedAfter != loop.state.step else { return }
        try withEvaluatedWeights { try heldOut.look(model) }
        lookedAfter = loop.state.step
    }

    private func withEvaluatedWeights(_ body: () throws -> Void) rethrows {
        model.weightsChanged()
        defer { model.weightsChanged() }
        if let average {
            try average.withAverages {
                model.weightsChanged()
                try body()
            }
        } else {
            try body()
        }
    }

    // MARK: Keeping

    /// The predictions of what was held out, and the weights.
    func finish() throws {
        if let heldOut {
            try look(heldOut)
            try FileManager.default.createDirectory(
                atPath: context.store.predictionsFolder(of: context.run), withIntermediateDirectories: true)
            for head in heads.heads {
                let file = part.predictionsFile(head.task.shortName)
                let set = try heldOut.predictions(head, name: context.session.name, fold: part.fold)
                try PredictionFile.write(set, to: context.folder + "/" + file)
                try context.store.append(
                    PredictionRecord(
                        stage: part.stage, fold: part.fold, step: loop.state.step, task: head.task.rawValue,
                        channels: head.channels, videos: set.videos.count, frames: set.frameCount, file: file),
                    to: context.run)
            }
            if let best = loop.state.bestScore, let epoch = loop.state.bestEpoch, let last = loop.state.score {
                loop.journal.event(
                    .info,
                    "last epoch \(Self.shown(last)); best was epoch \(epoch) with \(Self.shown(best)), selected on this "
                        + "fold and in no table")
            }
        }
        try FileManager.default.createDirectory(
            atPath: context.folder + "/weights", withIntermediateDirectories: true)
        try withEvaluatedWeights {
            try TrainingCheckpoint.writeWeights(
                to: context.folder + "/" + part.weightsFile, parameters: model.parameters, metadata: metadata)
        }
        loop.journal.event(.info, "\(part.weightsFile) holds the weights")
    }

    private var metadata: [String: String] {
        let outputs = heads.heads.map { "\($0.task.rawValue): \($0.channels.joined(separator: ","))" }
        return context.weightsMetadata.merging(
            ["maeface.session": context.session.name, "maeface.outputs": outputs.joined(separator: "; ")]) { $1 }
    }

    private static func shown(_ score: Double) -> String { String(format: "%.4f", score) }
}

extension SupervisedStage {
    /// The samples of a fold that are trained on: those with a label, of videos every n-th frame.
    func samples(of fold: Fold, in set: LabelledSet, heads: TaskHeads) -> [Int] {
        set.thinned(fold.training.filter { heads.isLabelled($0, in: set) }, frameStride: frameStride)
    }

    var augmentation: Augmentation {
        Augmentation(
            crop: crop.map { RandomResizedCrop(scale: $0.scale, ratio: $0.ratio) }, flipProbability: flip ? 0.5 : 0,
            affine: affine ? RandomAffine() : nil, gamma: gamma.map { RandomGamma(largest: $0) },
            randAugment: randAugment.map { RandAugment(magnitude: $0.magnitude, deviation: $0.deviation) },
            erasing: erasing > 0 ? RandomErasing(probability: erasing) : nil)
    }

    func transform(image: Int) -> EvaluationTransform {
        evaluation == .resize ? .direct : .mae(size: image)
    }
}
