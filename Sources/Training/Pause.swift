import Foundation
import RunStore

extension RunContext {
    /// Sleeps while the run is paused, still obeying; the time does not count as training.
    /// - Parameters:
    ///   - save: writes a checkpoint that a person asked for.
    func waitWhilePaused(
        journal: RunJournal, progress: () -> RunProgress, save: (_ isRequested: Bool) -> Bool
    ) throws {
        guard control.isPaused, !control.stopNow else { return }
        try? journal.flush(progress: progress())
        try store.setStatus(.paused, of: run)
        journal.event(.state, "paused")
        report(.message("paused"))
        while control.isPaused, !control.stopNow {
            if control.checkpointRequested {
                _ = save(true)
                control.checkpointDone()
            }
            try? journal.flush(progress: progress())
            Thread.sleep(forTimeInterval: 0.1)
            try control.poll()
        }
        guard !control.stopNow else { return }
        try store.setStatus(.running, of: run)
        journal.event(.state, "goes on")
        report(.message("goes on"))
    }
}
