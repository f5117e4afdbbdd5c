import Basics
import Foundation
import Results
import RunStore

/// Trainers as processes of their own.
package enum TrainerProcess {
    /// The run that a person means, when it can be gone on with.
    package static func resumable(_ reference: String, in store: RunStore) throws -> Run {
        let run = try store.resolve(reference)
        if run.condition == .finished {
            throw UserError.usage("run \(run.id) '\(run.name)' is finished; there is nothing to resume.")
        }
        return run
    }

    /// Starts a trainer that survives this process and its terminal; what it says goes to the run's folder.
    /// - Returns: its process number.
    package static func start(_ run: Run, home: String, threads: Int) throws -> pid_t {
        do {
            return try ChildProcess.start(
                ChildProcess.ownProgram,
                ["train", "--resume", "\(run.id)", "--home", home, "--threads", "\(threads)"],
                output: RunStore.folder(of: run.id, in: home) + "/" + RunLayout.trainerLog
            ).processID
        } catch {
            throw UserError.environment("the trainer: \(error)")
        }
    }
}
