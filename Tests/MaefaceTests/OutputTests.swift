import Foundation
import TestSupport
import Testing

@testable import maeface

/// Results that do not arrive are an error, in every command.
@Suite struct OutputTests {
    /// Runs the program with stdout led elsewhere by a shell.
    private func run(_ arguments: [String], redirection: String) throws -> Program.Result {
        let shell = ["/bin/sh", "-c", "exec \"$0\" \"$@\" \(redirection)", try Program.path]
        return try Program.run(arguments, wrapper: shell)
    }

    /// Runs the program with a pipe for stdout that nobody reads.
    private func runIntoClosedPipe(_ arguments: [String]) throws -> (status: Int32, reason: Process.TerminationReason) {
        let pipe = Pipe()
        try pipe.fileHandleForReading.close()
        let process = Process()
        process.executableURL = URL(fileURLWithPath: try Program.path)
        process.arguments = arguments
        process.standardInput = FileHandle.nullDevice
        process.standardOutput = pipe.fileHandleForWriting
        process.standardError = FileHandle.nullDevice
        try process.run()
        process.waitUntilExit()
        return (process.terminationStatus, process.terminationReason)
    }

    private func expectFailure(_ arguments: [String]) throws {
        for (redirection, reason) in [
            (">/dev/full", "No space left on device"), (">&-", "Bad file descriptor"),
        ] {
            let result = try run(arguments, redirection: redirection)
            #expect(result.status == 1, "\(arguments) \(redirection)")
            let wanted = "maeface: the results cannot be written to stdout: \(reason).\n"
            #expect(result.talk.hasSuffix(wanted), "\(arguments): \(result.talk)")
        }
        let closed = try runIntoClosedPipe(arguments)
        #expect(closed.status == 1 && closed.reason == .exit, "\(arguments) into a closed pipe")
    }

    @Test func helpOfEveryCommand() throws {
        for command in Maeface.commands { try expectFailure(command.path + ["--help"]) }
        try expectFailure(["help"])
    }

    @Test func resultsOfCommands() throws {
        let folder = try TemporaryFolder()
        let session = try folder.write("tiny.json5", tinySession(epochs: 1))
        let home = ["--home", folder.path + "/runs"]
        #expect(try Program.run(["train", session] + home).status == 0)
        let weights = folder.path + "/runs/1/weights.safetensors"
        let commands = [
            ["--once", "monitor"], ["runs", "list"], ["runs", "list", "--json"], ["runs", "show", "1"],
            ["runs", "show", "1", "--json"], ["runs", "show", "1", "--session"], ["plan", session],
            ["plan", session, "--json"], ["train", session], ["train", session, "--json"],
            ["train", session, "--detach"],
        ]
        for words in commands { try expectFailure(words + home) }
        try expectFailure(["weights", "inspect", weights])
        try expectFailure(["weights", "inspect", weights, "--json"])
        try expectFailure(["keys"])
    }

    @Test func commandWithoutResultsAndItsOwnFailureKeepTheirCodes() throws {
        #expect(try run(["nonsense"], redirection: ">/dev/full").status == 2)
        #expect(try run(["runs", "show", "7", "--home", "/nowhere"], redirection: ">&-").status != 0)
    }

    @Test func closedDescriptorsAreNobodyElses() throws {
        // Whatever is opened first would get the number of stdout, and the results in it.
        let folder = try TemporaryFolder()
        let session = try folder.write("tiny.json5", tinySession(epochs: 1))
        let home = folder.path + "/runs"
        let result = try run(["train", session, "--home", home], redirection: "<&- >&-")
        #expect(result.status == 1)
        let shown = try Program.run(["runs", "show", "1", "--home", home])
        #expect(shown.status == 0 && shown.output.contains("finished"), "\(shown.talk)")
    }
}
