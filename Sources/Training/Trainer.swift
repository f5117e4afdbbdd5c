import CSystem
import Compute
import Foundation
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
    /// - Throws: `TrainingError` with `isBadData` when there is nothing to train on.
    public static func create(
        _ session: Session, in store: RunStore, report: @escaping @Sendable (TrainerReport) -> Void = { _ in }
    ) throws -> Run {
        var stages: [StageRecord] = []
        for (index, stage) in session.stages.enumerated() {
            switch stage {
            case .pretrain(let settings):
                let photos = try PhotoSet(settings.data, of: session, home: store.home, report: report)
                _ = try session.model.configuration(for: settings)
                let batch = min(settings.batch, photos.files.count)
                stages.append(
                    StageRecord(
                        index: index, kind: stage.kind.rawValue, epochs: settings.epochs,
                        stepsPerEpoch: photos.files.count / batch))
            }
        }
        return try store.createRun(name: session.name, sessionText: session.resolvedText, stages: stages)
    }

    /// Trains to the end, or until a command or a signal stops it, from the run's newest checkpoint on.
    ///
    /// - Parameter signals: whether SIGTERM and SIGINT stop the run after a checkpoint; for a process of its own.
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
        let session = try SessionReader.read(
            text: store.sessionText(of: run.id), file: "session of run \(run.id)", folder: "/")
        let control = try TrainerControl(store: store, run: run.id, signals: signals)
        defer { if signals { maeface_signals_close() } }
        let pool = ThreadPool(threads: threads)
        let peak = PeakGauge()
        peak.look(with: pool)
        let context = RunContext(
            store: store, run: run.id, session: session, pool: pool, control: control,
            peak: peak,
            report: report)
        try store.setFact("engine", to: context.engine, of: run.id)
        for (index, stage) in session.stages.enumerated() where index >= run.stage {
            let end: StageEnd
            switch stage {
            case .pretrain(let settings):
                let photos = try PhotoSet(settings.data, of: session, home: store.home, report: report)
                end = try Pretraining(context: context, stage: index, settings: settings, photos: photos).run()
            }
            if case .stopped(let reason) = end { return (.stopped, reason) }
        }
        return (.finished, "finished")
    }
}
