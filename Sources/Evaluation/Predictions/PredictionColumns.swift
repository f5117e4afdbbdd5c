import Affect
import Basics

/// Which columns of a table are what: the video, the frame, the scores and their truth.
struct PredictionColumns {
    var task: AffectTask
    /// Names of the channels.
    var channels: [String]
    var video: Int?
    var frame: Int?
    var fold: Int?
    /// A column with the path of an image: a video's folder and the number of a frame, or an image of its own. Only a name
    /// where there is a column for the video.
    var image: Int?
    /// A column with the subject, or whatever else is to be resampled together.
    var group: Int?
    /// Columns of the scores, one a channel; empty in a table that holds truth only.
    var scores: [Int]
    /// Columns of the truth, one a truth channel; nil where there is none.
    var truth: [Int?]
    /// What stands for each class in a column of truth.
    var classes: ClassLabels
    /// Whether the column of scores holds the class itself, not a score for each.
    var holdsClasses = false
    /// Columns of other tasks, and such as are nothing known, where only those of the task were taken.
    var leftOut: [String] = []

    /// Whether each row says where it belongs.
    var hasPlaces: Bool { video != nil || frame != nil || image != nil }

    var hasTruth: Bool { truth.contains { $0 != nil } }

    private static let videoNames = ["video", "video_name", "video_id", "videoname", "sequence", "clip", "vid"]
    private static let frameNames = [
        "frame", "frame_idx", "frame_index", "frame_number", "frame_id", "frame_no", "frameid", "frame_num",
    ]
    private static let imageNames = [
        "image", "image_location", "image_path", "image_name", "path", "file", "filename", "input",
    ]
    private static let groupNames = ["group", "subject", "subject_id", "subject_name", "person"]
    private static let timeNames = ["time", "time_s", "timestamp", "seconds", "index", ""]
    private static let labelNames = ["truth", "target", "label", "class", "expression", "ground_truth", "gt", "y_true"]

