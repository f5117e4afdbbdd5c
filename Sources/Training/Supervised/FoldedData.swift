import Datasets
import Images
import Results
import RunStore
import Session

/// The labelled data of a session's stages, read once, and how it is cut into folds.
final class FoldedData {
    struct Entry {
        let set: LabelledSet
        /// With validation samples; one without a number where the data is not cut.
        let folds: [Fold]
        /// Whether `folds` of the session cut it, and not its own split.
        let isFolded: Bool
        /// What the folds keep together, where the session says it.
        let group: String?
        let notes: [String]

        /// What the data is in a fold of the run, counted from 1; the same in every fold where the data is not cut.
        func fold(_ number: Int?) -> Fold { folds[isFolded ? (number ?? 1) - 1 : 0] }
    }

    private let session: Session
    private let home: String
    /// Told of what reading the data has to say.
    let report: @Sendable (TrainerReport) -> Void
    private var entries: [String: Entry] = [:]
    private var found: [String: FoundImages] = [:]

    init(_ session: Session, home: String, report: @escaping @Sendable (TrainerReport) -> Void) {
        self.session = session
        self.home = home
        self.report = report
    }

    private func source(_ name: String) throws -> DataSource {
        guard let source = session.source(named: name) else {
            throw TrainingError("the session has no data set '\(name)'.", isBadData: true)
        }
        return source
    }

    /// - Throws: `TrainingError` with `isBadData`, naming file and row.
    func entry(_ name: String) throws -> Entry {
        if let entry = entries[name] { return entry }
        let source = try source(name)
        let report = report
        let set = try source.labelledSet(home: home) { report(.rendering(done: $0, total: $1)) }
        let folds: [Fold]
        var notes = set.notes
        let isFolded = name == session.foldedData
        var group: String?
        if let settings = session.folds, isFolded {
            if case .grouped(_, let word, _) = settings { group = word }
            let cut = try Folds(settings, of: set, checking: session.trainedLabels(of: name))
            folds = cut.folds
            notes += cut.notes
        } else if (0..<set.count).contains(where: { set.split($0) == .validation }) {
            let cut = try Folds(.official, of: set, checking: session.trainedLabels(of: name))
            folds = cut.folds
            notes += cut.notes
        } else {
            folds = [Fold(name: "all", training: Array(0..<set.count), validation: [])]
        }
        let entry = Entry(set: set, folds: folds, isFolded: isFolded, group: group, notes: notes)
        entries[name] = entry
        return entry
    }

    /// All photographs of a data set, with labels or without, rendered and searched for once.
    /// - Throws: `TrainingError` with `isBadData` when there are none.
    func photographs(_ name: String) throws -> FoundImages {
        if let photographs = found[name] { return photographs }
        let photographs = try search(try source(name))
        found[name] = photographs
        return photographs
    }

    private func search(_ source: DataSource) throws -> FoundImages {
        let report = report
        do {
            let home = RenderedHome(path: home) { report(.rendering(done: $0, total: $1)) }
            let found = try source.adapter.photographs(in: home)
            for note in found.notes { report(.message(note)) }
            return found
        } catch let error where error is DatasetError || error is LabelError {
            throw TrainingError("data set '\(source.name)': \(error)", isBadData: true)
        }
    }

    /// The images that a data set trains on in a fold of the run.
    func trainingImages(_ name: String, fold: Int?) throws -> [ImageReference] {
        let entry = try entry(name)
        return entry.fold(fold).training.map(entry.set.image)
    }

    /// Where the weights of a part are kept when it is done, in the run's folder. Those of the last pre-training that
    /// runs once lie in the folder itself.
    func weightsFile(_ part: StageFold) -> String {
        let once = session.stages[..<(session.firstFoldedStage ?? session.stages.count)]
        return part.stage == once.lastIndex { $0.kind == .pretrain }
            ? RunLayout.pretrainedWeights : RunLayout.weights(part)
    }

    /// What a part trains on.
    /// - Throws: `TrainingError` with `isBadData`, naming file and row.
    func data(of part: StageFold) throws -> any StageData {
        try session.stages[part.stage].trainable.data(inFold: part.fold, of: self)
    }

    /// An earlier stage as a part of the run sees it: of the same fold, if that stage runs in folds.
    func part(stage: Int, besides part: StageFold) -> StageFold {
        let isFolded = session.firstFoldedStage.map { stage >= $0 } ?? false
        return StageFold(stage: stage, fold: isFolded ? part.fold : nil)
    }

    /// What a run works through: stages, and from the first folded one on all of them in each fold. Folds count from 1.
    func parts() throws -> [StageFold] {
        guard let first = session.firstFoldedStage, let name = session.foldedData else {
            return session.stages.indices.map { StageFold(stage: $0, fold: nil) }
        }
        let folds = try entry(name).folds.count
        return session.stages.indices.prefix(first).map { StageFold(stage: $0, fold: nil) }
            + (1...folds).flatMap { fold in
                session.stages.indices.dropFirst(first).map { StageFold(stage: $0, fold: fold) }
            }
    }
}
