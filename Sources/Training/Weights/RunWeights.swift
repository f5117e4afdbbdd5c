import Foundation
import Results
import RunStore
import Session

extension Session {
    /// The session with the file of weights in the place of a run that `model.init` names.
    ///
    /// Done when a run is made, so that what the store keeps of it does not change its meaning when other runs come.
    /// - Throws: `TrainingError` with `isBadData` when there is no such run or it has no last weights.
    public func withInitialWeights(from store: RunStore) throws -> Session {
        guard let reference = model.initialRun else { return self }
        var session = self
        do {
            session.model.initialWeights = try store.lastWeights(of: store.resolve(reference))
        } catch {
            throw TrainingError("model.init: \(error)", isBadData: true)
        }
        return session
    }
}

extension RunStore {
    /// The file of weights that the last stage of a run left.
    /// - Throws: `TrainingError` when that stage is not done, or left weights for each of several folds.
    func lastWeights(of run: Run) throws -> String {
        guard let session = try session(of: run.id), let kind = session.stages.last?.kind else {
            throw TrainingError("run \(run.id) '\(run.name)' was trained elsewhere; name its file of weights instead")
        }
        let last = session.stages.count - 1
        var done = try facts(of: run.id).keys.compactMap(\.donePart).filter { $0.stage == last }
            .sorted { ($0.fold ?? 0) < ($1.fold ?? 0) }
        // Runs of earlier versions do not say what they have done.
        if done.isEmpty, run.status == .finished, kind == .pretrain { done = [StageFold(stage: last, fold: nil)] }
        guard let part = done.first else {
            throw TrainingError(
                "run \(run.id) '\(run.name)' has not finished its last stage (\(kind.rawValue)); "
                    + "'maeface train --resume \(run.id)' does, or name a file of weights")
        }
        let file = folder(of: run.id) + "/" + FoldedData(session, home: home) { _ in }.weightsFile(part)
        guard done.count == 1 else {
            throw TrainingError(
                "run \(run.id) '\(run.name)' ended in \(done.count) folds, each with weights of its own, trained on what "
                    + "others hold out; name one of them, such as \"\(file)\"")
        }
        guard FileManager.default.fileExists(atPath: file) else {
            throw TrainingError("run \(run.id) '\(run.name)' has lost its weights, \(file)")
        }
        return file
    }
}
