import Datasets
import Session

extension DataSource {
    /// Reads the labels of a data set; what is to be rendered is rendered first.
    ///
    /// - Parameters:
    ///   - home: the folder of the runs, where rendered sets without a path of their own go.
    ///   - progress: told how far rendering is.
    /// - Throws: `TrainingError` with `isBadData`, naming file and row; also for a set without labels.
    public func labelledSet(
        home: String, progress: @escaping @Sendable (_ done: Int, _ total: Int) -> Void = { _, _ in }
    ) throws -> LabelledSet {
        guard let adapter = adapter as? any LabelledAdapter else {
            throw TrainingError(
                "data set '\(name)' has no labels; use kind \"table\" or \"classes\".", isBadData: true)
        }
        do {
            return try adapter.labelledSet(in: RenderedHome(path: home, progress: progress))
        } catch let error as LabelError {
            throw TrainingError("data set '\(name)': \(error)", isBadData: true)
        }
    }
}

extension Session {
    /// The labels of a data set that stages train on.
    public func trainedLabels(of data: String) -> Folds.CheckedLabels {
        let tasks = stages.compactMap(\.supervised).filter { $0.data.name == data }.flatMap(\.tasks)
        var labels: Folds.CheckedLabels = []
        if tasks.contains(.expression) { labels.insert(.expressions) }
        if tasks.contains(.actionUnits) { labels.insert(.units) }
        return labels
    }
}

extension Folds {
    /// The folds of a set as the session asks for them.
    ///
    /// - Throws: `TrainingError` with `isBadData`, naming file and row.
    /// - Parameter labels: those that stages of the session train on.
    public init(_ settings: FoldSettings, of set: LabelledSet, checking labels: CheckedLabels) throws {
        do {
            switch settings {
            case .official: self = try .official(set, checking: labels)
            case .grouped(let count, let group, let seed):
                self = try .grouped(set, count: count, by: group, seed: seed, checking: labels)
            case .file(let path): self = try .file(path, of: set, checking: labels)
            }
        } catch {
            throw TrainingError("\(error)", isBadData: true)
        }
    }
}
