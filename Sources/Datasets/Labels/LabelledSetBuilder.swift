import Glibc

/// One sample on its way into a `LabelledSet`.
struct LabelledSample {
    /// The folder of the image, and its name in it.
    var folder: String
    var name: String
    /// The frame of that file, from 0, where it is a video; nil where it is an image.
    var videoFrame: Int?
    /// The class by name; its number is known when all classes are.
    var expression: String?
    /// 1, 0, -1 for missing; empty counts as all missing.
    var units: [Int8] = []
    /// Whether scores of units leave it out.
    var isUnscored = false
    var valence: Float?
    var arousal: Float?
    var split: LabelledSet.Split?
    var frame: Int?
    var subject: String?
    var video: String?
    var sequence: String?
    var file: String
    var line: Int?
}

/// Puts samples into the columns of a `LabelledSet`.
struct LabelledSetBuilder {
    private var set: LabelledSet
    private let classNumbers: [String: Int16]
    private var folderNumbers: [String: Int32] = [:]
    private var fileNumbers: [String: Int32] = [:]
    private var subjects = GroupingBuilder()
    private var videos = GroupingBuilder()
    private var sequences = GroupingBuilder()

    init(classes: [String], units: [String]) {
        set = LabelledSet(classes: classes, units: units)
        classNumbers = Dictionary(uniqueKeysWithValues: classes.enumerated().map { ($1, Int16($0)) })
    }

    mutating func add(_ sample: LabelledSample) {
        set.folderOf.append(Self.number(of: sample.folder, in: &set.folders, &folderNumbers))
        set.names.append(sample.name)
        set.videoFrames.append(sample.videoFrame.map(Int32.init(clamping:)) ?? -1)
        set.expressions.append(sample.expression.flatMap { classNumbers[$0] } ?? -1)
        if sample.units.isEmpty {
            set.unitValues.append(contentsOf: repeatElement(-1, count: set.units.count))
        } else {
            set.unitValues.append(contentsOf: sample.units)
        }
        if sample.isUnscored { set.unscored.insert(Int32(set.names.count - 1)) }
        set.valences.append(sample.valence ?? .nan)
        set.arousals.append(sample.arousal ?? .nan)
        set.splits.append(sample.split)
        set.frames.append(sample.frame.map(Int32.init(clamping:)) ?? -1)
        set.fileOf.append(Self.number(of: sample.file, in: &set.files, &fileNumbers))
        set.lines.append(sample.line.map(Int32.init(clamping:)) ?? -1)
        subjects.add(sample.subject)
        videos.add(sample.video)
        sequences.add(sample.sequence)
    }

    /// The whole set.
    func finished(notes: [String]) -> LabelledSet {
        var set = set
        set.notes = notes
        set.commonFolder = Self.commonFolder(set.folders)
        if !set.valences.contains(where: { !$0.isNaN }), !set.arousals.contains(where: { !$0.isNaN }) {
            set.valences = []
            set.arousals = []
        }
        if set.videoFrames.allSatisfy({ $0 < 0 }) { set.videoFrames = [] }
        if let grouping = subjects.grouping { set.groupings["subject"] = grouping }
        if let grouping = videos.grouping { set.groupings["video"] = grouping }
        set.sequences = sequences.grouping
        return set
    }

    private static func commonFolder(_ folders: [String]) -> String {
        guard var common = folders.first?.split(separator: "/", omittingEmptySubsequences: false)[...] else {
            return ""
        }
        for folder in folders {
            let parts = folder.split(separator: "/", omittingEmptySubsequences: false)
            common = common.prefix(zip(common, parts).prefix { $0 == $1 }.count)
        }
        return common.joined(separator: "/")
    }

    private static func number(of text: String, in all: inout [String], _ numbers: inout [String: Int32]) -> Int32 {
        // Neighbouring samples mostly share it.
        if let last = all.last, last == text { return Int32(all.count - 1) }
        if let number = numbers[text] { return number }
        let number = Int32(all.count)
        all.append(text)
        numbers[text] = number
        return number
    }

    private struct GroupingBuilder {
        var grouping: LabelledSet.Grouping? { names.isEmpty ? nil : LabelledSet.Grouping(names: names, of: of) }
        private var names: [String] = []
        private var of: [Int32] = []
        private var numbers: [String: Int32] = [:]

        /// A set either has the group of every sample or of none; the readers see to it.
        mutating func add(_ name: String?) {
            guard let name else { return }
            of.append(LabelledSetBuilder.number(of: name, in: &names, &numbers))
        }
    }
}

/// Splits a path into its folder and its last part.
func splitPath(_ path: String) -> (folder: String, name: String) {
    guard let slash = path.utf8.lastIndex(of: UInt8(ascii: "/")) else { return (".", path) }
    let name = String(path[path.utf8.index(after: slash)...])
    return (slash == path.startIndex ? "" : String(path[..<slash]), name)
}

/// Which of the files asked for are there, folder by folder: one listing is cheaper than a question for each file.
struct FolderListings {
    private var listings: [String: Set<String>] = [:]

    /// Whether a regular file, or a link to something, has that name.
    mutating func contains(_ name: String, in folder: String) -> Bool {
        if let listing = listings[folder] { return listing.contains(name) }
        // A table sorted by folder needs one listing at a time; any other order keeps a few.
        if listings.count >= 64 { listings.removeAll() }
        let listing = Set(Self.names(in: folder) ?? [])
        listings[folder] = listing
        return listing.contains(name)
    }

    /// The names in a folder, or nil when it cannot be read.
    static func names(in folder: String) -> [String]? {
        guard let stream = opendir(folder.isEmpty ? "/" : folder) else { return nil }
        defer { closedir(stream) }
        var names: [String] = []
        while let entry = readdir(stream) {
            let name = withUnsafeBytes(of: &entry.pointee.d_name) { bytes in
                String(validating: bytes.prefix { $0 != 0 }, as: UTF8.self)
            }
            if let name, name != ".", name != ".." { names.append(name) }
        }
        return names
    }
}
