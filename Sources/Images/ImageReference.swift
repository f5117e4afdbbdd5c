/// Where an image is: a file of its own, or a frame of a video.
public struct ImageReference: Hashable, Sendable, CustomStringConvertible {
    /// The path of the file.
    public let path: String
    /// The frame of a video in decoded order, from 0; nil for a file that is one image.
    public let frame: Int?

    public init(_ path: String, frame: Int? = nil) {
        self.path = path
        self.frame = frame
    }

    /// What names the image wherever a text has to: the path, and for a frame of a video `PATH#FRAME`.
    public var description: String { Self.name(path, frame: frame) }

    /// What an image of that path is called, which may be a part of its whole path.
    public static func name(_ path: String, frame: Int?) -> String { frame.map { "\(path)#\($0)" } ?? path }

    /// The path of a file that is one image.
    /// - Throws: `ImageError` of kind `unsupported` for a frame of a video.
    func file() throws(ImageError) -> String {
        guard let frame else { return path }
        throw ImageError(.unsupported, "frame \(frame) of a video; videos are not decoded", path: path)
    }
}
