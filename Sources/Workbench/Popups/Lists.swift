import RunStore
import Screen

extension State {
    /// The runs that the filter of Runs lets through.
    var shownRuns: [Run] { filteredRuns(runList.filter) }

    /// The runs that have every word of a filter in their name, number, stage or condition.
    func filteredRuns(_ filter: String) -> [Run] {
        let words = filter.lowercased().split(separator: " ")
        if words.isEmpty { return runs }
        return runs.filter { run in
            let text = "\(run.id) \(run.name) \(run.stageKind) \(run.condition.rawValue)".lowercased()
            return words.allSatisfy { text.contains($0) }
        }
    }

    /// The lines that the filter of the log lets through, oldest first.
    var shownLog: [LogLine] {
        guard let log = watched?.log else { return [] }
        let words = monitor.log.filter.lowercased().split(separator: " ")
        if words.isEmpty { return log }
        return log.filter { line in
            let text = "\(line.kind?.rawValue ?? "stray") \(line.text)".lowercased()
            return words.allSatisfy { text.contains($0) }
        }
    }
}
