import Images

/// Images with labels: a class of expression, action units, valence and arousal, any of which may be missing; who is
/// seen and in which video; and the row that says so, for messages.
///
/// Columns of numbers instead of one object for each sample: Aff-Wild2 has millions of frames.
public struct LabelledSet: Sendable {
    /// The part of the data set's own split that a sample belongs to.
    public enum Split: String, Sendable, CaseIterable {
        case training
        case validation
        case test

        /// The split that a folder's name, or a table's cell, stands for.
        init?(word name: String) {
            var word = name.lowercased()
            for ending in ["_set", "-set", "set"] where word.hasSuffix(ending) { word.removeLast(ending.count) }
            switch word {
            case "train", "training": self = .training
            case "val", "valid", "validation", "dev": self = .validation
            case "test", "testing": self = .test
            default: return nil
            }
        }
    }

    /// Which of a number of names (subjects, videos) each sample has.
    public struct Grouping: Sendable {
        public internal(set) var names: [String]
        /// For each sample, a place in `names`.
        public internal(set) var of: [Int32]
    }

    /// Classes of expression in the order of the model's outputs; empty when the set has no expressions.
    public internal(set) var classes: [String]
    /// Names of the action units in the order of the model's outputs; empty when the set has none.
    public internal(set) var units: [String]
    /// Sentences about what was passed over or looks odd, for the run's log.
    public internal(set) var notes: [String] = []

    var folders: [String] = []
    var folderOf: [Int32] = []
    var names: [String] = []
    /// The frame of the video that an image is, from 0, or -1; empty when every image is a file.
    var videoFrames: [Int32] = []
    /// -1 where it is missing.
    var expressions: [Int16] = []
    /// (N, U): 1, 0, or -1 where it is missing.
    var unitValues: [Int8] = []
    /// Samples whose units are left out of scores, because some of them are marked and others are known.
    var unscored: Set<Int32> = []
    /// NaN where it is missing; empty when no sample has one.
    var valences: [Float] = []
    var arousals: [Float] = []
    var splits: [Split?] = []
    var frames: [Int32] = []
    var files: [String] = []
    var fileOf: [Int32] = []
    var lines: [Int32] = []
    /// The folder that all images are in, or below.
    var commonFolder = ""
    /// Whether an image's name says its video and its frame, as in Aff-Wild2's layout.
    public internal(set) var namesAreFrames = false
    /// What folds may group by: "subject", "video".
    public internal(set) var groupings: [String: Grouping] = [:]
    /// The video, person by person, whose frames follow each other; nil when the samples are single images.
    public internal(set) var sequences: Grouping?

    init(classes: [String], units: [String]) {
        self.classes = classes
        self.units = units
    }

    /// The number of samples.
    public var count: Int { names.count }

    public var hasExpressions: Bool { !classes.isEmpty }
    public var hasUnits: Bool { !units.isEmpty }
    public var hasValenceArousal: Bool { !valences.isEmpty }

    /// Where a sample's image is.
    public func image(_ sample: Int) -> ImageReference {
        ImageReference("\(folders[Int(folderOf[sample])])/\(names[sample])", frame: videoFrame(sample))
    }

    /// Each sample's image as a group of its own.
    public var images: Grouping {
        Grouping(names: (0..<count).map { image($0).description }, of: (0..<Int32(count)).map { $0 })
    }

    /// The path of a sample's image below the folder that all images are in: what names it on any machine.
    public func imageName(_ sample: Int) -> String {
        let folder = folders[Int(folderOf[sample])].dropFirst(commonFolder.count)
        let path = String(folder.drop { $0 == "/" }) + (folder.isEmpty ? "" : "/") + names[sample]
        return ImageReference.name(path, frame: videoFrame(sample))
    }

    private func videoFrame(_ sample: Int) -> Int? {
        videoFrames.isEmpty || videoFrames[sample] < 0 ? nil : Int(videoFrames[sample])
    }

    /// The class as a place in `classes`, or nil.
    public func expression(_ sample: Int) -> Int? {
        hasExpressions && expressions[sample] >= 0 ? Int(expressions[sample]) : nil
    }

    /// Whether an action unit, a place in `units`, is active; nil when that is not known.
    public func unit(_ unit: Int, of sample: Int) -> Bool? {
        let value = unitValues[sample * units.count + unit]
        return value < 0 ? nil : value > 0
    }

    /// Whether scores of action units count a sample: not where some are marked as not known, unless that was asked for
    /// (`PartialFrames`).
    public func isScored(_ sample: Int) -> Bool { !unscored.contains(Int32(sample)) }

    /// In [-1, 1], or nil.
    public func valence(_ sample: Int) -> Float? { Self.known(valences, sample) }

    /// In [-1, 1], or nil.
    public func arousal(_ sample: Int) -> Float? { Self.known(arousals, sample) }

    private static func known(_ values: [Float], _ sample: Int) -> Float? {
        values.isEmpty || values[sample].isNaN ? nil : values[sample]
    }

    /// The part of the set's own split; nil when it comes without one.
    public func split(_ sample: Int) -> Split? { splits[sample] }

    /// The number of the frame in its video; nil for single images.
    public func frame(_ sample: Int) -> Int? { frames[sample] >= 0 ? Int(frames[sample]) : nil }

    /// The name of the video or sequence that the sample is a frame of.
    public func sequence(_ sample: Int) -> String? { sequences.map { $0.names[Int($0.of[sample])] } }

    /// The file and line that the labels come from; the line is nil for a folder.
    public func place(_ sample: Int) -> (file: String, line: Int?) {
        (files[Int(fileOf[sample])], lines[sample] > 0 ? Int(lines[sample]) : nil)
    }

    /// Of some samples, every `stride`th frame of each video, by frame number, and all single images: neighbouring
    /// frames are nearly alike.
    public func thinned(_ samples: [Int], frameStride stride: Int) -> [Int] {
        precondition(stride > 0, "a stride is at least 1")
        return samples.filter { (frame($0) ?? 0) % stride == 0 }
    }

    /// Samples of each class among some samples.
    public func expressionCounts(_ samples: some Sequence<Int>) -> [Int] {
        var counts = [Int](repeating: 0, count: classes.count)
        for sample in samples {
            if let expression = expression(sample) { counts[expression] += 1 }
        }
        return counts
    }

    /// Samples of each action unit, active and not, among some samples.
    public func unitCounts(_ samples: some Sequence<Int>) -> [(active: Int, inactive: Int)] {
        var counts = [(active: Int, inactive: Int)](repeating: (0, 0), count: units.count)
        for sample in samples {
            for place in units.indices {
                switch unit(place, of: sample) {
                case true?: counts[place].active += 1
                case false?: counts[place].inactive += 1
                case nil: break
                }
            }
        }
        return counts
    }
}
