import Images
import Session

/// Reads a kind of data set. Each kind of `DataKinds` has its adapter in a file of this folder, an extension of its settings.
package protocol DatasetAdapter: DataSettings {
    /// The images of the set, with labels or without, for training that needs none. What is to be rendered is rendered
    /// first.
    ///
    /// - Throws: `DatasetError` when there are none; `LabelError`.
    func photographs(in home: RenderedHome) throws -> FoundImages

    /// Whether it can be read without rendering anything.
    func isThere(in home: RenderedHome) -> Bool
}

/// Reads a kind of data set with labels.
package protocol LabelledAdapter: DatasetAdapter {
    /// The images of the set with their labels. What is to be rendered is rendered first.
    ///
    /// - Throws: `LabelError`, naming file and row.
    func labelledSet(in home: RenderedHome) throws -> LabelledSet
}

/// Where sets lie that the program renders itself.
package struct RenderedHome: Sendable {
    /// The folder of the runs, where sets without a path of their own go.
    package let path: String
    /// Told how far rendering is.
    package let progress: @Sendable (_ done: Int, _ total: Int) -> Void

    package init(path: String, progress: @escaping @Sendable (_ done: Int, _ total: Int) -> Void = { _, _ in }) {
        self.path = path
        self.progress = progress
    }

    /// The folder of a set: the one that its settings name, or one with a name that says what is drawn.
    func folder(_ settings: String?, named name: String) -> String { settings ?? "\(path)/rendered/\(name)" }
}

/// The images of a data set.
package struct FoundImages: Sendable {
    package let images: [ImageReference]
    /// What the search for them passed over.
    package let skipped: [SkippedFile]
    /// Sentences for the run's log.
    package let notes: [String]
    /// Where they are, as in " in /photos"; empty where the labels say it.
    package let place: String

    init(images: [ImageReference], skipped: [SkippedFile] = [], notes: [String] = [], place: String = "") {
        self.images = images
        self.skipped = skipped
        self.notes = notes
        self.place = place
    }

    /// Searches folders and files.
    init(in paths: [String], notes: [String] = []) throws(DatasetError) {
        let scan = try FolderScan.scan(paths)
        let place = paths.count == 1 ? paths[0] : "\(paths.count) folders"
        self.init(images: scan.images, skipped: scan.skipped, notes: notes, place: " in \(place)")
    }
}

extension DatasetAdapter {
    package func isThere(in home: RenderedHome) -> Bool { true }
}

extension LabelledAdapter {
    package func photographs(in home: RenderedHome) throws -> FoundImages {
        let set = try labelledSet(in: home)
        return FoundImages(images: (0..<set.count).map(set.image), notes: set.notes)
    }
}

extension DataSource {
    /// What reads the data set.
    package var adapter: any DatasetAdapter {
        guard let adapter = content as? any DatasetAdapter else {
            // A test walks all kinds, so that this is a mistake in this program and not in a session.
            preconditionFailure("the kind of data set \"\(kind)\" has no adapter")
        }
        return adapter
    }
}
