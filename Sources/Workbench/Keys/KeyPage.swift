import Screen

/// The key page of the documents, written from the key table.
public enum KeyPage {
    /// The table of keys in Markdown, one section a group.
    public static var markdown: String {
        var lines: [String] = []
        for group in Action.Group.allCases {
            lines += ["### \(group.rawValue)", "", "| key | does | name in the palette |", "|---|---|---|"]
            for action in KeyTable.actions where action.group == group {
                let keys = action.keyLabels.map { "`\($0)`" }.joined(separator: " ")
                lines.append("| \(keys) | \(action.help) | \(action.name) |")
            }
            lines.append("")
        }
        return lines.joined(separator: "\n")
    }
}
