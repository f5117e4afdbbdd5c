import Dispatch
import Foundation
import RunStore

/// A thread that says every few seconds that the trainer lives, also while a step or a checkpoint takes long.
final class Heartbeat {
    private let stopped = DispatchSemaphore(value: 0)
    private let ended = DispatchSemaphore(value: 0)

    init(store: RunStore, run: RunID, interval: Double = 5) {
        let thread = Thread { [stopped, ended] in
            while stopped.wait(timeout: .now() + interval) == .timedOut {
                // A store that is busy or full misses a beat; the next one tries again.
                try? store.heartbeat(run)
            }
            ended.signal()
        }
        thread.name = "heartbeat"
        thread.start()
    }

    func stop() {
        stopped.signal()
        ended.wait()
    }
}
