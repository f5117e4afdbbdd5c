import Basics
import Foundation
import RunStore

/// Runs as a table of text for a person.
struct RunTable {
    let runs: [Run]
    /// Seconds since 1970.
    let now: Double
    var timeZone = TimeZone.current

    /// Columns of equal width, two spaces apart, nothing at the end of a line.
    var text: String {
        let header = ["id", "name", "state", "stage", "epoch", "score", "started", "time"]
        let rows = [header] + runs.map(row)
        return Self.aligned(rows, right: [0, 4, 7])
    }

    private func row(_ run: Run) -> [String] {
        [
            "\(run.id)", run.name, run.condition.rawValue, Self.stage(run), Self.epoch(run), Self.score(run),
            run.started.map { Self.moment($0, timeZone) } ?? "-",
            Self.elapsed(run, now: now).map(TimeSpan.text) ?? "-",
        ]
    }

    static func aligned(_ rows: [[String]], right: Set<Int> = []) -> String {
        var widths: [Int] = []
        for row in rows {
            for (column, cell) in row.enumerated() {
                if column == widths.count { widths.append(0) }
                widths[column] = max(widths[column], cell.count)
            }
        }
        return rows.map { row in
            var line = ""
            for (column, cell) in row.enumerated() {
                let space = String(repeating: " ", count: widths[column] - cell.count)
                line += (column > 0 ? "  " : "") + (right.contains(column) ? space + cell : cell + space)
            }
            while line.last == " " { line.removeLast() }
            return line
        }.joined(separator: "\n")
    }

    static func stage(_ run: Run) -> String {
        StageFold(stage: run.stage, fold: run.fold).title(run.stageKind)
    }

    static func epoch(_ run: Run) -> String {
        run.epochs > 0 ? "\(shortened(run.epoch, 1))/\(run.epochs)" : "-"
    }

    static func score(_ run: Run) -> String {
        guard let score = run.score else { return "-" }
        return (run.scoreName.map { $0.text + " " } ?? "") + number(score)
    }

    /// Four significant digits; what is not finite by its name.
    static func number(_ value: Double) -> String {
        if value.isNaN { return "NaN" }
        if value.isInfinite { return value > 0 ? "infinite" : "-infinite" }
        return String(format: "%.4g", value)
    }

    /// At most so many decimals, and no zeros at the end.
    static func shortened(_ value: Double, _ decimals: Int) -> String {
        var text = String(format: "%.\(decimals)f", value)
        if text.contains(".") {
            while text.last == "0" { text.removeLast() }
            if text.last == "." { text.removeLast() }
        }
        return text
    }

    /// Seconds from the start of a run to its end, to its last sign of life when it is lost, or to now.
    static func elapsed(_ run: Run, now: Double) -> Double? {
        guard let started = run.started else { return nil }
        let end =
            switch run.condition {
            case .running, .paused, .stalled: now
            case .lost: run.heartbeat ?? started
            default: run.ended ?? run.heartbeat ?? started
            }
        return max(0, end - started)
    }

    /// As 2026-03-01 14:05:09.
    static func moment(_ seconds: Double, _ timeZone: TimeZone) -> String {
        guard seconds.isFinite, abs(seconds) < 1e11 else { return "-" }
        var calendar = Calendar(identifier: .gregorian)
        calendar.timeZone = timeZone
        let parts = calendar.dateComponents(
            [.year, .month, .day, .hour, .minute, .second], from: Date(timeIntervalSince1970: seconds))
        return String(
            format: "%04d-%02d-%02d %02d:%02d:%02d", parts.year ?? 0, parts.month ?? 0, parts.day ?? 0,
            parts.hour ?? 0, parts.minute ?? 0, parts.second ?? 0)
    }
}
