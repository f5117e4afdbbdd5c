import Affect
import Basics
import Tables

/// What is wrong with a submission to an ABAW track, line by line.
public struct SubmissionCheck: Sendable, Equatable {
    public var path: String
    /// The track that the header is of; nil when it is of none.
    public var task: AffectTask?
    public var rows = 0
    public var videos = 0
    /// Sentences with their line, the first of each kind; `problemCount` counts all.
    public var problems: [String] = []
    public var problemCount = 0

    public var isFine: Bool { problemCount == 0 }

    /// How many sentences are kept.
    public static let most = 20

    /// Reads a submission of any length. `list` names the frames that have to be there; `expected` is the track that is
    /// meant where the header may be wrong.
    ///
    /// Throws `FileError` when the file is not there or is no text; everything else is a problem of the result.
    public init(path: String, list: Submission.FrameList? = nil, expected: AffectTask? = nil) throws(FileError) {
        self.path = path
        var frames: [String: Frames] = [:]
        var order: [String] = []
        let reader = try TableReader(path: path, delimiter: ",", isExact: true)
        var record = TableRecord()
        guard try reader.next(into: &record) else { throw FileError(path: path, "an empty file.") }
        let header = record.texts.map { $0.lowercased() }
        let named = AffectTask.allCases.first { task in
            Submission.header(task).lowercased().split(separator: ",").map(String.init) == header
        }
        task = named ?? expected
        if named == nil {
            add(
                1,
                "the header is '\(record.texts.joined(separator: ","))'; it should be "
                    + (expected.map { "'\(Submission.header($0))'" }
                        ?? "that of one of the tracks, such as '\(Submission.header(.valenceArousal))'"))
        } else if let expected, named != expected {
            add(1, "the header is of the \(named?.shortName ?? "") track, not of \(expected.shortName)")
        }
        var isRow = named == nil && record.number(record.count - 1) != nil
        while true {
            if !isRow {
                guard try reader.next(into: &record) else { break }
            }
            isRow = false
            check(record, &frames, &order)
        }
        videos = order.count
        if rows == 0 { add(nil, "there are no lines after the header") }
        compare(frames, order, list)
    }

    /// The frames of a video that were listed.
    private struct Frames {
        var listed = FrameNumbers()
        var last = Int.min
        var isSorted = true
        var firstLine = 0
    }

    private mutating func add(_ line: Int?, _ text: String) {
        problemCount += 1
        if problems.count < Self.most { problems.append((line.map { "line \($0): " } ?? "") + text + ".") }
    }

    private mutating func check(_ record: TableRecord, _ frames: inout [String: Frames], _ order: inout [String]) {
        rows += 1
        let line = record.line
        let place = Submission.FrameList.split(record[0])
        if let frame = place.frame {
            if record[0] != Submission.location(place.video, frame) {
                add(line, "'\(record[0])' should be written '\(Submission.location(place.video, frame))'")
            }
            if frames[place.video] == nil {
                frames[place.video] = Frames(firstLine: line)
                order.append(place.video)
            }
            if frames[place.video]?.listed.insert(frame) == false {
                add(line, "\(record[0]) is there twice")
            }
            if frame < frames[place.video]?.last ?? .min { frames[place.video]?.isSorted = false }
            frames[place.video]?.last = frame
        } else {
            add(line, "'\(record[0])' is not the location of a frame such as 'video/00001.jpg'")
        }
        guard let task else { return }
        let width = task == .expression ? 1 : task.standardChannels.count
        guard record.count == width + 1 else {
            add(line, "\(record.count - 1) values where the track has \(width)")
            return
        }
        for field in 1...width {
            let isRight: Bool
            switch task {
            case .valenceArousal: isRight = record.number(field).map { (-1...1).contains($0) } ?? false
            case .actionUnits: isRight = record[field] == "0" || record[field] == "1"
            case .expression:
                isRight = Int(record[field]).map { (0..<task.standardChannels.count).contains($0) } ?? false
            }
            if isRight { continue }
            let name = task == .expression ? "the class" : task.standardChannels[field - 1]
            let wanted =
                switch task {
                case .valenceArousal: "a number from -1 to 1"
                case .actionUnits: "0 or 1"
                case .expression: "a whole number from 0 to 7"
                }
            add(line, "\(name) is '\(record[field])'; it should be \(wanted)")
        }
    }

    private mutating func compare(_ frames: [String: Frames], _ order: [String], _ list: Submission.FrameList?) {
        for name in order {
            guard let video = frames[name] else { continue }
            if !video.isSorted { add(video.firstLine, "the frames of \(name) are not in order") }
            guard list == nil || list?.hasFrames == false, let last = video.listed.last else { continue }
            let missing = (1...max(1, last)).lazy.filter { !video.listed.contains($0) }
            if last > video.listed.count, let first = missing.first {
                add(nil, "\(name) lacks \(last - video.listed.count) of its frames 1 to \(last), the first \(first)")
            }
        }
        guard let list else { return }
        let wanted = Set(list.videos.map(\.name))
        for video in list.videos {
            guard let found = frames[video.name] else {
                add(nil, "the listed video \(video.name) is not there")
                continue
            }
            let missing = video.frames.filter { !found.listed.contains($0) }
            if let first = missing.first {
                add(nil, "\(video.name) lacks \(missing.count) listed frames, the first \(first)")
            }
            if list.hasFrames {
                let extra = found.listed.subtracting(FrameNumbers(video.frames))
                if let first = extra.first {
                    add(nil, "\(video.name) has \(extra.count) frames that are not listed, the first \(first)")
                }
            }
        }
        for name in order where !wanted.contains(name) { add(frames[name]?.firstLine, "video \(name) is not listed") }
    }
}
