import Evaluation
import Foundation
import Results
import Training

/// The tables of a stage's scores, as the paper prints them: a row for each fold, their mean, and all folds together; then
/// a row for each class or unit.
struct ResultsTable {
    private let result: StageResults
    private let isVerbose: Bool

    /// More classes than this are listed only when a person asks for it.
    static let mostListed = 24

    init(_ result: StageResults, isVerbose: Bool = false) {
        self.result = result
        self.isVerbose = isVerbose
    }

    var text: String {
        var parts = ["\(title)\n" + table(result.folds, result.pooled), interval(result.summary)]
        if let tuned = result.tuned, let pooled = result.tunedPooled, let summary = result.tunedSummary {
            parts.append("with thresholds chosen on the other folds\n" + table(tuned, pooled))
            parts.append(interval(summary))
        }
        if result.task != .valenceArousal {
            if result.channels.count <= Self.mostListed || isVerbose {
                parts.append("by \(word), all folds together\n" + channelTable)
            } else {
                parts.append("  \(result.channels.count) classes; --verbose lists them")
            }
        }
        if isVerbose, let thresholds = result.thresholds { parts.append(thresholdTable(thresholds)) }
        let empty = result.channels.filter { result.pooled.empty.contains($0) }
        if !empty.isEmpty {
            parts.append("  no true example, so the 0 has no meaning: \(empty.joined(separator: ", "))")
        }
        for fold in result.folds where isVerbose && result.folds.count > 1 && fold.empty.count > empty.count {
            let more = fold.empty.filter { !empty.contains($0) }
            parts.append("  no true example in \(fold.name), where it counts as 0: \(more.joined(separator: ", "))")
        }
        return parts.filter { !$0.isEmpty }.joined(separator: "\n")
    }

    private var title: String {
        let what =
            switch result.task {
            case .expression: "F1 by class"
            case .actionUnits: "F1 by action unit, threshold 0.5"
            case .valenceArousal: "CCC"
            }
        let chosen = result.epochChoice == nil ? "" : ", epoch chosen on an inner split"
        return "\(result.kind), \(what), held out\(chosen)"
    }

    private var word: String { result.task == .expression ? "class" : "action unit" }

    /// A score of a row, as a column of the tables by fold.
    struct Column {
        let title: String
        let value: (StageResults.Row) -> Double?
    }

    /// The scores in the tables by fold, as in the paper's tables 1 to 5.
    static func columns(_ result: StageResults) -> [Column] {
        let mean = Column(title: result.task == .valenceArousal ? "mean" : "F1") { $0.mean }
        switch result.task {
        case .actionUnits: return [mean]
        case .valenceArousal:
            let dimensions = result.channels.indices.map { place in
                Column(title: result.channels[place]) { $0.channels[place] }
            }
            return dimensions + [mean]
        case .expression:
            var columns = [mean, Column(title: "top-1") { $0.accuracy }]
            // Among seven classes the first five say little.
            if result.channels.count > 10 { columns.append(Column(title: "top-5") { $0.topFive }) }
            if result.channels.count > 20 { columns.append(Column(title: "top-10") { $0.topTen }) }
            return columns
        }
    }

    private func table(_ folds: [StageResults.Row], _ pooled: StageResults.Row) -> String {
        let columns = Self.columns(result)
        func cells(_ row: StageResults.Row) -> [String] {
            [row.name] + columns.map { ScoreText.score($0.value(row)) } + ["\(row.frames)"]
        }
        var rows = [[""] + columns.map(\.title) + ["frames"]] + folds.map(cells)
        if folds.count > 1 {
            rows.append(["mean"] + columns.map { column in ScoreText.spread(folds.map(column.value)) } + [""])
            rows.append(cells(pooled))
        }
        return ScoreText.table(rows)
    }

    /// A row a class or unit: how often it is true, precision, recall and F1 of all folds together, F1 over folds.
    private var channelTable: String {
        let pooled = result.pooled
        let hasFolds = result.folds.count > 1
        var header = ["", "n", "precision", "recall", "F1"] + (hasFolds ? ["F1 over folds"] : [])
        if result.tuned != nil { header += ["tuned F1", "over folds"] }
        if isVerbose, hasFolds { header += result.folds.map(\.name) }
        let rows = result.channels.indices.map { place in
            var row = [
                result.channels[place], place < pooled.support.count ? "\(pooled.support[place])" : "-",
                ScoreText.score(place < pooled.precision.count ? pooled.precision[place] : nil),
                ScoreText.score(place < pooled.recall.count ? pooled.recall[place] : nil),
                ScoreText.score(pooled.channels[place]),
            ]
            if hasFolds { row.append(ScoreText.spread(result.folds.map { $0.channels[place] })) }
            if let tuned = result.tuned {
                row.append(ScoreText.score(result.tunedPooled?.channels[place]))
                row.append(ScoreText.spread(tuned.map { $0.channels[place] }))
            }
            if isVerbose, hasFolds { row += result.folds.map { ScoreText.score($0.channels[place]) } }
            return row
        }
        return ScoreText.table([header] + rows)
    }

    private func thresholdTable(_ thresholds: [[Double]]) -> String {
        "thresholds, each chosen on the other folds\n"
            + ScoreText.table(
                [[""] + result.folds.map(\.name)]
                    + result.channels.indices.map { place in
                        [result.channels[place]] + thresholds.map { ScoreText.score($0[place]) }
                    })
    }

    /// How often each class was taken for each, all folds together: the row is the truth, the column the prediction.
    var confusion: String? {
        let classes = result.channels.count
        let counts = result.pooled.confusion
        guard classes > 0, counts.count == classes * classes else { return nil }
        let rows = (0..<classes).map { truth in
            [result.channels[truth]] + (0..<classes).map { "\(counts[truth * classes + $0])" }
        }
        return "\(result.kind), confusion matrix of all folds (rows: truth, columns: prediction)\n"
            + ScoreText.table([[""] + result.channels.map { String($0.prefix(8)) }] + rows)
    }

    private func interval(_ summary: StageResults.Summary) -> String {
        guard let lower = summary.lower, let upper = summary.upper else { return "" }
        return "  95 % interval of the pooled mean: \(ScoreText.score(lower)) to \(ScoreText.score(upper)) "
            + "(resampled subjects, videos or images)"
    }
}

extension StageResults {
    /// The same for a script.
    var json: JSONValue {
        func list(_ values: [Double?]) -> JSONValue { .list(values.map { JSONValue($0) }) }
        func object(_ row: Row) -> JSONValue {
            .object([
                "name": .text(row.name), "channels": list(row.channels), "mean": JSONValue(row.mean),
                "accuracy": JSONValue(row.accuracy), "top_5": JSONValue(row.topFive), "top_10": JSONValue(row.topTen),
                "precision": list(row.precision), "recall": list(row.recall),
                "support": .list(row.support.map { JSONValue($0) }),
                "confusion": .list(row.confusion.map { JSONValue($0) }), "frames": JSONValue(row.frames),
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
