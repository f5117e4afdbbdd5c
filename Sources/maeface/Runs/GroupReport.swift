import Evaluation
import Foundation
import Results
import RunStore
import Training

/// The scores of several runs of one kind, such as the seeds of a session: over folds and seeds.
struct GroupReport {
    private let name: String
    private let runs: [Run]
    private let leftOut: [Run]
    /// One list for each stage and task: the results of the runs that have it.
    private let results: [[StageResults]]

    init(_ reference: RunReference, in store: RunStore) throws {
        name = reference.name
        runs = reference.runs
        leftOut = reference.leftOut
        var found: [(key: String, results: [StageResults])] = []
        for (run, stage) in zip(reference.runs, reference.stages) {
            for result in try StageResults.kept(of: run.id, in: store) where stage == nil || result.stage == stage {
                let key = "\(result.stage) \(result.kind) \(result.task.rawValue) \(result.channels)"
                if let place = found.firstIndex(where: { $0.key == key }) {
                    found[place].results.append(result)
                } else {
                    found.append((key, [result]))
                }
            }
        }
        results = found.map(\.results)
    }

    var text: String {
        let list = RunTable.aligned(
            runs.map { ["  \($0.id)", $0.name, $0.condition.rawValue, RunTable.score($0)] })
        var head = "\(name): \(runs.count) \(runs.count == 1 ? "run" : "runs")\n\(list)"
        if !leftOut.isEmpty {
            let names = leftOut.map { "\($0.id) \($0.name)" }.joined(separator: ", ")
            head += "\n  left out, of other settings than the newest or of a seed that is there already: \(names)"
        }
        return ([head] + results.map(table)).joined(separator: "\n\n")
    }

    /// A row a fold, mean ± deviation over seeds; then over all folds of all seeds; over the means of the seeds; pooled.
    private func table(_ seeds: [StageResults]) -> String {
        let columns = ResultsTable.columns(seeds[0])
        func section(_ title: String, _ folds: [[StageResults.Row]], _ pooled: [StageResults.Row]) -> String {
            // A run that has not ended has fewer folds.
            let names = folds.max { $0.count < $1.count }?.map(\.name) ?? []
            func cells(_ name: String, _ values: ((StageResults.Row) -> Double?) -> [Double?]) -> [String] {
                [name] + columns.map { ScoreText.spread(values($0.value)) }
            }
            var rows = [[""] + columns.map(\.title)]
            if names.count > 1 {
                for name in names {
                    rows.append(cells(name) { value in folds.map { $0.first { $0.name == name }.flatMap(value) } })
                }
                rows.append(cells("mean over folds and seeds") { value in folds.flatMap { $0.map(value) } })
                rows.append(cells("mean over seeds") { value in folds.map { ScoreSpread($0.compactMap(value)).mean } })
            }
            rows.append(cells(names.count > 1 ? "pooled, over seeds" : "over seeds") { value in pooled.map(value) })
            return title + "\n" + ScoreText.table(rows)
        }
        let first = seeds[0]
        var parts = [
            section(
                "\(first.kind), \(first.task.rawValue), held out, \(seeds.count) of \(runs.count) runs"
                    + (first.epochChoice == nil ? "" : ", epoch chosen on an inner split"),
                seeds.map(\.folds),
                seeds.map(\.pooled))
        ]
        let tuned = seeds.compactMap(\.tuned)
        if tuned.count == seeds.count, !tuned.isEmpty {
            parts.append(
                section(
                    "with the thresholds that are best on the other folds", tuned, seeds.compactMap(\.tunedPooled)))
        }
        if first.task != .valenceArousal, first.channels.count <= ResultsTable.mostListed {
            parts.append(channelTable(seeds))
        }
        return parts.joined(separator: "\n")
    }

    /// A row a class or unit: F1 of all folds together over seeds, and over folds and seeds.
    private func channelTable(_ seeds: [StageResults]) -> String {
        let first = seeds[0]
        let hasTuned = seeds.allSatisfy { $0.tunedPooled != nil }
        let header = ["", "n", "F1, over seeds", "over folds and seeds"] + (hasTuned ? ["tuned F1, over seeds"] : [])
        let rows = first.channels.indices.map { place in
            [
                first.channels[place], place < first.pooled.support.count ? "\(first.pooled.support[place])" : "-",
                ScoreText.spread(seeds.map { $0.pooled.channels[place] }),
                ScoreText.spread(seeds.flatMap { $0.folds.map { $0.channels[place] } }),
            ] + (hasTuned ? [ScoreText.spread(seeds.map { $0.tunedPooled?.channels[place] })] : [])
        }
        return "by \(first.task == .expression ? "class" : "action unit"), all folds together\n"
            + ScoreText.table([header] + rows)
    }

    var json: JSONValue {
        .object([
            "name": .text(name), "runs": .list(runs.map { .object(RunReport.json($0)) }),
            "results": .list(results.map { .list($0.map(\.json)) }),
        ])
    }
}
