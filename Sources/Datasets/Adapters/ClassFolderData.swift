import Affect
import Basics
import Glibc
import Session

/// Labels by folder: every class is a folder of images that has its name, `happiness/0001.jpg`.
///
/// The classes may lie in folders of a split (`train` or `training`, `val`, `valid` or `validation`, `test`, each with
/// or without `_set`), which is then the official one.
extension ClassFolderData: LabelledAdapter {
    package func labelledSet(in home: RenderedHome) throws -> LabelledSet { try read() }

    /// Finds the images, in an order that depends on the names only.
    ///
    /// - Throws: `LabelError` for folders that are no class, classes without a folder, and folders without images.
    package func read() throws(LabelError) -> LabelledSet {
        let found = try folders(in: path)
        let splits = found.compactMap { name in Split(word: name).map { (name, $0) } }
        var problems = LabelProblemList()
        var labelled: [(folder: String, name: String, split: Split?)] = []
        if splits.isEmpty {
            labelled = found.map { ("\(path)/\($0)", $0, nil) }
        } else {
            for (name, split) in splits {
                labelled += try folders(in: "\(path)/\(name)").map { ("\(path)/\(name)/\($0)", $0, split) }
            }
        }
        var kept: [(folder: String, name: String, split: Split?)] = []
        for folder in labelled {
            switch classes.meaning(of: folder.name) {
            case .kept(let name): kept.append((folder.folder, name, folder.split))
            case .dropped: continue
            case .unknown: problems.add(folder.folder, nil, classes.complaint(about: folder.name))
            }
        }
        let names = classes.kept ?? ExpressionClasses.sorted(Set(kept.map(\.name)))
        for name in names where !kept.contains(where: { $0.name == name }) {
            problems.add(path, nil, "there is no folder for the class \"\(name)\"")
        }
        try problems.check()

        var builder = LabelledSetBuilder(classes: names, units: [])
        var notes: [String] = []
        for folder in kept {
            do {
                let scan = try FolderScan.scan([folder.folder])
                notes += scan.skipped.map(\.description)
                for image in scan.images {
                    let (parent, name) = splitPath(image.path)
                    builder.add(
                        LabelledSample(
                            folder: parent, name: name, expression: folder.name, split: folder.split,
                            file: folder.folder))
                }
            } catch {
                problems.add(folder.folder, nil, "holds no JPEG or PNG file")
            }
        }
        try problems.check()
        return builder.finished(notes: notes)
    }

    private func folders(in path: String) throws(LabelError) -> [String] {
        guard let names = FolderListings.names(in: path) else {
            let reason = errno == ENOENT ? "no such folder" : String(cString: strerror(errno))
            throw LabelError(FileError(path: path, "\(reason); name a folder that holds one folder for each class"))
        }
        let folders = names.filter { name in
            var status = stat()
            return !name.hasPrefix(".") && stat("\(path)/\(name)", &status) == 0 && status.st_mode & S_IFMT == S_IFDIR
        }
        guard !folders.isEmpty else {
            throw LabelError(FileError(path: path, "holds no folders; there should be one for each class"))
        }
        return folders.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
    }
}
