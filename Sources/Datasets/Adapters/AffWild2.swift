import Affect
import Glibc
import RenderedFaces
import Tables

/// The layout of Aff-Wild2 and the ABAW challenges: one annotation file for each video with a line for each frame, and
/// a folder of face crops for each video, named by the number of the frame.
///
/// Line k after the header belongs to `cropped_aligned/VIDEO/k.jpg`, k from 00001 with five digits. Frames without a
/// face have no crop, and some videos have a line more or less than frames, so lines and crops are joined by number.
/// -5 (valence, arousal) and -1 (expression, units) mark frames without a label. `_left` and `_right` name two people
/// of one video, which stay together in folds.
public struct AffWild2: Equatable, Sendable {
    /// One of the challenges' tasks.
    public enum Track: String, Sendable, CaseIterable {
        case actionUnits
        case expression
        case valenceArousal

        /// The names that the annotation folder has had over the years.
        var folderNames: [String] {
            switch self {
            case .actionUnits: ["AU_Detection_Challenge", "AU_Set"]
            case .expression: ["EXPR_Classification_Challenge", "EXPR_Recognition_Challenge", "EXPR_Set"]
            case .valenceArousal: ["VA_Estimation_Challenge", "VA_Set"]
            }
        }

        /// The names of the columns in the order of the files.
        var columns: [String] {
            switch self {
            case .actionUnits: ActionUnit.allCases.map { "AU\($0.rawValue)" }
            case .expression: ExpressionClasses.affWild2
            case .valenceArousal: ["valence", "arousal"]
            }
        }
    }

    /// The folder that holds the annotation folders, directly or one folder further down, and the crops.
    public var path: String
    public var tracks: [Track]
    /// Folders of crops; nil takes `cropped_aligned` and `cropped_aligned_new_50_vids` in `path`.
    public var images: [String]?
    /// Of the eight classes, those to leave out.
    public var drop: [String]

    public init(path: String, tracks: [Track], images: [String]? = nil, drop: [String] = []) {
        self.path = path
        self.tracks = tracks
        self.images = images
        self.drop = drop
    }

    /// Reads the annotations of the training and the validation set and joins them with the crops.
    ///
    /// - Throws: `LabelError` for values that mean nothing, with file and line, and for folders that are not there.
    public func read() throws(LabelError) -> LabelledSet {
        var reading = AffWild2Reading(self)
        return try reading.read()
    }
}

/// The reading of a copy of Aff-Wild2.
struct AffWild2Reading {
    private let source: AffWild2
    private let classes: ExpressionClasses
    private var problems = LabelProblemList()
    private var notes: [String] = []

    init(_ source: AffWild2) {
        self.source = source
        classes = ExpressionClasses(
            names: source.tracks.contains(.expression) ? ExpressionClasses.affWild2 : [], drop: source.drop)
    }

    /// The annotation files of one video.
    private struct Video {
        var split: Split
        /// By track.
        var files: [AffWild2.Track: String] = [:]
    }

