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
final class SupervisedTraining {
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
    private let optimizer: AdamW
    private let schedule: LearningRateSchedule
    private let loader: ImageLoader
    private let heldOut: HeldOut?
    private let loss: TaskLoss
    private let teacher: Teacher?
    private let mixing: Mixing
    private let mixingKey: RandomKey
    private let targets: FloatBuffer
    private let journal: RunJournal
    private let keeper: CheckpointKeeper

    private var state: TrainingState
    private var guardian = LossGuard()
    private var clock: StepClock
    private var lossOfStep = Double.nan

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
        let fold = data.folds[(part.fold ?? 1) - 1]
        let samples = settings.samples(of: fold, in: set, heads: heads)
        guard !samples.isEmpty else {
            throw TrainingError(
                "data set '\(settings.data.name)': \(part.fold.map { "fold \($0)" } ?? "the stage") trains on no sample "
                    + "with a label of its task.", isBadData: true)
        }
        let configuration = try ClassifierConfiguration(
            encoder: EncoderShape(
                image: session.model.image, patch: session.model.patch, transformer: session.model.encoderTransformer()),
            outputs: heads.outputs, dropPath: settings.dropPath)
        let batch = min(settings.batch, samples.count)
        let fact = "micro-batch \(part.stage)"
        let microBatch =
            try context.store.facts(of: context.run)[fact].flatMap { Int($0) }
            ?? settings.microBatch ?? configuration.defaultMicroBatch(batch: batch, training: true)
        // Kept with the run: the last bits of a result depend on it.
        try context.store.setFact(fact, to: "\(microBatch)", of: context.run)
        model = Classifier(configuration: configuration, microBatch: microBatch, pool: context.pool)
        average = settings.averageDecay.map { [model] in WeightAverage(model.parameters, decay: $0) }
        let decay = LayerDecay(settings.layerDecay, depth: configuration.encoder.transformer.depth)
        optimizer = AdamW(
            parameters: model.parameters, betas: (settings.betas.first, settings.betas.second),
            epsilon: settings.epsilon, weightDecay: settings.weightDecay, scale: decay.scale)
        schedule = LearningRateSchedule(
            base: settings.peakLearningRate, minimum: settings.minimumLearningRate, warmupEpochs: settings.warmup,
            epochs: Double(settings.epochs))
        loss = try heads.loss(settings, of: set, samples: samples)
        mixing = Mixing(mixup: settings.mixup, cutmix: settings.cutmix)
        mixingKey = RandomKey(
            seed: session.seed, purpose: .augmentation, stage: part.stage, fold: part.fold ?? 0, layer: 1)
        targets = FloatBuffer(count: batch * heads.outputs)

