import Affect
import Tables

/// The columns of a table of predictions, in their order: what is written again has the names and the order of what was
/// read.
public struct PredictionLayout: Sendable, Equatable {
    enum Role: Sendable, Equatable {
        case fold
        case group
        case video
        case frame
        case image
        /// By the place among the channels, or among those of the truth.
        case score(Int)
        case truth(Int)
    }

    struct Column: Sendable, Equatable {
        var name: String
        var role: Role
    }

    var columns: [Column]
    /// The number that a table has for each class in its column of truth: the classes count by their columns.
    private var classNumbers: [Int]

    /// The table that this program writes of its own accord.
    init(
        task: AffectTask, channels: [String], hasFolds: Bool, hasGroups: Bool, hasImages: Bool, hasTruth: Bool
    ) {
        columns = hasFolds ? [Column(name: "fold", role: .fold)] : []
        if hasGroups { columns.append(Column(name: "group", role: .group)) }
        columns += [Column(name: "video", role: .video), Column(name: "frame", role: .frame)]
        if hasImages { columns.append(Column(name: "image", role: .image)) }
        columns += channels.enumerated().map { Column(name: $1, role: .score($0)) }
        classNumbers = Array(channels.indices)
        if hasTruth { columns += Self.truth(task, channels) }
    }

    /// The columns of a table that was read. Where it has none for the video or the frame, they come first.
    init(_ header: [String], _ places: PredictionColumns) {
        columns = []
        for (index, name) in header.enumerated() {
            let role: Role? =
                switch index {
                case places.fold: .fold
                case places.group: .group
                case places.video: .video
                case places.frame: .frame
                case places.image: .image
                default:
                    places.scores.firstIndex(of: index).map(Role.score)
                        ?? places.truth.firstIndex(of: index).map(Role.truth)
                }
            if let role { columns.append(Column(name: name, role: role)) }
        }
        if places.frame == nil { columns.insert(Column(name: "frame", role: .frame), at: 0) }
        if places.video == nil { columns.insert(Column(name: "video", role: .video), at: 0) }
        classNumbers = places.channels.indices.map(places.classes.number)
    }

    /// The same with columns for the truth, where it has none and there is a truth, and without one for images where no row
    /// has one.
    func completed(_ task: AffectTask, _ channels: [String], hasTruth: Bool, hasImages: Bool) -> PredictionLayout {
        var layout = self
        if !hasImages { layout.columns.removeAll { $0.role == .image } }
        let truths = columns.filter { if case .truth = $0.role { true } else { false } }
        if hasTruth, truths.isEmpty { layout.columns += Self.truth(task, channels) }
        return layout
    }

    private static func truth(_ task: AffectTask, _ channels: [String]) -> [Column] {
        task == .expression
            ? [Column(name: "expression_truth", role: .truth(0))]
            : channels.enumerated().map { Column(name: $1 + "_truth", role: .truth($0)) }
    }

    /// The field of a frame in each column.
    func fields(_ video: PredictionVideo, _ index: Int, _ task: AffectTask) -> [String] {
        columns.map { column in
            switch column.role {
            case .fold: return video.fold.map(String.init) ?? ""
            case .group: return (video.group ?? "").asTableField
            case .video: return video.name.asTableField
            case .frame: return String(video.frame(at: index))
            case .image: return video.images.isEmpty ? "" : video.images[index].asTableField
            case .score(let channel): return number(video.scores[channel][index])
            case .truth(let channel):
                let value = channel < video.truth.count ? video.truth[channel][index] : .nan
                guard task == .expression, let place = Int(exactly: value), classNumbers.indices.contains(place) else {
                    return number(value)
                }
                return String(classNumbers[place])
            }
        }
    }
}
