import Datasets
import Session

/// The labelled data of a session's stages, read once, and how it is cut into folds.
final class FoldedData {
    struct Entry {
        let set: LabelledSet
        /// With validation samples; one without a number where the data is not cut.
        let folds: [Fold]
        let notes: [String]
    }

    private let session: Session
    private let home: String
    private let report: @Sendable (TrainerReport) -> Void
    private var entries: [String: Entry] = [:]

    init(_ session: Session, home: String, report: @escaping @Sendable (TrainerReport) -> Void) {
        self.session = session
        self.home = home
        self.report = report
    }

    /// The data set that `folds` cuts: that of the last stage with labels.
    var foldedName: String? {
        session.folds == nil ? nil : session.stages.compactMap(\.supervised).last?.data.name
    }

    /// The stages that run inside each fold: from the first that uses the folded data on.
    var firstFoldedStage: Int? {
        foldedName.flatMap { name in session.stages.firstIndex { $0.supervised?.data.name == name } }
    }

    /// - Throws: `TrainingError` with `isBadData`, naming file and row.
    func entry(_ name: String) throws -> Entry {
        if let entry = entries[name] { return entry }
        guard let source = session.source(named: name) else {
            throw TrainingError("the session has no data set '\(name)'.", isBadData: true)
        }
        let report = report
        let set = try source.labelledSet(home: home) { report(.rendering(done: $0, total: $1)) }
        let folds: [Fold]
        var notes = set.notes
        if let settings = session.folds, name == foldedName {
            let cut = try Folds(settings, of: set)
            folds = cut.folds
            notes += cut.notes
        } else if (0..<set.count).contains(where: { set.split($0) == .validation }) {
            let cut = try Folds(.official, of: set)
            folds = cut.folds
            notes += cut.notes
        } else {
            folds = [Fold(name: "all", training: Array(0..<set.count), validation: [])]
        }
        let entry = Entry(set: set, folds: folds, notes: notes)
        entries[name] = entry
        return entry
    }

    /// An earlier stage as a part of the run sees it: of the same fold, if that stage runs in folds.
    func part(stage: Int, besides part: RunPart) -> RunPart {
        let isFolded = firstFoldedStage.map { stage >= $0 } ?? false
        return RunPart(stage: stage, fold: isFolded ? part.fold : nil)
    }

    /// What a run works through: stages, and from the first folded one on all of them in each fold. Folds count from 1.
    func parts() throws -> [RunPart] {
        guard let first = firstFoldedStage, let name = foldedName else {
            return session.stages.indices.map { RunPart(stage: $0, fold: nil) }
        }
        let folds = try entry(name).folds.count
        return session.stages.indices.prefix(first).map { RunPart(stage: $0, fold: nil) }
            + (1...folds).flatMap { fold in
                session.stages.indices.dropFirst(first).map { RunPart(stage: $0, fold: fold) }
            }
    }
}

/// A stage in a fold, or a stage that runs once.
struct RunPart: Equatable {
    let stage: Int
    /// From 1.
    let fold: Int?

    /// Where its weights are kept when it is done, in the run's folder.
    var weightsFile: String { "weights/stage-\(stage)" + (fold.map { "-fold-\($0)" } ?? "") + ".safetensors" }
    /// The fact that says that it is done.
    var doneFact: String { "done stage \(stage)" + (fold.map { " fold \($0)" } ?? "") }
    func predictionsFile(_ task: String) -> String {
        "predictions/stage-\(stage)" + (fold.map { "-fold-\($0)" } ?? "") + "-\(task).csv"
    }
}
