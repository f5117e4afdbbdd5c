import Basics

/// The scores of every candidate that a tuning tried, for every choice that is to be made.
///
/// A choice is made on everything (number 0) or on everything but one part, a fold or a video; and, unless the channels are
/// linked, for each channel. Choice number = selection × channels + channel.
final class TuningTable {
    private let engine: SmootherEngine
    private let plan: TuningPlan
    private let settings: SmootherSettings
    /// Videos of each part that is left out in turn.
    private let parts: [(name: String, videos: [Int])]
    private let isLinked: Bool
    private let tunesThresholds: Bool
    var grid: TuningGrid?
    private var scores: [[Int]: [Double]] = [:]

    init(engine: SmootherEngine, plan: TuningPlan, settings: SmootherSettings) {
        self.engine = engine
        self.plan = plan
        self.settings = settings
        let predictions = engine.predictions
        isLinked = plan.linked || predictions.task == .expression
        tunesThresholds = plan.thresholds && predictions.task == .actionUnits
        let videos = predictions.videos.indices.filter { predictions.videos[$0].hasTruth }
        switch plan.leaveOut {
        case .videos: parts = videos.map { (predictions.videos[$0].name, [$0]) }
        case .folds:
            let folds = Set(videos.map { predictions.videos[$0].fold ?? -1 }).sorted()
            parts = folds.map { fold in
                (fold < 0 ? "no fold" : "\(fold)", videos.filter { (predictions.videos[$0].fold ?? -1) == fold })
            }
        }
    }

    private var channels: Int { engine.channelCount }
    private var channelChoices: Int { isLinked ? 1 : channels }
    /// Selections of parts: everything, and everything but one where there are two or more.
    private var selections: Int { parts.count > 1 ? parts.count + 1 : 1 }
    var choices: Int { selections * channelChoices }

    func isKnown(_ place: [Int]) -> Bool { scores[place] != nil }
    /// -infinity where there is none, as without any truth.
    func score(_ place: [Int], choice: Int) -> Double {
        guard let scores = scores[place], choice < scores.count else { return -.infinity }
        return scores[choice]
    }
    func forget() { scores = [:] }

    /// Evaluates candidates; false when cancelled.
    func evaluate(_ places: [[Int]], tuningThresholds: Bool, cancellation: Cancellation?) -> Bool {
        guard let grid else { return true }
        // In portions, so that the tallies of all candidates are never there at once.
        for begin in stride(from: 0, to: places.count, by: 128) {
            let portion = Array(places[begin..<min(begin + 128, places.count)])
            let methods = portion.map { grid.method($0) }
            guard
                let statistics = engine.statistics(
                    of: methods, settings: settings, tuningThresholds: tunesThresholds && tuningThresholds,
                    cancellation: cancellation)
            else { return false }
            for (place, videos) in zip(portion, statistics) { scores[place] = scores(of: videos) }
        }
        return true
    }

    /// One score for each choice, from the statistics of every video.
    private func scores(of videos: [VideoStatistic]) -> [Double] {
        selectionSums(videos).flatMap { sum in
            let score = sum.best(settings.thresholds).score
            return isLinked ? [score.mean] : score.channels
        }.map { $0.isNaN ? -.infinity : $0 }
    }

    /// The statistics of each selection: of everything, and of everything but each part.
    private func selectionSums(_ videos: [VideoStatistic]) -> [VideoStatistic] {
        let sums = parts.map { part in
            VideoStatistic.sum(part.videos.map { videos[$0] })
        }
        guard let everything = VideoStatistic.sum(sums) else { return [] }
        guard selections > 1 else { return [everything] }
        // Sums before and after each part, so that leaving each out once costs two additions and not all of them.
        var before: [VideoStatistic?] = [nil]
        for sum in sums { before.append(VideoStatistic.sum([before[before.count - 1], sum])) }
        var after: VideoStatistic?
        var without = [VideoStatistic?](repeating: nil, count: sums.count)
        for index in sums.indices.reversed() {
            without[index] = VideoStatistic.sum([before[index], after])
            after = VideoStatistic.sum([sums[index], after])
        }
        return [everything] + without.map { $0 ?? everything }
    }

    // MARK: The row of the table

    /// What a finished search found: the choices on everything, and every part scored with the choices made without it.
    func row(_ family: SmoothingFamily, _ search: TuningSearch, cancellation: Cancellation?) -> TuningRow? {
        guard let grid else { return nil }
        func place(_ selection: Int, _ channel: Int) -> [Int] {
            search.best[selection * channelChoices + (isLinked ? 0 : channel)]
        }
        // Every method that was chosen anywhere, evaluated once more for the tallies of the videos.
        let chosen = Array(Set(search.best)).sorted { $0.lexicographicallyPrecedes($1) }
        guard
            let evaluated = engine.statistics(
                of: chosen.map { grid.method($0) }, settings: settings,
                tuningThresholds: tunesThresholds && family != .raw, cancellation: cancellation)
        else { return nil }
        let known = Dictionary(uniqueKeysWithValues: zip(chosen, evaluated))
        /// The statistics of every video with each channel smoothed as a selection chose.
        func statistics(_ selection: Int) -> [VideoStatistic] {
            let columns = (0..<channels).map { known[place(selection, $0)] ?? [] }
            guard !isLinked else { return columns.first ?? [] }
            return engine.predictions.videos.indices.map { video in
                VideoStatistic.assembled(columns.map { $0[video] })
            }
        }
        func methods(_ selection: Int) -> [SmoothingMethod] {
            (0..<channels).map { grid.method(place(selection, $0)) }
        }
        guard let whole = selectionSums(statistics(0)).first else { return emptyRow(family) }
        let fitted = whole.best(thresholds(family))
        var found: [TuningRow.Part] = []
        var pooled = ScoreTally(task: engine.predictions.task, channels: channels)
        for (index, part) in parts.enumerated() where selections > 1 {
            let videos = statistics(index + 1)
            let choice = selectionSums(videos)[index + 1].best(thresholds(family))
            guard let held = VideoStatistic.sum(part.videos.map { videos[$0] }) else { continue }
            let tally = held.tally(choice.thresholds)
            pooled.merge(tally)
            found.append(
                TuningRow.Part(
                    name: part.name, methods: methods(index + 1), thresholds: choice.thresholds, score: tally.score))
        }
        let bounds = Set((0..<channels).map { place(0, $0) }).sorted { $0.lexicographicallyPrecedes($1) }.flatMap {
            grid.bounds($0)
        }
        return TuningRow(
            family: family, methods: methods(0), thresholds: fitted.thresholds, fitted: fitted.score,
            leftOut: selections > 1 ? pooled.score : nil, parts: found, bounds: distinct(bounds))
    }

    private func thresholds(_ family: SmoothingFamily) -> [Double] {
        family == .raw ? Array(repeating: 0.5, count: channels) : settings.thresholds
    }

    private func emptyRow(_ family: SmoothingFamily) -> TuningRow {
        let score = ScoreTally(task: engine.predictions.task, channels: channels).score
        return TuningRow(
            family: family, methods: Array(repeating: .sigmas(.identity), count: channels), thresholds: [],
            fitted: score, leftOut: nil, parts: [], bounds: [])
    }
}

/// The elements without those that were there before, in their order.
private func distinct(_ values: [String]) -> [String] {
    var seen: Set<String> = []
    return values.filter { seen.insert($0).inserted }
}
