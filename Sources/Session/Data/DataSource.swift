import Affect

/// A named set of samples.
public struct DataSource: Equatable, Sendable {
    public var name: String
    public var content: Content

    public enum Content: Equatable, Sendable {
        /// Photographs in folders, searched recursively.
        case folder(FolderData)
        /// Faces that the program renders itself.
        case rendered(RenderedData)
        /// Photographs in one folder for each class of expression.
        case classes(ClassFolderData)
        /// Photographs with labels in a table.
        case table(TableData)
        /// Videos of Aff-Wild2, frame by frame.
        case affWild2(AffWild2Data)
        /// Videos that the program renders itself.
        case renderedVideos(RenderedVideoData)
    }

    public init(name: String, content: Content) {
        self.name = name
        self.content = content
    }

    /// The word that the session file uses in `kind`.
    public var kind: String {
        switch content {
        case .folder: "folder"
        case .rendered: "rendered"
        case .classes: "classes"
        case .table: "table"
        case .affWild2: "affWild2"
        case .renderedVideos: "renderedVideos"
        }
    }

    /// Whether its images have labels, so that it can be trained on with supervision and cut into folds.
    public var isLabelled: Bool {
        if case .folder = content { false } else { true }
    }

    /// The words for `kind`.
    static let kinds = ["folder", "rendered", "classes", "table", "affWild2", "renderedVideos"]
}

/// Photographs in one or more folders.
public struct FolderData: Equatable, Sendable {
    /// Absolute paths of folders, or of single images.
    public var paths: [String]

    public init(paths: [String]) {
        self.paths = paths
    }
}

/// Faces rendered by the program, written as JPEG files before training so that they go through the same door as
/// real photographs.
public struct RenderedData: Equatable, Sendable {
    public var identities: Int
    public var photosPerIdentity: Int
    /// Pixels along each side of the square photographs.
    public var side: Int
    public var seed: UInt64
    /// The absolute path of the folder to write to; nil leaves the choice to the program.
    public var path: String?

    public init(identities: Int, photosPerIdentity: Int, side: Int, seed: UInt64 = 1, path: String? = nil) {
        self.identities = identities
        self.photosPerIdentity = photosPerIdentity
        self.side = side
        self.seed = seed
        self.path = path
    }

    /// How many photographs there will be.
    public var photos: Int { identities * photosPerIdentity }
}

/// A data set named by a stage: `"photos"`, or one split of it, `"ck:train"`.
public struct DataReference: Equatable, Hashable, Sendable {
    public var name: String
    /// `training`: only what is trained on, of each fold where there are folds; nil: all.
    public var split: Split?

    public init(name: String, split: Split? = nil) {
        self.name = name
        self.split = split
    }

    /// As the session file writes it.
    public var text: String {
        if let split { "\(name):\(split.rawValue)" } else { name }
    }
}
