import Affect
import Datasets
import RenderedFaces
import Session

extension DataSource {
    /// Reads the labels of a data set; what is to be rendered is rendered first.
    ///
    /// - Parameters:
    ///   - home: the folder of the runs, where rendered sets without a path of their own go.
    ///   - progress: told how far rendering is.
    /// - Throws: `TrainingError` with `isBadData`, naming file and row; also for a set without labels.
    public func labelledSet(
        home: String, progress: @escaping @Sendable (_ done: Int, _ total: Int) -> Void = { _, _ in }
    ) throws -> LabelledSet {
        do {
            switch content {
            case .folder:
                throw TrainingError(
                    "data set '\(name)' has no labels; use kind \"table\" or \"classes\".", isBadData: true)
            case .rendered(let rendered):
                let path = try rendered.write(home: home, progress: progress)
                return try RenderedFaces.writeLabels(
                    to: path, identities: rendered.identities, photosPerIdentity: rendered.photosPerIdentity,
                    seed: rendered.seed
                ).read()
            case .classes(let folders):
                return try ClassFolders(path: folders.path, classes: ExpressionClasses(folders.classes)).read()
            case .table(let table): return try LabelTable(table).read()
            case .affWild2(let copy): return try AffWild2(copy).read()
            case .renderedVideos(let rendered):
                let path = try rendered.write(home: home, progress: progress)
                return try AffWild2(path: path, tracks: rendered.tracks).read()
            }
        } catch let error as LabelError {
            throw TrainingError("data set '\(name)': \(error)", isBadData: true)
        }
    }
}

extension Session {
    /// The labels of a data set that stages train on.
    public func trainedLabels(of data: String) -> Folds.CheckedLabels {
        let tasks = stages.compactMap(\.supervised).filter { $0.data.name == data }.flatMap(\.tasks)
        var labels: Folds.CheckedLabels = []
        if tasks.contains(.expression) { labels.insert(.expressions) }
        if tasks.contains(.actionUnits) { labels.insert(.units) }
        return labels
    }
}

extension Folds {
    /// The folds of a set as the session asks for them.
    ///
    /// - Throws: `TrainingError` with `isBadData`, naming file and row.
    /// - Parameter labels: those that stages of the session train on.
    public init(_ settings: FoldSettings, of set: LabelledSet, checking labels: CheckedLabels) throws {
        do {
            switch settings {
            case .official: self = try .official(set, checking: labels)
            case .grouped(let count, let group, let seed):
                self = try .grouped(set, count: count, by: group, seed: seed, checking: labels)
            case .file(let path): self = try .file(path, of: set, checking: labels)
            }
        } catch {
            throw TrainingError("\(error)", isBadData: true)
        }
    }
}

extension RenderedData {
    /// Where its photographs lie.
    func folder(home: String) -> String {
        path ?? home + "/rendered/\(identities)x\(photosPerIdentity)-\(side)px-seed\(seed)"
    }

    /// Renders the photographs and gives their folder.
    func write(
        home: String, progress: @escaping @Sendable (_ done: Int, _ total: Int) -> Void
    ) throws -> String {
        let folder = folder(home: home)
        try RenderedFaces.write(
            to: folder, identities: identities, photosPerIdentity: photosPerIdentity, side: side, seed: seed,
            progress: progress)
        return folder
    }
}

extension RenderedVideoData {
    /// Where its videos lie.
    func folder(home: String) -> String {
        path ?? home + "/rendered/\(videos)-videos-\(frames)-\(side)px-seed\(seed)"
    }

    /// Renders the videos and gives their folder.
    func write(
        home: String, progress: @escaping @Sendable (_ done: Int, _ total: Int) -> Void
    ) throws -> String {
        let folder = folder(home: home)
        try RenderedVideos.write(to: folder, videos: videos, frames: frames, side: side, seed: seed, progress: progress)
        return folder
    }
}

extension ExpressionClasses {
    init(_ settings: ClassSettings) {
        self.init(names: settings.names, written: settings.written, drop: settings.drop)
    }
}

extension AffWild2 {
    init(_ data: AffWild2Data) {
        self.init(
            path: data.path, tracks: data.tracks, images: data.images, drop: data.drop,
            partialFrames: data.partialFrames)
    }
}

extension LabelTable {
    init(_ data: TableData) {
        self.init(
            path: data.path, validationPath: data.validation, imageFolder: data.images, image: data.image,
            expression: data.expression, units: data.units, valence: data.valence,
            arousal: data.arousal, subject: data.subject, video: data.video, frame: data.frame, split: data.split,
            classes: ExpressionClasses(data.classes), rules: data.rules, skipsMissingImages: data.missingImages == .skip
        )
    }
}
