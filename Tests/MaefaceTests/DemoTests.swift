import Foundation
import Session
import Testing

@testable import maeface

@Suite("maeface demo")
struct DemoTests {
    @Test("The demo inside the program is the one in sessions/demo.json5")
    func demoSession() throws {
        let package = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent()
        let file = try SessionReader.read(path: package.appendingPathComponent("sessions/demo.json5").path)
        #expect(try DemoCommand.demoSession().resolvedText == file.resolvedText)
    }
}
