import Evaluation

/// A comparison of runs as text: a table of their scores, and one of the differences of each to the first.
struct ComparisonTable {
    private let comparison: PairedComparison
    private let rows: [PairedComparison.Row]

    init(_ comparison: PairedComparison, isVerbose: Bool) {
        self.comparison = comparison
        // Two dimensions are few enough to show always.
        rows = comparison.rows.filter { isVerbose || !$0.isPart || comparison.task == .valenceArousal }
    }

    private var hasFolds: Bool { comparison.folds.count > 1 }

    var text: String {
        let folds = hasFolds ? ", \(comparison.folds.count) folds" : ""
        let title =
            "\(comparison.task.rawValue): \(comparison.frames) images or frames of \(comparison.groups) "
            + "\(comparison.groupWord)\(folds)"
        let scores = [[""] + comparison.names] + rows.map { row in [row.name] + row.scores.map(score) }
        var parts = [title + "\n" + ScoreText.table(scores)]
        for (index, name) in comparison.names.dropFirst().enumerated() {
            var header = [""]
            if hasFolds { header += comparison.folds.map { "fold \($0)" } + ["mean"] }
            header += ["pooled", "95 % interval"]
            let lines = rows.map { row in [row.name] + difference(row.differences[index]) }
            parts.append("\(name) less \(comparison.names[0])\n" + ScoreText.table([header] + lines))
        }
        return (parts + comparison.notes).joined(separator: "\n\n")
    }

    private func score(_ values: PairedComparison.Values) -> String {
        guard hasFolds else { return ScoreText.score(values.pooled) }
        return ScoreText.spread(values.mean, values.deviation) + " (\(ScoreText.score(values.pooled)))"
    }

    private func difference(_ values: PairedComparison.Values) -> [String] {
        var cells: [String] = []
        if hasFolds {
            cells += values.folds.map { ScoreText.signed($0) }
            cells.append(ScoreText.spread(values.mean, values.deviation, ScoreText.signed))
        }
        return cells + [ScoreText.signed(values.pooled), interval(values)]
    }

    private func interval(_ values: PairedComparison.Values) -> String {
        guard let lower = values.lower, let upper = values.upper else { return "-" }
        return "\(ScoreText.signed(lower)) to \(ScoreText.signed(upper))"
    }
}

extension PairedComparison {
    /// The same for a script.
    var json: JSONValue {
        func object(_ values: Values) -> JSONValue {
            func number(_ value: Double?) -> JSONValue { JSONValue(value.flatMap { $0.isFinite ? $0 : nil }) }
            return .object([
                "folds": .list(values.folds.map(number)), "mean": number(values.mean),
                "deviation": number(values.deviation), "pooled": number(values.pooled), "lower": number(values.lower),
                "upper": number(values.upper),
            ])
        }
        return .object([
            "task": .text(task.rawValue), "runs": .list(names.map { .text($0) }),
            "channels": .list(channels.map { .text($0) }), "frames": JSONValue(frames), "groups": JSONValue(groups),
            "folds": .list(folds.map { JSONValue($0) }), "notes": .list(notes.map { .text($0) }),
            "rows": .list(
                rows.map { row in
                    .object([
                        "name": .text(row.name), "is_part": .flag(row.isPart),
                        "scores": .list(row.scores.map(object)), "differences": .list(row.differences.map(object)),
                    ])
                }),
        ])
    }
}
