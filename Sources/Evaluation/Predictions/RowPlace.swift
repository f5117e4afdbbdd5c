import Basics

/// The video and frame of a row, and the image and the group of it; nil where the file does not say.
struct RowPlace {
    var video: String?
    var frame: Int?
    var fold: Int?
    var group: String?
    var image: String?

    /// - Parameter singleImages: an image stands for itself, also where its name is a number.
    init(
        _ rows: any RowSource, _ columns: PredictionColumns, singleImages: Bool = false
    ) throws(FileError) {
        if let column = columns.group, !rows.text(column).isEmpty { group = rows.text(column) }
        if let column = columns.video {
            let name = rows.text(column)
            if name.isEmpty { throw rows.bad("the name of the video is missing.") }
            video = name
        }
        if let column = columns.frame { frame = try rows.frame(column) }
        if let column = columns.image {
            let path = rows.text(column)
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
}