    mutating func read() throws(LabelError) -> LabelledSet {
        let videos = try annotationFiles()
        let crops = try cropFolders()
        let hasUnits = source.tracks.contains(.actionUnits)
        var builder = LabelledSetBuilder(
            classes: classes.kept ?? [], units: hasUnits ? AffWild2.Track.actionUnits.columns : [])
        var withoutCrops: [String] = []
        var samples = 0
        var unlabelled = 0
        var faceless = 0
        for (name, video) in videos.sorted(by: { $0.key.utf8.lexicographicallyPrecedes($1.key.utf8) }) {
            let frames = try labels(of: name, video)
            guard let folder = crops.first(where: { Self.isFolder("\($0)/\(name)") }).map({ "\($0)/\(name)" }),
                let images = Self.numberedImages(in: folder)
            else {
                withoutCrops.append(name)
                continue
            }
            let last = images.keys.max() ?? 0
            if last > frames.count + 1 {
                notes.append(
                    "\(video.files.values.min() ?? name): \(frames.count) lines for crops up to number \(last); the "
                        + "crops after the last line are left out")
            }
            for (index, frame) in frames.enumerated() {
                guard let frame, frame.hasLabel else {
                    unlabelled += 1
                    continue
                }
                guard let image = images[index + 1] else {
                    faceless += 1
                    continue
                }
                var sample = frame
                sample.folder = folder
                sample.name = image
                sample.split = video.split
                sample.frame = index + 1
                sample.video = Self.withoutSide(name)
                sample.sequence = name
                builder.add(sample)
                samples += 1
            }
        }
        try problems.check()
        if samples == 0 {
            throw LabelError(
                LabelProblem(file: source.path, "no labelled frame has a crop in \(crops.joined(separator: ", "))"))
        }
        if !withoutCrops.isEmpty {
            let names = withoutCrops.prefix(5).joined(separator: ", ")
            notes.append("\(source.path): \(withoutCrops.count) videos without a folder of crops left out: \(names)")
        }
        if unlabelled > 0 { notes.append("\(source.path): \(unlabelled) frames without a label left out") }
        if faceless > 0 { notes.append("\(source.path): \(faceless) labelled frames without a crop left out") }
        var set = builder.finished(notes: notes)
        set.namesAreFrames = true
        return set
    }

    // MARK: Files

    private mutating func annotationFiles() throws(LabelError) -> [String: Video] {
        var videos: [String: Video] = [:]
        for track in source.tracks {
            let root = try annotationFolder(track)
            for (split, names) in [
                (Split.training, ["Train_Set", "Training_Set"]),
                (.validation, ["Validation_Set"]),
            ] {
                guard let folder = names.map({ "\(root)/\($0)" }).first(where: Self.isFolder) else {
                    problems.add(root, nil, "holds no folder \(names[0])")
                    continue
                }
                for file in (FolderListings.names(in: folder) ?? []).sorted()
                where file.hasSuffix(".txt") && !file.hasPrefix(".") {
                    let name = String(file.dropLast(4))
                    var video = videos[name] ?? Video(split: split)
                    if video.split != split {
                        problems.add(
                            "\(folder)/\(file)", nil,
                            "the video is in the other set of another track; train on one track, or leave it out")
                    }
                    if let other = video.files.updateValue("\(folder)/\(file)", forKey: track) {
                        problems.add("\(folder)/\(file)", nil, "the video has annotations twice, also in \(other)")
                    }
                    videos[name] = video
                }
            }
        }
        try problems.check()
        return videos
    }

    private func annotationFolder(_ track: AffWild2.Track) throws(LabelError) -> String {
        let below = (FolderListings.names(in: source.path) ?? []).sorted().filter { !$0.hasPrefix(".") }
        let roots = [source.path] + below.map { "\(source.path)/\($0)" }
        for root in roots {
            for name in track.folderNames where Self.isFolder("\(root)/\(name)") { return "\(root)/\(name)" }
        }
        throw LabelError(
            LabelProblem(
                file: source.path,
                "holds no annotations for \(track.rawValue): no folder \(track.folderNames.joined(separator: " or "))"))
    }

    private func cropFolders() throws(LabelError) -> [String] {
        let folders =
            source.images ?? ["cropped_aligned", "cropped_aligned_new_50_vids"].map { "\(source.path)/\($0)" }
        let present = folders.filter(Self.isFolder)
        if !present.isEmpty { return present }
        throw LabelError(
            LabelProblem(
                file: source.path, "holds no crops: no folder \(folders.joined(separator: " or "))"))
    }

    private static func isFolder(_ path: String) -> Bool {
        var status = stat()
        return stat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFDIR
    }

