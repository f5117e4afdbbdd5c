import CSystem
import Foundation
import RunStore

/// Starts trainers as processes of their own.
enum TrainerLauncher {
    /// Where a trainer that has no terminal says what it has to say.
    static func log(of run: RunID, home: String) -> String { "\(home)/\(run)/trainer.log" }

    /// Starts a trainer that goes on with a run from its last checkpoint.
    static func resume(_ run: RunID, home: String) throws {
        try start(["train", "--resume", String(run), "--home", home], log: log(of: run, home: home))
    }

    private static func start(_ words: [String], log: String) throws {
        var arguments = (["/proc/self/exe"] + words).map { strdup($0) } + [nil]
        arguments[0] = strdup(try FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe"))
        defer { arguments.forEach { free($0) } }
        var process: pid_t = 0
        let reason = maeface_spawn(&arguments, nil, log, &process)
        guard reason == 0 else {
            throw CommandError.failed("The trainer cannot be started: \(String(cString: strerror(reason))).")
        }
    }
}
