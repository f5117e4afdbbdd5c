import Screen

/// The key page of the documents, written from the key table.
public enum KeyPage {
    /// The table of keys in Markdown, one section a group.
    public static var markdown: String {
        var lines: [String] = []
        for group in Binding.Group.allCases {
            lines += ["### \(group.rawValue)", "", "| key | does | name in the palette |", "|---|---|---|"]
            for binding in KeyTable.bindings where binding.group == group {
                let keys = binding.keys.map { key in
                    let label = binding.action == .first && key == .character("g") ? "g g" : key.label
                    return "`\(label)`"
                }
                lines.append("| \(keys.joined(separator: " ")) | \(binding.help) | \(binding.name) |")
            }
            lines.append("")
        }
        return lines.joined(separator: "\n")
    }
}
