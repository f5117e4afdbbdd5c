import Foundation
import Session
import Testing

@Suite("The settings in the documents")
struct SettingsPageTests {
    private static let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
        .deletingLastPathComponent().deletingLastPathComponent().appendingPathComponent("Documentation")

    /// The lines of the first table below a heading; nil when there is none before the next heading.
    private func table(below heading: String, in lines: [Substring]) -> Range<Int>? {
        guard let start = lines.firstIndex(where: { $0 == heading }) else { return nil }
        guard let first = lines[(start + 1)...].firstIndex(where: { $0.hasPrefix("|") || $0.hasPrefix("#") }),
            lines[first].hasPrefix("|")
        else { return nil }
        return first..<(lines[first...].firstIndex { !$0.hasPrefix("|") } ?? lines.count)
    }

    /// RECORD_SETTINGS=1 writes the tables into the pages.
    @Test("The tables of settings are those that the program reads and writes by")
    func tables() throws {
        let isRecording = ProcessInfo.processInfo.environment["RECORD_SETTINGS"] != nil
        for entry in SettingsPage.all {
            let file = Self.folder.appendingPathComponent(entry.page)
            let text = try String(contentsOf: file, encoding: .utf8)
            var lines = text.split(separator: "\n", omittingEmptySubsequences: false)
            let range = try #require(
                table(below: entry.heading, in: lines), "\(entry.page) has no table below \(entry.heading)")
            let new = entry.table.split(separator: "\n")
            if isRecording {
                lines.replaceSubrange(range, with: new)
                try lines.joined(separator: "\n").write(to: file, atomically: true, encoding: .utf8)
            } else {
                for (line, expected) in zip(lines[range], new) { #expect(line == expected) }
                #expect(range.count == new.count, "\(entry.page) \(entry.heading)")
            }
        }
    }

    @Test("The page of data sets lists every kind with what it is")
    func kinds() throws {
        let text = try String(contentsOf: Self.folder.appendingPathComponent("Datasets.md"), encoding: .utf8)
        for kind in DataKinds.all { #expect(text.contains("| `\(kind.kind)` | \(kind.summary) |\n")) }
    }

    @Test("The command lists every part, one of them, and refuses others")
    func command() throws {
        let all = try Program.run(["settings"])
        #expect(all.status == 0)
        for table in SettingsTable.all { #expect(all.output.contains("\(table.name): \(table.summary)")) }
        let model = try Program.run(["settings", "model", "--json"])
        let json = try #require(try JSONSerialization.jsonObject(with: Data(model.output.utf8)) as? [[String: Any]])
        #expect(json.count == 1 && (json[0]["settings"] as? [Any])?.count == 6)
        let wrong = try Program.run(["settings", "finetun"])
        #expect(wrong.status == 2 && wrong.talk.contains("Did you mean 'finetune'?"), "\(wrong.talk)")
    }
}
