import Affect

/// Which expression classes a model has, in which order, and how the labels write them.
public struct ClassSettings: Equatable, Sendable {
    /// The classes in the order of their numbers; nil takes those that the labels hold.
    public var names: [String]?
    /// What the labels write for a class, where that is neither its name nor its number.
    public var written: [String: String]
    /// Classes, or written values, whose samples are left out.
    public var drop: [String]

    public init(names: [String]? = nil, written: [String: String] = [:], drop: [String] = []) {
        self.names = names
        self.written = written
        self.drop = drop
    }
}

/// One folder of images for each class, in folders of a split or not.
public struct ClassFolderData: Equatable, Sendable {
    /// An absolute path.
    public var path: String
    public var classes: ClassSettings

    public init(path: String, classes: ClassSettings = ClassSettings()) {
        self.path = path
        self.classes = classes
    }
}

/// A table with a row for each image; the texts are names of its columns.
public struct TableData: Equatable, Sendable {
    /// The absolute path of the CSV file.
    public var path: String
    /// A second table: the official validation set.
    public var validation: String?
    /// The folder that the image column is relative to; nil is the table's.
    public var images: String?
    public var image: String
    public var expression: String?
    /// Columns, or `AU*` for all that begin so.
    public var units: [String]
    public var valence: String?
    public var arousal: String?
    public var subject: String?
    public var video: String?
    public var frame: String?
    public var split: String?
    public var classes: ClassSettings
    /// What the numbers of the labels mean: `unitThreshold`, `unknown`, `scale`, `partialFrames`.
    public var rules: LabelRules
    public var missingImages: MissingImages

    /// What a row without its image is.
    public enum MissingImages: String, Sendable, CaseIterable {
        case error
        case skip
    }

    public init(
        path: String, validation: String? = nil, images: String? = nil, image: String = "image",
        expression: String? = nil, units: [String] = [], valence: String? = nil, arousal: String? = nil,
        subject: String? = nil, video: String? = nil, frame: String? = nil, split: String? = nil,
        classes: ClassSettings = ClassSettings(), rules: LabelRules = LabelRules(),
        missingImages: MissingImages = .error
    ) {
        self.path = path
        self.validation = validation
        self.images = images
        self.image = image
        self.expression = expression
        self.units = units
        self.valence = valence
        self.arousal = arousal
        self.subject = subject
        self.video = video
        self.frame = frame
        self.split = split
        self.classes = classes
        self.rules = rules
        self.missingImages = missingImages
    }
}

/// Aff-Wild2 as the ABAW challenges lay it out.
public struct AffWild2Data: Equatable, Sendable {
    /// The absolute path of the folder that holds annotations and crops.
    public var path: String
    public var tracks: [AffectTask]
    /// Absolute paths of folders of crops; nil takes the usual ones in `path`.
    public var images: [String]?
    /// Of the eight classes, those to leave out.
    public var drop: [String]
    /// What becomes of frames with -1 for some of their units in scores.
    public var partialFrames: PartialFrames

    public init(
        path: String, tracks: [AffectTask], images: [String]? = nil, drop: [String] = [],
        partialFrames: PartialFrames = .drop
    ) {
        self.partialFrames = partialFrames
        self.path = path
        self.tracks = tracks
        self.images = images
        self.drop = drop
    }
}

/// Videos of rendered faces, written in the layout of Aff-Wild2.
public struct RenderedVideoData: Equatable, Sendable {
    public var videos: Int
    public var frames: Int
    /// Pixels along each side of the crops.
    public var side: Int
    public var tracks: [AffectTask]
    public var seed: UInt64
    /// The absolute path of the folder to write to; nil leaves the choice to the program.
    public var path: String?

    public init(
        videos: Int, frames: Int, side: Int, tracks: [AffectTask] = AbawLayout.tracks,
        seed: UInt64 = 1, path: String? = nil
    ) {
        self.videos = videos
        self.frames = frames
        self.side = side
        self.tracks = tracks
        self.seed = seed
        self.path = path
    }
}
