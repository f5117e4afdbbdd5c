import Affect

/// One folder of images for each class, in folders of a split or not.
public struct ClassFolderData: DataSettings {
    /// An absolute path.
    public var path: String
    public var classes: ExpressionClasses

    public init(path: String, classes: ExpressionClasses = ExpressionClasses()) {
        self.path = path
        self.classes = classes
    }

    package static let kind = "classes"
    package static let summary = "one folder of images for each class, inside `train` and `val` folders or not"
    package static let isLabelled = true

    package static let initial = ClassFolderData(path: "")

    package static let settings: [Setting<ClassFolderData>] =
        [Setting("path", \.path, .path, "the folder that holds a folder for each class").required("\"affectnet\"")]
        + Setting.classes(\.classes, drop: \.classes.drop)

    package func check(_ fields: FieldReader) { classes.check(fields) }
}
