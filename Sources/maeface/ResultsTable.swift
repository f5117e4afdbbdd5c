import Evaluation
import Foundation
import Training

/// The table of a stage's scores, as the paper prints them: a row for each fold, their mean, and all folds together.
struct ResultsTable {
    private let result: StageResults

    init(_ result: StageResults) { self.result = result }

    var text: String {
        var lines = [
            "\(result.kind), \(title), held out"
                + (result.epochChoice == nil ? "" : ", epoch chosen on an inner split"),
            Self.table(rows(result.folds, result.pooled, result.summary)),
        ]
        lines.append(interval(result.summary))
        if let tuned = result.tuned, let pooled = result.tunedPooled, let summary = result.tunedSummary {
            lines.append("with the thresholds that are best on the other folds")
            lines.append(Self.table(rows(tuned, pooled, summary)))
            lines.append(interval(summary))
        }
        let empty = Set(result.pooled.empty).sorted()
        if !empty.isEmpty { lines.append("  never in the truth, so 0 says nothing: \(empty.joined(separator: ", "))") }
        return lines.filter { !$0.isEmpty }.joined(separator: "\n")
    }

    private var title: String {
        switch result.task {
        case .expression: "F1 by class"
        case .actionUnits: "F1 by action unit, threshold 0.5"
        case .valenceArousal: "CCC"
        }
    }

    private func rows(
        _ folds: [StageResults.Row], _ pooled: StageResults.Row, _ summary: StageResults.Summary
    ) -> [[String]] {
        let hasAccuracy = pooled.accuracy != nil
        var rows = [[""] + result.channels + ["mean"] + (hasAccuracy ? ["accuracy"] : []) + ["frames"]]
        func cells(_ row: StageResults.Row) -> [String] {
            [row.name] + row.channels.map(Self.score) + [Self.score(row.mean)]
                + (hasAccuracy ? [Self.score(row.accuracy)] : []) + ["\(row.frames)"]
        }
        rows += folds.map(cells)
        if folds.count > 1 {
            let columns = result.channels.indices.map { channel in folds.map { $0.channels[channel] } }
            let accuracies = hasAccuracy ? [Self.spread(folds.map(\.accuracy))] : []
            rows.append(
                ["mean"] + columns.map { Self.spread($0) } + [Self.spread(folds.map(\.mean))] + accuracies + [""])
            rows.append(cells(pooled))
        }
        return rows
    }

    private func interval(_ summary: StageResults.Summary) -> String {
        guard let lower = summary.lower, let upper = summary.upper else { return "" }
        return
            "  pooled mean between \(Self.score(lower)) and \(Self.score(upper)) in 95 % of resampled subjects or videos"
    }

    private static func table(_ rows: [[String]]) -> String {
        RunTable.aligned(rows.map { ["  " + $0[0]] + $0.dropFirst() }, right: Set(1..<(rows.first?.count ?? 1)))
    }

    private static func score(_ value: Double?) -> String {
        value.map { String(format: "%.4f", $0).replacingOccurrences(of: "0.", with: ".") } ?? "-"
    }

    /// Mean ± standard deviation (n − 1).
    private static func spread(_ values: [Double?]) -> String {
        let known = values.compactMap { $0 }
        guard !known.isEmpty else { return "-" }
        let mean = known.reduce(0, +) / Double(known.count)
        guard known.count > 1 else { return score(mean) }
        let squares = known.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
        return score(mean) + "±" + score((squares / Double(known.count - 1)).squareRoot())
    }
}

extension StageResults {
    /// The same for a script.
    var json: JSONValue {
        func list(_ values: [Double?]) -> JSONValue { .list(values.map { JSONValue($0) }) }
        func object(_ row: Row) -> JSONValue {
            .object([
                "name": .text(row.name), "channels": list(row.channels), "mean": JSONValue(row.mean),
                "accuracy": JSONValue(row.accuracy), "frames": JSONValue(row.frames),
                "empty": .list(row.empty.map { .text($0) }),
            ])
        }
        func object(_ summary: Summary) -> JSONValue {
            .object([
                "mean": JSONValue(summary.mean), "deviation": JSONValue(summary.deviation),
                "lower": JSONValue(summary.lower), "upper": JSONValue(summary.upper),
            ])
        }
        return .object([
            "stage": JSONValue(stage), "kind": .text(kind), "task": .text(task.rawValue),
            "channels": .list(channels.map { .text($0) }), "folds": .list(folds.map(object)),
            "pooled": object(pooled), "summary": object(summary),
            "tuned_folds": .list((tuned ?? []).map(object)), "tuned_pooled": tunedPooled.map(object) ?? .null,
            "tuned_summary": tunedSummary.map(object) ?? .null,
            "thresholds": .list((thresholds ?? []).map { list($0) }), "epoch_choice": .text(epochChoice ?? "last"),
        ])
    }
}
