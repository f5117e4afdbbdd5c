import Affect

/// The frames that several runs predicted, joined by image or by video and frame, in one order for all of them.
struct PredictionJoin {
    /// The predictions of one run on the common frames.
    struct Run {
        /// (channels, frames)
        var scores: [[Double]]
        /// (frames, channels) for action units: the threshold of a frame's fold; nil without folds to choose on.
        var thresholds: [Int: [Double]]?
        /// The fold in which the run held out each frame.
        var folds: [Int]?
        var hasFolds: Bool { thresholds != nil }
    }

    let task: AffectTask
    let channels: [String]
    /// (entries, seeds)
    private(set) var runs: [[Run]]
    /// (truth channels, frames)
    let truth: [[Double]]
    /// One a frame.
    let groups: [String]
    /// Whether every image is a group of its own.
    let groupsAreImages: Bool
    /// One a frame, as the first run that has folds numbers them; nil when the runs do not agree.
    let folds: [Int]?
    let notes: [String]

    init(_ entries: [PairedComparison.Entry], channels wanted: [String]?) throws(ComparisonError) {
        let named = entries.flatMap { entry in
            entry.runs.map { (name: entry.runs.count > 1 ? "\(entry.name) (\($0.name))" : entry.name, set: $0) }
        }
        guard entries.count > 1, entries.allSatisfy({ !$0.runs.isEmpty }), let first = named.first else {
            throw ComparisonError("A comparison needs two runs with predictions.")
        }
        for other in named where other.set.task != first.set.task {
            throw ComparisonError(
                "\(first.name) predicts \(first.set.task.rawValue) and \(other.name) \(other.set.task.rawValue). Compare "
                    + "runs of one task, or choose one with --task.")
        }
        var notes: [String] = []
        let task = first.set.task
        let channels = try Self.channels(named, wanted, &notes)
        let all = named.map { run in
            PredictionRows(run.set, channels: channels.map { ChannelName.place($0, in: run.set.channels) ?? 0 })
                .withClasses(of: run.set, as: channels)
        }
        let picks = try Self.join(all, named.map(\.name), &notes)
        var rows = zip(all, picks).map { $0.picked($1) }

        // What is true is the same for all; a run may come without it.
        guard let judge = rows.firstIndex(where: \.hasTruth) else {
            throw ComparisonError("None of the runs knows the truth, so nothing can be scored.")
        }
        for (run, other) in zip(named, rows) where other.hasTruth {
            try Self.check(rows[judge], named[judge].name, other, run.name)
        }
        // A frame that nobody labelled scores nothing.
        let labelled = (0..<rows[judge].count).filter { row in rows[judge].truth.contains { !$0[row].isNaN } }
        if labelled.count < rows[judge].count { rows = rows.map { $0.picked(labelled) } }
        truth = rows[judge].truth
        let known = Self.groups(rows)
        groupsAreImages = known == nil
        groups = known ?? rows[judge].places.indices.map { "\($0)" }
        let folds = Self.folds(rows, named.map(\.name), &notes)
        self.folds = folds
        self.task = task
        self.channels = channels
        self.notes = notes

        var runs: [[Run]] = []
        var next = 0
        for entry in entries {
            runs.append(
                entry.runs.map { _ in
                    defer { next += 1 }
                    let own = rows[next].folds.compactMap { $0 }
                    // Predictions without folds were made for the folds of the others.
                    return Run(scores: rows[next].scores, folds: own.count == rows[next].count ? own : folds)
                })
        }
        self.runs = runs
        guard task == .actionUnits else { return }
        for (entry, all) in runs.enumerated() {
            for (seed, run) in all.enumerated() { self.runs[entry][seed].thresholds = thresholds(run) }
        }
    }

