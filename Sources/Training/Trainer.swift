import CSystem
import Compute
import Evaluation
import Foundation
import Results
import RunStore
import Session

/// Trains one run in this process: holds its lock, beats, obeys commands and works through the stages.
public struct Trainer {
    private let store: RunStore
    private let run: Run
    private let threads: Int
    private let report: @Sendable (TrainerReport) -> Void

    /// - Parameters:
    ///   - threads: compute threads; the result does not depend on them.
    ///   - report: told of progress, on the training thread.
    public init(store: RunStore, run: Run, threads: Int, report: @escaping @Sendable (TrainerReport) -> Void = { _ in })
    {
        self.store = store
        self.run = run
        self.threads = threads
        self.report = report
    }

    /// Makes a run of a session: searches its photographs, so that bad data is refused before anything is kept.
    /// - Parameter reusing: whether stages that an earlier run did in just the same way are taken from there.
    /// - Throws: `TrainingError` with `isBadData` when there is nothing to train on.
    public static func create(
        _ session: Session, in store: RunStore, reusing: Bool = true,
        report: @escaping @Sendable (TrainerReport) -> Void = { _ in }
    ) throws -> Run {
        let session = try session.withInitialWeights(from: store)
        let initial = try InitialWeights(session.model)
        var stages: [StageRecord] = []
        let folded = FoldedData(session, home: store.home, report: report)
        for (index, stage) in session.stages.enumerated() {
            if index == 0, let initial { _ = try stage.trainable.check(initial, of: session.model) }
            stages.append(
                StageRecord(
                    index: index, kind: stage.kind.rawValue, epochs: stage.epochs,
                    stepsPerEpoch: try stage.trainable.stepsPerEpoch(of: folded)))
        }
        let run = try store.createRun(name: session.name, sessionText: session.resolvedText, stages: stages)
        if !reusing { try store.setFact(freshFact, to: "yes", of: run.id) }
        return run
    }

    /// The fact that keeps a run from taking stages over from others.
    private static let freshFact = "fresh"

    /// Trains to the end, or until a command or a signal stops it, from the run's newest checkpoint on.
    ///
    /// - Parameter signals: whether signals that end a process, but SIGHUP, stop the run after a checkpoint; for a
    ///   process of its own.
    /// - Returns: how the run ended.
    /// - Throws: what ended it otherwise; the run is then marked as failed with the reason.
    public func train(signals: Bool = true) throws -> RunStatus {
        let lock = try store.lock(run.id)
        return try withExtendedLifetime(lock) {
            try store.begin(lock)
            let heartbeat = Heartbeat(store: store, run: run.id)
            defer { heartbeat.stop() }
            do {
                let (status, reason) = try work(signals: signals)
                try store.append(
                    RunEvent(
                        stage: max(0, run.stage), time: 0, step: try store.run(run.id).step, kind: .state,
                        message: reason),
                    to: run.id)
                try store.setStatus(status, of: run.id)
                report(.message(reason))
                return status
            } catch {
                _ = try? store.append(
                    RunEvent(time: 0, step: (try? store.run(run.id).step) ?? 0, kind: .alert, message: "\(error)"),
                    to: run.id)
                try? store.setStatus(.failed, of: run.id, failure: "\(error)")
                throw error
            }
        }
    }

