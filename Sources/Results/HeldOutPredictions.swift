import Affect
import Basics
import Evaluation
import RunStore

/// The predictions of a run that count: of one stage, what each fold held out, with the last weights of the fold.
public struct HeldOutPredictions: Sendable {
    /// One for each task and fold, in the order of the folds.
    public let records: [PredictionRecord]
    private let folder: String

    /// - Parameters:
    ///   - stage: nil takes the last that predicted.
    ///   - task: nil takes all tasks of that stage.
    public init(of run: RunID, stage: Int? = nil, task: AffectTask? = nil, in store: RunStore) throws {
        struct Place: Hashable {
            let task: AffectTask
            let fold: Int?
        }
        let heldOut = try store.predictions(of: run).filter { $0.split == .validation && $0.task == task ?? $0.task }
        let chosen = stage ?? heldOut.map(\.stage).max()
        var newest: [Place: PredictionRecord] = [:]
        for record in heldOut where record.stage == chosen {
            newest[Place(task: record.task, fold: record.fold)] = record
        }
        records = newest.values.sorted { ($0.fold ?? 0, $0.id) < ($1.fold ?? 0, $1.id) }
        folder = store.folder(of: run)
    }

    /// The tasks that were predicted, the first one first.
    public var tasks: [AffectTask] {
        records.sorted { $0.id < $1.id }.reduce(into: []) { tasks, record in
            if !tasks.contains(record.task) { tasks.append(record.task) }
        }
    }

    /// The predictions of a task, one set a fold.
    /// - Throws: `FileError` when a file cannot be read.
    public func sets(_ task: AffectTask) throws -> [PredictionSet] {
        try records.filter { $0.task == task }.flatMap { record in
            try PredictionReader(
                [folder + "/" + record.file],
                options: .written(task, channels: record.channels, framesPerSecond: record.framesPerSecond)
            ).read().byFold
        }
    }

    /// The files of a task, and how to read them as one set.
    public func files(_ task: AffectTask) -> PredictionFiles {
        let records = records.filter { $0.task == task }
        return PredictionFiles(
            paths: records.map { folder + "/" + $0.file },
            reading: .written(
                task, channels: records.first?.channels ?? [],
                framesPerSecond: records.lazy.compactMap(\.framesPerSecond).first))
    }
}

/// Files of predictions, and how to read them.
public struct PredictionFiles: Sendable {
    public let paths: [String]
    public let reading: PredictionReadingOptions
}

extension RunStore {
    /// The files of what a run predicted, of the last stage that did.
    ///
    /// - Parameter task: which of several tasks; nil takes the first of that stage.
    /// - Throws: `UserError` when there are none.
    public func heldOutFiles(of run: Run, task: AffectTask? = nil) throws -> PredictionFiles {
        let predictions = try HeldOutPredictions(of: run.id, task: task, in: self)
        if let task = predictions.tasks.first { return predictions.files(task) }
        let tasks = try Set(self.predictions(of: run.id).filter { $0.split == .validation }.map(\.task))
        guard let task, !tasks.isEmpty else {
            throw UserError.data("Run \(run.id) '\(run.name)' has no predictions.")
        }
        let known = AffectTask.allCases.filter(tasks.contains).map(\.shortName).joined(separator: " and ")
        throw UserError.data("Run \(run.id) '\(run.name)' has no predictions of \(task.shortName), but of \(known).")
    }
}

extension PredictionSet {
    /// The same, a set a fold; one where there are no folds.
    public var byFold: [PredictionSet] {
        let folds = folds
        guard folds.count > 1, videos.allSatisfy({ $0.fold != nil }) else { return [self] }
        return folds.map { fold in
            var set = self
            set.videos = videos.filter { $0.fold == fold }
            return set
        }
    }

    /// The videos of all folds in one set.
    public static func joined(_ folds: [PredictionSet], name: String) -> PredictionSet? {
        guard var set = folds.first else { return nil }
        set.name = name
        set.videos = folds.flatMap(\.videos)
        return set
    }
}