    /// What a run scores on some frames.
    func tally(_ run: Run, _ frames: [Int], tuned: Bool) -> ScoreTally {
        func line(_ values: [Double]) -> [Double] { frames.map { values[$0] } }
        let truth = truth.map(line)
        guard tuned, let thresholds = run.thresholds, let folds = run.folds else {
            return ScoreTally(task: task, scores: run.scores.map(line), truth: truth)
        }
        // A score less its threshold, so that frames of several folds are counted at once.
        return .units(
            run.scores.indices.map { unit in
                let margins = frames.map { run.scores[unit][$0] - (thresholds[folds[$0]]?[unit] ?? 0.5) }
                return BinaryCounts(margins, truth: truth[unit], threshold: 0)
            })
    }

    /// For each fold, the thresholds that are best on the other folds of the run.
    private func thresholds(_ run: Run) -> [Int: [Double]]? {
        guard let folds = run.folds, Set(folds).count > 1 else { return nil }
        let numbers = Set(folds).sorted()
        let counts = numbers.map { fold in
            let frames = folds.indices.filter { folds[$0] == fold }
            return run.scores.indices.map { unit in
                ThresholdCounts(frames.map { run.scores[unit][$0] }, truth: frames.map { truth[unit][$0] })
            }
        }
        return Dictionary(uniqueKeysWithValues: zip(numbers, Thresholds.ofOtherFolds(counts)))
    }

    // MARK: Channels

    /// Units and dimensions that all runs have; classes have to be the same, since they compete.
    private static func channels(
        _ runs: [(name: String, set: PredictionSet)], _ wanted: [String]?, _ notes: inout [String]
    ) throws(ComparisonError) -> [String] {
        let first = runs[0]
        for run in runs where run.set.task == .expression {
            let same =
                run.set.channels.count == first.set.channels.count
                && first.set.channels.allSatisfy { ChannelName.place($0, in: run.set.channels) != nil }
            guard same else {
                throw ComparisonError(
                    "\(first.name) knows the classes \(first.set.channels.joined(separator: ", ")), and \(run.name) "
                        + "\(run.set.channels.joined(separator: ", ")): their scores say different things.")
            }
        }
        var channels = first.set.channels
        if let wanted, first.set.task != .expression {
            for channel in wanted where ChannelName.place(channel, in: channels) == nil {
                throw ComparisonError("\(first.name) has no \(channel); it has \(channels.joined(separator: ", ")).")
            }
            channels = channels.filter { ChannelName.place($0, in: wanted) != nil }
        }
        let common = channels.filter { channel in
            runs.allSatisfy { ChannelName.place(channel, in: $0.set.channels) != nil }
        }
        let left = Set(runs.flatMap { run in run.set.channels.filter { ChannelName.place($0, in: common) == nil } })
        guard !common.isEmpty else {
            throw ComparisonError(
                "The runs have nothing in common: "
                    + runs.map { "\($0.name) has \($0.set.channels.joined(separator: ", "))" }.joined(separator: "; ")
                    + ".")
        }
        if !left.isEmpty, wanted == nil {
            notes.append("Not in every run, so left out: \(left.sorted().joined(separator: ", ")).")
        }
        return common
    }

    // MARK: Frames

    /// For each run the rows of the common frames, in the order of the first run.
    private static func join(
        _ runs: [PredictionRows], _ names: [String], _ notes: inout [String]
    ) throws(ComparisonError) -> [[Int]] {
        let byImage = runs.allSatisfy(\.hasImages)
        var best: [[Int]] = []
        // Paths may begin anywhere: as many of their last parts are compared as name the most frames.
        let longest = runs.flatMap { $0.places.map { byImage ? $0.image.count : $0.video.count } }.max() ?? 1
        for parts in (1...max(1, longest)).reversed() {
            guard let picks = Self.join(runs, parts: parts, byImage: byImage) else { continue }
            if picks[0].count > best.first?.count ?? 0 { best = picks }
        }
        guard let common = best.first?.count, common > 0 else {
            let examples = zip(names, runs).map { "\($0) has \($1.places.first?.words ?? "none")" }
            throw ComparisonError(
                "The runs have no \(byImage ? "image" : "frame") in common: \(examples.joined(separator: ", "))."
            )
        }
        for (name, run) in zip(names, runs) where run.count > common {
            notes.append(
                "\(name) predicts \(run.count - common) of its \(run.count) frames alone; they are left out.")
        }
        return best
    }

