import JSON5

/// Photographs in one or more folders.
public struct FolderData: DataSettings {
    /// Absolute paths of folders, or of single images.
    public var paths: [String]

    public init(paths: [String]) {
        self.paths = paths
    }

    package static let kind = "folder"
    package static let summary = "JPEG and PNG files in folders, which are searched recursively"
    package static let isLabelled = false

    package static let initial = FolderData(paths: [])

    package static let settings = [
        Setting<FolderData>(
            keys: ["path", "paths"], .list(.path), "a folder, or with `paths` a list of folders",
            read: { fields, folder in
                let single = fields.field("path")
                let several = fields.field("paths")
                switch (single, several) {
                case (_?, _?): fields.note("paths", "cannot stand beside `path`; list every folder in `paths`")
                case (let single?, nil): folder.paths = single.absolutePath().map { [$0] } ?? []
                case (nil, let several?):
                    guard let elements = several.elements, !elements.isEmpty else {
                        several.note(
                            "expected a list of folders, such as [\"a\", \"b\"], found \(several.node.value.shown)")
                        return
                    }
                    folder.paths = elements.compactMap { $0.absolutePath() }
                case (nil, nil): fields.noteMissing("path", example: "\"photos\"")
                }
            },
            write: { ("paths", .list($0.paths.map { .path($0) })) }
        ).standard("required")
    ]
}
