import Basics
import Compute
import Datasets
import Foundation
import Model
import RunStore
import Session

/// What a kind of training does in the loop that all kinds share.
protocol TrainingWork: AnyObject {
    /// Gives the parameters the values that the stage begins with; those of a checkpoint may replace them.
    func initialise() throws
    /// The parameters are those of a checkpoint.
    func resumed()
    /// Says what is about to begin, before the first step of the stage.
    func announce()
    /// Does what needs doing before the first step of this process; the loader has begun.
    func prepare() throws
    /// The loss of a batch and, in the parameters' gradients, its gradient.
    func lossAndGradients(_ batch: Batch) throws -> Float
    /// An epoch, counted from 1, has ended.
    func epochEnded(_ epoch: Int) throws
    /// All steps are done and their checkpoint is kept.
    func finish() throws
}

/// The loop of every stage: steps over a loader, the optimizer, points, checkpoints, and what a person asks for.
final class TrainingLoop {
    let context: RunContext
    let part: StageFold
    let journal: RunJournal
    var state: TrainingState
    let loader: ImageLoader

    private let title: String
    private let scoreName: SeriesName
    private let settings: any OptimisedStage
    private let parameters: ParameterSet
    private let average: WeightAverage?
    private let copies: [any WeightCopy]
    private let optimizer: AdamW
    private let schedule: LearningRateSchedule
    private let keeper: CheckpointKeeper
    private var guardian = LossGuard()
    private var clock: StepClock
    private var lossOfStep = Double.nan

    /// - Parameters:
    ///   - title: what the stage is called beside its progress.
    ///   - scoreName: what `state.score` is, where there is one.
    ///   - average: of the parameters, where it is on.
    ///   - chosen: the weights of the best epoch so far, where one is chosen.
    ///   - scale: of the learning rate, for each parameter.
    ///   - data: names the images that are trained on and their order.
    ///   - operationsPerImage: floating-point operations that one image's step executes.
    init(
        context: RunContext, part: StageFold, title: String, scoreName: SeriesName, settings: some OptimisedStage,
        parameters: ParameterSet, average: WeightAverage? = nil, chosen: ChosenWeights? = nil,
        scale: (Parameter) -> Double = { _ in 1 },
        loader: ImageLoader, journal: RunJournal, data: String, operationsPerImage: Int
    ) throws {
        self.context = context
        self.part = part
        self.title = title
        self.scoreName = scoreName
        self.settings = settings
        self.parameters = parameters
        self.average = average
        copies = [average as (any WeightCopy)?, chosen].compactMap { $0 }
        self.loader = loader
        self.journal = journal
        optimizer = AdamW(
            parameters: parameters, betas: (settings.betas.first, settings.betas.second), epsilon: settings.epsilon,
            weightDecay: settings.weightDecay, scale: scale)
        schedule = settings.schedule
        keeper = try CheckpointKeeper(
            context: context, part: part, journal: journal,
            policy: CheckpointPolicy(
                interval: settings.checkpointMinutes.map { $0 * 60 } ?? .infinity, recent: 1 + settings.keep))
        state = TrainingState(stage: part.stage, data: data, engine: context.engine)
        clock = StepClock(batch: loader.batch, operationsPerImage: Double(operationsPerImage))
    }

    var totalSteps: Int64 { Int64(settings.epochs * loader.stepsPerEpoch) }

    /// Epochs so far, with their fraction.
    var epochs: Double { Double(state.step) / Double(loader.stepsPerEpoch) }

