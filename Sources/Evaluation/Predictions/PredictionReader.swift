import Affect
import Basics
import Foundation
import Tables

/// Reads anyone's frame-wise predictions: tables (CSV) with a column for the video, or a file a video; NumPy arrays; and
/// their truth from columns beside them or from elsewhere.
///
/// Rows may come in any order in `read`, which holds everything in memory; `stream` holds one video at a time, for files
/// of any length, and asks for the rows of a video to stand together.
public final class PredictionReader {
    public let task: AffectTask
    public let channels: [String]
    private let files: [String]
    /// The files and folders that were named.
    public let paths: [String]
    private let truth: TruthSource?
    private let options: PredictionReadingOptions
    private let name: String
    /// The columns of the first file, as far as they say something of predictions; nil for arrays.
    public let layout: PredictionLayout?
    /// Whether a row named an image.
    public private(set) var hasImages = false
    /// What a person should know of what was read, filled in while reading.
    public private(set) var notes: [String] = []

    /// `paths` are files or folders of them; `truth` is a folder of ABAW annotations, a table, or one file for one video.
    ///
    /// Throws `FileError` for files that are not there, are empty, or whose columns say nothing.
    public init(
        _ paths: [String], truth: String? = nil, options: PredictionReadingOptions = PredictionReadingOptions()
    ) throws(FileError) {
        var files: [String] = []
        for path in paths {
            var isFolder: ObjCBool = false
            guard FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) else {
                throw FileError(path: path, "no such file or folder.")
            }
            guard isFolder.boolValue else {
                files.append(path)
                continue
            }
            let names = (try? FileManager.default.contentsOfDirectory(atPath: path)) ?? []
            let found = names.sorted().filter { name in
                !name.hasPrefix(".") && RowFile.parts(name).ending != nil
            }
            if found.isEmpty {
                throw FileError(path: path, "no predictions (.csv, .txt, .npy or .npz) in this folder.")
            }
            files += found.map { path + "/" + $0 }
        }
        guard let first = files.first else {
            throw FileError(path: "-", line: nil, "no file of predictions was named.")
        }
        self.files = files
        self.paths = paths
        let rows = try openRows(first, arrays: options.arrays)
        let columns = try Self.columns(of: rows, options)
        layout = rows.columns.isEmpty || columns.holdsClasses ? nil : PredictionLayout(rows.columns, columns)
        task = columns.task
        channels = columns.channels
        self.options = options
        labels = TruthLabels(task: columns.task, channels: columns.channels, rules: options.rules)
        name = RowFile.parts(paths.count == 1 ? paths[0] : first).stem
        self.truth =
            try truth.map { path throws(FileError) in
                try TruthSource(path: path, task: columns.task, channels: columns.channels, options: options)
            }
    }

    /// Bytes of all files together.
    public var byteCount: Int {
        files.reduce(0) { sum, file in
            sum + (((try? FileManager.default.attributesOfItem(atPath: file)[.size]) as? Int) ?? 0)
        }
    }

    private static func columns(
        of rows: any RowSource, _ options: PredictionReadingOptions
    ) throws(FileError) -> PredictionColumns {
        guard rows.columns.isEmpty else {
            return try PredictionColumns(rows.columns, path: rows.path, options: options)
        }
        // An array without names: its columns are the channels of the task, in their order.
        let known = AffectTask.allCases.first { $0.standardChannels.count == rows.columnCount }
        guard let task = options.task ?? known else {
            throw FileError(
                path: rows.path,
                "has \(rows.columnCount) columns without names. Say --task, and --channels for their names.")
        }
        let names = options.channels.isEmpty ? task.standardChannels : options.channels
        guard names.count == rows.columnCount else {
            throw FileError(
                path: rows.path,
                "has \(rows.columnCount) columns where \(task.shortName) has \(names.count) channels. Say --channels.")
        }
        var named = options
        named.task = task
        named.columns = []
        return try PredictionColumns(names, path: rows.path, options: named)
    }

    // MARK: Reading

    /// Everything at once, rows in any order.
    public func read() throws(FileError) -> PredictionSet {
        var videos: [PredictionVideo] = []
        try rows(together: false) { (rows: VideoRows, isOnly: Bool) throws(FileError) in
            videos.append(try self.finish(rows, isOnly))
        }
        summarise(videos.count)
        var set = PredictionSet(
            name: name, task: task, channels: channels, framesPerSecond: options.framesPerSecond, videos: videos)
        set.layout = layout
        return set
    }

    /// One video after the other, in the order of the files. The rows of a video must stand together.
    public func stream(_ body: (PredictionVideo) throws -> Void) throws {
        var count = 0
        var failure: (any Error)?
        do throws(FileError) {
            try rows(together: true) { (rows: VideoRows, isOnly: Bool) throws(FileError) in
                let video = try self.finish(rows, isOnly)
                count += 1
                do {
                    try body(video)
                } catch let error as FileError {
                    throw error
                } catch {
                    failure = error
                    throw FileError(path: self.files[0], "\(error)")
                }
            }
        } catch {
            throw failure ?? error
        }
        summarise(count)
    }

    private var labels: TruthLabels
    private var forms = FormNotes()
    private var leftOut: [String] = []
    private var backslashes = 0
    private var blankRows = 0
    private var beyondScale = 0
    private var withoutTruth: [String] = []
    private var beyondTruth = 0

    private func finish(_ rows: VideoRows, _ isOnly: Bool) throws(FileError) -> PredictionVideo {
        let track = try truth?.track(of: rows.name, isOnly: isOnly)
        if let track, let last = track.frames.max() { beyondTruth += rows.frames.count { $0 > last } }
        let video = try rows.video(joining: track)
        if !video.hasTruth { withoutTruth.append(rows.name) }
        return video
    }

    private func summarise(_ videos: Int) {
        notes += (forms.notes + (truth?.formNotes ?? [])).map { $0 + "." }
        if !leftOut.isEmpty {
            notes.append(
                "Of the columns, those of \(task.shortName) are taken; left out: \(Self.listed(leftOut)).")
        }
        if backslashes > 0 {
            notes.append("\(backslashes) paths with backslashes are read as if they had slashes.")
        }
        if blankRows > 0 { notes.append("\(blankRows) rows without anything in them are left out.") }
        let hasAny = withoutTruth.count < videos
        if !withoutTruth.isEmpty, hasAny || truth != nil {
            notes.append(
                "\(withoutTruth.count) of \(videos) videos have no truth and are not scored: "
                    + Self.listed(withoutTruth) + ".")
        }
        let partial = labels.partialFrames + (truth?.partialFrames ?? 0)
        if partial > 0 {
            notes.append(
                "\(partial) frame\(partial == 1 ? "" : "s") with -1 for some units not scored, as is the custom in ABAW; "
                    + "--partial-frames score scores the other units.")
        }
        if beyondScale > 0 {
            notes.append(
                "Predictions of \(beyondScale) frame\(beyondScale == 1 ? "" : "s") beyond the scale of valence and arousal were "
                    + "clipped.")
        }
        if beyondTruth > 0 {
            notes.append("\(beyondTruth) frames come after the last line of their truth and are not scored.")
        }
        if let truth {
            let unused = truth.names.filter { !truth.found.contains($0) }.sorted()
            if !unused.isEmpty, !truth.found.isEmpty {
                notes.append("\(unused.count) videos of \(truth.path) have no predictions: \(Self.listed(unused)).")
            } else if truth.found.isEmpty {
                notes.append(
                    "No video of \(truth.path) is named as one of the predictions. It has "
                        + (unused.isEmpty ? "one video without a name" : Self.listed(unused))
                        + "; the predictions have \(Self.listed(withoutTruth)).")
            }
        }
    }

    private static func listed(_ names: [String]) -> String {
        names.prefix(5).joined(separator: ", ") + (names.count > 5 ? " and \(names.count - 5) more" : "")
    }

    /// The rows of each video. `together`: each is given out as soon as the next begins, and may not come back.
    private func rows(
        together: Bool, _ body: (VideoRows, _ isOnly: Bool) throws(FileError) -> Void
    ) throws(FileError) {
        var known: [String: Int] = [:]
        var videos: [VideoRows] = []
        var current: VideoRows?
        var finished: Set<String> = []
        for file in files {
            let rows = try openRows(file, arrays: options.arrays)
            let columns = try Self.columns(of: rows, options)
            guard columns.task == task, columns.channels == channels else {
                throw FileError(
                    path: file, line: 1,
                    "has the channels \(columns.channels.joined(separator: ", ")), while \(files[0]) has "
                        + "\(channels.joined(separator: ", ")). Read them apart, or say --columns.")
            }
            let stem = RowFile.parts(file).stem
            var isEmpty = true
            var row = 0
            while try rows.next() {
                isEmpty = false
                // A table that says where its rows belong may end in rows of nothing.
                if columns.hasPlaces, rows.isBlank {
                    blankRows += 1
                    continue
                }
                row += 1
                let place = try RowPlace(rows, columns, singleImages: options.singleImages)
                let name = place.video ?? stem
                if place.hadBackslashes { backslashes += 1 }
                if current?.name != name {
                    if let done = current {
                        if together {
                            try body(done, false)
                            finished.insert(done.name)
                        } else {
                            videos[known[done.name] ?? 0] = done
                        }
                    }
                    current = nil
                    if together, finished.contains(name) {
                        throw rows.bad(
                            "video '\(name)' comes back after other videos. Files this long are read once: sort it by "
                                + "video first.")
                    }
                    if let index = known[name] {
                        current = videos[index]
                        // Not two owners of the rows, or every new one would copy them all.
                        videos[index] = VideoRows(
                            name: name, fold: nil, group: nil, file: file, channels: 0, truthChannels: 0)
                    } else {
                        let new = VideoRows(
                            name: name, fold: place.fold, group: place.group, file: file, channels: channels.count,
                            truthChannels: task == .expression ? 1 : channels.count)
                        if !together {
                            known[name] = videos.count
                            videos.append(new)
                        }
                        current = new
                    }
                    row = (current?.frames.count ?? 0) + 1
                }
                if let fold = current?.fold, let other = place.fold, fold != other {
                    throw rows.bad(
                        "video '\(name)' is in fold \(other) here, and was in fold \(fold) before."
                            + (columns.image != nil && columns.video == nil
                                ? " If these are single images and no video, say --images." : ""))
                }
                if let image = place.image {
                    current?.images.append(image)
                    hasImages = true
                }
                try append(rows, columns, frame: place.frame ?? row, to: &current)
            }
            if isEmpty { throw FileError(path: file, "has no rows.") }
            forms.add(rows.note, of: file)
            leftOut += columns.leftOut.filter { !leftOut.contains($0) }
        }
        if let current {
            if together {
                try body(current, finished.isEmpty)
            } else {
                videos[known[current.name] ?? 0] = current
                for video in videos { try body(video, videos.count == 1) }
            }
        }
    }

    /// Rounding may carry a score this far beyond its range.
    private static let tolerance = 1e-6

    private func scores(_ rows: any RowSource, _ columns: PredictionColumns) throws(FileError) -> [Double] {
        var scores: [Double] = []
        if columns.holdsClasses {
            let label = try columns.classes.label(rows, columns.scores[0])
            return channels.indices.map { label.isNaN ? .nan : Double($0) == label ? 1 : 0 }
        }
        for column in columns.scores { scores.append(try rows.number(column)) }
        let range = task == .valenceArousal ? -1.0...1.0 : 0.0...1.0
        func firstOutside() -> Int? {
            scores.firstIndex { $0 < range.lowerBound - Self.tolerance || $0 > range.upperBound + Self.tolerance }
        }
        if task == .valenceArousal {
            scores = scores.map(options.rules.mapped)
            if let index = firstOutside() {
                guard options.clipsScores || options.rules.scale != nil else {
                    throw rows.bad(
                        "\(channels[index]) is \(scores[index]), "
                            + ValueRange.outside(nil, of: rows, columns: columns.scores))
                }
                beyondScale += 1
            }
            return OutputScores.scores(of: scores, task: task)
        }
        if options.areLogits { return OutputScores.scores(of: scores, task: task) }
        if let index = firstOutside() {
            let found = ValueRange(rows, columns: columns.scores)
            // Logits of faces without a unit, or of the other classes, are negative.
            throw rows.bad(
                "\(channels[index]) is \(scores[index]), which is no probability; the scores of this file go "
                    + found.text + ". "
                    + (found.low < 0
                        ? "Say --logits if the scores are logits."
                        : "None is negative, so they are no logits; bring them to 0 to 1 first."))
        }
        return scores
    }

    private func append(
        _ rows: any RowSource, _ columns: PredictionColumns, frame: Int, to video: inout VideoRows?
    ) throws(FileError) {
        guard (video?.frames.count ?? 0) < VideoRows.most else {
            throw rows.bad(
                "video '\(video?.name ?? "")' has more than \(VideoRows.most) rows. Does the file lack a column that "
                    + "names the video?")
        }
        for (channel, score) in try scores(rows, columns).enumerated() { video?.scores[channel].append(score) }
        for (channel, value) in try labels.read(rows, columns.truth, columns.classes).enumerated() {
            video?.truth[channel].append(value)
        }
        video?.frames.append(frame)
        video?.lines.append(rows.line)
    }
}

extension PredictionReader {
    /// Bytes of files that are read into memory at once, unless a person says otherwise.
    public static let mostBytes = 2_000_000_000

    /// Everything at once, where that is bounded.
    public func readBounded() throws(FileError) -> PredictionSet {
        guard byteCount <= Self.mostBytes else {
            throw FileError(
                path: paths[0],
                "holds \(ByteCount.text(Int64(byteCount))), too much to explore at once. 'maeface smooth' smooths files of "
                    + "any length; a part of the videos can be tuned and explored.")
        }
        return try read()
    }
}