        let journal = try RunJournal(store: context.store, run: context.run, stage: part.stage, fold: part.fold)
        self.journal = journal
        let onSkip: @Sendable (SkippedFile) -> Void = { journal.skip("\($0)") }
        let cache = settings.cacheMegabytes.map { $0 << 20 } ?? ImageLoader.suggestedCacheBytes()
        loader = ImageLoader(
            set, samples: samples, augmentation: settings.augmentation, image: session.model.image, seed: session.seed,
            stage: part.stage, fold: part.fold ?? 0, batch: batch, keepsLastBatch: settings.lastBatch == .keep,
            workers: settings.workers ?? 1, cacheBytes: cache / 2, onSkip: onSkip)
        let transform = settings.transform(image: session.model.image)
        let held = fold.validation.filter { heads.isLabelled($0, in: set) }
        heldOut =
            held.isEmpty
            ? nil
            : HeldOut(
                held, of: set, heads: heads, transform: transform, image: session.model.image, batch: microBatch,
                workers: settings.workers ?? 1, cacheBytes: cache / 4, onSkip: onSkip)
        teacher = try beginning.teacher.map {
            try Teacher(
                weights: $0, configuration: configuration, view: settings.teacherView, set: set, samples: samples,
                transform: transform, batch: batch, microBatch: microBatch, pool: context.pool)
        }
        keeper = try CheckpointKeeper(
            context: context, stage: part.stage, fold: part.fold, journal: journal,
            policy: CheckpointPolicy(
                interval: settings.checkpointMinutes.map { $0 * 60 } ?? .infinity, recent: 1 + settings.keep))
        state = TrainingState(
            stage: part.stage, data: Self.fingerprint(of: set, samples), engine: context.engine)
        clock = StepClock(
            batch: batch, operationsPerImage: Double(model.executedFlopsPerImage(training: true)))
    }

    private var totalSteps: Int64 { Int64(settings.epochs * loader.stepsPerEpoch) }

    /// Trains from the newest checkpoint, or from the beginning, to the end or until asked to stop.
    /// - Throws: `TrainingError` when the loss diverges or the last checkpoint cannot be written.
    func run() throws -> StageEnd {
        try begin()
        defer { loader.stop() }
        while state.step < totalSteps {
            try context.control.look()
            try context.waitWhilePaused(
                journal: journal, progress: { progress }, save: { saveCheckpoint(isRequested: $0) })
            if context.control.stopNow { return try stop(context.control.stopReason) }
            if context.control.checkpointRequested {
                _ = saveCheckpoint(isRequested: true)
                context.control.checkpointDone()
            }
            try step()
            let epoch = Int(state.step) / loader.stepsPerEpoch
            let endsEpoch = Int(state.step).isMultiple(of: loader.stepsPerEpoch)
            if endsEpoch { try finishEpoch(epoch) }
            let isDueByEpoch = endsEpoch && settings.checkpointEpochs.map { epoch.isMultiple(of: $0) } ?? false
            if state.step < totalSteps, keeper.isDue || isDueByEpoch { _ = saveCheckpoint() }
            if endsEpoch, context.control.stopAfterEpoch, state.step < totalSteps {
                return try stop("stopped after epoch \(epoch) on request")
            }
        }
        try finish()
        return .finished
    }

    // MARK: Beginning

    private func begin() throws {
        model.initialise(seed: context.session.seed, stage: part.stage, fold: part.fold ?? 0)
        if let file = beginning.encoder { try loadEncoder(file) }
        average?.restart()
        if let resumed = try keeper.resume(into: model.parameters, optimizer: optimizer, average: average) {
            if let text = resumed.difference(data: state.data, engine: state.engine) {
                journal.event(.alert, text)
                context.report(.message(text))
            }
            let (data, engine) = (state.data, state.engine)
            state = resumed
            (state.data, state.engine) = (data, engine)
            guardian.consecutive = resumed.badSteps
            model.weightsChanged()
            journal.setStep(state.step)
            journal.event(.state, "goes on after step \(state.step)")
            context.report(.message("\(title) goes on after step \(state.step) of \(totalSteps)"))
        }
        guard state.step < totalSteps else { return }
        if state.step == 0 {
            let text = "\(title): \(loader.count) images, \(heldOut?.samples.count ?? 0) held out, \(totalSteps) steps"
            journal.event(.state, text)
            context.report(.message(text))
        }
        loader.start(
            atEpoch: Int(state.step) / loader.stepsPerEpoch, step: Int(state.step) % loader.stepsPerEpoch)
        try teacher?.look()
    }

    private var title: String { settings.kind.rawValue + (part.fold.map { " fold \($0)" } ?? "") }

    /// The head is new: another task, or other classes.
    private func loadEncoder(_ path: String) throws {
        let parameters = model.parameters
        let wanted = parameters.parameters.filter { !$0.name.hasPrefix("head.") }
        let report = try NamedWeights(WeightsFile(path: path)).load(
            wanted.map {
                WantedTensor(name: $0.name, shape: $0.shape, isRequired: !$0.name.hasPrefix("fc_norm."))
            }, of: context.session.model.encoder.encoderName
        ) { parameters.values(of: wanted[$0]) }
        model.weightsChanged()
        journal.event(.info, "begins with \(path): \(report.loaded.count + report.resized.count) tensors")
    }

    // MARK: A step

    private func step() throws {
        let begin = ProcessInfo.processInfo.systemUptime
        let batch = try loader.next()
        defer { loader.recycle(batch) }
        heads.copyTargets(batch.sources, of: set, into: targets.pointer)
        mixing.apply(
            images: batch.images, targets: targets.pointer, batch: batch.count, side: context.session.model.image,
            width: heads.outputs, key: mixingKey, epoch: batch.epoch, step: batch.step)
        let answers = teacher?.answers(batch)
        loss.begin(targets: targets.pointer, teacher: answers, batch: batch.count)
        let draw =
            settings.dropPath > 0
            ? DropPathDraw(
                seed: context.session.seed, stage: part.stage, fold: part.fold ?? 0, epoch: batch.epoch,
                samples: batch.indices) : nil
        let rate = schedule.rate(atEpoch: Double(state.step) / Double(loader.stepsPerEpoch))
        let value = Float(
            model.lossAndGradients(images: batch.images, batch: batch.count, loss: loss, dropPath: draw))
        let norm = model.parameters.gradientNorm(pool: context.pool)
        state.step += 1
        journal.setStep(state.step)
        let verdict = guardian.judge(loss: value, gradientNorm: norm, step: state.step, learningRate: rate)
        switch verdict {
        case .good:
            let scale = settings.gradientClip.map { ParameterSet.clipScale(norm: norm, limit: $0) } ?? 1
            optimizer.step(learningRate: rate, gradientScale: scale, pool: context.pool)
            average?.update(pool: context.pool)
            state.epochLossSum += Double(value)
            state.epochLossCount += 1
        case .skip(let reason), .fail(let reason):
            journal.event(.alert, reason)
            context.report(.message(reason))
        }
        state.optimizerSteps = optimizer.stepCount
        state.badSteps = guardian.consecutive
        lossOfStep = Double(value)
        let seconds = ProcessInfo.processInfo.systemUptime - begin
        clock.add(seconds)
        state.seconds += seconds
        journal.point(SeriesName.loss, step: state.step, lossOfStep)
        journal.point(SeriesName.learningRate, step: state.step, rate)
        journal.point(SeriesName.gradientNorm, step: state.step, norm)
        journal.point(SeriesName.seconds, step: state.step, state.seconds)
        journal.flushIfDue(progress: progress)
        report(rate: rate)
        if case .fail(let reason) = verdict {
            try? journal.flush(progress: progress)
            throw TrainingError(reason)
        }
    }

    private func report(rate: Double) {
        let endsEpoch = Int(state.step).isMultiple(of: loader.stepsPerEpoch)
        let mean = state.epochLossCount > 0 ? state.epochLossSum / Double(state.epochLossCount) : .nan
        context.report(
            .progress(
                TrainerProgress(
                    stage: part.stage, stageKind: title,
                    epoch: (Int(state.step) + loader.stepsPerEpoch - 1) / loader.stepsPerEpoch,
                    epochs: settings.epochs, step: state.step, steps: totalSteps, epochLoss: endsEpoch ? mean : nil,
                    loss: lossOfStep, learningRate: rate, throughput: throughput)))
    }

    private func finishEpoch(_ epoch: Int) throws {
        if state.epochLossCount > 0 {
            let mean = state.epochLossSum / Double(state.epochLossCount)
            state.lastEpochLoss = mean
            journal.point(SeriesName.epochLoss, step: state.step, mean)
        }
        state.epochLossSum = 0
        state.epochLossCount = 0
        context.peak.look(with: context.pool, reached: clock.gigaflops ?? 0)
        try validate(epoch)
    }

    /// Scores of the held-out samples, with the averaged weights where they are on.
    private func validate(_ epoch: Int) throws {
        guard let heldOut else { return }
        try withEvaluatedWeights { try heldOut.look(model) }
        var means: [Double] = []
        for head in heads.heads {
            let score = heldOut.score(head)
            let name = head.task.scoreName
            // Two heads with the same score need names of their own.
            let prefix = heads.heads.count { $0.task.scoreName == name } > 1 ? "\(head.task.shortName) \(name)" : name
            journal.point(prefix, split: "val", step: state.step, score.mean)
            for (channel, value) in zip(head.channels, score.channels) {
                journal.point("\(prefix) \(channel)", split: "val", step: state.step, value)
            }
            if let accuracy = score.accuracy { journal.point("accuracy", split: "val", step: state.step, accuracy) }
            means.append(score.mean)
        }
        let mean = means.filter(\.isFinite).reduce(0, +) / Double(max(1, means.count))
        state.score = mean
        if mean > state.bestScore ?? -.infinity {
            state.bestScore = mean
            state.bestEpoch = epoch
        }
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

    private func saveCheckpoint(isRequested: Bool = false) -> Bool {
        keeper.write(
            state, parameters: model.parameters, optimizer: optimizer, average: average, progress: progress,
            isRequested: isRequested)
    }

    private func saveLast() throws {
        guard saveCheckpoint() else {
            throw TrainingError(
                "the last checkpoint (step \(state.step)) could not be written. Free some space and resume: only "
                    + "the steps since the last checkpoint are repeated.")
        }
    }

    private func stop(_ reason: String) throws -> StageEnd {
        try saveLast()
        return .stopped(reason)
    }

    /// The last checkpoint, the predictions of what was held out, and the weights, in the order in which a resume would
    /// make them again.
    private func finish() throws {
        try saveLast()
        if let heldOut {
            try withEvaluatedWeights { try heldOut.look(model) }
            try FileManager.default.createDirectory(
                atPath: context.store.predictionsFolder(of: context.run), withIntermediateDirectories: true)
            for head in heads.heads {
                let file = part.predictionsFile(head.task.shortName)
                let set = try heldOut.predictions(head, name: context.session.name, fold: part.fold)
                try PredictionFile.write(set, to: context.folder + "/" + file)
                try context.store.append(
                    PredictionRecord(
                        stage: part.stage, fold: part.fold, step: state.step, task: head.task.rawValue,
                        channels: head.channels, videos: set.videos.count, frames: set.frameCount, file: file),
                    to: context.run)
            }
            if let best = state.bestScore, let epoch = state.bestEpoch, let last = state.score {
                journal.event(
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
        journal.event(.info, "\(part.weightsFile) holds the weights")
        try journal.flush(progress: progress)
    }

    private var metadata: [String: String] {
        [
            "format": "pt", "maeface.run": "\(context.run)", "maeface.session": context.session.name,
            "maeface.heads": heads.heads.map { "\($0.task.rawValue): \($0.channels.joined(separator: ","))" }
                .joined(separator: "; "),
        ]
    }

    private static func shown(_ score: Double) -> String { String(format: "%.4f", score) }

    /// FNV-1a over the images and their number.
    private static func fingerprint(of set: LabelledSet, _ samples: [Int]) -> String {
        var hash: UInt64 = 0xCBF2_9CE4_8422_2325
        for sample in samples {
            for byte in set.image(sample).utf8 { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01B3 }
            hash = hash &* 0x100_0000_01B3
        }
        return "\(samples.count) files \(String(hash, radix: 16))"
    }

    private var throughput: Throughput {
        let gigaflops = clock.gigaflops
        return Throughput(
            imagesPerSecond: clock.imagesPerSecond, gflops: gigaflops,
            peakShare: context.peak.gigaflops > 0 ? gigaflops.map { $0 / context.peak.gigaflops } : nil,
            residentBytes: Machine.residentBytes,
            secondsLeft: clock.secondsPerStep.map { $0 * Double(totalSteps - state.step) })
    }

    private var progress: RunProgress {
        RunProgress(
            stage: part.stage, fold: part.fold, epoch: Double(state.step) / Double(loader.stepsPerEpoch),
            step: state.step, scoreName: state.score == nil ? "loss" : heads.heads[0].task.scoreName,
            score: state.score ?? state.lastEpochLoss ?? lossOfStep, throughput: throughput)
    }
}

extension SupervisedStage {
    /// The samples of a fold that are trained on: those with a label, of videos every n-th frame.
    func samples(of fold: Fold, in set: LabelledSet, heads: TaskHeads) -> [Int] {
        fold.training.filter { sample in
            heads.isLabelled(sample, in: set) && (set.frame(sample) ?? 0).isMultiple(of: frameStride)
        }
    }

    var augmentation: Augmentation {
        Augmentation(
            crop: crop.map { RandomResizedCrop(scale: $0.scale, ratio: $0.ratio) }, flipProbability: flip ? 0.5 : 0,
            affine: affine ? RandomAffine() : nil, gamma: gamma.map { RandomGamma(largest: $0) },
            randAugment: randAugment.map { RandAugment(magnitude: $0.magnitude, deviation: $0.deviation) },
            erasing: erasing > 0 ? RandomErasing(probability: erasing) : nil)
    }

    func transform(image: Int) -> EvaluationTransform {
        evaluation == .resize ? .direct : .centre(shorterSide: image * 8 / 7)
    }
}
