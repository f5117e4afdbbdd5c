import RunStore
import Screen

/// What is known of the run in Monitor, as it came from the store.
struct WatchedRun: Equatable, Sendable {
    let id: RunID
    var stages: [StageRecord] = []
    var series: [SeriesKey: Curve] = [:]
    var history: [RunEvent] = []
    var previews: [PreviewRecord] = []
    /// Sheets that have been read, cut into tiles; the newest asked for last.
    var sheets: [PreviewRecord.ID: Sheet] = [:]
    var sheetProblems: [PreviewRecord.ID: String] = [:]
    var requested: Set<PreviewRecord.ID> = []

    init(id: RunID) { self.id = id }
}

/// A reconstruction sheet cut into its pictures: `tiles[sample][column]`, columns original, masked, rebuilt.
struct Sheet: Equatable, Sendable {
    let tiles: [[Bitmap]]
}

extension WatchedRun {
    mutating func append(_ points: [Point], to key: SeriesKey) {
        for point in points { series[key, default: Curve()].append(Double(point.step), point.value) }
    }

    mutating func append(_ events: [RunEvent]) {
        history.append(contentsOf: events)
    }

    mutating func keep(_ bitmap: Bitmap, of id: PreviewRecord.ID) {}
}
