/// Faces rendered by the program, written as JPEG files before training so that they go through the same door as
/// real photographs.
public struct RenderedData: DataSettings {
    public var identities = 64
    public var photosPerIdentity = 8
    /// Pixels along each side of the square photographs.
    public var side = 96
    public var seed: UInt64 = 1
    /// The absolute path of the folder to write to; nil leaves the choice to the program.
    public var path: String?

    public init() {}

    /// How many photographs there will be.
    public var photos: Int { identities * photosPerIdentity }

    package var planned: PlannedImages? {
        PlannedImages(count: photos, words: "\(photos) rendered faces of \(identities) identities")
    }

    package static let kind = "rendered"
    package static let summary = "faces that the program draws, with action units, expression, valence and arousal"
    package static let isLabelled = true

    package static let initial = RenderedData()

    package static let settings: [Setting<RenderedData>] = [
        Setting("identities", \.identities, .whole(1...1_000_000), "how many people are drawn"),
        Setting("photosPerIdentity", \.photosPerIdentity, .whole(1...10_000), "photographs of each of them"),
        Setting("side", \.side, .whole(16...2048), "pixels along each side of the photographs"),
        Setting("seed", \.seed, .seed, "the root of the random numbers that they are drawn with"),
        Setting("path", \.path, .optional(.path), "the folder that they are written to").standard("chosen"),
    ]
}
