import RunStore
import Screen

/// A stage in a fold, or a stage that runs once: whose curves and scores Monitor shows.
struct Place: Hashable, Sendable {
    var stage: Int
    /// From 1.
    var fold: Int?
}

/// The held-out scores of one task in a fold, epoch by epoch, as the curves of the store have them.
struct TaskCurves: Equatable {
    struct Channel: Equatable {
        var name: String
        /// One value an epoch.
        var values: [Double]
        /// Held-out images in which it is true; nil where nobody said it.
        var support: Int?
        /// F1 of what never occurs in the truth says nothing.
        var isEmpty: Bool { support == 0 }
    }

    /// `F1` or `CCC`, with the task before it where a stage has two tasks scored alike.
    var name: String
    var channels: [Channel]
    /// The headline (eq. 11, 12, 13).
    var values: [Double]

    var isConcordance: Bool { name.hasSuffix("CCC") }
    var isOfUnits: Bool { !isConcordance && channels.allSatisfy { $0.name.hasPrefix("AU") } }
    var isOfClasses: Bool { !isConcordance && !isOfUnits }
    var last: Double? { values.last }
    /// The epoch with the highest score, from 1, and that score: selected on this fold, so it is no result.
    var best: (epoch: Int, score: Double)? {
        let finite = values.enumerated().filter { $0.element.isFinite }
        return finite.max { $0.element < $1.element }.map { ($0.offset + 1, $0.element) }
    }
}

extension WatchedRun {
    private static let headlines = ["F1", "expr F1", "au F1", "CCC"]
    private static let split = "val"

    /// Whether a stage scores held-out images, in any fold.
    func hasScores(stage: Int) -> Bool {
        series.keys.contains { $0.stage == stage && $0.split == Self.split && Self.headlines.contains($0.name) }
    }

    /// The scores of a stage in a fold, a task after the other.
    func taskCurves(_ place: Place) -> [TaskCurves] {
        let keys = series.keys.filter { $0.stage == place.stage && $0.fold == place.fold && $0.split == Self.split }
        return Self.headlines.compactMap { headline -> TaskCurves? in
            guard let values = self.series(headline, place) else { return nil }
            let names = keys.map(\.name).filter { $0.hasPrefix(headline + " ") }
            let channels = names.map { name in
                TaskCurves.Channel(
                    name: String(name.dropFirst(headline.count + 1)), values: self.series(name, place) ?? [],
                    support: self.series(SeriesName.support(of: name), place)?.last.map { Int($0) })
            }
            // Valence stands before arousal; units go by their numbers.
            let sorted = channels.sorted { a, b in
                headline == "CCC" ? a.name > b.name : NaturalOrder.precedes(a.name, b.name)
            }
            return TaskCurves(name: headline, channels: sorted, values: values)
        }
    }

    private func series(_ name: String, _ place: Place) -> [Double]? {
        series[SeriesKey(stage: place.stage, fold: place.fold, split: Self.split, name: name)]?.values
    }

    /// Every stage and fold that has a curve, in the order of the training.
    var places: [Place] {
        Set(series.keys.map { Place(stage: $0.stage, fold: $0.fold) }).sorted {
            ($0.fold ?? 0, $0.stage) < ($1.fold ?? 0, $1.stage)
        }
    }
}

/// AU2 before AU10.
enum NaturalOrder {
    static func precedes(_ a: String, _ b: String) -> Bool {
        func parts(_ text: String) -> (String, Int) {
            let digits = text.reversed().prefix { $0.isASCII && $0.isNumber }
            return (String(text.dropLast(digits.count)), Int(String(digits.reversed())) ?? -1)
        }
        return parts(a) < parts(b)
    }
}

extension State {
    /// The stage and fold in view: the one that was chosen, or what the run is at.
    var place: Place { monitor.place ?? Place(stage: run?.stage ?? 0, fold: run?.fold) }

    /// Whether Monitor shows scores rather than reconstructions.
    var showsScores: Bool { watched?.hasScores(stage: place.stage) == true }

    /// A stage and fold as people say it.
    func title(of place: Place) -> String {
        let kind = watched?.stages.first { $0.index == place.stage }?.kind ?? "stage \(place.stage)"
        return kind + (place.fold.map { " fold \($0)" } ?? "")
    }

    /// Whether a fold of a stage is trained to its end.
    func isDone(_ place: Place) -> Bool {
        guard let run else { return false }
        return run.condition == .finished || Place(stage: run.stage, fold: run.fold) != place
    }
}
