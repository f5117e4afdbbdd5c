import Foundation
import Testing

@testable import maeface

/// Help texts are output that people read in a terminal of 80 columns.
@Suite("Help texts") struct HelpTests {
    @Test("No line of a help text or of the overview is wider than 80 columns")
    func width() {
        for (name, text) in Self.texts {
            for line in text.split(separator: "\n", omittingEmptySubsequences: false) {
                #expect(line.count <= 80, "\(name): \(line)")
                #expect(line.last != " ", "\(name): \(line)")
            }
        }
    }

    @Test("Every command says how it is called and gives an example of itself")
    func examples() {
        for command in Maeface.commands {
            let call = (["maeface"] + command.path).joined(separator: " ")
            #expect(command.help.contains("USAGE: \(call)"), "\(call)")
            let examples = command.help.components(separatedBy: "EXAMPLE").dropFirst().joined()
            #expect(examples.contains(call), "\(call)")
        }
    }

    @Test("Options stand in the usage or in the list of options, never in an example alone")
    func options() {
        for command in Maeface.commands {
            let parts = command.help.components(separatedBy: "EXAMPLE")
            let used = parts.dropFirst().joined().split(whereSeparator: \.isWhitespace).filter { $0.hasPrefix("--") }
            for option in used {
                #expect(parts[0].contains(option), "\(command.path.joined(separator: " ")) \(option)")
            }
        }
    }

    private static var texts: [(String, String)] {
        Maeface.commands.map { ($0.path.joined(separator: " "), $0.help) } + [("overview", Maeface.overview)]
    }
}
