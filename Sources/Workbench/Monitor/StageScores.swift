import RunStore
import Screen

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
    var name: ScoreName
    var channels: [Channel]
    /// The headline (eq. 11, 12, 13).
    var values: [Double]

    var isConcordance: Bool { name.metric == .concordance }
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
    private static let headlines = [
        ScoreName(.f1), ScoreName(.f1, of: .expression), ScoreName(.f1, of: .actionUnits), ScoreName(.concordance),
    ]

    /// Whether a stage scores held-out images, in any fold.
    func hasScores(stage: Int) -> Bool {
        series.keys.contains { key in
            key.stage == stage && key.split == .validation && Self.headlines.contains { key.name == .score($0) }
        }
    }

    /// The scores of a stage in a fold, a task after the other.
    func taskCurves(_ place: StageFold) -> [TaskCurves] {
        let keys = series.keys.filter { $0.part == place && $0.split == .validation }
        return Self.headlines.compactMap { headline -> TaskCurves? in
            guard let values = self.series(.score(headline), place) else { return nil }
            let channels = keys.compactMap { key -> TaskCurves.Channel? in
                guard case .channel(headline, let channel) = key.name else { return nil }
                return TaskCurves.Channel(
                    name: channel, values: self.series(key.name, place) ?? [],
                    support: self.series(.support(headline, channel), place)?.last.map { Int($0) })
            }
            // Valence stands before arousal; units go by their numbers.
            let sorted = channels.sorted { a, b in
                headline.metric == .concordance ? a.name > b.name : NaturalOrder.precedes(a.name, b.name)
            }
            return TaskCurves(name: headline, channels: sorted, values: values)
        }
    }

    private func series(_ name: SeriesName, _ place: StageFold) -> [Double]? {
        series[SeriesKey(place, split: .validation, name: name)]?.values
    }

    /// Every stage and fold that has a curve, in the order of the training.
    var places: [StageFold] {
        Set(series.keys.map(\.part)).sorted()
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
    var place: StageFold { monitor.place ?? StageFold(stage: run?.stage ?? 0, fold: run?.fold) }

    /// Whether Monitor shows scores rather than reconstructions.
    var showsScores: Bool { watched?.hasScores(stage: place.stage) == true }

    /// A stage and fold as people say it.
    func title(of place: StageFold) -> String {
        place.title(watched?.stages.first { $0.index == place.stage }?.kind)
    }

    /// Whether a fold of a stage is trained to its end.
    func isDone(_ place: StageFold) -> Bool {
        guard let run else { return false }
        return run.condition == .finished || StageFold(stage: run.stage, fold: run.fold) != place
    }
}
