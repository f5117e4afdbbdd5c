import Basics

/// The video and frame of a row, and the image and the group of it; nil where the file does not say.
struct RowPlace {
    var video: String?
    var frame: Int?
    var fold: Int?
    var group: String?
    var image: String?
    /// Whether a path was written with backslashes.
    var hadBackslashes = false

    /// - Parameter singleImages: an image stands for itself, also where its name is a number.
    init(
        _ rows: any RowSource, _ columns: PredictionColumns, singleImages: Bool = false
    ) throws(FileError) {
        if let column = columns.group, !rows.text(column).isEmpty { group = rows.text(column) }
        if let column = columns.video {
            let name = path(rows.text(column))
            if name.isEmpty { throw rows.bad("the name of the video is missing.") }
            video = name
        }
        if let column = columns.frame { frame = try rows.frame(column) }
        if let column = columns.image {
            let path = path(rows.text(column))
            if path.isEmpty, columns.video == nil { throw rows.bad("the path of the image is missing.") }
            image = path
            // video/00001.jpg is a frame of a video; any other image stands for itself.
            let parts = path.split(separator: "/")
            if columns.video != nil {
                // The row says itself which frame of what it is.
            } else if columns.frame == nil, !singleImages, parts.count > 1,
                let number = frameNumber(String(parts[parts.count - 1]))
            {
                video = String(parts[parts.count - 2])
                frame = number
            } else if columns.frame != nil, let name = Self.videoFile(parts.last) {
                // Programs that read videos name the file beside each frame.
                video = name
                image = nil
            } else {
                video = path
                if columns.frame == nil { frame = 0 }
            }
        }
        if let column = columns.fold {
            let number = try rows.number(column)
            if !number.isNaN {
                guard let whole = Int(exactly: number) else {
                    throw rows.bad("'\(rows.text(column))' is not the number of a fold.")
                }
                fold = whole
            }
        }
    }

    /// A path as Windows writes it, with slashes. A name of this system that has both is left as it is.
    private mutating func path(_ text: String) -> String {
        guard text.contains("\\"), !text.contains("/") else { return text }
        hadBackslashes = true
        return text.replacing("\\", with: "/")
    }

    /// The name of a video from that of its file; nil for what is no file of a video.
    private static func videoFile(_ name: Substring?) -> String? {
        guard let name, let dot = name.lastIndex(of: "."), dot > name.startIndex else { return nil }
        let endings = ["mp4", "avi", "mov", "mkv", "webm", "mpg", "mpeg", "m4v", "wmv"]
        return endings.contains(name[name.index(after: dot)...].lowercased()) ? String(name[..<dot]) : nil
    }
}
