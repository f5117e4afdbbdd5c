import Compute
import Datasets
import Foundation
import RunStore
import Session

/// Weights of a stage that an earlier run of the store trained in just the same way: pre-train once, fine-tune twenty
/// times.
struct StageReuse {
    let store: RunStore
    let run: RunID?

    /// The run that did the part with this identity and still has what it left; the first that did.
    func source(of part: StageFold, identity: String) throws -> Run? {
        for id in try store.runs(withFact: .done(part), value: identity) where id != run {
            guard let weights = try weights(of: part, in: id) else { continue }
            let folder = store.folder(of: id)
            let files = [weights] + (try predictions(of: part, in: id).map(\.file))
            if files.allSatisfy({ FileManager.default.fileExists(atPath: folder + "/" + $0) }) {
                return try store.run(id)
            }
        }
        return nil
    }

    /// Where a run keeps the weights of a part, which depends on the stages that come later.
    private func weights(of part: StageFold, in run: RunID) throws -> String? {
        try store.session(of: run).map { FoldedData($0, home: store.home) { _ in }.weightsFile(part) }
    }

    private func predictions(of part: StageFold, in run: RunID) throws -> [PredictionRecord] {
        try store.predictions(of: run).filter { $0.stage == part.stage && $0.fold == part.fold }
    }

    /// Copies the weights, the predictions and the curves of a part from another run, whose deletion does not touch
    /// them then.
    /// - Parameter file: where the weights are to lie in the folder of `target`.
    func copy(_ part: StageFold, from source: Run, to target: RunID, as file: String) throws {
        guard let weights = try weights(of: part, in: source.id) else { return }
        try copy(weights, from: source.id, to: target, as: file)
        for var record in try predictions(of: part, in: source.id) {
            try copy(record.file, from: source.id, to: target, as: record.file)
            record.time = 0
            try store.append(record, to: target)
        }
        for series in try store.seriesKeys(of: source.id) where series.stage == part.stage && series.fold == part.fold {
            try store.append(try store.points(of: series, run: source.id).map { (series, $0) }, to: target)
        }
    }

    private func copy(_ file: String, from source: RunID, to target: RunID, as name: String) throws {
        let path = store.folder(of: target) + "/" + name
        let manager = FileManager.default
        try manager.createDirectory(
            atPath: (path as NSString).deletingLastPathComponent, withIntermediateDirectories: true)
        if manager.fileExists(atPath: path) { try manager.removeItem(atPath: path) }
        let original = store.folder(of: source) + "/" + file
        // Files of weights are replaced, never written into, so two runs may share one.
        if link(original, path) == 0 { return }
        try manager.copyItem(atPath: original, toPath: path)
    }
}

/// Parts of a session that would not be trained again.
public struct ReusedStage: Equatable, Sendable {
    public let stage: Int
    /// In how many of how many folds; 1 of 1 for a stage that runs once.
    public let folds: Int
    public let allFolds: Int
    /// The runs that have the weights, in words.
    public let runs: [String]

    /// The stages that need no training in any fold.
    public static func whole(_ reused: [ReusedStage]) -> Set<Int> {
        Set(reused.filter { $0.folds == $0.allFolds }.map(\.stage))
    }

    /// The stages of a session whose weights runs of a store already have.
    ///
    /// Reads all labels and cuts the folds, so that what is wrong with them comes out here too.
    /// - Parameters:
    ///   - store: nil when there is none.
    ///   - home: the folder of runs, where rendered sets lie. Nothing is rendered: what waits for that is not known.
    ///   - pool: one of the kind that would train.
    /// - Throws: `TrainingError` with `isBadData`, naming file and row.
    public static func all(
        _ session: Session, in store: RunStore?, home: String, pool: ThreadPool
    ) throws -> [ReusedStage] {
        let isRendered = session.data.allSatisfy { $0.adapter.isThere(in: RenderedHome(path: home)) }
        guard isRendered else { return [] }
        let folded = FoldedData(session, home: home) { _ in }
        let parts = try folded.parts()
        let identity = StageIdentity(session, engine: RunContext.engine(of: pool))
        let reuse = store.map { StageReuse(store: $0, run: nil) }
        var identities: [StageFold: String] = [:]
        var found: [Int: [String]] = [:]
        for part in parts {
            let data = try folded.data(of: part)
            guard let reuse else { continue }
            let before = part.stage == 0 ? nil : folded.part(stage: part.stage - 1, besides: part)
            let text = identity.text(of: part, data: data, before: before.flatMap { identities[$0] })
            identities[part] = text
            if let run = try reuse.source(of: part, identity: text) {
                found[part.stage, default: []].append("run \(run.id) '\(run.name)'")
            }
        }
        return found.sorted { $0.key < $1.key }.map { stage, runs in
            ReusedStage(
                stage: stage, folds: runs.count, allFolds: parts.count { $0.stage == stage },
                runs: runs.enumerated().filter { !runs[..<$0.offset].contains($0.element) }.map(\.element))
        }
    }
}
