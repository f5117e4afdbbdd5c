import Evaluation
import Foundation

/// Scores as the tables print them: four decimals, no zero before the point.
enum ScoreText {
    static func score(_ value: Double?) -> String {
        guard let value, value.isFinite else { return "-" }
        return String(format: "%.4f", value).replacing("0.", with: ".", maxReplacements: 1)
    }

    /// With its sign, for a difference.
    static func signed(_ value: Double?) -> String {
        guard let value, value.isFinite else { return "-" }
        return (value < 0 ? "" : "+") + score(value)
    }

    /// Mean ± standard deviation; the mean alone where there is but one value.
    static func spread(_ mean: Double?, _ deviation: Double?, _ text: (Double?) -> String = score) -> String {
        guard let deviation, deviation.isFinite, let mean, mean.isFinite else { return text(mean) }
        return text(mean) + "±" + score(deviation)
    }

    /// Mean ± standard deviation (n − 1) of the values that are known.
    static func spread(_ values: [Double?]) -> String { spread(ScoreSpread(values.compactMap(\.self))) }

    static func spread(_ known: ScoreSpread?) -> String { spread(known?.mean, known?.deviation) }

    /// Lines of a table, indented, numbers to the right.
    static func table(_ rows: [[String]]) -> String {
        RunTable.aligned(rows.map { ["  " + $0[0]] + $0.dropFirst() }, right: Set(1..<max(2, rows.first?.count ?? 2)))
    }
}
