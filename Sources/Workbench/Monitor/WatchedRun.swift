import RunStore
import Screen

/// What is known of the run in Monitor, as it came from the store.
struct WatchedRun: Equatable, Sendable {
    let id: RunID
    /// The weight of the past in the curves that are smoothed.
    private(set) var smoothing: Double
    /// Something of it has come from the store: what is not here then is not there.
    var isRead = false
    var stages: [StageRecord] = []
    private(set) var series: [SeriesKey: Curve] = [:]
    private(set) var history: [RunEvent] = []
    /// What the log pane shows: the run's events, and stray lines where they came.
    private(set) var log: [LogLine] = []
    private(set) var previews: [PreviewRecord] = []
    /// Sheets that have been read, cut into tiles.
    private(set) var sheets: [PreviewRecord.ID: Sheet] = [:]
    private(set) var sheetProblems: [PreviewRecord.ID: String] = [:]
    /// Sheets asked for and not yet here.
    private var requested: Set<PreviewRecord.ID> = []

    init(id: RunID, smoothing: Double, strays: [LogLine] = []) {
        self.id = id
        self.smoothing = smoothing
        log = strays
    }

    /// The curve of a name in a stage and fold; nil before its first point.
    func curve(_ name: String, stage: Int, fold: Int?, split: String = "train") -> Curve? {
        series[SeriesKey(stage: stage, fold: fold, split: split, name: name)]
    }

    /// Seconds of training in all stages and folds, pauses not counted; nil before the first step.
    var seconds: Double? {
        let clocks = series.filter { $0.key.name == SeriesName.seconds }.compactMap(\.value.values.last)
        return clocks.isEmpty ? nil : clocks.reduce(0, +)
    }

    mutating func append(_ points: [Point], to key: SeriesKey) {
        // Taken out while it grows, so that it is not copied.
        var curve = series.removeValue(forKey: key) ?? Curve()
        if isSmoothed(key) { curve.setSmoothing(smoothing) }
        for point in points { curve.append(Double(point.step), point.value) }
        series[key] = curve
    }

    /// Only what is measured at every step is noisy enough to smooth.
    private func isSmoothed(_ key: SeriesKey) -> Bool { key.name == SeriesName.loss && key.split == "train" }

    mutating func setSmoothing(_ weight: Double) {
        smoothing = weight
        for key in series.keys where isSmoothed(key) { series[key]?.setSmoothing(weight) }
    }

    mutating func append(_ events: [RunEvent]) {
        for event in events where event.id > (history.last?.id ?? Int64.min) || event.id == 0 {
            history.append(event)
            log.append(LogLine(event))
        }
    }

    mutating func append(_ line: LogLine) { log.append(line) }

    // MARK: Previews

    mutating func setPreviews(_ previews: [PreviewRecord]) {
        self.previews = previews
        let known = Set(previews.map(\.id))
        for id in sheets.keys where !known.contains(id) { sheets[id] = nil }
    }

    /// The preview with a number, or the newest.
    func preview(_ id: PreviewRecord.ID?) -> PreviewRecord? {
        guard let id else { return previews.last }
        return previews.first { $0.id == id } ?? previews.last
    }

    /// Whether a sheet has still to be read; it counts as asked for from now on.
    mutating func needs(_ id: PreviewRecord.ID) -> Bool {
        guard sheets[id] == nil, sheetProblems[id] == nil else { return false }
        return requested.insert(id).inserted
    }

    mutating func keep(_ bitmap: Bitmap, of id: PreviewRecord.ID) {
        requested.remove(id)
        guard let record = previews.first(where: { $0.id == id }) else { return }
        guard let sheet = Sheet(bitmap, samples: record.samples, side: record.side) else {
            sheetProblems[id] = "the preview \(record.file) does not hold \(record.samples) rows of three pictures"
            return
        }
        sheets[id] = sheet
        // A few are enough to step to and fro; the farthest from this one goes.
        while sheets.count > 12, let far = sheets.keys.max(by: { abs($0 - id) < abs($1 - id) }) { sheets[far] = nil }
    }

    mutating func failSheet(_ id: PreviewRecord.ID, _ problem: String) {
        requested.remove(id)
        sheetProblems[id] = problem
    }
}

/// A reconstruction sheet cut into its pictures: `tiles[sample][column]`, columns original, masked, rebuilt.
struct Sheet: Equatable, Sendable {
    let tiles: [[Bitmap]]

    init?(_ bitmap: Bitmap, samples: Int, side: Int) {
        guard side > 0, samples > 0, bitmap.width >= 3 * side, bitmap.height >= samples * side else { return nil }
        tiles = (0..<samples).map { row in
            (0..<3).map { bitmap.cropped(x: $0 * side, y: row * side, width: side, height: side) }
        }
    }
}

/// One line of the log pane.
struct LogLine: Equatable, Sendable {
    /// Nil for a stray line.
    var kind: RunEvent.Kind?
    var time: Double?
    var step: Int64?
    var text: String

    init(_ event: RunEvent) {
        kind = event.kind
        time = event.time
        step = event.step
        text = event.message
    }

    init(stray: String) { text = stray }
}

extension State {
    /// The run asked for, or the newest that trains, or the newest.
    var runToWatch: Run? {
        if let wanted, let found = runs.first(where: { $0.id == wanted }) { return found }
        return runs.first { $0.condition == .running } ?? runs.first
    }

    /// Turns Monitor to a run.
    mutating func watch(_ id: RunID) -> [Effect] {
        guard watched?.id != id else { return [] }
        watched = WatchedRun(id: id, smoothing: monitor.smoothingWeight, strays: strays)
        monitor = monitor.forAnotherRun
        return [.watch(id)]
    }

    /// Asks for the sheet in view when it is not here yet.
    mutating func loadPreviewInView() -> [Effect] {
        guard let id = watched?.id, let record = watched?.preview(monitor.preview) else { return [] }
        return watched?.needs(record.id) == true ? [.loadPreview(id, record)] : []
    }
}
