import Basics
import CSystem
import Foundation

/// A process that outlives us if need be, such as a trainer started from the workbench: in a session of its own, so
/// that neither Ctrl-C nor the end of our terminal reaches it.
public struct ChildProcess: Sendable {
    public let processID: Int32

    public struct StartError: ExplainedError, Equatable {
        public var kind: ErrorKind { .environment }
        public var program: String
        public var code: Int32
        public var description: String { "\(program) cannot be started: \(String(cString: strerror(code)))." }
    }

    /// Starts a program, given by its path, with arguments. Its input is empty; what it prints is appended to `output`.
    public static func start(
        _ program: String, _ arguments: [String], directory: String? = nil, output: String
    ) throws -> ChildProcess {
        let words = ([program] + arguments).map { strdup($0) } + [nil]
        defer { words.forEach { free($0) } }
        var process: pid_t = 0
        let code = maeface_spawn(words, directory, output, &process)
        guard code == 0 else { throw StartError(program: program, code: code) }
        return ChildProcess(processID: process)
    }

    /// The exit code, or 128 + the signal, when the process has ended; nil while it runs. To be asked now and then: it
    /// also takes the ended process off the system's list. Nil for good after that.
    public func exitCode() -> Int32? {
        var code: Int32 = 0
        return maeface_reap(processID, &code) == 1 ? code : nil
    }

    /// Waits for the end. Nil when `exitCode` has seen it before.
    public func wait() -> Int32? {
        var code: Int32 = 0
        return maeface_wait(processID, &code) == 1 ? code : nil
    }

    /// The path of the program that is running now, to start it again.
    public static var ownProgram: String {
        (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")) ?? CommandLine.arguments[0]
    }
}
