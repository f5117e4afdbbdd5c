import Affect
import Basics
import Evaluation
import RunStore

/// The files with a run's predictions of what was held out: of each fold the newest, of the last stage that predicted.
public struct RunPredictions {
    public let paths: [String]
    /// How to read them.
    public let reading: PredictionReadingOptions

    /// - Parameter task: which of several tasks; by default the first of the last stage.
    ///
    /// - Throws: `UserError` when there are none.
    public init(of run: Run, in store: RunStore, task: AffectTask? = nil) throws {
        let all = try store.predictions(of: run.id)
        guard !all.isEmpty else {
            throw UserError.data("Run \(run.id) '\(run.name)' has no predictions.")
        }
        let tasks = all.map(\.task)
        guard let wanted = task ?? all.max(by: { $0.stage < $1.stage })?.task,
            let stage = all.lazy.filter({ $0.task == wanted }).map(\.stage).max()
        else {
            let known = AffectTask.allCases.filter(tasks.contains).map(\.shortName).joined(separator: " and ")
            throw UserError.data(
                "Run \(run.id) '\(run.name)' has no predictions of \(task?.shortName ?? "anything"), but of \(known).")
        }
        let records = all.filter { $0.stage == stage && $0.task == wanted }
        var newest: [Int?: PredictionRecord] = [:]
        for record in records where record.split == "val" { newest[record.fold] = record }
        let chosen = newest.isEmpty ? records : newest.values.sorted { $0.id < $1.id }
        paths = chosen.map { store.folder(of: run.id) + "/" + $0.file }
        reading = .written(
            wanted, channels: chosen.first?.channels ?? [],
            framesPerSecond: chosen.lazy.compactMap(\.framesPerSecond).first)
    }
}

extension PredictionReader {
    /// Bytes of files that are read into memory at once, unless a person says otherwise.
    public static let mostBytes = 2_000_000_000

    /// Everything at once, where that is bounded.
    public func readBounded() throws(PredictionError) -> PredictionSet {
        guard byteCount <= Self.mostBytes else {
            throw .bad(
                file: paths[0], line: nil,
                "holds \(ByteCount.text(Int64(byteCount))), too much to explore at once. 'maeface smooth' smooths files of "
                    + "any length; a part of the videos can be tuned and explored.")
        }
        return try read()
    }
}