    /// The images of a folder by their number.
    private static func numberedImages(in folder: String) -> [Int: String]? {
        guard let names = FolderListings.names(in: folder) else { return nil }
        var images: [Int: String] = [:]
        for name in names.sorted() {
            guard let dot = name.lastIndex(of: "."), let number = Int(name[..<dot]), number >= 0 else { continue }
            guard ["jpg", "jpeg", "png"].contains(name[name.index(after: dot)...].lowercased()) else { continue }
            images[number] = images[number] ?? name
        }
        return images
    }

    /// The video of a person of two.
    static func withoutSide(_ name: String) -> String {
        for side in ["_left", "_right"] where name.hasSuffix(side) { return String(name.dropLast(side.count)) }
        return name
    }

    // MARK: Lines

    /// The labels of a video, frame by frame from number 1; nil where the lines end earlier in this track.
    private mutating func labels(of name: String, _ video: Video) throws(LabelError) -> [LabelledSample?] {
        var frames: [LabelledSample?] = []
        for track in source.tracks {
            guard let path = video.files[track] else { continue }
            do throws(TableError) {
                let reader = try TableReader(path: path, delimiter: ",")
                var record = TableRecord()
                var index = 0
                while try reader.next(into: &record) {
                    // The header, which some files repeat.
                    if record.count == track.columns.count || index == 0, record.number(0) == nil {
                        if record.texts == track.columns || index == 0 && record.line == 1 {
                            check(record, track, path)
                            continue
                        }
                    }
                    if index == frames.count { frames.append(nil) }
                    var sample = frames[index] ?? LabelledSample(folder: "", name: "", file: path, line: record.line)
                    take(record, track, path, into: &sample)
                    frames[index] = sample
                    index += 1
                }
            } catch {
                problems.add(error.path, error.line, error.message)
            }
        }
        return frames
    }

    /// The order of the columns is fixed; another one would train the wrong outputs.
    private mutating func check(_ record: TableRecord, _ track: AffWild2.Track, _ path: String) {
        guard record.texts.map({ $0.lowercased() }) != track.columns.map({ $0.lowercased() }) else { return }
        problems.add(
            path, record.line,
            "the header is \(record.texts.joined(separator: ",")); it should be \(track.columns.joined(separator: ","))"
        )
    }

    private mutating func take(
        _ record: TableRecord, _ track: AffWild2.Track, _ path: String, into sample: inout LabelledSample
    ) {
        let expected = track == .expression ? 1 : track.columns.count
        guard record.count == expected else {
            problems.add(path, record.line, "\(record.count) values; a line has \(expected)")
            return
        }
        switch track {
        case .actionUnits:
            sample.units = (0..<expected).map { column in
                let value = record.number(column)
                if value == 0 || value == 1 || value == -1 { return Int8(value ?? -1) }
                problems.add(
                    path, record.line, "\(track.columns[column]) is \"\(record[column])\"; a unit is 0, 1 or -1")
                return -1
            }
        case .expression:
            guard let number = record.wholeNumber(0), (-1..<ExpressionClasses.affWild2.count).contains(number) else {
                problems.add(path, record.line, "the expression is \"\(record[0])\"; it is a number from -1 to 7")
                return
            }
            if number >= 0, case .kept(let name) = classes.meaning(of: ExpressionClasses.affWild2[number]) {
                sample.expression = name
            }
        case .valenceArousal:
            let values = (0..<2).map { record.number($0) }
            guard let valence = values[0], let arousal = values[1] else {
                problems.add(path, record.line, "\"\(record[0])\" and \"\(record[1])\" should be two numbers")
                return
            }
            // The challenge drops a frame if either is marked.
            if valence == -5 || arousal == -5 { return }
            guard (-1...1).contains(valence), (-1...1).contains(arousal) else {
                problems.add(path, record.line, "valence \(valence), arousal \(arousal): they lie between -1 and 1")
                return
            }
            sample.valence = Float(valence)
            sample.arousal = Float(arousal)
        }
    }
}

extension LabelledSample {
    fileprivate var hasLabel: Bool {
        expression != nil || valence != nil || arousal != nil || units.contains { $0 >= 0 }
    }
}
