import Checkpoints
import Compute
import Datasets
import Evaluation
import Foundation
import Images
import Model
import RunStore
import Session

/// Training with labels (paper sections 3.2 and 4.1): the supervised pass of pre-training, fine-tuning, and
/// fine-tuning with a teacher; one stage, in one fold where there are folds.
final class SupervisedTraining: TrainingWork {
    private let context: RunContext
    private let part: RunPart
    private let scope: RandomScope
    private let settings: SupervisedStage
    private let task: PartTask
    private let set: LabelledSet
    private let heads: TaskHeads
    private let model: Classifier
    private let average: WeightAverage?
    private let loop: TrainingLoop<ImageLoader>
    private let heldOut: HeldOut?
    /// The step after which `heldOut` was evaluated last.
    private var evaluatedAfter: Int64?
    /// What the epoch is chosen on, and the weights of the best one so far; nil where the last epoch counts.
    private let inner: HeldOut?
    private let chosen: ChosenWeights?
    /// Whether the store knows how often each class and unit is true among what is held out.
    private var saidSupport = false
    private let loss: TaskLoss
    /// The part of the loss that held-out samples have too: without a teacher.
    private let labelLoss: TaskLoss
    /// What a frozen encoder makes of what is trained on; nil where it is trained.
    private let frozen: FrozenFeatures?
    /// (batch, D)
    private let pooled: FloatBuffer
    private let teacher: Teacher?
    private let mixing: Mixing
    private let mixingKey: RandomKey
    /// Whether the parameters are those of the chosen epoch, after the last.
    private var isChosen = false
    private let targets: FloatBuffer

    init(_ task: PartTask, data: LabelledStageData, in context: RunContext) throws {
        self.context = context
        self.task = task
        part = task.part
        let (settings, set, heads) = (data.settings, data.set, data.heads)
        (self.settings, self.set, self.heads) = (settings, set, heads)
        let session = context.session
        scope = session.randomScope(of: part)
        let samples = data.samples.training
        let configuration = try session.model.classifierConfiguration(
            outputs: heads.outputs, dropPath: settings.dropPath)
        let batch = min(settings.batch, samples.count)
        let microBatch = try context.microBatch(ofStage: part.stage) {
            settings.microBatch ?? configuration.defaultMicroBatch(batch: batch, training: true)
        }
        let model = Classifier(configuration: configuration, microBatch: microBatch, pool: context.pool)
        self.model = model
        let isFrozen = settings.freezesEncoder
        average = settings.averageDecay.map {
            WeightAverage(model.parameters, decay: $0) { !isFrozen || $0.belongsToHead }
        }
        chosen = data.samples.inner.isEmpty ? nil : ChosenWeights(model.parameters)
        loss = try heads.loss(settings, of: set, samples: samples)
        labelLoss = try heads.loss(settings, of: set, samples: samples, withTeacher: false)
        mixing = Mixing(mixup: settings.mixup, cutmix: settings.cutmix)
        mixingKey = scope.key(.augmentation, layer: 1)
        targets = FloatBuffer(count: batch * heads.outputs)
        pooled = FloatBuffer(count: isFrozen ? batch * configuration.encoder.width : 0)

        let cache = settings.cacheMegabytes.map { $0 << 20 } ?? ImageLoader.suggestedCacheBytes()
        let workers = settings.workers ?? 1
        let decay = LayerDecay(settings.layerDecay, depth: configuration.encoder.transformer.depth)
        loop = try TrainingLoop(
            context: context, part: part, settings: settings,
            training: TrainedParameters(
                parameters: model.parameters, average: average, chosen: chosen,
                scale: { isFrozen ? ($0.belongsToHead ? 1 : 0) : decay.scale($0) },
                operationsPerSample: isFrozen
                    ? 6 * configuration.encoder.width * configuration.outputs
                    : model.executedFlopsPerImage(training: true)),
            on: ImageLoader(
                .samples(set, samples),
                recipe: isFrozen
                    ? .order : .augmentation(settings.augmentation, image: session.model.image, session.model.pixels),
                epochs: .training(scope, keepsLastBatch: settings.lastBatch == .keep), batch: batch,
                resources: isFrozen ? .init() : LoaderResources(workers: workers, cacheBytes: cache / 2)),
            scoreName: heads.heads[0].task.scoreName)
        let journal = loop.journal
        let recipe = ImageRecipe.evaluation(
            settings.transform(image: session.model.image), image: session.model.image, session.model.pixels)
        func pass(_ samples: [Int]) -> EvaluationPass {
            let loader = ImageLoader(
                .samples(set, samples), recipe: recipe, epochs: .evaluation, batch: microBatch,
                resources: LoaderResources(workers: workers, cacheBytes: isFrozen ? 0 : cache / 4))
            loader.reportSkips { journal.skip("\($0)") }
            return EvaluationPass(samples, loader: loader)
        }
        func heldOut(_ samples: [Int]) -> HeldOut? {
            samples.isEmpty ? nil : HeldOut(pass(samples), of: set, heads: heads, isFrozen: isFrozen)
        }
        self.heldOut = heldOut(data.samples.heldOut)
        inner = heldOut(data.samples.inner)
        frozen = isFrozen ? FrozenFeatures(pass(samples)) : nil
        teacher = try task.teacher.map {
            try Teacher(
                weights: $0,
                model: Classifier(
                    configuration: configuration, microBatch: microBatch, training: false, pool: context.pool),
                batch: batch,
                cleanImages: settings.teacherView == .clean
                    ? EvaluationPass(
                        samples,
                        loader: ImageLoader(
                            .samples(set, samples), recipe: recipe, epochs: .evaluation, batch: microBatch)) : nil)
        }
    }

