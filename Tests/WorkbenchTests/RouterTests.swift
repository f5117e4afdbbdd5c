import Foundation
import Testing

@testable import Workbench

/// Only the router knows which view is current: everything that a view is lives with its page.
@Suite struct RouterTests {
    private static let sources = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().appendingPathComponent("Sources/Workbench")

    /// The code of every file but the router, without comments, and where it stands.
    private static func lines() throws -> [(place: String, code: Substring)] {
        let files = FileManager.default.enumerator(at: sources, includingPropertiesForKeys: nil)?.allObjects ?? []
        var lines: [(String, Substring)] = []
        for case let file as URL in files where file.pathExtension == "swift" {
            let text = try String(contentsOf: file, encoding: .utf8)
            for (index, line) in text.split(separator: "\n", omittingEmptySubsequences: false).enumerated() {
                let code = line.firstRange(of: "//").map { line[..<$0.lowerBound] } ?? line
                lines.append(("\(file.lastPathComponent):\(index + 1)", code))
            }
        }
        return lines
    }

    @Test func nothingElseAsksWhichViewIsCurrent() throws {
        let lines = try Self.lines()
        #expect(lines.contains { $0.place.hasPrefix("Router.swift") })
        let forbidden = try [
            "\\.current\\b", "\\bcurrent\\b\\s*(==|!=|=|\\{)", "\\brouter\\.",
            "\\bcase \\.(launch|monitor|compare|inspect)\\b",
        ].map { try Regex($0) }
        for (place, code) in lines where !place.hasPrefix("Router.swift") {
            #expect(!forbidden.contains { code.firstMatch(of: $0) != nil }, "\(place): \(code)")
        }
    }

    @Test func everyViewHasAPageWithItsOwnTitle() {
        let titles = Router.pages.map(\.title)
        #expect(Set(titles).count == WorkbenchView.allCases.count)
        for view in WorkbenchView.allCases {
            #expect(WorkbenchView(name: view.title.uppercased()) == view)
            var state = State()
            _ = state.show(view)
            #expect(state.page.title == view.title)
        }
    }

    @Test func foldersAndFilesStaySmall() throws {
        var folders: [String: Int] = [:]
        let files = FileManager.default.enumerator(at: Self.sources, includingPropertiesForKeys: nil)?.allObjects ?? []
        for case let file as URL in files where file.pathExtension == "swift" {
            folders[file.deletingLastPathComponent().path, default: 0] += 1
            let count = try String(contentsOf: file, encoding: .utf8).split(
                separator: "\n", omittingEmptySubsequences: false
            ).count
            #expect(count <= 450, "\(file.lastPathComponent)")
        }
        for (folder, count) in folders { #expect(count <= 15, "\(folder)") }
    }
}
