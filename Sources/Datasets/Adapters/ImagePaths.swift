/// Images whose paths were written on Windows: `train\\happy\\0001.jpg`, `D:\\data\\train\\happy\\0001.jpg`. Such a path means
/// the image that is there when slashes stand for the backslashes, and, of a path that begins at a drive, when its first
/// folders are left out.
struct ImagePaths {
    /// What was left out of the paths so far: another table of the same machine has the same.
    private var beginning: [Substring]?
    private var count = 0

    /// The image that a path with backslashes means; nil when none is there.
    mutating func found(
        _ text: String, below folder: String, in listings: inout FolderListings
    ) -> (folder: String, name: String)? {
        guard text.contains("\\") else { return nil }
        let parts = text.replacing("\\", with: "/").split(separator: "/")
        // `..` may lead anywhere, so it stays where it is: at the beginning, of a path that begins at no drive.
        let isWhole = text.hasPrefix("\\") || parts.first?.hasSuffix(":") == true
        let most = isWhole ? parts.count - 1 : 0
        guard most >= 0 else { return nil }
        var lengths = Array(0...most)
        // The same beginning for all, so that an image is not taken for another of the same name.
        if let beginning {
            guard parts.starts(with: beginning), isWhole || beginning.isEmpty else { return nil }
            lengths = [beginning.count]
        }
        for length in lengths where length < parts.count {
            let path = splitPath(folder + "/" + parts[length...].joined(separator: "/"))
            guard listings.contains(path.name, in: path.folder) else { continue }
            beginning = Array(parts[..<length])
            count += 1
            return path
        }
        return nil
    }

    /// What a person should know of the paths of a table.
    func notes(of path: String) -> [String] {
        guard count > 0 else { return [] }
        let left = (beginning ?? []).isEmpty ? "" : ", without \((beginning ?? []).joined(separator: "\\"))\\"
        return ["\(path): \(count) paths with backslashes are read as if they had slashes\(left)"]
    }
}
