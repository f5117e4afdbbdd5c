import Affect
import Basics
import Tables

/// A submission to one of the ABAW tracks: a text file with the header `image_location,<channels>` and a line for every
/// frame, `video/00001.jpg` and two numbers, twelve 0s and 1s, or the index of a class.
public enum Submission {
    public static func header(_ task: AffectTask) -> String {
        "image_location," + task.standardChannels.joined(separator: ",")
    }

    static func location(_ video: String, _ frame: Int) -> String {
        let digits = String(frame)
        return video + "/" + String(repeating: "0", count: max(0, 5 - digits.count)) + digits + ".jpg"
    }

    /// What a submission has to list: of each video the frames, in the order of a file. A challenge gives it as a sample
    /// submission, a list of images, or a list of videos.
    public struct FrameList: Sendable, Equatable {
        public var videos: [(name: String, frames: [Int])]
        /// False where only the videos are known, not their frames.
        public var hasFrames: Bool

        public static func == (a: FrameList, b: FrameList) -> Bool {
            a.hasFrames == b.hasFrames && a.videos.map(\.name) == b.videos.map(\.name)
                && a.videos.map(\.frames) == b.videos.map(\.frames)
        }

        public init(path: String) throws(FileError) {
            videos = []
            hasFrames = false
            var index: [String: Int] = [:]
            var isFirst = true
            let reader = try TableReader(path: path, delimiter: ",")
            var record = TableRecord()
            while try reader.next(into: &record) {
                let word = record[0]
                defer { isFirst = false }
                if isFirst, word.lowercased() == "image_location" || word.lowercased() == "video" { continue }
                let place = Self.split(word)
                if let frame = place.frame, frame.magnitude > largestFrame {
                    throw FileError(path: path, line: record.line, "'\(word)' is not a frame.")
                }
                if place.frame != nil { hasFrames = true }
                let name = place.video
                if index[name] == nil {
                    index[name] = videos.count
                    videos.append((name, []))
                }
                if let frame = place.frame, let video = index[name] { videos[video].frames.append(frame) }
            }
            if videos.isEmpty { throw FileError(path: path, "lists no frames.") }
        }

        /// `video/00017.jpg`, or the name of a video.
        static func split(_ word: String) -> (video: String, frame: Int?) {
            // Lists that were made on Windows have backslashes.
            let parts = word.split { $0 == "/" || (!word.contains("/") && $0 == "\\") }
            if parts.count > 1, let frame = frameNumber(String(parts[parts.count - 1])) {
                return (String(parts[parts.count - 2]), frame)
            }
            return (word, nil)
        }
    }

    /// What one frame says: the numbers of its line.
    static func line(_ scores: [Double], task: AffectTask, thresholds: [Double]) -> String {
        switch task {
        case .valenceArousal: scores.map { number(min(1, max(-1, $0))) }.joined(separator: ",")
        case .actionUnits:
            scores.indices.map { scores[$0] >= ($0 < thresholds.count ? thresholds[$0] : 0.5) ? "1" : "0" }
                .joined(separator: ",")
        case .expression: "\(ScoreTally.argMax(scores.map { [$0] }, 0) ?? 0)"
        }
    }
}
