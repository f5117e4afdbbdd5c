import Affect

/// A table with a row for each image, with named columns: any mix of expression, action units, valence and arousal, some of
/// them missing in some rows. The texts are names of columns.
public struct TableData: DataSettings {
    /// The absolute path of the CSV file, whose first line names the columns.
    public var path: String
    /// A second table of the same columns whose samples are the official validation set.
    public var validation: String?
    /// The folder that image paths are relative to; nil is the folder of the table.
    public var images: String?
    public var image = "image"
    public var expression: String?
    /// A name that ends in `*` stands for all columns that begin so, `AU*`, and go on with a digit.
    public var units: [String] = []
    public var valence: String?
    public var arousal: String?
    public var subject: String?
    public var video: String?
    public var frame: String?
    /// A column that says train, validation or test.
    public var split: String?
    public var classes = ExpressionClasses()
    /// What the numbers of the labels mean: intensities of units, codes for nothing, the scale of valence and arousal.
    public var rules = LabelRules()
    public var missingImages = MissingImages.error

    /// What a row without its image is.
    public enum MissingImages: String, Sendable, CaseIterable {
        case error
        /// It is passed over and counted.
        case skip
    }

    public init(path: String) {
        self.path = path
    }

    package static let kind = "table"
    package static let summary = "a CSV file with named columns; labels may be missing in some rows"
    package static let isLabelled = true

    package static let initial = TableData(path: "")

    package static let settings: [Setting<TableData>] =
        [
            Setting("path", \.path, .path, "the CSV file; its first line names the columns").required("\"labels.csv\""),
            Setting(
                "validation", \.validation, .optional(.path),
                "a second table with the same columns: the official validation set"
            ).standard("none"),
            Setting("images", \.images, .optional(.path), "the folder that image paths are relative to")
                .standard("the table's folder"),
            Setting("image", \.image, .column, "the column with the path of the image"),
            Setting("expression", \.expression, .optional(.column), "the column with the expression").standard("none"),
            Setting(
                "units", \.units, .texts(example: "[\"AU*\"]"),
                "columns of action units; `AU*` means every column that begins with AU and continues with a digit"),
            Setting(
                "unitThreshold", \.rules.unitThreshold, .optional(.number(.positive)),
                "the intensity, of 0 to 5, from which a unit counts as active (DISFA, BP4D)"
            ).standard("only 0 and 1 are allowed"),
            Setting(
                "unknown", \.rules.unknown, .numbers(example: "[9, 999]"),
                "numbers that stand for a label that is not known, such as BP4D's 9"),
            Setting("valence", \.valence, .optional(.column), "the column with the valence, from -1 to 1")
                .standard("none"),
            Setting("arousal", \.arousal, .optional(.column), "the column with the arousal; both or neither")
                .standard("none"),
            Setting(
                "scale", \.rules.scale, .optional(.scale),
                "the lowest and the highest rating of valence and arousal, which become -1 and 1"
            ).standard("[-1, 1]"),
            Setting(
                "partialFrames", \.rules.partialFrames, .word,
                "what scores do with a frame that has -1 for some of its units: `drop` leaves it out, `score` scores its other "
                    + "units; training uses every unit that is known"),
            Setting("subject", \.subject, .optional(.column), "the column that says whom an image shows")
                .standard("none"),
            Setting("video", \.video, .optional(.column), "the column that says which video an image is a frame of")
                .standard("none"),
            Setting("frame", \.frame, .optional(.column), "the column with the number of the frame").standard("none"),
            Setting("split", \.split, .optional(.column), "the column with `train`, `validation` or `test`")
                .standard("none"),
        ]
        + Setting.classes(\.classes, drop: \.classes.drop).map { $0.written { $0.expression != nil } }
        + [
            Setting(
                "missingImages", \.missingImages, .word,
                "`error`, or `skip` to count rows whose image file is missing")
        ]

    package func check(_ fields: FieldReader) {
        classes.check(fields)
        if (valence == nil) != (arousal == nil) {
            fields.note(
                valence == nil ? "arousal" : "valence",
                "valence and arousal go together; name both columns, or neither")
        }
        if validation != nil, split != nil {
            fields.note("split", "cannot stand beside `validation`; both say what is held out")
        }
        if fields.has("classes") || fields.has("drop"), !fields.has("expression") {
            fields.note(fields.has("classes") ? "classes" : "drop", "needs the column of the `expression`")
        }
    }
}

extension SettingCodec<ClosedRange<Double>> {
    /// The lowest and the highest rating.
    fileprivate static var scale: SettingCodec {
        SettingCodec(
            domain: .range(.finite),
            read: { field, _ in
                guard let range = SettingCodec.range(.finite).read(field, 1...9) else { return nil }
                if range.lowerBound == range.upperBound { field.note("the lowest rating comes first, as in [1, 9]") }
                return range
            },
            write: SettingCodec.range(.finite).write)
    }
}
