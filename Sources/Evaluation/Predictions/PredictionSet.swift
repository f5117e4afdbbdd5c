import Affect

/// Frame-wise predictions of a model, with the truth where there is one: what is scored, smoothed and tuned.
///
/// Scores are channel-major: valence and arousal as numbers; action units and expressions as probabilities.
public struct PredictionSet: Sendable, Equatable {
    /// A person's name for it: of a run, or of a file.
    public var name: String
    public var task: AffectTask
    /// One name a channel, such as `valence`, `AU12` or `Happiness`.
    public var channels: [String]
    /// To say sigmas in seconds beside frames; nil when it is not known.
    public var framesPerSecond: Double?
    public var videos: [PredictionVideo]
    /// The columns of the table that it was read from; nil where there is none.
    public var layout: PredictionLayout?

    public init(
        name: String, task: AffectTask, channels: [String], framesPerSecond: Double? = nil, videos: [PredictionVideo]
    ) {
        self.name = name
        self.task = task
        self.channels = channels
        self.framesPerSecond = framesPerSecond
        self.videos = videos
    }

    /// The folds that occur, in order.
    public var folds: [Int] { Set(videos.compactMap(\.fold)).sorted() }
    /// Frames of all videos, missing ones included.
    public var frameCount: Int { videos.reduce(0) { $0 + $1.count } }
    public var hasTruth: Bool { videos.contains(where: \.hasTruth) }
    /// Rows of a video's truth: one a channel, but for expression a single row of class indices.
    public var truthChannels: Int { task == .expression ? 1 : channels.count }
}

/// One video of a set. Its frames are evenly spaced from the first to the last that was predicted or annotated; a frame
/// that nobody predicted (no face was found, say) has NaN for scores.
public struct PredictionVideo: Sendable, Equatable {
    public var name: String
    /// The fold in which this video was held out, nil without folds.
    public var fold: Int?
    /// Whom or what the video is of, such as a subject: its frames are resampled together. Nil where it is not known.
    public var group: String?
    /// The name of each frame's image, empty for frames without one; no names at all where the number of the frame says
    /// which image it is.
    public var images: [String]
    /// The indices of frames that have a row in their file, but no prediction in it: no face was found, say.
    public var emptyRows: Set<Int> = []
    /// The number of the first frame, and the distance from one to the next (1, unless every n-th frame was predicted).
    public var firstFrame: Int
    public var frameStep: Int
    /// (channels, frames); NaN where there is no prediction.
    public var scores: [[Double]]
    /// (channels, frames), for expression (1, frames) of class indices; NaN where there is no truth.
    public var truth: [[Double]]

    /// A video whose frames are already evenly spaced and in order.
    public init(
        name: String, fold: Int? = nil, group: String? = nil, firstFrame: Int = 1, frameStep: Int = 1,
        scores: [[Double]], truth: [[Double]], images: [String] = []
    ) {
        self.name = name
        self.fold = fold
        self.group = group
        self.images = images
        self.firstFrame = firstFrame
        self.frameStep = frameStep
        self.scores = scores
        self.truth = truth
    }

    /// Frames of the time line, missing ones included.
    public var count: Int { scores.first?.count ?? truth.first?.count ?? 0 }

    /// The number of the frame at an index of `scores` and `truth`.
    public func frame(at index: Int) -> Int { firstFrame + index * frameStep }

    public var hasTruth: Bool { truth.contains { $0.contains { !$0.isNaN } } }

    /// The share of frames without a prediction, 0 to 1.
    public var missingShare: Double {
        guard let first = scores.first, !first.isEmpty else { return 0 }
        let missing = first.indices.count { index in scores.contains { $0[index].isNaN } }
        return Double(missing) / Double(first.count)
    }
}

extension PredictionVideo {
    /// The longest stretch of missing frames that is taken for a gap rather than for a wrong frame number.
    public static let longestGap = 1_000_000

    /// A video from rows in any order, each a frame number with its scores and truth; the time line between them is
    /// filled with NaN.
    ///
    /// Throws `FrameError.duplicate` and `.gapTooLong`.
    public init(
        name: String, fold: Int? = nil, group: String? = nil, frames: [Int], scores: [[Double]], truth: [[Double]],
        images: [String] = []
    ) throws(FrameError) {
        var order = Array(frames.indices)
        var isSorted = true
        for index in frames.indices.dropFirst() where frames[index] <= frames[index - 1] { isSorted = false }
        if !isSorted { order.sort { (frames[$0], $0) < (frames[$1], $1) } }
        var step = 0
        for (previous, next) in zip(order, order.dropFirst()) {
            // A hostile frame number may be any integer.
            let (distance, overflows) = frames[next].subtractingReportingOverflow(frames[previous])
            if distance == 0 { throw .duplicate(video: name, frame: frames[next], rows: [previous, next]) }
            step = greatestCommonDivisor(step, overflows ? 1 : distance)
        }
        step = max(step, 1)
        var count = 0
        if let first = order.first, let last = order.last {
            for (previous, next) in zip(order, order.dropFirst()) {
                let (distance, overflows) = frames[next].subtractingReportingOverflow(frames[previous])
                if overflows || distance / step > Self.longestGap {
                    throw .gapTooLong(video: name, from: frames[previous], to: frames[next])
                }
            }
            count = (frames[last] - frames[first]) / step + 1
        }
        let first = order.first.map { frames[$0] } ?? 1
        func spread<Value>(_ row: [Value], _ missing: Value) -> [Value] {
            if isSorted, count == frames.count { return row }
            var line = [Value](repeating: missing, count: count)
            for index in order { line[(frames[index] - first) / step] = row[index] }
            return line
        }
        self.init(
            name: name, fold: fold, group: group, firstFrame: first, frameStep: step,
            scores: scores.map { spread($0, .nan) }, truth: truth.map { spread($0, .nan) },
            images: images.isEmpty ? [] : spread(images, ""))
        emptyRows = Set(
            frames.indices.lazy.filter { row in scores.allSatisfy { $0[row].isNaN } }.map {
                (frames[$0] - first) / step
            })
    }
}

private func greatestCommonDivisor(_ a: Int, _ b: Int) -> Int {
    var (a, b) = (a, b)
    while b != 0 { (a, b) = (b, a % b) }
    return a
}
