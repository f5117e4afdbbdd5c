import Datasets
import Session

/// What the data sets of a session hold, as a plan needs it.
public struct DataCounts: Sendable {
    /// By the name of the data set.
    public private(set) var counts: [String: Int] = [:]
    public private(set) var skipped: [String: Int] = [:]
    /// What the sets hold, in words.
    public private(set) var words: [String: String] = [:]
    public private(set) var problems: [String] = []
    /// How many folds there are; nil where nothing is cut, or only rendered data.
    public private(set) var folds: Int?

    /// Searches folders and reads labels; nothing is rendered.
    public init(of session: Session) {
        for source in session.data {
            do {
                try count(source, of: session)
            } catch let error as DatasetError {
                words[source.name] = "none found"
                problems.append("data set '\(source.name)': \(error)")
            } catch {
                problems.append("\(error)")
            }
        }
    }

    private mutating func count(_ source: DataSource, of session: Session) throws {
        // What is to be rendered is not, for a plan.
        if let planned = source.content.planned {
            counts[source.name] = planned.count
            words[source.name] = planned.words
        } else if source.isLabelled {
            let set = try source.labelledSet(home: "")
            counts[source.name] = set.count
            words[source.name] = "\(set.count) photographs with \(Self.summary(of: set))"
            if let settings = session.folds, source.name == session.foldedData {
                folds = try Folds(settings, of: set, checking: session.trainedLabels(of: source.name)).folds.count
            }
        } else {
            let found = try source.adapter.photographs(in: RenderedHome(path: ""))
            counts[source.name] = found.images.count
            skipped[source.name] = found.skipped.count
            words[source.name] =
                "\(found.images.count) photographs\(found.place)"
                + (found.skipped.isEmpty ? "" : " (\(found.skipped.count) skipped)")
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
