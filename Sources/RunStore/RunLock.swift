import CSystem
import Foundation

/// The hold of one trainer on one run, for as long as this object lives. The kernel ends it with the process, by
/// SIGKILL too, so a lock that is free is the proof that nobody trains.
public final class RunLock: Sendable {
    public let run: RunID
    private let descriptor: Int32

    init(run: RunID, path: String) throws {
        var opened: Int32 = -1
        let reason = maeface_lock(path, &opened)
        switch reason {
        case 0: break
        case EWOULDBLOCK: throw Held()
        default: throw RunStoreError.unlockable(path: path, reason: String(cString: strerror(reason)))
        }
        self.run = run
        descriptor = opened
    }

    deinit { maeface_unlock(descriptor) }

    struct Held: Error {}

    enum Probe: Sendable {
        case held, free, unknown
    }

    static func probe(path: String) -> Probe {
        switch maeface_lock_is_held(path) {
        case 0: .free
        case 1: .held
        default: .unknown
        }
    }
}

extension RunCondition {
    /// Seconds without a heartbeat after which a trainer counts as stalled.
    public static let patience = 60.0

    /// What a run is, from what its trainer wrote last and from what can be seen of the trainer now.
    ///
    /// On the trainer's own machine the lock tells whether it lives, and the heartbeat whether it moves. From another
    /// machine a free lock proves nothing, since not every shared file system shows it: there the heartbeat decides.
    static func derive(
        status: RunStatus, lock: RunLock.Probe, heartbeatAge: Double?, sameHost: Bool
    ) -> RunCondition {
        let active: RunCondition
        switch status {
        case .pending: return .pending
        case .finished: return .finished
        case .stopped: return .stopped
        case .failed: return .failed
        case .running: active = .running
        case .paused: active = .paused
        }
        let silent = heartbeatAge.map { $0 > patience } ?? true
        switch lock {
        case .held: return silent ? .stalled : active
        case .free where sameHost: return .lost
        case .free, .unknown: return silent ? .lost : active
        }
    }
}