    private func work(signals: Bool) throws -> (RunStatus, String) {
        let session = try store.keptSession(of: run.id)
        let control = try TrainerControl(store: store, run: run.id, signals: signals)
        defer { if signals { maeface_signals_close() } }
        let pool = ThreadPool(threads: threads)
        let peak = PeakGauge()
        peak.measure(with: pool)
        let context = RunContext(
            store: store, run: run.id, session: session, pool: pool, control: control,
            peak: peak,
            report: report)
        try store.setFact("engine", to: context.engine, of: run.id)
        let folded = FoldedData(session, home: store.home, report: report)
        let duplicates = DuplicateCheck(context: context, folded: folded)
        try duplicates.labelled()
        for part in try folded.parts() {
            let facts = try store.facts(of: run.id)
            if facts[part.doneFact] != nil { continue }
            let data = try folded.data(of: part)
            let identity = identity(of: part, data, facts, context, folded)
            if try reuse(part, identity, facts, context, folded) { continue }
            try duplicates.earlierStage(part, data)
            let begun = facts[part.identityFact] ?? identity
            try store.setFact(part.identityFact, to: begun, of: run.id)
            let end = try data.train(task(part, context, folded), in: context)
            if case .stopped(let reason) = end { return (.stopped, reason) }
            // Weights that began with other data or another engine are of this run alone.
            try store.setFact(part.doneFact, to: begun == identity ? identity : "run \(run.id)", of: run.id)
        }
        try writeResults()
        return (.finished, "finished")
    }

    private func identity(
        of part: RunPart, _ data: any StageData, _ facts: [String: String], _ context: RunContext, _ folded: FoldedData
    ) -> String {
        let before = part.stage == 0 ? nil : folded.part(stage: part.stage - 1, besides: part)
        return StageIdentity(context.session, engine: context.engine).text(
            of: part, data: data, before: before.flatMap { facts[$0.doneFact] })
    }

    /// Copies a part from an earlier run that did it in just the same way.
    /// - Returns: whether there is one.
    private func reuse(
        _ part: RunPart, _ identity: String, _ facts: [String: String], _ context: RunContext, _ folded: FoldedData
    ) throws -> Bool {
        let kind = context.session.stages[part.stage].kind
        let reuse = StageReuse(store: store, run: run.id)
        // What has begun here goes on here.
        guard facts[Self.freshFact] == nil, facts[part.identityFact] == nil,
            let source = try reuse.source(of: part, identity: identity)
        else { return false }
        try reuse.copy(part, from: source, to: run.id, as: folded.weightsFile(part))
        let name = "run \(source.id) '\(source.name)'"
        let stage = try store.stages(of: run.id).first { $0.index == part.stage }
        let step = Int64((stage?.epochs ?? 0) * (stage?.stepsPerEpoch ?? 0))
        let text =
            part.title(kind) + ": the same as in \(name), taken from there"
        try store.append(
            RunEvent(stage: part.stage, fold: part.fold, time: 0, step: step, kind: .state, message: text), to: run.id)
        try store.update(
            RunProgress(stage: part.stage, fold: part.fold, epoch: Double(stage?.epochs ?? 0), step: step), of: run.id)
        try store.setFact(part.reusedFact, to: "from \(name)", of: run.id)
        try store.setFact(part.doneFact, to: identity, of: run.id)
        report(.message(text + " (--fresh trains it anew)"))
        return true
    }

    /// A stage goes on from the encoder of the stage before, pre-training from its decoder too. The teacher of a stage
    /// that has one is the stage before, of the same fold.
    private func task(_ part: RunPart, _ context: RunContext, _ folded: FoldedData) -> PartTask {
        let stages = context.session.stages
        func weights(_ stage: Int) -> String {
            context.folder + "/" + folded.weightsFile(folded.part(stage: stage, besides: part))
        }
        var source = part.stage - 1
        var teacher: String?
        if stages[part.stage].trainable.hasTeacher {
            teacher = weights(source)
            while source >= 0, stages[source].trainable.hasTeacher { source -= 1 }
            source -= 1
        }
        return PartTask(
            part: part, encoder: source < 0 ? context.session.model.initialWeights : weights(source),
            teacher: teacher, weightsFile: folded.weightsFile(part))
    }

    /// The tables of all stages whose folds were predicted. The headline of the last is the score that lists show.
    private func writeResults() throws {
        let results = try StageResults.all(of: run.id, in: store)
        guard let last = results.last else { return }
        try RunResultsFile.write(results, to: store.folder(of: run.id))
        let headline = results.first { $0.stage == last.stage } ?? last
        if let mean = headline.summary.mean { try store.setScore(headline.task.scoreName, mean, of: run.id) }
    }
}
