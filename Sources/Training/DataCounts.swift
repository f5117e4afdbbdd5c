import Datasets
import Session

/// What the data sets of a session hold, as a plan needs it.
public struct DataCounts: Sendable {
    /// By the name of the data set.
    public private(set) var counts: [String: Int] = [:]
    public private(set) var skipped: [String: Int] = [:]
    /// What the labelled sets are labelled with, in words.
    public private(set) var labels: [String: String] = [:]
    public private(set) var problems: [String] = []
    /// How many folds there are; nil where nothing is cut, or only rendered data.
    public private(set) var folds: Int?

    /// Searches folders and reads labels; nothing is rendered.
    public init(of session: Session) {
        for source in session.data {
            switch source.content {
            case .rendered(let rendered):
                counts[source.name] = rendered.photos
            case .folder(let folder):
                do {
                    let scan = try FolderScan.scan(folder.paths)
                    counts[source.name] = scan.images.count
                    skipped[source.name] = scan.skipped.count
                } catch {
                    problems.append("data set '\(source.name)': \(error)")
                }
            case .renderedVideos(let rendered):
                counts[source.name] = rendered.videos * rendered.frames
            case .classes, .table, .affWild2:
                do {
                    let set = try source.labelledSet(home: "")
                    counts[source.name] = set.count
                    labels[source.name] = Self.summary(of: set)
                    if let settings = session.folds, source.name == session.foldedData {
                        let labels = session.trainedLabels(of: source.name)
                        folds = try Folds(settings, of: set, checking: labels).folds.count
                    }
                } catch {
                    problems.append("\(error)")
                }
            }
        }
    }

    private static func summary(of set: LabelledSet) -> String {
        var parts: [String] = []
        if set.hasExpressions { parts.append("\(set.classes.count) expressions") }
        if set.hasUnits { parts.append("\(set.units.count) action units") }
        if set.hasValenceArousal { parts.append("valence and arousal") }
        for (kind, grouping) in set.groupings.sorted(by: { $0.key < $1.key }) {
            parts.append("\(grouping.names.count) \(kind)s")
        }
        return parts.joined(separator: ", ")
    }
}
