import Basics
import Compute
import Datasets
import Faces
import Foundation
import Model
import RunStore
import Session

/// Self-supervised pre-training (paper sections 3.1 and 4.1): masked autoencoding of photographs.
final class Pretraining {
    private let context: RunContext
    private let stage: Int
    private let settings: PretrainStage
    private let photos: PhotoSet
    private let configuration: ModelConfiguration
    private let model: MaskedAutoencoder
    private let optimizer: AdamW
    private let schedule: LearningRateSchedule
    private let loader: ImageLoader
    private let journal: RunJournal
    private let keeper: CheckpointKeeper
    private let preview: PreviewMaker?
    private let maskKey: RandomKey
    private let noise: FloatBuffer

    private var state: TrainingState
    private var guardian = LossGuard()
    private var clock: StepClock
    private var lossOfStep = Double.nan

    init(context: RunContext, stage: Int, settings: PretrainStage, photos: PhotoSet) throws {
        self.context = context
        self.stage = stage
        self.settings = settings
        self.photos = photos
        let session = context.session
        configuration = try session.model.configuration(for: settings)
        let batch = min(settings.batch, photos.files.count)
        let microBatch =
            try context.store.facts(of: context.run)["micro-batch \(stage)"].flatMap { Int($0) }
            ?? settings.microBatch ?? MaskedAutoencoder.defaultMicroBatch(configuration, batch: batch)
        // Kept with the run: the last bits of a result depend on it.
        try context.store.setFact("micro-batch \(stage)", to: "\(microBatch)", of: context.run)
        model = MaskedAutoencoder(configuration: configuration, microBatch: microBatch, pool: context.pool)
        optimizer = AdamW(
            parameters: model.parameters, betas: (settings.betas.first, settings.betas.second),
            epsilon: settings.epsilon, weightDecay: settings.weightDecay)
        schedule = LearningRateSchedule(
            base: settings.peakLearningRate, minimum: settings.minimumLearningRate, warmupEpochs: settings.warmup,
            epochs: Double(settings.epochs))
        let journal = try RunJournal(store: context.store, run: context.run, stage: stage)
        self.journal = journal
        for skipped in photos.skipped { journal.skip("\(skipped)") }
        loader = ImageLoader(
            files: photos.files,
            settings: PretrainSettings(
                image: session.model.image,
                crop: RandomResizedCrop(scale: settings.crop.scale, ratio: settings.crop.ratio),
                flipProbability: settings.flip ? 0.5 : 0),
            seed: session.seed, stage: stage, batch: batch, workers: settings.workers ?? 1,
            cacheBytes: settings.cacheMegabytes.map { $0 << 20 } ?? ImageLoader.suggestedCacheBytes(),
            reducedDecode: settings.reducedDecode, onSkip: { journal.skip("\($0)") })
        keeper = try CheckpointKeeper(
            context: context, stage: stage, journal: journal,
            policy: CheckpointPolicy(
                interval: settings.checkpointMinutes.map { $0 * 60 } ?? .infinity, recent: 1 + settings.keep))
        maskKey = RandomKey(seed: session.seed, purpose: .masking, stage: stage)
        preview = PreviewMaker(
            files: photos.files, samples: settings.previewEpochs > 0 ? settings.previewSamples : 0,
            configuration: configuration, maskKey: maskKey)
        noise = FloatBuffer(count: batch * configuration.patches)
        state = TrainingState(stage: stage, data: photos.fingerprint, engine: context.engine)
        clock = StepClock(batch: batch, operationsPerImage: Double(model.executedFlopsPerImage))
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
            if endsEpoch { finishEpoch(epoch) }
            let isDueByEpoch =
                endsEpoch && settings.checkpointEpochs.map { epoch.isMultiple(of: $0) } ?? false
            if state.step < totalSteps, keeper.isDue || isDueByEpoch { _ = saveCheckpoint() }
            if endsEpoch, context.control.stopAfterEpoch, state.step < totalSteps {
                return try stop("stopped after epoch \(epoch) on request")
            }
        }
        try saveLast()
        try TrainingCheckpoint.writeWeights(
            to: context.folder + "/weights.safetensors", parameters: model.parameters,
            metadata: ["format": "pt", "maeface.run": "\(context.run)", "maeface.session": context.session.name]
                .merging(InitialWeights.facts(of: context.session.model)) { $1 })
        journal.event(.info, "weights.safetensors holds the parameters under their public names")
        try journal.flush(progress: progress)
        return .finished
    }

    // MARK: Beginning

    private func begin() throws {
        model.initialise(seed: context.session.seed, stage: stage)
        try loadInitialWeights()
        if let resumed = try keeper.resume(into: model.parameters, optimizer: optimizer) {
            if let text = resumed.difference(data: photos.fingerprint, engine: context.engine) {
                journal.event(.alert, text)
                context.report(.message(text))
            }
            state = resumed
            state.data = photos.fingerprint
            state.engine = context.engine
            guardian.consecutive = resumed.badSteps
            journal.setStep(state.step)
            journal.event(.state, "goes on after step \(state.step)")
            context.report(.message("goes on after step \(state.step) of \(totalSteps)"))
        }
        guard state.step < totalSteps else { return }
        if state.step == 0 {
            journal.event(
                .state, "begins: \(photos.files.count) photographs, \(totalSteps) steps of \(loader.batch) images")
        }
        loader.start(
            atEpoch: Int(state.step) / loader.stepsPerEpoch, step: Int(state.step) % loader.stepsPerEpoch)
        if state.step == 0, try context.store.previews(of: context.run).isEmpty { makePreview() }
    }

    /// Weights that the session begins with take the place of random ones; a resume then replaces both.
    private func loadInitialWeights() throws {
        guard let initial = try InitialWeights(context.session.model) else { return }
        let report = try initial.load(into: model.parameters, of: configuration)
        journal.event(.info, "begins with \(initial.path): \(report.lines.joined(separator: "; "))")
        for line in ["begins with \(initial.path)"] + report.lines { context.report(.message(line)) }
    }

    // MARK: A step

    private func step() throws {
        let begin = ProcessInfo.processInfo.systemUptime
        let batch = try loader.next()
        defer { loader.recycle(batch) }
        for (place, sample) in batch.indices.enumerated() {
            let row = UnsafeMutableBufferPointer(
                start: noise.pointer + place * configuration.patches, count: configuration.patches)
            Masking.drawNoise(row, key: maskKey, epoch: batch.epoch, sample: sample)
        }
        let rate = schedule.rate(atEpoch: Double(state.step) / Double(loader.stepsPerEpoch))
        let loss = model.lossAndGradients(images: batch.images, noise: noise.pointer, batch: batch.count)
        // The norm is taken in every step: it is cheap beside the step, and finds gradients that are not finite.
        let norm = model.parameters.gradientNorm(pool: context.pool)
        state.step += 1
        journal.setStep(state.step)
        let verdict = guardian.judge(loss: loss, gradientNorm: norm, step: state.step, learningRate: rate)
        switch verdict {
        case .good:
            let scale = settings.gradientClip.map { ParameterSet.clipScale(norm: norm, limit: $0) } ?? 1
            optimizer.step(learningRate: rate, gradientScale: scale, pool: context.pool)
            state.epochLossSum += Double(loss)
            state.epochLossCount += 1
        case .skip(let reason), .fail(let reason):
            journal.event(.alert, reason)
            context.report(.message(reason))
        }
        state.optimizerSteps = optimizer.stepCount
        state.badSteps = guardian.consecutive
        lossOfStep = Double(loss)
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
                    stage: stage, stageKind: StageKind.pretrain.rawValue,
                    epoch: (Int(state.step) + loader.stepsPerEpoch - 1) / loader.stepsPerEpoch,
                    epochs: settings.epochs, step: state.step, steps: totalSteps,
                    epochLoss: endsEpoch ? mean : nil, loss: lossOfStep, learningRate: rate,
                    throughput: throughput)))
    }

    private func finishEpoch(_ epoch: Int) {
        if state.epochLossCount > 0 {
            let mean = state.epochLossSum / Double(state.epochLossCount)
            state.lastEpochLoss = mean
            journal.point(SeriesName.epochLoss, step: state.step, mean)
        }
        state.epochLossSum = 0
        state.epochLossCount = 0
        context.peak.look(with: context.pool, reached: clock.gigaflops ?? 0)
        if PreviewMaker.isDue(afterEpoch: epoch, of: settings.epochs, every: settings.previewEpochs) { makePreview() }
    }

    // MARK: Keeping

    private func makePreview() {
        guard let preview else { return }
        let name = "previews/stage-\(stage)-step-\(state.step).png"
        do {
            try FileManager.default.createDirectory(
                atPath: context.previewFolder, withIntermediateDirectories: true)
            try WholeFile.write(preview.sheet(model).png(), to: context.folder + "/" + name)
            try context.store.append(
                PreviewRecord(
                    stage: stage, step: state.step, epoch: Double(state.step) / Double(loader.stepsPerEpoch),
                    samples: preview.samples, side: configuration.image, file: name),
                to: context.run)
        } catch {
            journal.event(.alert, "no preview at step \(state.step): \(error)")
        }
    }

    private func saveCheckpoint(isRequested: Bool = false) -> Bool {
        keeper.write(
            state, parameters: model.parameters, optimizer: optimizer, progress: progress, isRequested: isRequested)
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
            stage: stage, epoch: Double(state.step) / Double(loader.stepsPerEpoch), step: state.step,
            scoreName: "loss", score: state.lastEpochLoss ?? lossOfStep, throughput: throughput)
    }
}
