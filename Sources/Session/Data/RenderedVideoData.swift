import Affect

/// Videos of rendered faces, written in the layout of Aff-Wild2.
public struct RenderedVideoData: DataSettings {
    public var videos = 16
    public var frames = 100
    /// Pixels along each side of the crops.
    public var side = 96
    public var tracks = AbawLayout.tracks
    public var seed: UInt64 = 1
    /// The absolute path of the folder to write to; nil leaves the choice to the program.
    public var path: String?

    public init() {}

    package var planned: PlannedImages? {
        PlannedImages(count: videos * frames, words: "\(videos) rendered videos of \(frames) frames")
    }

    package static let kind = "renderedVideos"
    package static let summary = "the same faces in motion, written in the layout of `affWild2`"
    package static let isLabelled = true

    package static let initial = RenderedVideoData()

    package static let settings: [Setting<RenderedVideoData>] = [
        Setting("videos", \.videos, .whole(2...10_000), "how many videos are drawn"),
        Setting("frames", \.frames, .whole(1...99_999), "frames of each of them"),
        Setting("side", \.side, .whole(16...2048), "pixels along each side of the frames"),
        Setting("tracks", \.tracks, .tracks, "the labels that are read: a word or a list").standard("all"),
        Setting("seed", \.seed, .seed, "the root of the random numbers that they are drawn with"),
        Setting("path", \.path, .optional(.path), "the folder that they are written to").standard("chosen"),
    ]
}
