import Evaluation
import Results
import RunStore

/// The scores of several runs of one kind as text: over folds and seeds.
struct GroupReport {
    private let group: RunGroup

    init(_ group: RunGroup) { self.group = group }

    var text: String {
        let runs = group.runs
        let list = RunTable.aligned(
            runs.map { ["  \($0.id)", $0.name, $0.condition.rawValue, RunTable.score($0)] })
        var head = "\(group.name): \(runs.count) \(runs.count == 1 ? "run" : "runs")\n\(list)"
        if !group.leftOut.isEmpty {
            let names = group.leftOut.map { "\($0.id) \($0.name)" }.joined(separator: ", ")
            head += "\n  left out (settings differ from the newest run, or the seed repeats): \(names)"
        }
        return ([head] + group.stages.map(tables)).joined(separator: "\n\n")
    }

    private func tables(_ stage: StageGroup) -> String {
        let first = stage.first
        let columns = ResultsTable.columns(first)
        let title =
            "\(first.kind), \(first.task.rawValue), held out, \(stage.results.count) of \(group.runs.count) runs"
            + (first.epochChoice == nil ? "" : ", epoch chosen on an inner split")
        var parts = [title + "\n" + table(columns.map(\.title), columns.map { stage.spreads($0.value) })]
        if stage.isTuned {
            parts.append(
                "with thresholds chosen on the other folds\n"
                    + table(columns.map(\.title), columns.compactMap { stage.tunedSpreads($0.value) }))
        }
        if first.task != .valenceArousal, first.channels.count <= ResultsTable.mostListed {
            parts.append(channelTable(stage))
        }
        return parts.joined(separator: "\n")
    }

    /// A row a fold, mean ± deviation over seeds; then over all folds of all seeds; over the means of the seeds; pooled.
    private func table(_ titles: [String], _ columns: [StageGroup.Spreads]) -> String {
        func row(_ name: String, _ spread: (StageGroup.Spreads) -> ScoreSpread?) -> [String] {
            [name] + columns.map { ScoreText.spread(spread($0)) }
        }
        let folds = columns.first?.folds ?? []
        var rows = [[""] + titles]
        for (index, fold) in folds.enumerated() { rows.append(row(fold.name) { $0.folds[index].spread }) }
        if !folds.isEmpty {
            rows.append(row("mean over folds and seeds", \.foldsAndRuns))
            rows.append(row("mean over seeds", \.runMeans))
        }
        rows.append(row(folds.isEmpty ? "over seeds" : "pooled, over seeds", \.pooled))
        return ScoreText.table(rows)
    }

    /// A row a class or unit: F1 of all folds together over seeds, and over folds and seeds.
    private func channelTable(_ stage: StageGroup) -> String {
        let first = stage.first
        let header =
            ["", "n", "F1, over seeds", "over folds and seeds"] + (stage.isTuned ? ["tuned F1, over seeds"] : [])
        let rows = first.channels.indices.map { place in
            let spreads = stage.spreads { $0.channels[place] }
            var row = [
                first.channels[place], place < first.pooled.support.count ? "\(first.pooled.support[place])" : "-",
                ScoreText.spread(spreads.pooled), ScoreText.spread(spreads.foldsAndRuns ?? spreads.pooled),
            ]
            if let tuned = stage.tunedSpreads({ $0.channels[place] }) { row.append(ScoreText.spread(tuned.pooled)) }
            return row
        }
        return "by \(first.task == .expression ? "class" : "action unit"), all folds together\n"
            + ScoreText.table([header] + rows)
    }

    var json: JSONValue {
        .object([
            "name": .text(group.name), "runs": .list(group.runs.map { .object(RunReport.json($0)) }),
            "results": .list(group.stages.map { .list($0.results.map(\.json)) }),
        ])
    }
}
