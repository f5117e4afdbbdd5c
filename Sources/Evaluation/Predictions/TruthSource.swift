import Affect
import Basics
import Foundation
import Tables

/// Where the truth of videos is found when it is not in the file of the predictions: a folder of ABAW annotations (one text
/// file a video, in the layout of any year), a folder of tables, one table of all videos, or one file for one video.
final class TruthSource {
    let path: String
    private let options: PredictionReadingOptions
    private var labels: TruthLabels
    /// Frames that are left out of scores because some of their units are marked.
    var partialFrames: Int { labels.partialFrames }
    /// What was guessed of the files, to say.
    var formNotes: [String] { labels.forms.notes }
    /// Files of a folder by the video that they are named after.
    private var files: [String: [String]] = [:]
    /// Videos of one table.
    private var tracks: [String: TruthTrack] = [:]
    /// The truth of a file that names no video.
    private var nameless: TruthTrack?
    private(set) var found: Set<String> = []

    init(path: String, task: AffectTask, channels: [String], options: PredictionReadingOptions)
        throws(FileError)
    {
        self.path = path
        self.options = options
        labels = TruthLabels(task: task, channels: channels, rules: options.rules)
        var isFolder: ObjCBool = false
        guard FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) else {
            throw FileError(path: path, "no such file or folder.")
        }
        if isFolder.boolValue {
            collect(path, depth: 0)
            if files.isEmpty {
                throw FileError(path: path, "no annotations (.txt, .csv, .npy or .npz) in this folder.")
            }
            return
        }
        let source = try AnnotationFile.open(path, &labels, options: options)
        switch source {
        case .one(let track): nameless = track
        case .many(let tracks): self.tracks = tracks
        }
    }

    /// Annotation folders have sets below tracks: Train_Set and Validation_Set in VA_Estimation_Challenge, and the like.
    private func collect(_ folder: String, depth: Int) {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
        for name in names.sorted() where !name.hasPrefix(".") {
            let path = folder + "/" + name
            var isFolder: ObjCBool = false
            guard FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) else { continue }
            if isFolder.boolValue {
                if depth < 3 { collect(path, depth: depth + 1) }
            } else if RowFile.parts(name).ending != nil {
                files[RowFile.parts(name).stem, default: []].append(path)
            }
        }
    }

    /// Videos that there is truth for.
    var names: [String] { nameless != nil ? [] : Array(files.keys) + Array(tracks.keys) }

    /// The truth of a video; nil when there is none. `isOnly` says that it is the only video of the predictions, so that a
    /// file that names no video is meant for it.
    func track(of video: String, isOnly: Bool) throws(FileError) -> TruthTrack? {
        if let nameless, isOnly {
            found.insert(video)
            return nameless
        }
        if let track = tracks[video] {
            found.insert(video)
            return track
        }
        guard let candidates = files[video] else { return nil }
        // The same video may be annotated for several tracks; the one whose header is the task's is meant.
        for file in candidates {
            guard AnnotationFile.isOf(file, task: labels.task) || candidates.count == 1 else { continue }
            found.insert(video)
            switch try AnnotationFile.open(file, &labels, options: options) {
            case .one(let track): return track
            case .many(let tracks): return tracks[video] ?? tracks.values.first
            }
        }
        return nil
    }
}

/// A file of truth.
enum AnnotationFile {
    case one(TruthTrack)
    case many([String: TruthTrack])

    private static let mostBytes = 2_000_000_000

    /// Whether a file's header is that of a task's ABAW track, or tells nothing.
    static func isOf(_ path: String, task: AffectTask) -> Bool {
        guard let reader = try? TableReader(path: path), let record = try? reader.next() else { return true }
        guard let track = AffectTask.allCases.first(where: { AbawAnnotations.isHeader(record.texts, of: $0) }) else {
            return true
        }
        return track == task
    }

