import Affect
import Basics
import Glibc
import Session
import Tables

/// Aff-Wild2 and the ABAW challenges: annotations and crops as `AbawLayout` says, joined by the number of the frame,
/// because some frames have no crop and some videos a line more or less than frames. `_left` and `_right` name two people
/// of one video, which stay together in folds.
extension AffWild2Data: LabelledAdapter {
    package func labelledSet(in home: RenderedHome) throws -> LabelledSet { try read() }

    /// Reads the annotations of the training and the validation set and joins them with the crops.
    ///
    /// - Throws: `LabelError` for values that mean nothing, with file and line, and for folders that are not there.
    package func read() throws(LabelError) -> LabelledSet {
        var reading = AffWild2Reading(self)
        return try reading.read()
    }
}

/// The reading of a copy of Aff-Wild2.
struct AffWild2Reading {
    private let source: AffWild2Data
    private var classes: ExpressionClasses
    /// The units or classes of each track, which differ between the years.
    private var channels: [AffectTask: [String]] = [:]
    private var forms = FormNotes()
    private var problems = LabelProblemList()
    private var notes: [String] = []

    init(_ source: AffWild2Data) {
        self.source = source
        classes = ExpressionClasses(
            names: source.tracks.contains(.expression) ? ExpressionClasses.affWild2 : [], drop: source.drop)
    }

    /// The annotation files of one video.
    private struct Video {
        var split: Split
        /// By track.
        var files: [AffectTask: String] = [:]
    }

    mutating func read() throws(LabelError) -> LabelledSet {
        let videos = try annotationFiles()
        let crops = try cropFolders()
        for track in source.tracks {
            let first = videos.compactMap { $0.value.files[track] }.min()
            channels[track] =
                first.flatMap { AbawAnnotations.channels(ofFile: $0, task: track) } ?? track.standardChannels
        }
        if let names = channels[.expression] { classes.names = names }
        var builder = LabelledSetBuilder(classes: classes.kept ?? [], units: channels[.actionUnits] ?? [])
        var withoutCrops: [String] = []
        var samples = 0
        var unlabelled = 0
        var faceless = 0
        var partial = 0
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
                sample.video = AbawLayout.videoWithoutSide(name)
                sample.sequence = name
                builder.add(sample)
                samples += 1
                if sample.isUnscored { partial += 1 }
            }
        }
        try problems.check()
        if samples == 0 {
            throw LabelError(
                FileError(path: source.path, "no labelled frame has a crop in \(crops.joined(separator: ", "))"))
        }
        if !withoutCrops.isEmpty {
            let names = withoutCrops.prefix(5).joined(separator: ", ")
            notes.append("\(source.path): \(withoutCrops.count) videos without a folder of crops left out: \(names)")
        }
        if unlabelled > 0 { notes.append("\(source.path): \(unlabelled) frames without a label left out") }
        if partial > 0 { notes.append("\(source.path): \(LabelProblemList.partialFrames(partial))") }
        if faceless > 0 { notes.append("\(source.path): \(faceless) labelled frames without a crop left out") }
        var set = builder.finished(notes: notes + forms.notes)
        set.namesAreFrames = true
        return set
    }

    // MARK: Files

    private mutating func annotationFiles() throws(LabelError) -> [String: Video] {
        var videos: [String: Video] = [:]
        for track in source.tracks {
            let root = try annotationFolder(track)
            for (split, names) in [
                (Split.training, AbawLayout.trainingFolders),
                (.validation, AbawLayout.validationFolders),
            ] {
                guard let folder = names.map({ "\(root)/\($0)" }).first(where: Self.isFolder) else {
                    problems.add(root, nil, "holds no folder \(names[0])")
                    continue
                }
                for file in (FolderListings.names(in: folder) ?? []).sorted()
                where file.lowercased().hasSuffix(".txt") && !file.hasPrefix(".") {
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

    private func annotationFolder(_ track: AffectTask) throws(LabelError) -> String {
        let below = (FolderListings.names(in: source.path) ?? []).sorted().filter { !$0.hasPrefix(".") }
        let roots = [source.path] + below.map { "\(source.path)/\($0)" }
        let names = AbawLayout.folderNames(of: track)
        for root in roots {
            for name in names where Self.isFolder("\(root)/\(name)") { return "\(root)/\(name)" }
        }
        throw LabelError(
            FileError(
                path: source.path,
                "holds no annotations for \(track.rawValue): no folder \(names.joined(separator: " or "))"))
    }

    private func cropFolders() throws(LabelError) -> [String] {
        let folders =
            source.images ?? AbawLayout.cropFolders.map { "\(source.path)/\($0)" }
        let present = folders.filter(Self.isFolder)
        if !present.isEmpty { return present }
        throw LabelError(
            FileError(
                path: source.path, "holds no crops: no folder \(folders.joined(separator: " or "))"))
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

    // MARK: Lines

    /// The labels of a video, frame by frame from number 1; nil where the lines end earlier in this track.
    private mutating func labels(of name: String, _ video: Video) throws(LabelError) -> [LabelledSample?] {
        var frames: [LabelledSample?] = []
        for track in source.tracks {
            guard let path = video.files[track] else { continue }
            do throws(FileError) {
                let file = try AbawAnnotations(path: path, task: track)
                for problem in file.problems { problems.add(problem.path, problem.line, problem.message) }
                forms.add(file.form.note, of: path)
                if let names = channels[track], names != file.channels {
                    problems.add(
                        path, nil,
                        "is of another year than the rest: it has \(file.channels.count) \(Self.word(track)), the other "
                            + "files have \(names.count); keep the years in folders of their own")
                    continue
                }
                for frame in 0..<file.count {
                    if frame == frames.count { frames.append(nil) }
                    var sample =
                        frames[frame]
                        ?? LabelledSample(folder: "", name: "", file: path, line: file.lines[frame])
                    take(file, frame, into: &sample)
                    frames[frame] = sample
                }
            } catch {
                problems.add(error.path, error.line, error.message)
            }
        }
        return frames
    }

    private static func word(_ track: AffectTask) -> String {
        switch track {
        case .actionUnits: "units"
        case .expression: "classes"
        case .valenceArousal: "values"
        }
    }

    private func take(_ file: AbawAnnotations, _ frame: Int, into sample: inout LabelledSample) {
        let labels = file[frame]
        guard let first = labels.first, let last = labels.last else { return }
        switch file.task {
        case .actionUnits:
            sample.units = labels.map { $0.isNaN ? -1 : Int8($0) }
            sample.isUnscored =
                source.partialFrames == .drop && file.isMarked(frame) && sample.units.contains { $0 >= 0 }
        case .expression:
            if !first.isNaN, case .kept(let name) = classes.meaning(of: ExpressionClasses.affWild2[Int(first)]) {
                sample.expression = name
            }
        case .valenceArousal:
            guard !first.isNaN else { return }
            sample.valence = Float(first)
            sample.arousal = Float(last)
        }
    }
}

extension LabelledSample {
    fileprivate var hasLabel: Bool {
        expression != nil || valence != nil || arousal != nil || units.contains { $0 >= 0 }
    }
}
