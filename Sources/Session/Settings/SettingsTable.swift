/// The settings of one part of a session, as documents and forms list them.
public struct SettingsTable: Sendable {
    /// `model`, `pretrain`, `table`, ...
    public let name: String
    /// What has these settings, in a phrase without a full stop.
    public let summary: String
    public let settings: [SettingDescription]

    private init(_ name: String, _ summary: String, _ settings: [SettingDescription]) {
        self.name = name
        self.summary = summary
        self.settings = settings
    }

    /// The session and its parts, stages, and kinds of data sets.
    public static let all: [SettingsTable] = parts + stages + data

    static let parts = [
        SettingsTable("session", "a session file", Session.descriptions),
        SettingsTable("model", "the `model` of a session", ModelSettings.descriptions),
        SettingsTable("folds", "the `folds` of a session, where the program cuts them", GroupedFolds.descriptions),
    ]

    static let stages = [
        SettingsTable("pretrain", "a stage of masked autoencoding", PretrainStage.descriptions),
        SettingsTable("supervise", "a second, supervised pass of pre-training", SupervisedStage.descriptions),
        SettingsTable("finetune", "fine-tuning for a task", SupervisedStage.descriptions),
        SettingsTable("distil", "a second pass of fine-tuning with a teacher", distil.descriptions),
    ]

    static var distil: SupervisedStage {
        var stage = SupervisedStage.initial
        stage.kind = .distil
        return stage
    }

    static let data = DataKinds.all.map { SettingsTable($0.kind, $0.summary, $0.descriptions) }
}
