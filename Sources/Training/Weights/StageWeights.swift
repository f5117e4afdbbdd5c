import Foundation
import Results
import RunStore
import Session

/// The weights that a run ended with: of one stage, in each fold where it has folds.
public struct StageWeights: Sendable {
    public let stage: Int
    /// Folds that are trained to the end, in order; empty for a stage that is not folded.
    public let folds: [Int]
    /// How images came to the model when the run was scored.
    public let framing: ImageReader.Framing
    /// Of each fold, nil without folds.
    private let files: [Int?: String]

    /// - Parameter stage: nil takes the last with labels, or else the last.
    /// - Throws: `TrainingError` when the run has no weights of that stage.
    public init(of run: Run, stage wanted: Int? = nil, in store: RunStore) throws {
        let title = "run \(run.id) '\(run.name)'"
        guard run.origin == .trained else {
            throw TrainingError("\(title) was imported: it has predictions, but no weights.", isBadData: true)
        }
        let session = try store.keptSession(of: run.id)
        stage = wanted ?? session.stages.lastIndex { $0.supervised != nil } ?? session.stages.count - 1
        guard session.stages.indices.contains(stage) else {
            throw TrainingError("\(title) has no stage \(stage).", isBadData: true)
        }
        framing = session.stages[stage].supervised?.evaluation == .resize ? .whole : .centre
        let (number, folder) = (stage, store.folder(of: run.id))
        let folded = FoldedData(session, home: store.home) { _ in }
        let done = try store.facts(of: run.id)
        var files: [Int?: String] = [:]
        for part in done.keys.compactMap(\.donePart) where part.stage == number {
            let file = folder + "/" + folded.weightsFile(part)
            if FileManager.default.fileExists(atPath: file) { files[part.fold] = file }
        }
        guard !files.isEmpty else {
            throw TrainingError(
                "\(title) has no weights of stage \(number) (\(session.stages[number].kind.rawValue)) yet.",
                isBadData: true)
        }
        self.files = files
        folds = files.keys.compactMap { $0 }.sorted()
    }

    /// The file of a fold that is there, or of a stage without folds.
    public func file(fold: Int?) -> String { files[fold] ?? "" }
}
