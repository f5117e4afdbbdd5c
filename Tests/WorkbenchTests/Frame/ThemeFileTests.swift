import Foundation
import Screen
import Testing

@testable import Workbench

@Suite struct ThemeFileTests {
    private static let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().deletingLastPathComponent().appendingPathComponent("themes").path

    @Test(arguments: ["dark", "light", "high-contrast", "colour-blind"]) func committedThemesPass(_ name: String) throws
    {
        let theme = try ThemeFile.read("\(Self.folder)/\(name).json5")
        #expect(theme.name == name)
        if name == "dark" { #expect(theme == .standard) }
    }

    @Test(arguments: [
        ("[]", "a theme is an object in braces"),
        ("{ name: 'x', ground: 'grey' }", "ground must be"),
        ("{ name: 'x', ground: 'dark', styles: {} }", "theme x lacks text, faint"),
        ("{ name: 'x', ground: 'dark', styles: { texte: 1 } }", "there is no role texte"),
        ("{ name: 'x', ground: 'dark', styles: { text: 300 } }", "300 is not a colour from 0 to 255"),
        ("{ name: 'x', ground: 'dark', styles: { text: { colour: 3 } } }", "a style has no colour"),
        ("{ name: 'x', ground: 'dark', styles: { text: 1.5 } }", "a colour is a number"),
        ("{ name: 'x', ground: 'dark', stiles: {} }", "a theme has no stiles"),
        ("{ name: 'x' ", "t.json5:1"),
    ]) func mistakesAreNamedWithTheirPlace(_ text: String, _ expected: String) {
        let problem = #expect(throws: ThemeFile.Problem.self) {
            try ThemeFile.decode(Array(text.utf8), file: "t.json5")
        }
        #expect(problem?.description.contains(expected) == true, "\(problem?.description ?? "")")
        #expect(problem?.description.contains("t.json5") == true)
    }
}
