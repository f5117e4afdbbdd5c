import Basics

/// The rows of one video as they come from a file, before they are put in order.
struct VideoRows {
    var name: String
    var fold: Int?
    var group: String?
    var file: String
    var frames: [Int] = []
    var lines: [Int] = []
    /// (channels, rows)
    var scores: [[Double]]
    /// (truth channels, rows)
    var truth: [[Double]]
    /// One a row, or none at all.
    var images: [String] = []

    /// More rows than this are more than one video: 92 hours at 30 frames a second.
    static let most = 10_000_000

    init(name: String, fold: Int?, group: String?, file: String, channels: Int, truthChannels: Int) {
        self.name = name
        self.fold = fold
        self.group = group
        self.file = file
        scores = Array(repeating: [], count: channels)
        truth = Array(repeating: [], count: truthChannels)
    }

    /// The video, joined by frame number with truth from elsewhere where there is some.
    func video(joining track: TruthTrack?) throws(FileError) -> PredictionVideo {
        var (frames, scores, truth, images) = (frames, scores, truth, images)
        if let track {
            let step = Self.step(of: frames)
            let known = Dictionary(zip(track.frames, track.frames.indices)) { first, _ in first }
            for (row, frame) in frames.enumerated() {
                guard let index = known[frame] else { continue }
                for channel in truth.indices { truth[channel][row] = track.values[channel][index] }
            }
            // Annotated frames that nobody predicted belong to the video, unless only every n-th was predicted.
            if step == 1, !frames.isEmpty {
                let predicted = Set(frames)
                for (index, frame) in track.frames.enumerated()
                where !predicted.contains(frame) && track.values.contains(where: { !$0[index].isNaN }) {
                    frames.append(frame)
                    if !images.isEmpty { images.append("") }
                    for channel in scores.indices { scores[channel].append(.nan) }
                    for channel in truth.indices { truth[channel].append(track.values[channel][index]) }
                }
            }
        }
        do throws(FrameError) {
            return try PredictionVideo(
                name: name, fold: fold, group: group, frames: frames, scores: scores, truth: truth, images: images)
        } catch {
            throw placed(error)
        }
    }

    /// What is wrong with the frames, at the line where it shows.
    private func placed(_ error: FrameError) -> FileError {
        switch error {
        case .duplicate(let video, let frame, let rows):
            let places = rows.filter { $0 < lines.count }.map { lines[$0] }.sorted()
            return FileError(
                path: file, line: places.last,
                "frame \(frame) of video '\(video)' again, after line \(places.first ?? 0). Remove one of the two.")
        case .gapTooLong(_, _, let to):
            let line = frames.firstIndex(of: to).flatMap { lines.indices.contains($0) ? lines[$0] : nil }
            return FileError(path: file, line: line, error.description)
        }
    }

    /// The distance between neighbouring frames that all distances are multiples of.
    static func step(of frames: [Int]) -> Int {
        let sorted = frames.sorted()
        var step = 0
        for (a, b) in zip(sorted, sorted.dropFirst()) {
            let (distance, overflows) = b.subtractingReportingOverflow(a)
            var (x, y) = (step, overflows ? 1 : distance)
            while y != 0 { (x, y) = (y, x % y) }
            step = x
            if step == 1 { break }
        }
        return max(step, 1)
    }
}

/// The truth of one video from a file of its own: frame numbers, and (truth channels, rows) of values, NaN for none.
struct TruthTrack: Sendable, Equatable {
    var frames: [Int] = []
    var values: [[Double]]
}