    /// Trains from the newest checkpoint, or from the beginning, to the end or until asked to stop.
    /// - Throws: `TrainingError` when the loss diverges or the last checkpoint cannot be written.
    func run() throws -> StageEnd { try loop.run(self) }

    private var title: String { part.title(settings.kind) }

    // MARK: What the loop asks for

    func initialise() throws {
        model.initialise(seed: scope.seed, stage: scope.stage, fold: scope.fold)
        if let file = task.encoder { try loadEncoder(file) }
        average?.restart()
        chosen?.choose()
    }

    func resumed() {
        model.weightsChanged()
        context.report(.message("\(title) goes on after step \(loop.state.step) of \(loop.totalSteps)"))
    }

    func announce() {
        let text =
            "\(title): \(loop.batches.count) images, \(heldOut?.samples.count ?? 0) held out, "
            + (inner.map { "\($0.samples.count) held aside for the choice of the epoch, " } ?? "")
            + "\(loop.totalSteps) steps" + (frozen == nil ? "" : " of the head alone")
        loop.journal.event(.state, text)
        context.report(.message(text))
    }

    func prepare() throws {
        try teacher?.evaluateCleanImages()
        if let frozen { _ = try frozen.all(model) }
    }

    private func loadEncoder(_ path: String) throws {
        let report = try InitialWeights(path: path, for: context.session.model).load(
            into: model.parameters, of: model.configuration)
        model.weightsChanged()
        loop.journal.event(.info, "begins with \(path): \(report.loaded.count + report.resized.count) tensors")
    }

    func lossAndGradients(_ batch: ImageBatch) throws -> Float {
        heads.copyTargets(batch.sources, of: set, into: targets.pointer)
        if let frozen {
            try frozen.copy(batch.sources, model, into: pooled.pointer, targets: targets.pointer)
            loss.begin(targets: targets.pointer, teacher: teacher?.outputs(batch), batch: batch.count)
            return Float(model.lossAndGradients(pooled: pooled.pointer, batch: batch.count, loss: loss))
        }
        mixing.apply(
            images: batch.images, targets: targets.pointer, batch: batch.count, side: context.session.model.image,
            width: heads.outputs, key: mixingKey, epoch: batch.epoch, step: batch.step)
        loss.begin(targets: targets.pointer, teacher: teacher?.outputs(batch), batch: batch.count)
        let draw =
            settings.dropPath > 0
            ? DropPathDraw(
                seed: scope.seed, stage: scope.stage, fold: scope.fold, epoch: batch.epoch,
                samples: batch.indices) : nil
        return Float(model.lossAndGradients(images: batch.images, batch: batch.count, loss: loss, dropPath: draw))
    }

