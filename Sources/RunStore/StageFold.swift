/// A stage of a run in one fold of its data, or a stage that runs once for all folds.
public struct StageFold: Hashable, Sendable {
    /// From 0.
    public var stage: Int
    /// From 1; nil for a stage that runs once.
    public var fold: Int?

    public init(stage: Int, fold: Int? = nil) {
        self.stage = stage
        self.fold = fold
    }

    /// As people read it: `finetune fold 2`.
    /// - Parameter kind: the stage's kind; its number where it is not known.
    public func title(_ kind: String?) -> String { (kind ?? "stage \(stage)") + foldWords }

    /// As facts name it: `stage 1 fold 2`.
    public var name: String { "stage \(stage)" + foldWords }

    /// The stage and fold with a name; nil for other words.
    public init?(name: Substring) {
        let words = name.split(separator: " ")
        guard words.count == 2 || words.count == 4, words[0] == "stage", let stage = Int(words[1]) else { return nil }
        self.init(stage: stage)
        guard words.count == 4 else { return }
        guard words[2] == "fold", let fold = Int(words[3]) else { return nil }
        self.fold = fold
    }

    private var foldWords: String { fold.map { " fold \($0)" } ?? "" }
}

extension StageFold: Comparable {
    /// The order of the training: stages before the folds, then fold by fold.
    public static func < (a: StageFold, b: StageFold) -> Bool { (a.fold ?? 0, a.stage) < (b.fold ?? 0, b.stage) }
}
