/// The predictions of a run, frame by frame in one list, as they are joined with those of another.
struct PredictionRows {
    /// A frame by its image, as parts of its path from the last to the first, or by its video and number.
    struct Place: Equatable {
        var image: [Substring]
        var video: [Substring]
        var frame: Int

        /// What is the same in every run that predicted this frame: the image or the video by the last `parts` of its path.
        func key(parts: Int, byImage: Bool) -> String {
            byImage
                ? image.prefix(parts).joined(separator: "/")
                : "\(video.prefix(parts).joined(separator: "/"))\u{0}\(frame)"
        }
        /// For a person.
        var words: String {
            image.isEmpty
                ? "frame \(frame) of \(video.reversed().joined(separator: "/"))"
                : image.reversed().joined(separator: "/")
        }
    }

    var places: [Place] = []
    var folds: [Int?] = []
    /// Whom or what the frame is of; nil where nothing says it.
    var groups: [String?] = []
    var videos: [String] = []
    /// (channels, rows)
    var scores: [[Double]]
    /// (truth channels, rows)
    var truth: [[Double]]

    var count: Int { places.count }
    var hasImages: Bool { places.allSatisfy { !$0.image.isEmpty } }
    var hasTruth: Bool { truth.contains { $0.contains { !$0.isNaN } } }

    /// Every frame that has a prediction.
    /// - Parameter channels: places among those of the set, in the order wanted.
    init(_ set: PredictionSet, channels: [Int]) {
        scores = channels.map { _ in [] }
        let truths = set.task == .expression ? [0] : channels
        truth = truths.map { _ in [] }
        for video in set.videos {
            let name = Array(video.name.split(separator: "/").reversed())
            for index in 0..<video.count where channels.allSatisfy({ video.scores[$0][index].isFinite }) {
                let image = index < video.images.count ? video.images[index] : ""
                places.append(
                    Place(
                        image: Array(image.split(separator: "/").reversed()), video: name,
                        frame: video.frame(at: index)))
                folds.append(video.fold)
                groups.append(video.resampledAs)
                videos.append(video.name)
                for (row, channel) in channels.enumerated() { scores[row].append(video.scores[channel][index]) }
                for (row, channel) in truths.enumerated() {
                    truth[row].append(channel < video.truth.count ? video.truth[channel][index] : .nan)
                }
            }
        }
    }

    /// The rows at some places, in that order.
    func picked(_ rows: [Int]) -> PredictionRows {
        var picked = self
        picked.places = rows.map { places[$0] }
        picked.folds = rows.map { folds[$0] }
        picked.groups = rows.map { groups[$0] }
        picked.videos = rows.map { videos[$0] }
        picked.scores = scores.map { line in rows.map { line[$0] } }
        // An expression's truth is a class whose number depends on the order of the classes: the caller sees to it.
        picked.truth = truth.map { line in rows.map { line[$0] } }
        return picked
    }
}

extension PredictionVideo {
    /// What is resampled together with this video: its group; without one, what stands before the first slash of the name,
    /// which is the subject where a run wrote it. Nil for single images, of which nobody knows whom they show.
    public var resampledAs: String? {
        if let group { return group }
        if count == 1, !images.isEmpty { return nil }
        return name == Self.singleImages ? nil : String(name.prefix { $0 != "/" })
    }

    /// The video that images come under when nothing says whom they show.
    public static let singleImages = "images"
}
