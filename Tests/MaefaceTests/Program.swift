import Foundation
import TestSupport
import Testing

/// The built program, run as a user runs it.
enum Program {
    struct Result {
        var status: Int32
        var output: String
        var talk: String
    }

    /// Beside the test bundle, where the package manager puts both.
    static var path: String {
        get throws {
            let bundle = try FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")
            let path = (bundle as NSString).deletingLastPathComponent + "/maeface"
            if FileManager.default.isExecutableFile(atPath: path) { return path }
            // Some toolchains run the bundle through a helper of theirs; the arguments then name the bundle.
            for word in CommandLine.arguments where word.hasSuffix(".xctest") {
                let path = (word as NSString).deletingLastPathComponent + "/maeface"
                if FileManager.default.isExecutableFile(atPath: path) { return path }
            }
            throw Missing()
        }
    }

    struct Missing: Error {}

    /// Seconds that the program may take in a test; a training of a small session takes a few.
    static let deadline = 600.0

    /// Sends a signal to a program as soon as something is so, and waits for its end.
    static func kill(
        _ process: Process, _ signal: Int32 = SIGKILL, asSoonAs isSo: () throws -> Bool
    ) throws {
        let hasCome = try becomesTrue(within: deadline) { try !process.isRunning || isSo() }
        #expect(hasCome && process.isRunning, "it ended before it could be stopped, or never came so far")
        Foundation.kill(process.processIdentifier, signal)
        #expect(process.waitUntilExit(atMost: deadline), "it went on after signal \(signal)")
    }

    static func start(_ arguments: [String], output: String) throws -> Process {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: try path)
        process.arguments = arguments
        process.standardInput = FileHandle.nullDevice
        _ = FileManager.default.createFile(atPath: output, contents: nil)
        let file = FileHandle(forWritingAtPath: output)
        process.standardOutput = file
        process.standardError = file
        try process.run()
        return process
    }

    /// - Parameter wrapper: a command that starts the program, which follows as its last words; its first is a path.
    @discardableResult
    static func run(
        _ arguments: [String], environment: [String: String] = [:], wrapper: [String] = []
    ) throws -> Result {
        let process = Process()
        let words = wrapper + (wrapper.isEmpty ? [try path] : []) + arguments
        process.executableURL = URL(fileURLWithPath: words[0])
        process.arguments = Array(words.dropFirst())
        process.environment = ProcessInfo.processInfo.environment.merging(environment) { $1 }
        process.standardInput = FileHandle.nullDevice
        let folder = try TemporaryFolder()
        let names = ["output", "talk"].map { folder.path + "/" + $0 }
        for name in names { _ = FileManager.default.createFile(atPath: name, contents: nil) }
        process.standardOutput = FileHandle(forWritingAtPath: names[0])
        process.standardError = FileHandle(forWritingAtPath: names[1])
        try process.run()
        #expect(process.waitUntilExit(atMost: deadline), "\(arguments) took longer than \(deadline) s")
        let texts = try names.map { try String(contentsOfFile: $0, encoding: .utf8) }
        return Result(status: process.terminationStatus, output: texts[0], talk: texts[1])
    }
}

/// A process that does nothing but keep one core busy, until it is stopped or the tests end.
final class Competitor {
    private let process = Process()

    init() throws {
        process.executableURL = URL(fileURLWithPath: "/bin/sh")
        let spin = "while kill -0 $0 2>/dev/null; do i=0; while [ $i -lt 100000 ]; do i=$((i+1)); done; done"
        process.arguments = ["-c", spin, "\(ProcessInfo.processInfo.processIdentifier)"]
        try process.run()
    }

    var isRunning: Bool { process.isRunning }

    func stop() {
        kill(process.processIdentifier, SIGKILL)
        process.waitUntilExit()
    }
}
