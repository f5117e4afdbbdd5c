/// Everything about a run, as its session file says it, with every default filled in and every path absolute.
public struct Session: Equatable, Sendable {
    /// What lists and folders call the run.
    public var name: String
    /// The root of every random number of the run.
    public var seed: UInt64
    public var model: ModelSettings
    /// In the order of the file; names are unique.
    public var data: [DataSource]
    /// How labelled data is cut into folds; nil where nothing is.
    public var folds: FoldSettings?
    /// At least one; run in this order.
    public var stages: [Stage]

    public init(
        name: String, seed: UInt64 = 0, model: ModelSettings, data: [DataSource], folds: FoldSettings? = nil,
        stages: [Stage]
    ) {
        self.name = name
        self.seed = seed
        self.model = model
        self.data = data
        self.folds = folds
        self.stages = stages
    }

    /// The root of a stage's random numbers: its own, or the run's.
    public func seed(ofStage index: Int) -> UInt64 { stages[index].seed ?? seed }

    /// The data source of that name, or nil.
    public func source(named name: String) -> DataSource? {
        data.first { $0.name == name }
    }

    /// The data set that `folds` cuts: that of the last stage with labels.
    public var foldedData: String? {
        folds == nil ? nil : stages.compactMap(\.supervised).last?.data.name
    }

    /// The first stage that uses the folded data with its labels, or only what it trains on: from there on all stages run
    /// in each fold.
    public var firstFoldedStage: Int? {
        guard let folded = foldedData else { return nil }
        return stages.firstIndex { stage in
            stage.data.contains { $0.name == folded && (stage.supervised != nil || $0.split != nil) }
        }
    }
}