    /// Finds the columns by their names. `columns` names channels as `valence=pred_v`, `truth` likewise.
    init(
        _ header: [String], path: String, options: PredictionReadingOptions, isTruth: Bool = false
    ) throws(FileError) {
        let names = header.map { $0.lowercased() }
        func index(of wanted: [String]) -> Int? { wanted.lazy.compactMap { names.firstIndex(of: $0) }.first }
        video = index(of: Self.videoNames)
        frame = index(of: Self.frameNames)
        fold = index(of: ["fold"])
        image = index(of: Self.imageNames)
        group = index(of: Self.groupNames)
        let others = [video, frame, fold, image, group] + Self.timeNames.map { names.firstIndex(of: $0) }
        let free = header.indices.filter { !others.contains($0) }
        let known = free.map { Self.channel(header[$0]) }

        func place(_ column: String) throws(FileError) -> Int {
            if let index = header.firstIndex(of: column) ?? names.firstIndex(of: column.lowercased()) { return index }
            throw FileError(
                path: path, line: 1,
                "there is no column '\(column)'. The columns are \(header.joined(separator: ", ")).")
        }
        var scoreColumns: [(channel: String, column: Int)] = []
        var truthColumns: [(channel: String, column: Int)] = []
        let chosen = isTruth ? options.truthColumns : options.columns
        if !chosen.isEmpty {
            for choice in chosen { scoreColumns.append((choice.channel, try place(choice.column))) }
        }
        if !isTruth {
            for choice in options.truthColumns where header.contains(choice.column) {
                truthColumns.append((choice.channel, try place(choice.column)))
            }
        }
        if scoreColumns.isEmpty {
            for (column, channel) in zip(free, known) {
                if let channel, !channel.isTruth { scoreColumns.append((channel.name, column)) }
            }
            // A table of truth may name its columns as predictions do theirs, or say that they are the truth.
            if isTruth {
                for (column, channel) in zip(free, known) {
                    if let channel, channel.isTruth, !scoreColumns.contains(where: { $0.channel == channel.name }) {
                        scoreColumns.append((channel.name, column))
                    }
                }
            }
        }
        if truthColumns.isEmpty, !isTruth {
            for (column, channel) in zip(free, known) {
                if let channel, channel.isTruth, !scoreColumns.contains(where: { $0.column == column }) {
                    truthColumns.append((channel.name, column))
                }
            }
        }
        let label = free.first { column in
            Self.labelNames.contains(names[column]) || names[column] == "expression_truth"
        }
        // Programs that tell of units and emotions at once, and ABAW's files of several tasks: one task is taken.
        let tasks = AffectTask.allCases.filter { task in scoreColumns.contains { Self.is($0.channel, of: task) } }
        let isMixed =
            chosen.isEmpty && (tasks.count > 1 || options.task.map { !tasks.isEmpty && tasks != [$0] } == true)
        if isMixed {
            guard let task = options.task else {
                throw FileError(
                    path: path, line: 1,
                    "holds columns of several tasks (\(tasks.map(\.shortName).joined(separator: ", "))). Say which: --task "
                        + "\(tasks[0].shortName).")
            }
            scoreColumns = scoreColumns.filter { Self.is($0.channel, of: task) }
            let taken = Set(scoreColumns.map(\.column) + truthColumns.map(\.column))
            leftOut = free.filter { !taken.contains($0) && ($0 != label || task != .expression) }.map { header[$0] }
            if task == .expression, scoreColumns.isEmpty, !isTruth, let label, names[label] == "expression" {
                // The class itself stands for its scores.
                self.task = task
                channels = options.channels.isEmpty ? task.standardChannels : options.channels
                scores = [label]
                truth = [truthColumns.first { $0.channel == "expression" }?.column]
                classes = ClassLabels(channels: channels, columns: channels, order: channels)
                holdsClasses = true
                return
            }
        }
        if isTruth, scoreColumns.isEmpty, let label, let task = options.task {
            // One column of classes, or the only number there is.
            self.task = task
            channels = options.channels
            scores = [label]
            truth = []
            classes = ClassLabels(channels: options.channels, columns: options.channels, order: options.channels)
            return
        }
        if chosen.isEmpty, options.task == .expression, !isTruth, !isMixed {
            // Every column that is left is a class. Where some have names of their own, all keep theirs.
            let classes = free.filter { $0 != label && Self.channel(header[$0])?.isTruth != true }
            if classes.count > scoreColumns.count { scoreColumns = classes.map { (header[$0], $0) } }
        }
        guard let task = options.task ?? Self.task(of: scoreColumns.map(\.channel)) else {
            throw FileError(
                path: path, line: 1,
                "none of the columns \(header.joined(separator: ", ")) is known as a score. Say which are: "
                    + "--columns valence=COLUMN,arousal=COLUMN, or --task expr for one column a class.")
        }
        self.task = task
        let order = Dictionary(zip(task.standardChannels, 0...)) { first, _ in first }
        let fileOrder = scoreColumns.map(\.channel)
        if chosen.isEmpty {
            scoreColumns = scoreColumns.enumerated().sorted { a, b in
                (order[a.element.channel] ?? 1000 + a.offset) < (order[b.element.channel] ?? 1000 + b.offset)
            }.map(\.element)
        }
        if let twice = Set(scoreColumns.map(\.channel)).first(where: { name in
            scoreColumns.filter { $0.channel == name }.count > 1
        }) {
            throw FileError(
                path: path, line: 1, "more than one column for \(twice). Choose one: --columns \(twice)=COLUMN.")
        }
        guard !scoreColumns.isEmpty else {
            throw FileError(
                path: path, line: 1, "no column of scores among \(header.joined(separator: ", ")). Say --columns.")
        }
        channels = scoreColumns.map(\.channel)
        scores = scoreColumns.map(\.column)
        classes =
            options.truthIsPlace
            ? ClassLabels(places: channels)
            : ClassLabels(channels: channels, columns: scoreColumns.map { header[$0.column] }, order: fileOrder)
        if task == .expression {
            truth = [truthColumns.first { $0.channel == "expression" }?.column ?? label]
        } else {
            var found = channels.map { channel in truthColumns.first { $0.channel == channel }?.column }
            if channels.count == 1, found == [nil], let label { found = [label] }
            truth = found
        }
    }

    /// The task whose channels these all are.
    private static func task(of channels: [String]) -> AffectTask? {
        guard !channels.isEmpty else { return nil }
        if channels.allSatisfy(["valence", "arousal"].contains) { return .valenceArousal }
        if channels.allSatisfy({ isUnit($0) }) { return .actionUnits }
        let classes = Set(AffectTask.expression.standardChannels + ["Contempt"])
        return channels.allSatisfy(classes.contains) && channels.count > 1 ? .expression : nil
    }

