import Basics
import Compute
import Foundation
import Model
import RunStore
import Session

/// The loop of every stage: steps over batches, the optimizer, points, checkpoints, and what a person asks for.
final class TrainingLoop<Source: BatchSource> {
    let context: RunContext
    let part: RunPart
    let journal: RunJournal
    var state: TrainingState
    let batches: Source

    private let title: String
    private let scoreName: String
    private let settings: any OptimisedStage
    private let schedule: LearningRateSchedule
    private let keeper: CheckpointKeeper
    private var update: ParameterUpdate
    private var clock: StepClock
    private var lossOfStep = Double.nan

    /// - Parameters:
    ///   - scoreName: what `state.score` is, where there is one.
    init(
        context: RunContext, part: RunPart, settings: some OptimisedStage, training: TrainedParameters,
        on batches: Source,
        scoreName: String = SeriesName.loss
    ) throws {
        self.context = context
        self.part = part
        self.scoreName = scoreName
        self.settings = settings
        self.batches = batches
        title = part.title(settings.kind)
        let journal = try RunJournal(store: context.store, run: context.run, stage: part.stage, fold: part.fold)
        self.journal = journal
        batches.reportSkips { journal.skip("\($0)") }
        update = ParameterUpdate(training, settings: settings, pool: context.pool)
        schedule = settings.schedule
        keeper = try CheckpointKeeper(
            context: context, stage: part.stage, fold: part.fold, journal: journal,
            policy: CheckpointPolicy(
                interval: settings.checkpointMinutes.map { $0 * 60 } ?? .infinity, recent: 1 + settings.keep))
        state = TrainingState(stage: part.stage, data: batches.fingerprint, engine: context.engine)
        clock = StepClock(batch: batches.batch, operationsPerSample: Double(training.operationsPerSample))
    }

    var totalSteps: Int64 { Int64(settings.epochs * batches.stepsPerEpoch) }

    /// Epochs so far, with their fraction.
    var epochs: Double { Double(state.step) / Double(batches.stepsPerEpoch) }

    /// Trains from the newest checkpoint, or from the beginning, to the end or until asked to stop.
    /// - Throws: `TrainingError` when the loss diverges or the last checkpoint cannot be written.
    func run(_ work: some TrainingWork<Source.Batch>) throws -> StageEnd {
        try begin(work)
        defer { batches.stop() }
        while state.step < totalSteps {
            try context.control.poll()
            try context.waitWhilePaused(
                journal: journal, progress: { progress }, save: { saveCheckpoint(isRequested: $0) })
            if context.control.stopNow { return try stop(context.control.stopReason) }
            if context.control.checkpointRequested {
                _ = saveCheckpoint(isRequested: true)
                context.control.checkpointDone()
            }
            try step(work)
            let epoch = Int(state.step) / batches.stepsPerEpoch
            let endsEpoch = Int(state.step).isMultiple(of: batches.stepsPerEpoch)
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

    private func begin(_ work: some TrainingWork<Source.Batch>) throws {
        try work.initialise()
        if var resumed = try keeper.resume(into: update.optimised) {
            if let text = resumed.difference(data: state.data, engine: state.engine) {
                journal.event(.alert, text)
                context.report(.message(text))
            }
            (resumed.data, resumed.engine) = (state.data, state.engine)
            state = resumed
            update.badSteps = resumed.badSteps
            journal.setStep(state.step)
            journal.event(.state, "goes on after step \(state.step)")
            work.resumed()
        }
        guard state.step < totalSteps else { return }
        if state.step == 0 { work.announce() }
        batches.start(
            atEpoch: Int(state.step) / batches.stepsPerEpoch, step: Int(state.step) % batches.stepsPerEpoch)
        try work.prepare()
    }

    // MARK: A step

    private func step(_ work: some TrainingWork<Source.Batch>) throws {
        let begin = Clock.monotonic()
        let batch = try batches.next()
        defer { batches.recycle(batch) }
        let rate = schedule.rate(atEpoch: epochs)
        let loss = try work.lossAndGradients(batch)
        state.step += 1
        journal.setStep(state.step)
        let outcome = update.apply(loss: loss, step: state.step, learningRate: rate)
        switch outcome.verdict {
        case .good:
            state.epochLossSum += Double(loss)
            state.epochLossCount += 1
        case .skip(let reason), .fail(let reason):
            journal.event(.alert, reason)
            context.report(.message(reason))
        }
        state.optimizerSteps = update.optimizerSteps
        state.badSteps = update.badSteps
        lossOfStep = Double(loss)
        let seconds = Clock.monotonic() - begin
        clock.add(seconds)
        state.seconds += seconds
        journal.point(SeriesName.loss, step: state.step, lossOfStep)
        journal.point(SeriesName.learningRate, step: state.step, rate)
        journal.point(SeriesName.gradientNorm, step: state.step, outcome.norm)
        journal.point(SeriesName.seconds, step: state.step, state.seconds)
        journal.flushIfDue(progress: progress)
        report(rate: rate)
        if case .fail(let reason) = outcome.verdict {
            try? journal.flush(progress: progress)
            throw TrainingError(reason)
        }
    }

    private func report(rate: Double) {
        let endsEpoch = Int(state.step).isMultiple(of: batches.stepsPerEpoch)
        context.report(
            .progress(
                TrainerProgress(
                    stage: part.stage, stageKind: title,
                    epoch: (Int(state.step) + batches.stepsPerEpoch - 1) / batches.stepsPerEpoch,
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
        context.peak.measure(with: context.pool, reached: clock.gigaflops ?? 0)
    }

    // MARK: Keeping

    private func saveCheckpoint(isRequested: Bool = false) -> Bool {
        keeper.write(
            state, update.optimised, progress: progress, isRequested: isRequested)
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
            imagesPerSecond: clock.samplesPerSecond, gflops: gigaflops,
            peakShare: context.peak.gigaflops > 0 ? gigaflops.map { $0 / context.peak.gigaflops } : nil,
            residentBytes: Machine.residentBytes,
            secondsLeft: clock.secondsPerStep.map { $0 * Double(totalSteps - state.step) })
    }

    private var progress: RunProgress {
        RunProgress(
            stage: part.stage, fold: part.fold, epoch: epochs, step: state.step,
            scoreName: state.score == nil ? "loss" : scoreName,
            score: state.score ?? state.lastEpochLoss ?? lossOfStep, throughput: throughput)
    }
}

extension RunContext {
    /// Images that go through the model together in a stage: what the run has kept, or what `choose` says, which is then
    /// kept with the run, because the last bits of a result depend on it.
    func microBatch(ofStage stage: Int, or choose: () -> Int) throws -> Int {
        let fact = "micro-batch \(stage)"
        let microBatch = try store.facts(of: run)[fact].flatMap { Int($0) } ?? choose()
        try store.setFact(fact, to: "\(microBatch)", of: run)
        return microBatch
    }
}
