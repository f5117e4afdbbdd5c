/// A table of settings as a page of the documents has it, below a heading.
package struct SettingsPage: Sendable {
    /// In the folder `Documentation`.
    package let page: String
    package let heading: String
    /// In Markdown, with a line break after each row.
    package let table: String

    private init(_ page: String, _ heading: String, _ settings: [Row]) {
        self.page = page
        self.heading = heading
        let lines = ["| key | is | values | default |", "|---|---|---|---|"] + settings.map(\.line)
        table = lines.map { $0 + "\n" }.joined()
    }

    /// All of them, in the order of the pages.
    package static let all: [SettingsPage] = {
        let (pretrain, labels) = (PretrainStage.descriptions, SupervisedStage.descriptions)
        let distil = SettingsTable.distil.descriptions
        // What both kinds say in the same words is a setting of every stage.
        func isCommon(_ setting: SettingDescription, _ others: [SettingDescription]) -> Bool {
            others.contains { $0.key == setting.key && $0.summary == setting.summary }
        }
        let common = pretrain.compactMap { setting in
            labels.first { $0.key == setting.key && $0.summary == setting.summary }.map { Row(setting, withLabels: $0) }
        }
        func rows(_ settings: [SettingDescription]) -> [Row] { settings.map { Row($0) } }
        return [
            SettingsPage("SessionFiles.md", "## Settings", rows(Session.descriptions)),
            SettingsPage("SessionFiles.md", "### `model`", rows(ModelSettings.descriptions)),
            SettingsPage("SessionFiles.md", "### Every stage", common),
            SettingsPage(
                "SessionFiles.md", "### `pretrain` alone", rows(pretrain.filter { !isCommon($0, labels) })),
            SettingsPage("TrainingWithLabels.md", "## Settings", rows(labels.filter { !isCommon($0, pretrain) })),
            SettingsPage(
                "TrainingWithLabels.md", "### `distil` alone", rows(distil.filter { !isCommon($0, labels) })),
            SettingsPage("Datasets.md", "### Folds that the program cuts", rows(GroupedFolds.descriptions)),
        ] + SettingsTable.data.map { SettingsPage("Datasets.md", "### `\($0.name)`", rows($0.settings)) }
    }()

    /// A row of a table.
    private struct Row {
        let line: String

        init(_ setting: SettingDescription) {
            self.init(setting, values: setting.domain.words, standard: setting.standardText)
        }

        /// A setting of stages of both kinds, and where those with labels differ.
        init(_ setting: SettingDescription, withLabels other: SettingDescription) {
            func both(_ first: String, _ second: String) -> String {
                first == second ? first : "\(first); with labels \(second)"
            }
            self.init(
                setting, values: both(setting.domain.words, other.domain.words),
                standard: both(setting.standardText, other.standardText))
        }

        private init(_ setting: SettingDescription, values: String, standard: String) {
            let keys = setting.keys.map { "`\($0)`" }.joined(separator: " or ")
            let null = setting.takesNull ? ", or `null`" : ""
            line = "| \(keys) | \(setting.summary) | \(values)\(null) | \(standard) |"
        }
    }
}
