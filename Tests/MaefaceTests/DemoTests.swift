import Foundation
import Session
import Testing
import Workbench

@testable import maeface

@Suite("What stands in files beside the program")
struct DemoTests {
    @Test("The keys in Documentation/Keys.md are those that the workbench obeys")
    func keyPage() throws {
        let package = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent()
        let page = try String(contentsOf: package.appendingPathComponent("Documentation/Keys.md"), encoding: .utf8)
        #expect(page.contains(KeyPage.markdown), "put the output of 'maeface keys' into Documentation/Keys.md")
    }

    @Test("The demo inside the program is the one in sessions/demo.json5")
    func demoSession() throws {
        let package = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent()
        let file = try SessionReader.read(path: package.appendingPathComponent("sessions/demo.json5").path)
        #expect(try DemoCommand.demoSession().resolvedText == file.resolvedText)
    }
}
