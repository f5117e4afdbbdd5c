import Foundation
import Results
import RunStore
import Training

/// What a finished or stopped training prints at its end.
struct RunResult: Encodable {
    var run: Int64
    var name: String
    var status: String
    var epochs: Double
    var steps: Int64
    var firstLoss: Double?
    var loss: Double?
    /// Of training, in all stages; those taken from earlier runs have taken it there.
    var minutes: Double
    var skipped: Int
    var folder: String

    init(run: Run, store: RunStore) throws {
        self.run = run.id
        name = run.name
        status = run.status.rawValue
        epochs = run.epoch
        steps = run.step
        let epochLosses = try store.points(
            of: SeriesKey(stage: run.stage, fold: run.fold, name: .epochLoss), run: run.id)
        firstLoss = epochLosses.first?.value
        loss = epochLosses.last?.value
        let clocks = try store.seriesKeys(of: run.id).filter { $0.name == .seconds }
        minutes = try clocks.compactMap { try store.lastPoint(of: $0, run: run.id)?.value }.reduce(0, +) / 60
        skipped = try store.eventCount(of: run.id, kind: .skip)
        folder = store.folder(of: run.id)
    }

    func printed(asJSON isJSON: Bool) throws {
        if isJSON {
            try Output.json(self)
            return
        }
        func text(_ value: Double?) -> String { value.map { ProgressPrinter.fixed($0, 4) } ?? "-" }
        let rows = [
            ("run", "\(run) \(name)"), ("status", status), ("epochs", ProgressPrinter.fixed(epochs, 1)),
            ("steps", "\(steps)"), ("loss, first epoch", text(firstLoss)), ("loss, last epoch", text(loss)),
            ("minutes", ProgressPrinter.fixed(minutes, 1)), ("images skipped", "\(skipped)"), ("folder", folder),
        ]
        let width = rows.map(\.0.count).max() ?? 0
        for (name, value) in rows {
            Output.result(name.padding(toLength: width + 2, withPad: " ", startingAt: 0) + value)
        }
        for result in RunResultsFile.read(folder: folder) ?? [] { Output.result("\n" + ResultsTable(result).text) }
    }
}
