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
    /// Intensities from here on count as active; nil takes 0 and 1 only.
    public var unitThreshold: Double?
    public var valence: String?
    public var arousal: String?
    public var subject: String?
    public var video: String?
    public var frame: String?
    public var split: String?
    public var classes: ClassSettings
    public var missingImages: MissingImages

    /// What a row without its image is.
    public enum MissingImages: String, Sendable, CaseIterable {
        case error
        case skip
    }

    public init(
        path: String, validation: String? = nil, images: String? = nil, image: String = "image",
        expression: String? = nil, units: [String] = [], unitThreshold: Double? = nil, valence: String? = nil,
        arousal: String? = nil, subject: String? = nil, video: String? = nil, frame: String? = nil,
        split: String? = nil, classes: ClassSettings = ClassSettings(), missingImages: MissingImages = .error
    ) {
        self.path = path
        self.validation = validation
        self.images = images
        self.image = image
        self.expression = expression
        self.units = units
        self.unitThreshold = unitThreshold
        self.valence = valence
        self.arousal = arousal
        self.subject = subject
        self.video = video
        self.frame = frame
        self.split = split
        self.classes = classes
        self.missingImages = missingImages
    }
}

/// Aff-Wild2 as the ABAW challenges lay it out.
public struct AffWild2Data: Equatable, Sendable {
    public enum Track: String, Sendable, CaseIterable {
        case actionUnits
        case expression
        case valenceArousal
    }

    /// The absolute path of the folder that holds annotations and crops.
    public var path: String
    public var tracks: [Track]
    /// Absolute paths of folders of crops; nil takes the usual ones in `path`.
    public var images: [String]?
    /// Of the eight classes, those to leave out.
    public var drop: [String]

    public init(path: String, tracks: [Track], images: [String]? = nil, drop: [String] = []) {
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
    public var tracks: [AffWild2Data.Track]
    public var seed: UInt64
    /// The absolute path of the folder to write to; nil leaves the choice to the program.
    public var path: String?

    public init(
        videos: Int, frames: Int, side: Int, tracks: [AffWild2Data.Track] = AffWild2Data.Track.allCases,
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
