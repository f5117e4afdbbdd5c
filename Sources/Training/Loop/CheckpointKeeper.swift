import Basics
import Checkpoints
import Foundation
import RunStore

/// Writes the checkpoints of a stage, lets old ones go, and finds the one to resume from.
final class CheckpointKeeper {
    private let context: RunContext
    private let stage: Int
    private let fold: Int?
    private let journal: RunJournal
    private let policy: CheckpointPolicy
    private var last: Double
    private var lastWrite = 0.0

    init(context: RunContext, stage: Int, fold: Int? = nil, journal: RunJournal, policy: CheckpointPolicy) throws {
        self.context = context
        self.stage = stage
        self.fold = fold
        self.journal = journal
        self.policy = policy
        last = Clock.monotonic()
        try FileManager.default.createDirectory(
            atPath: context.checkpointFolder, withIntermediateDirectories: true)
    }

    var isDue: Bool {
        policy.isDue(elapsed: Clock.monotonic() - last, lastWrite: lastWrite)
    }

    /// Commits the points, writes the file, then its row, then deletes what is superseded.
    ///
    /// - Parameter isRequested: a person asked for it; it is then kept for good.
    /// - Returns: whether it was written. A refusal (a full disk) is told and costs nothing that was saved.
    func write(
        _ state: TrainingState, _ optimised: OptimisedParameters, progress: RunProgress, isRequested: Bool = false
    ) -> Bool {
        let begin = Clock.monotonic()
        defer { last = Clock.monotonic() }
        let name = "checkpoints/\(prefix)step-\(padded(state.step)).safetensors"
        do {
            // The order matters: a file whose points are not in the store would lose them at a resume.
            try journal.flush(progress: progress)
            try context.store.makeDurable()
            let bytes = try TrainingCheckpoint.write(
                to: context.folder + "/" + name, state: state, optimised, metadata: context.weightsMetadata)
            let record = CheckpointRecord(
                stage: stage, fold: fold, step: state.step, time: Date().timeIntervalSince1970, file: name,
                bytes: bytes,
                reason: isRequested ? "requested" : "last", score: state.lastEpochLoss)
            // In one transaction: a kill in between would leave a checkpoint that the history does not know.
            try context.store.append(
                record,
                event: RunEvent(
                    stage: stage, fold: fold, time: 0, step: state.step, kind: .checkpoint,
                    message: "\(name), \(bytes / 1_000_000) MB"),
                to: context.run)
            lastWrite = Clock.monotonic() - begin
            try thin()
            return true
        } catch {
            journal.event(.alert, "no checkpoint at step \(state.step): \(error)")
            context.report(.message("no checkpoint at step \(state.step): \(error)"))
            return false
        }
    }

    private func thin() throws {
        let records = try records()
        let kept = records.map {
            CheckpointPolicy.Kept(id: $0.id, step: $0.step, score: $0.score, requested: $0.reason == "requested")
        }
        let superseded = Set(policy.superseded(among: kept).map(\.id))
        let best = policy.best(among: kept)?.id
        for record in records where superseded.contains(record.id) {
            try context.store.deleteCheckpoint(record.id)
            try? FileManager.default.removeItem(atPath: context.folder + "/" + record.file)
        }
        let newest = records.map(\.step).max()
        for record in records where !superseded.contains(record.id) && record.reason != "requested" {
            let reason = record.step == newest ? "last" : record.id == best ? "best" : "recent"
            if reason != record.reason { try context.store.setReason(reason, ofCheckpoint: record.id) }
        }
    }

    /// Loads the newest checkpoint of this stage that can be read, and takes the run back to it.
    ///
    /// - Returns: its state, or nil when the stage begins anew.
    func resume(into optimised: OptimisedParameters) throws -> TrainingState? {
        let records = try records()
        var state: TrainingState?
        for record in records.sorted(by: { $0.step > $1.step }) {
            do {
                state = try TrainingCheckpoint.read(from: context.folder + "/" + record.file, into: optimised)
                break
            } catch {
                journal.event(.alert, "\(record.file) cannot be resumed from: \(error)")
                context.report(.message("\(record.file) cannot be resumed from: \(error)"))
            }
        }
        let removed = try context.store.rollBack(context.run, stage: stage, fold: fold, toStep: state?.step ?? 0)
        let files = removed.previews.map(\.file) + removed.checkpoints.map(\.file) + removed.predictions.map(\.file)
        for file in files {
            try? FileManager.default.removeItem(atPath: context.folder + "/" + file)
        }
        try removeLeftovers()
        return state
    }

    /// A kill leaves half-written files, or, right after a checkpoint, a whole one that no row names.
    private func removeLeftovers() throws {
        for folder in [context.folder, context.checkpointFolder, context.previewFolder] {
            WholeFile.removeLeftovers(in: folder)
        }
        let named = Set(try context.store.checkpoints(of: context.run).map { ($0.file as NSString).lastPathComponent })
        for file in try FileManager.default.contentsOfDirectory(atPath: context.checkpointFolder)
        where file.hasPrefix(prefix) && !named.contains(file) {
            try? FileManager.default.removeItem(atPath: context.checkpointFolder + "/" + file)
        }
    }

    private var prefix: String { "stage-\(stage)-" + (fold.map { "fold-\($0)-" } ?? "") }

    private func records() throws -> [CheckpointRecord] {
        try context.store.checkpoints(of: context.run).filter { $0.stage == stage && $0.fold == fold }
    }

    private func padded(_ step: Int64) -> String {
        let digits = String(step)
        return String(repeating: "0", count: max(0, 8 - digits.count)) + digits
    }
}
