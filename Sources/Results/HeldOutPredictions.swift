import Affect
import Evaluation
import RunStore

/// The held-out predictions of a run, as scores are made of them: the last weights of every fold.
public enum HeldOutPredictions {
    /// The files of a stage, in the order of the folds.
    ///
    /// - Parameter stage: nil takes the last that predicted.
    public static func records(of run: RunID, stage: Int? = nil, in store: RunStore) throws -> [PredictionRecord] {
        let records = try store.predictions(of: run).filter { $0.split == "val" }
        guard let wanted = stage ?? records.map(\.stage).max() else { return [] }
        return records.filter { $0.stage == wanted }.sorted { ($0.fold ?? 0) < ($1.fold ?? 0) }
    }

    /// The predictions of a task, one set a fold.
    /// - Parameter records: those of one stage.
    /// - Throws: `PredictionError` when a file cannot be read.
    public static func sets(
        _ task: AffectTask, _ records: [PredictionRecord], of run: RunID, in store: RunStore
    ) throws -> [PredictionSet] {
        try records.filter { $0.task == task }.flatMap { record in
            try PredictionReader(
                [store.folder(of: run) + "/" + record.file],
                options: .written(task, channels: record.channels, framesPerSecond: record.framesPerSecond)
            ).read().byFold
        }
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
