import Images

/// Why a data set cannot be used, in words for the person whose data it is.
public enum DatasetError: Error, CustomStringConvertible, Sendable {
    /// A folder or file named by the user is not there or cannot be opened.
    case cannotOpen(path: String, reason: String)
    /// The folders hold no JPEG or PNG file. `skipped` lists what could not be looked at.
    case noImages(paths: [String], otherFiles: Int, skipped: [SkippedFile])
    /// More than half of the sampled files are bad.
    case mostlyBad(checked: Int, bad: [SkippedFile])
    /// Not one file gave an image while loading.
    case allBad(files: Int)
    /// The system refuses to start a thread.
    case noThreads
    /// A batch was asked for after `stop`.
    case stopped

    public var description: String {
        switch self {
        case .cannotOpen(let path, let reason):
            return "\(path): \(reason). Name a folder of JPEG or PNG files, or such a file."
        case .noImages(let paths, let otherFiles, let skipped):
            let others = otherFiles == 0 ? "" : "; \(otherFiles) files have other names"
            return "no JPEG or PNG file (.jpg, .jpeg, .png) in \(paths.joined(separator: ", "))\(others)"
                + Self.list(skipped)
        case .mostlyBad(let checked, let bad):
            return "\(bad.count) of \(checked) images checked cannot be used, so training does not start"
                + Self.list(bad) + "\nRepair or remove them, or name another folder."
        case .allBad(let files):
            return "none of the \(files) files gives an image; is the folder still there?"
        case .noThreads:
            return "the system refuses to start a thread for loading images; is a limit on processes reached?"
        case .stopped:
            return "the loader was stopped"
        }
    }

    private static func list(_ files: [SkippedFile]) -> String {
        if files.isEmpty { return "." }
        let shown = files.prefix(5).map { "\n  \($0)" }.joined()
        return ":" + shown + (files.count > 5 ? "\n  and \(files.count - 5) more" : "")
    }
}

/// An image, or a folder of them, that was passed over, and why.
public struct SkippedFile: Equatable, Sendable, CustomStringConvertible {
    public let image: ImageReference
    public let reason: String

    public init(_ image: ImageReference, reason: String) {
        self.image = image
        self.reason = reason
    }

    /// A file or folder.
    public init(path: String, reason: String) { self.init(ImageReference(path), reason: reason) }

    public var description: String { "\(image): \(reason)" }
}
