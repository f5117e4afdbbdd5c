import Basics
import JSON5
import Session

/// `maeface settings`: what a session file can say.
enum SettingsCommand: Command {
    static let path = ["settings"]
    static let summary = "list every setting of session files, with values and defaults"
    static let help = """
        Lists the settings of session files: key, meaning, values and default. PART is
        session, model, folds, a kind of stage or a kind of data set; without it, the
        settings of all parts are listed.

        USAGE: maeface settings [PART]... [--json]

          PART     \(parts)
          --json   print an array of objects

        EXAMPLE: maeface settings finetune
        """

    /// The names of the parts, wrapped to the width of the help.
    private static var parts: String {
        var lines = [""]
        for table in SettingsTable.all {
            let name = table.name + (table.name == SettingsTable.all.last?.name ? "" : ",")
            if lines[lines.count - 1].count + name.count > 66 { lines.append("") }
            lines[lines.count - 1] += (lines[lines.count - 1].isEmpty ? "" : " ") + name
        }
        return lines.joined(separator: "\n" + String(repeating: " ", count: 11))
    }

    static func run(_ arguments: inout Arguments) throws -> ExitCode {
        let isJSON = arguments.flag("--json")
        let names = try arguments.positionals(atMost: .max)
        let tables = try names.isEmpty ? SettingsTable.all : names.map(table)
        if isJSON {
            try Output.json(JSONValue.list(tables.map(json)))
        } else {
            Output.result(tables.map(text).joined(separator: "\n\n"))
        }
        return .done
    }

    private static func table(_ name: String) throws -> SettingsTable {
        let known = SettingsTable.all.map(\.name)
        guard let table = SettingsTable.all.first(where: { $0.name == name }) else {
            let advice =
                NearestKey.of(name, among: known).map { "Did you mean '\($0)'?" }
                ?? "There are \(known.joined(separator: ", "))."
            throw UserError.usage("Sessions have no part '\(name)'. \(advice)")
        }
        return table
    }

    private static func text(_ table: SettingsTable) -> String {
        let settings = table.settings.map { setting in
            """
              \(setting.keys.joined(separator: ", "))
                \(setting.summary)
                values: \(values(setting)); default: \(setting.standardText)
            """
        }
        return "\(table.name): \(table.summary)\n" + settings.joined(separator: "\n")
    }

    private static func values(_ setting: SettingDescription) -> String {
        setting.domain.words + (setting.takesNull ? ", or `null`" : "")
    }

    private static func json(_ table: SettingsTable) -> JSONValue {
        .object([
            "part": .text(table.name), "summary": .text(table.summary),
            "settings": .list(
                table.settings.map {
                    .object([
                        "keys": .list($0.keys.map { .text($0) }), "summary": .text($0.summary),
                        "values": .text(values($0)), "default": .text($0.standardText),
                        "required": .flag($0.required != nil),
                    ])
                }),
        ])
    }
}
