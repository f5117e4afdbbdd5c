import Affect
import Basics

/// Writes a submission, a line for every listed frame, one video after the other.
public final class SubmissionWriter {
    private let path: String
    private let file: WholeTextFile
    private let task: AffectTask
    private let thresholds: [Double]
    /// The frames of each listed video; nil without a list.
    private let listed: [String: [Int]]?
    private let names: [String]
    private var written: Set<String> = []
    /// Places of the track's channels among those of the predictions.
    private let order: [Int]
    private var unlisted: [String] = []

    /// `list` names the frames that have to be there; without it every video has a line from frame 1 to its last.
    ///
    /// Throws `FileError` when the predictions lack a channel of the track.
    public init(
        path: String, task: AffectTask, channels: [String], thresholds: [Double] = [], list: Submission.FrameList? = nil
    ) throws(FileError) {
        let missing = task.standardChannels.filter { !channels.contains($0) }
        guard missing.isEmpty || (task == .expression && channels.count == task.standardChannels.count) else {
            throw FileError(
                path: path,
                "the track needs \(missing.joined(separator: ", ")), which the predictions do not have.")
        }
        order =
            missing.isEmpty ? task.standardChannels.compactMap { channels.firstIndex(of: $0) } : Array(channels.indices)
        makeFolder(of: path)
        self.path = path
        file = try WholeTextFile(path: path)
        self.task = task
        self.thresholds = order.map { $0 < thresholds.count ? thresholds[$0] : 0.5 }
        listed = list.map { list in Dictionary(list.videos.map { ($0.name, $0.frames) }) { first, _ in first } }
        names = list?.videos.map(\.name) ?? []
        try file.write(Submission.header(task) + "\n")
    }

    /// A smoothed video, gaps kept: frames before its first and after its last prediction take the nearest.
    public func append(_ video: PredictionVideo) throws(FileError) {
        var frames: [Int]
        if let listed {
            guard let wanted = listed[video.name] else {
                unlisted.append(video.name)
                return
            }
            frames = wanted
        } else {
            frames = []
        }
        written.insert(video.name)
        if frames.isEmpty, video.count > 0 {
            let last = video.frame(at: video.count - 1)
            guard last < VideoRows.most, video.firstFrame > -VideoRows.most else {
                throw FileError(
                    path: path,
                    "video '\(video.name)' has frames \(video.firstFrame) to \(last), too many to write them all. Say with "
                        + "--list which are wanted.")
            }
            frames = Array(min(1, video.firstFrame)...max(last, min(1, video.firstFrame)))
        }
        let scores = order.map { GapFilling.hold.fill(video.scores[$0]) }
        for frame in frames {
            // Between predicted frames of a coarser step the one before holds.
            let index = max(0, min(video.count - 1, (frame - video.firstFrame) / video.frameStep))
            let values = scores.map { index < $0.count && !$0[index].isNaN ? $0[index] : 0 }
            try file.write(
                Submission.location(video.name, frame) + ","
                    + Submission.line(values, task: task, thresholds: thresholds) + "\n")
        }
    }

    /// Ends the file. Listed videos that had no predictions get lines of zeros, and are named in the notes.
    public func finish() throws(FileError) -> [String] {
        var notes: [String] = []
        let missing = names.filter { !written.contains($0) }
        for name in missing {
            let zeros = Submission.line(
                Array(repeating: 0, count: order.count), task: task, thresholds: thresholds.map { _ in 0.5 })
            for frame in listed?[name] ?? [] {
                try file.write(Submission.location(name, frame) + "," + zeros + "\n")
            }
        }
        if !missing.isEmpty {
            notes.append(
                "\(missing.count) listed videos have no predictions and were written as zeros: "
                    + missing.prefix(5).joined(separator: ", ") + (missing.count > 5 ? " ..." : "") + ".")
        }
        if !unlisted.isEmpty {
            notes.append(
                "\(unlisted.count) videos are not listed and were left out: "
                    + unlisted.prefix(5).joined(separator: ", ") + (unlisted.count > 5 ? " ..." : "") + ".")
        }
        try file.finish()
        return notes
    }
}
