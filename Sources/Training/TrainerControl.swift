import Basics
import CSystem
import Foundation
import RunStore

/// What the trainer was asked to do, by commands in the store and by signals.
///
/// Asked between two steps, so that a step is never cut in half.
final class TrainerControl {
    private let store: RunStore
    private let run: RunID
    private var lastPoll = -Double.infinity
    /// Seconds between two readings of the store.
    private let interval: Double

    private(set) var isPaused = false
    private(set) var stopNow = false
    private(set) var stopAfterEpoch = false
    private(set) var checkpointRequested = false
    /// Why the run stops, for its history.
    private(set) var stopReason = ""

    /// - Parameter signals: whether signals that end a process mean stop, and SIGHUP nothing, as in a process of its own.
    init(store: RunStore, run: RunID, signals: Bool, interval: Double = 0.2) throws {
        self.store = store
        self.run = run
        self.interval = interval
        guard signals else { return }
        var descriptor: Int32 = -1
        let code = maeface_signals_open_ending([], 0, &descriptor)
        guard code == 0 else {
            throw TrainingError("signals cannot be received: \(String(cString: strerror(code))).")
        }
    }

    /// Reads what arrived since; cheap enough for every step.
    func poll() throws {
        while true {
            let signal = maeface_signals_next()
            if signal == 0 { break }
            // The terminal going away is no reason to stop: the run survives it.
            if signal == SIGHUP { continue }
            stopNow = true
            stopReason = signal == SIGINT ? "interrupted" : "asked to end (\(Self.name(of: signal)))"
        }
        let now = Clock.monotonic()
        guard now - lastPoll >= interval else { return }
        lastPoll = now
        for sent in try store.pollCommands(of: run) { try obey(sent) }
    }

    private static func name(of signal: Int32) -> String {
        var bytes = [CChar](repeating: 0, count: 32)
        maeface_signal_name(signal, &bytes, bytes.count)
        return String(decoding: bytes.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
    }

    private func obey(_ sent: SentCommand) throws {
        var outcome = "done"
        switch sent.command {
        case .pause:
            isPaused = true
            outcome = "paused"
        case .resume:
            isPaused = false
            outcome = "goes on"
        case .checkpoint:
            checkpointRequested = true
        case .stop:
            stopNow = true
            stopReason = "stopped on request"
        case .stopAfterEpoch:
            stopAfterEpoch = true
            isPaused = false
            outcome = "stops after this epoch"
        }
        try store.acknowledge(sent.id, outcome: outcome)
    }

    func checkpointDone() { checkpointRequested = false }
}
