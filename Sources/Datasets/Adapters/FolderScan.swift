import Glibc
import Images

/// The image files under some folders, in an order that depends on their names only.
///
/// Folders are searched recursively, links to folders included, each folder once: a second way to it, a link in a
/// circle among them, adds nothing. Files count by their name (.jpg, .jpeg, .jpe, .jfif, .png, in any case); names
/// that begin with a dot are passed over, since they are thumbnails, resource forks and the like. A file named
/// directly is taken whatever its name.
public struct FolderScan: Equatable, Sendable {
    /// The files, with paths as reached from the names given: those in order, the files of one folder sorted by the bytes
    /// of the path.
    public private(set) var images: [ImageReference] = []
    /// Folders that cannot be read, broken links, FIFOs named like images.
    public private(set) var skipped: [SkippedFile] = []
    /// Files with other names, which are nobody's concern but counted.
    public private(set) var otherFiles = 0

    /// Searches the folders and files named.
    ///
    /// - Throws: `DatasetError.cannotOpen` for a name that does not exist, `.noImages` when nothing is found.
    public static func scan(_ paths: [String]) throws(DatasetError) -> FolderScan {
        var search = Search()
        for path in paths { try search.addRoot(path) }
        let scan = search.scan
        guard !scan.images.isEmpty else {
            throw DatasetError.noImages(paths: paths, otherFiles: scan.otherFiles, skipped: scan.skipped)
        }
        return scan
    }

    private struct FolderIdentity: Hashable {
        let device: UInt64
        let inode: UInt64
    }

    private struct Search {
        var scan = FolderScan()
        private var visited: Set<FolderIdentity> = []
        private var named: Set<String> = []

        mutating func addRoot(_ path: String) throws(DatasetError) {
            var status = stat()
            guard stat(path, &status) == 0 else {
                let reason = errno == ENOENT ? "no such file or folder" : String(cString: strerror(errno))
                throw DatasetError.cannotOpen(path: path, reason: reason)
            }
            guard status.st_mode & S_IFMT == S_IFDIR else {
                if named.insert(path).inserted { scan.images.append(ImageReference(path)) }
                return
            }
            // Checked here, so that the folder the user named is an error and not one of many skipped.
            guard let folder = opendir(path) else {
                throw DatasetError.cannotOpen(path: path, reason: String(cString: strerror(errno)))
            }
            closedir(folder)
            let before = scan.images.count
            addFolder(path.count > 1 && path.hasSuffix("/") ? String(path.dropLast()) : path)
            scan.images[before...].sort { $0.path.utf8.lexicographicallyPrecedes($1.path.utf8) }
        }

        private mutating func addFolder(_ root: String) {
            var waiting = [root]
            while let path = waiting.popLast() {
                guard let folder = opendir(path) else {
                    skip(path, "the folder cannot be read: \(String(cString: strerror(errno)))")
                    continue
                }
                defer { closedir(folder) }
                var status = stat()
                guard fstat(dirfd(folder), &status) == 0 else { continue }
                let identity = FolderIdentity(device: UInt64(status.st_dev), inode: UInt64(status.st_ino))
                guard visited.insert(identity).inserted else { continue }

                // Sorted, so that of two ways to a folder the same is always taken first.
                let folders = entries(of: folder, at: path).sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
                waiting.append(contentsOf: folders.reversed())
            }
        }

        /// Takes in the files of a folder and returns the folders in it.
        private mutating func entries(of folder: OpaquePointer, at path: String) -> [String] {
            var folders: [String] = []
            errno = 0
            while let entry = readdir(folder) {
                let name = withUnsafeBytes(of: &entry.pointee.d_name) { bytes in
                    String(validating: bytes.prefix { $0 != 0 }, as: UTF8.self)
                }
                guard let name else {
                    skip(path, "holds a file whose name is not UTF-8; rename it")
                    continue
                }
                if name.hasPrefix(".") { continue }
                let full = path.hasSuffix("/") ? path + name : "\(path)/\(name)"
                switch Int(entry.pointee.d_type) {
                case Int(DT_REG): addFile(full, name)
                case Int(DT_DIR): folders.append(full)
                default: resolve(full, name, &folders)
                }
                errno = 0
            }
            if errno != 0 { skip(path, "reading the folder stopped: \(String(cString: strerror(errno)))") }
            return folders
        }

        /// Links, special files, and everything on file systems that do not tell the type in the folder.
        private mutating func resolve(_ path: String, _ name: String, _ folders: inout [String]) {
            var status = stat()
            guard stat(path, &status) == 0 else {
                let circle = errno == ELOOP
                skip(path, circle ? "a link that leads in a circle" : "a link to nothing that can be reached")
                return
            }
            switch status.st_mode & S_IFMT {
            case S_IFDIR: folders.append(path)
            case S_IFREG: addFile(path, name)
            default:
                if Self.isImageName(name) { skip(path, "not a regular file") } else { scan.otherFiles += 1 }
            }
        }

        private mutating func addFile(_ path: String, _ name: String) {
            if !Self.isImageName(name) {
                scan.otherFiles += 1
            } else if named.insert(path).inserted {
                scan.images.append(ImageReference(path))
            }
        }

        private mutating func skip(_ path: String, _ reason: String) {
            scan.skipped.append(SkippedFile(path: path, reason: reason))
        }

        private static func isImageName(_ name: String) -> Bool {
            guard let dot = name.utf8.lastIndex(of: UInt8(ascii: ".")) else { return false }
            let ending = name[name.utf8.index(after: dot)...].lowercased()
            return ["jpg", "jpeg", "jpe", "jfif", "png"].contains(ending)
        }
    }
}