    static func open(
        _ path: String, _ labels: inout TruthLabels, options: PredictionReadingOptions
    ) throws(FileError) -> AnnotationFile {
        if RowFile.isArray(path) {
            return .one(try array(openRows(path, arrays: options.truthArrays), &labels))
        }
        let task = labels.task
        let reader = try TableReader(path: path)
        guard let first = try reader.next() else { throw FileError(path: path, "an empty file.") }
        let track = AffectTask.allCases.first { AbawAnnotations.isHeader(first.texts, of: $0) }
        // A separator may end the line.
        let values = first.texts.indices.filter { $0 == 0 || !first[$0].isEmpty }
        let isBare = values.allSatisfy { first.number($0) != nil }
        if let track, track != task {
            throw FileError(
                path: path, line: 1,
                "annotations of \(track.shortName), where the predictions are of \(task.shortName).")
        }
        if track == task || isBare { return .one(try labels.annotations(path, isBare: isBare)) }
        return try table(TableRows(path: path), &labels, options: options)
    }

    private static func array(_ rows: any RowSource, _ labels: inout TruthLabels) throws(FileError) -> TruthTrack {
        guard rows.columnCount == labels.width else {
            throw FileError(
                path: rows.path, "has \(rows.columnCount) columns where the truth has \(labels.width).")
        }
        var track = TruthTrack(values: Array(repeating: [], count: labels.width))
        let places = Array(0..<labels.width)
        let classes = ClassLabels(places: labels.channels)
        while try rows.next() {
            track.frames.append(track.frames.count + 1)
            for (channel, value) in try labels.read(rows, places, classes).enumerated() {
                track.values[channel].append(value)
            }
        }
        return track
    }

    private static func table(
        _ rows: TableRows, _ labels: inout TruthLabels, options: PredictionReadingOptions
    ) throws(FileError) -> AnnotationFile {
        let (task, channels) = (labels.task, labels.channels)
        let bytes = (try? FileManager.default.attributesOfItem(atPath: rows.path)[.size]) as? Int ?? 0
        guard bytes <= mostBytes else {
            throw FileError(
                path: rows.path,
                "holds \(bytes / 1_000_000) MB, too much for a table of truth, which is read at once. Put the truth in "
                    + "columns beside the predictions, or in a file for each video.")
        }
        var wanted = options
        wanted.task = task
        wanted.channels = channels
        let columns = try PredictionColumns(rows.columns, path: rows.path, options: wanted, isTruth: true)
        let isClass = task == .expression
        let places: [Int?] =
            isClass
            ? [columns.scores.count == 1 ? columns.scores[0] : nil]
            : channels.map { channel in
                columns.channels.firstIndex(of: channel).flatMap {
                    $0 < columns.scores.count ? columns.scores[$0] : nil
                }
            }
        guard places.contains(where: { $0 != nil }) else {
            throw FileError(
                path: rows.path, line: 1,
                "none of the columns \(rows.columns.joined(separator: ", ")) is the truth of "
                    + "\(channels.joined(separator: ", ")). Say which: --truth-columns \(channels[0])=COLUMN.")
        }
        var tracks: [String: TruthTrack] = [:]
        var seen: [String: FrameNumbers] = [:]
        let classes = ClassLabels(channels: channels, columns: channels, order: channels)
        while try rows.next() {
            if columns.hasPlaces, rows.isBlank { continue }
            let place = try RowPlace(rows, columns, singleImages: options.singleImages)
            let name = place.video ?? ""
            let frame = place.frame ?? (tracks[name]?.frames.count ?? 0) + 1
            if columns.frame != nil || columns.image != nil, !seen[name, default: FrameNumbers()].insert(frame) {
                throw rows.bad(
                    "frame \(frame)\(name.isEmpty ? "" : " of video '\(name)'") again. Remove one of the two.")
            }
            let values = try labels.read(rows, places, classes)
            tracks[name, default: TruthTrack(values: Array(repeating: [], count: places.count))].frames.append(frame)
            for (channel, value) in values.enumerated() { tracks[name]?.values[channel].append(value) }
        }
        labels.forms.add(rows.note, of: rows.path)
        if tracks.count == 1, let only = tracks[""] { return .one(only) }
        return .many(tracks)
    }
}