    /// Scores of the held-out samples, with the averaged weights where they are on.
    func epochEnded(_ epoch: Int) throws {
        if let inner, let chosen { try choose(epoch, on: inner, chosen) }
        guard let heldOut else { return }
        try evaluate(heldOut)
        loop.journal.point(SeriesName.loss, split: "val", step: loop.state.step, heldOut.loss(labelLoss))
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
            if !saidSupport {
                for (channel, count) in zip(head.channels, heldOut.support(head)) {
                    loop.journal.point(
                        SeriesName.support(of: "\(prefix) \(channel)"), split: "val", step: loop.state.step,
                        Double(count))
                }
            }
            if let accuracy = score.accuracy {
                loop.journal.point("accuracy", split: "val", step: loop.state.step, accuracy)
            }
            means.append(score.mean)
        }
        saidSupport = true
        let mean = Self.mean(means)
        loop.state.score = mean
        if mean > loop.state.bestScore ?? -.infinity {
            loop.state.bestScore = mean
            loop.state.bestEpoch = epoch
        }
    }

    private static func mean(_ scores: [Double]) -> Double {
        scores.filter(\.isFinite).reduce(0, +) / Double(max(1, scores.count))
    }

    /// Evaluates the inner split, and keeps the weights when they are the best so far.
    private func choose(_ epoch: Int, on inner: HeldOut, _ chosen: ChosenWeights) throws {
        try withEvaluatedWeights {
            try inner.evaluate(model)
            let mean = Self.mean(heads.heads.map { inner.score($0).mean })
            loop.journal.point(heads.heads[0].task.scoreName, split: "inner", step: loop.state.step, mean)
            if mean > loop.state.chosenScore ?? -.infinity {
                (loop.state.chosenEpoch, loop.state.chosenScore, loop.state.chosenStep) = (epoch, mean, loop.state.step)
                chosen.choose()
            }
        }
    }

    /// Puts the weights of the chosen epoch in the place of the last ones, for good.
    private func restoreChosen(_ chosen: ChosenWeights, _ epoch: Int) {
        chosen.restore()
        model.weightsChanged()
        evaluatedAfter = nil
        loop.journal.event(
            .info,
            "epoch \(epoch) was chosen, the best on what is held aside (\(Self.shown(loop.state.chosenScore ?? .nan)))")
    }

    /// Evaluates what is held out, with the averaged weights where they are on; once after each step.
    private func evaluate(_ heldOut: HeldOut) throws {
        guard evaluatedAfter != loop.state.step else { return }
        try withEvaluatedWeights { try heldOut.evaluate(model) }
        evaluatedAfter = loop.state.step
    }

    private func withEvaluatedWeights(_ body: () throws -> Void) rethrows {
        model.weightsChanged()
        defer { model.weightsChanged() }
        // Chosen weights were evaluated ones already.
        if let average, !isChosen {
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
        if let chosen, let epoch = loop.state.chosenEpoch {
            isChosen = true
            restoreChosen(chosen, epoch)
        }
        if let heldOut {
            try evaluate(heldOut)
            if isChosen { loop.state.score = Self.mean(heads.heads.map { heldOut.score($0).mean }) }
            try FileManager.default.createDirectory(
                atPath: context.store.predictionsFolder(of: context.run), withIntermediateDirectories: true)
            for head in heads.heads {
                let file = part.predictionsFile(head.task.shortName)
                let set = try heldOut.predictions(head, name: context.session.name, fold: part.fold)
                try PredictionFile.write(set, to: context.folder + "/" + file)
                try context.store.append(
                    PredictionRecord(
                        stage: part.stage, fold: part.fold, step: loop.state.chosenStep ?? loop.state.step,
                        task: head.task, channels: head.channels, videos: set.videos.count, frames: set.frameCount,
                        file: file),
                    to: context.run)
            }
            if let best = loop.state.bestScore, let epoch = loop.state.bestEpoch, let last = loop.state.score {
                loop.journal.event(
                    .info,
                    "\(isChosen ? "chosen" : "last") epoch \(Self.shown(last)); best was epoch \(epoch) with \(Self.shown(best)), selected on this "
                        + "fold and in no table")
            }
        }
        let outputs = HeadOutputs.text(heads.heads.map { HeadOutputs(task: $0.task, channels: $0.channels) })
        try withEvaluatedWeights {
            try context.writeWeights(model.parameters, to: task.weightsFile, metadata: [HeadOutputs.key: outputs])
        }
        loop.journal.event(.info, "\(task.weightsFile) holds the weights")
    }

    private static func shown(_ score: Double) -> String { String(format: "%.4f", score) }
}

extension SupervisedStage {
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