    private static func `is`(_ channel: String, of task: AffectTask) -> Bool {
        switch task {
        case .valenceArousal: channel == "valence" || channel == "arousal"
        case .actionUnits: isUnit(channel)
        case .expression: AffectTask.expression.standardChannels.contains(channel) || channel == "Contempt"
        }
    }

    private static func isUnit(_ name: String) -> Bool { name.hasPrefix("AU") && Int(name.dropFirst(2)) != nil }

    /// The channel that a column's name means: `AU01`, `pred_valence`, `arousal_truth`, `Happy` ...
    static func channel(_ column: String) -> (name: String, isTruth: Bool)? {
        var word = column.lowercased()
        var isTruth = false
        for mark in ["truth", "true", "label", "target", "gt"] {
            if word.hasSuffix("_" + mark) {
                word.removeLast(mark.count + 1)
                isTruth = true
            } else if word.hasPrefix(mark + "_") {
                word.removeFirst(mark.count + 1)
                isTruth = true
            }
        }
        for mark in ["pred", "prediction", "score", "prob", "probability", "predicted"] {
            if word.hasSuffix("_" + mark) { word.removeLast(mark.count + 1) }
            if word.hasPrefix(mark + "_") { word.removeFirst(mark.count + 1) }
        }
        if word == "valence" || word == "arousal" { return (word, isTruth) }
        if word == "expression", isTruth { return (word, true) }
        if word.hasPrefix("au"), let number = Int(word.dropFirst(2).drop { $0 == "_" }) {
            return ("AU\(number)", isTruth)
        }
        let synonyms = [
            "neutral": "Neutral", "anger": "Anger", "angry": "Anger", "disgust": "Disgust", "disgusted": "Disgust",
            "fear": "Fear", "fearful": "Fear", "happiness": "Happiness", "happy": "Happiness", "sadness": "Sadness",
            "sad": "Sadness", "surprise": "Surprise", "surprised": "Surprise", "contempt": "Contempt",
            "other": "Other", "others": "Other",
        ]
        return synonyms[word].map { ($0, isTruth) }
    }
}

/// How a person says what a file of predictions holds, where its names do not say it.
public struct PredictionReadingOptions: Sendable, Equatable {
    /// Known from the columns' names as a rule.
    public var task: AffectTask?
    /// Channels and the columns that hold them, where names do not tell.
    public var columns: [ColumnChoice]
    public var truthColumns: [ColumnChoice]
    /// Whether scores of units and expressions are logits: they become probabilities while they are read.
    public var areLogits: Bool
    public var framesPerSecond: Double?
    /// Names of the channels where a file has none (.npy): the task's own by default.
    public var channels: [String]
    /// Which arrays of a .npz file hold the predictions, and which the truth; none where there is only one.
    public var arrays: [String] = []
    public var truthArrays: [String] = []
    /// Whether every image stands for itself; otherwise `x/00017.jpg` is frame 17 of video x.
    public var singleImages: Bool
    /// Whether the truth of an expression is the class's place among the channels, even where classes have numbers for
    /// names.
    public var truthIsPlace = false
    /// What labels mean, and the scale of valence and arousal, which is that of the predictions as well.
    public var rules = LabelRules()
    /// Whether valence and arousal beyond their scale are clipped, which is so for what this program has kept; otherwise
    /// they are refused unless a person says the scale.
    public var clipsScores = false

    public struct ColumnChoice: Sendable, Equatable {
        public var channel: String
        public var column: String
        public init(channel: String, column: String) {
            self.channel = channel
            self.column = column
        }
    }

    public init(
        task: AffectTask? = nil, columns: [ColumnChoice] = [], truthColumns: [ColumnChoice] = [],
        areLogits: Bool = false, framesPerSecond: Double? = nil, channels: [String] = [], singleImages: Bool = false
    ) {
        self.task = task
        self.columns = columns
        self.truthColumns = truthColumns
        self.areLogits = areLogits
        self.framesPerSecond = framesPerSecond
        self.channels = channels
        self.singleImages = singleImages
    }
}
