import Affect

/// Aff-Wild2 as the ABAW challenges lay it out.
public struct AffWild2Data: DataSettings {
    /// The absolute path of the folder that holds the annotation folders, directly or one folder further down, and the
    /// crops.
    public var path: String
    public var tracks: [AffectTask]
    /// Absolute paths of folders of crops; nil takes the usual ones in `path`.
    public var images: [String]?
    /// Of the eight classes, those to leave out.
    public var drop: [String]

    /// What becomes of frames with -1 for some of their units in scores.
    public var partialFrames = PartialFrames.drop

    public init(path: String, tracks: [AffectTask], images: [String]? = nil, drop: [String] = []) {
        self.path = path
        self.tracks = tracks
        self.images = images
        self.drop = drop
    }

    package static let kind = "affWild2"
    package static let summary = "annotations and crops in the layout of the ABAW challenges"
    package static let isLabelled = true

    package static let initial = AffWild2Data(path: "", tracks: [])

    package static let settings: [Setting<AffWild2Data>] = [
        Setting("path", \.path, .path, "the folder that holds the annotations and the crops").required("\"aff-wild2\""),
        Setting("tracks", \.tracks, .tracks, "the labels that are read: a word or a list").required(
            "[\"actionUnits\"]"),
        Setting("images", \.images, .optional(.paths), "the folders of crops, where they are not the usual ones")
            .standard("`cropped_aligned` and `cropped_aligned_new_50_vids` in `path`"),
        Setting("drop", \.drop, .texts(example: "[\"Other\"]"), "expression classes whose frames are left out"),
        Setting(
            "partialFrames", \.partialFrames, .word,
            "what scores do with a frame that has -1 for some of its units: `drop` leaves it out, `score` scores its other "
                + "units; training uses every unit that is known"),
    ]
}

extension SettingCodec<[AffectTask]> {
    /// The labels of Aff-Wild2 to read: a word, or a list of words.
    static var tracks: SettingCodec {
        let words = AbawLayout.tracks.map(\.rawValue)
        return SettingCodec(
            domain: .list(.word(words)),
            read: { field, _ in
                field.texts(example: "[\"actionUnits\"]").compactMap { name in
                    if let track = AffectTask(rawValue: name) { return track }
                    let known = words.map { "\"\($0)\"" }.joined(separator: ", ")
                    field.note("must be of \(known), found \"\(name)\"")
                    return nil
                }
            },
            write: { .list($0.map { .string($0.rawValue) }) })
    }
}