    /// Nil where so few parts of a path name two frames of a run alike.
    private static func join(_ runs: [PredictionRows], parts: Int, byImage: Bool) -> [[Int]]? {
        var tables: [[String: Int]] = []
        for run in runs.dropFirst() {
            var table: [String: Int] = [:]
            for (row, place) in run.places.enumerated() {
                guard table.updateValue(row, forKey: place.key(parts: parts, byImage: byImage)) == nil else {
                    return nil
                }
            }
            tables.append(table)
        }
        var seen: Set<String> = []
        var picks = runs.map { _ in [Int]() }
        for (row, place) in runs[0].places.enumerated() {
            let key = place.key(parts: parts, byImage: byImage)
            guard seen.insert(key).inserted else { return nil }
            let found = tables.compactMap { $0[key] }
            guard found.count == tables.count else { continue }
            picks[0].append(row)
            for (run, other) in found.enumerated() { picks[run + 1].append(other) }
        }
        return picks
    }

    /// Truths that differ mean that the frames are not the same, or the labels are not.
    private static func check(
        _ rows: PredictionRows, _ name: String, _ others: PredictionRows, _ other: String
    ) throws(ComparisonError) {
        var unlike = 0
        var first: Int?
        for row in 0..<rows.count {
            let same = zip(rows.truth, others.truth).allSatisfy { mine, theirs in
                let (a, b) = (mine[row], theirs[row])
                return a.isNaN || b.isNaN ? a.isNaN == b.isNaN : abs(a - b) < 1e-4
            }
            guard !same else { continue }
            unlike += 1
            first = first ?? row
        }
        guard let first else { return }
        throw ComparisonError(
            "\(name) and \(other) have other labels for \(unlike) of \(rows.count) frames, such as "
                + "\(rows.places[first].words): they were not scored on the same data.")
    }

    /// Whom or what each frame is of, as the first run that knows it says; nil where each image is its own.
    private static func groups(_ rows: [PredictionRows]) -> [String]? {
        for run in rows {
            let groups = run.groups.compactMap { $0 }
            if groups.count == run.count { return groups }
        }
        return nil
    }

    /// The fold of each frame, when every run that has folds cuts alike, whatever numbers it gives them.
    private static func folds(_ rows: [PredictionRows], _ names: [String], _ notes: inout [String]) -> [Int]? {
        var first: (name: String, folds: [Int])?
        for (name, run) in zip(names, rows) {
            let folds = run.folds.compactMap { $0 }
            guard folds.count == run.count else { continue }
            guard let known = first else {
                first = (name, folds)
                continue
            }
            var (there, back): ([Int: Int], [Int: Int]) = ([:], [:])
            let same = zip(known.folds, folds).allSatisfy { mine, theirs in
                let (a, b) = (there[mine] ?? theirs, back[theirs] ?? mine)
                (there[mine], back[theirs]) = (a, b)
                return a == theirs && b == mine
            }
            if !same {
                notes.append(
                    "\(known.name) and \(name) were cut into other folds: differences are pooled only, not fold by fold."
                )
                return nil
            }
        }
        return first?.folds
    }
}

extension PredictionRows {
    /// Classes of the truth, which count the set's channels, as numbers of these channels.
    fileprivate func withClasses(of set: PredictionSet, as channels: [String]) -> PredictionRows {
        guard set.task == .expression else { return self }
        let places = set.channels.map { ChannelName.place($0, in: channels) }
        var rows = self
        rows.truth = truth.map {
            $0.map { label in
                Int(exactly: label).flatMap { places.indices.contains($0) ? places[$0] : nil }.map(Double.init) ?? .nan
            }
        }
        return rows
    }
}

/// Names of channels, whatever way they are written.
private enum ChannelName {
    static func place(_ channel: String, in channels: [String]) -> Int? {
        channels.firstIndex(of: channel) ?? channels.firstIndex { plain($0) == plain(channel) }
    }

    private static func plain(_ channel: String) -> String {
        (PredictionColumns.channel(channel)?.name ?? channel).lowercased()
    }
}