    /// Trains from the newest checkpoint, or from the beginning, to the end or until asked to stop.
    /// - Throws: `TrainingError` when the loss diverges or the last checkpoint cannot be written.
    func run(_ work: some TrainingWork) throws -> StageEnd {
        try begin(work)
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
            try step(work)
            let epoch = Int(state.step) / loader.stepsPerEpoch
            let endsEpoch = Int(state.step).isMultiple(of: loader.stepsPerEpoch)
            if endsEpoch {
                finishEpoch()
                try work.epochEnded(epoch)
            }
            let isDueByEpoch = endsEpoch && settings.checkpointEpochs.map { epoch.isMultiple(of: $0) } ?? false
            if state.step < totalSteps, keeper.isDue || isDueByEpoch { _ = saveCheckpoint() }
            if endsEpoch, context.control.stopAfterEpoch, state.step < totalSteps {
                return try stop("stopped after epoch \(epoch) on request")
            }
        }
        try saveLast()
        try work.finish()
        try journal.flush(progress: progress)
        return .finished
    }

    private func begin(_ work: some TrainingWork) throws {
        try work.initialise()
        if var resumed = try keeper.resume(into: parameters, optimizer: optimizer, copies: copies) {
            if let text = resumed.difference(data: state.data, engine: state.engine) {
                journal.event(.alert, text)
                context.report(.message(text))
            }
            (resumed.data, resumed.engine) = (state.data, state.engine)
            state = resumed
            guardian.consecutive = resumed.badSteps
            journal.setStep(state.step)
            journal.event(.state, "goes on after step \(state.step)")
            work.resumed()
        }
        guard state.step < totalSteps else { return }
        if state.step == 0 { work.announce() }
        loader.start(
            atEpoch: Int(state.step) / loader.stepsPerEpoch, step: Int(state.step) % loader.stepsPerEpoch)
        try work.prepare()
    }

    // MARK: A step

    private func step(_ work: some TrainingWork) throws {
        let begin = Clock.monotonic()
        let batch = try loader.next()
        defer { loader.recycle(batch) }
        let rate = schedule.rate(atEpoch: epochs)
        let loss = try work.lossAndGradients(batch)
        // The norm is taken in every step: it is cheap beside the step, and finds gradients that are not finite.
        let norm = parameters.gradientNorm(pool: context.pool)
        state.step += 1
        journal.setStep(state.step)
        let verdict = guardian.judge(loss: loss, gradientNorm: norm, step: state.step, learningRate: rate)
        switch verdict {
        case .good:
            let scale = settings.gradientClip.map { ParameterSet.clipScale(norm: norm, limit: $0) } ?? 1
            optimizer.step(learningRate: rate, gradientScale: scale, pool: context.pool)
            average?.update(pool: context.pool)
            state.epochLossSum += Double(loss)
            state.epochLossCount += 1
        case .skip(let reason), .fail(let reason):
            journal.event(.alert, reason)
            context.report(.message(reason))
        }
        state.optimizerSteps = optimizer.stepCount
        state.badSteps = guardian.consecutive
        lossOfStep = Double(loss)
        let seconds = Clock.monotonic() - begin
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
        context.report(
            .progress(
                TrainerProgress(
                    stage: part.stage, stageKind: title,
                    epoch: (Int(state.step) + loader.stepsPerEpoch - 1) / loader.stepsPerEpoch,
                    epochs: settings.epochs, step: state.step, steps: totalSteps,
                    epochLoss: endsEpoch ? state.meanEpochLoss ?? .nan : nil, loss: lossOfStep, learningRate: rate,
                    throughput: throughput)))
    }

    private func finishEpoch() {
        if let mean = state.meanEpochLoss {
            state.lastEpochLoss = mean
            journal.point(SeriesName.epochLoss, step: state.step, mean)
        }
        state.epochLossSum = 0
        state.epochLossCount = 0
        context.peak.look(with: context.pool, reached: clock.gigaflops ?? 0)
    }

    // MARK: Keeping

    private func saveCheckpoint(isRequested: Bool = false) -> Bool {
        keeper.write(
            state, parameters: parameters, optimizer: optimizer, copies: copies, progress: progress,
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
            stage: part.stage, fold: part.fold, epoch: epochs, step: state.step,
            scoreName: state.score == nil ? SeriesName.loss : scoreName,
            score: state.score ?? state.lastEpochLoss ?? lossOfStep, throughput: throughput)
    }
}

extension RunContext {
    /// Images that go through the model together in a stage: what the run has kept, or what `choose` says, which is then
    /// kept with the run, because the last bits of a result depend on it.
    func microBatch(ofStage stage: Int, or choose: () -> Int) throws -> Int {
        let fact = RunFact.microBatch(stage: stage)
        let microBatch = try store.facts(of: run)[fact].flatMap { Int($0) } ?? choose()
        try store.setFact(fact, to: "\(microBatch)", of: run)
        return microBatch
    }
}
