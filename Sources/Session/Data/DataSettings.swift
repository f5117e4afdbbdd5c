/// The settings of a kind of data set: `Session/Data` has one file for each kind, `Datasets/Adapters` the file that reads it,
/// and `DataKinds` the list of all.
package protocol DataSettings: SettingsRecord, Equatable {
    /// The word that the session file uses in `kind`.
    static var kind: String { get }
    /// What it is, in a phrase without a full stop.
    static var summary: String { get }
    /// Whether its images have labels, so that it can be trained on with supervision and cut into folds.
    static var isLabelled: Bool { get }
    /// What is known of its images without reading it; nil where they have to be counted.
    var planned: PlannedImages? { get }
}

/// The images that a data set will have once the program has rendered them.
package struct PlannedImages: Equatable, Sendable {
    package let count: Int
    /// `1024 rendered faces of 512 identities`
    package let words: String
}

extension DataSettings {
    package var planned: PlannedImages? { nil }

    fileprivate func equals(_ other: any DataSettings) -> Bool { (other as? Self) == self }
}

/// The kinds of data sets.
package enum DataKinds {
    /// In the order that messages list them in.
    package static let all: [any DataSettings.Type] = [
        FolderData.self, RenderedData.self, ClassFolderData.self, TableData.self, AffWild2Data.self,
        RenderedVideoData.self,
    ]
}

/// A named set of samples.
public struct DataSource: Equatable, Sendable {
    public var name: String
    package var content: any DataSettings

    package init(name: String, content: any DataSettings) {
        self.name = name
        self.content = content
    }

    /// The word that the session file uses in `kind`.
    public var kind: String { type(of: content).kind }

    /// Whether its images have labels.
    public var isLabelled: Bool { type(of: content).isLabelled }

    public static func == (a: DataSource, b: DataSource) -> Bool {
        a.name == b.name && a.content.equals(b.content)
    }
}
