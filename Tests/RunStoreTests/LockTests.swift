import Foundation
import Testing

@testable import RunStore

@Suite(.timeLimit(.minutes(5))) struct LockTests {
    /// A process that holds a run's lock, as a trainer would.
    private final class Trainer {
        private let process: ChildProcess
        private var isAlive = true

        /// Returns when the lock is held: the child says so through a named pipe.
        init(_ store: RunStore, _ run: RunID) throws {
            let folder = store.folder(of: run)
            try #require(mkfifo(folder + "/ready", 0o600) == 0)
            process = try ChildProcess.start(
                "/usr/bin/flock",
                ["--no-fork", folder + "/lock", "/bin/sh", "-c", "echo held > ready; exec sleep 1000"],
                directory: folder, output: folder + "/log")
            // Foundation reads no named pipes.
            let pipe = open(folder + "/ready", O_RDONLY)
            defer { close(pipe) }
            var said = [UInt8](repeating: 0, count: 8)
            #expect(read(pipe, &said, said.count) == 5)
        }

        deinit { if isAlive { kill() } }

        func kill() {
            isAlive = false
            Foundation.kill(process.processID, SIGKILL)
            #expect(process.wait() == 128 + SIGKILL)
        }
    }

    @Test func secondTrainerIsRefusedUntilTheFirstLetsGo() throws {
        let fixture = try Fixture()
        let (store, other) = (try fixture.open(), try fixture.open())
        let run = try store.makeRun()
        var lock: RunLock? = try store.lock(run.id)
        try store.begin(try #require(lock))
        let error = #expect(throws: RunStoreError.self) { try other.lock(run.id) }
        let process = ProcessInfo.processInfo.processIdentifier
        #expect(error == .locked(name: "demo", holder: "process \(process) on here"))
        // Another run is free.
        _ = try other.lock(try store.makeRun().id)
        lock = nil
        #expect(try other.lock(run.id).run == run.id)
    }

    @Test func killedTrainerMeansLost() throws {
        let fixture = try Fixture()
        let store = try fixture.open()
        let run = try store.makeRun()
        try store.begin(try store.lock(run.id))
        let trainer = try Trainer(store, run.id)
        #expect(try store.run(run.id).condition == .running)
        #expect(throws: RunStoreError.self) { try store.lock(run.id) }
        try store.setStatus(.paused, of: run.id)
        #expect(try store.run(run.id).condition == .paused)
        trainer.kill()
        #expect(try store.run(run.id).condition == .lost)
        try store.setStatus(.running, of: run.id)
        #expect(try store.runs().map(\.condition) == [.lost])
        // A lost run can be taken up again.
        let lock = try store.lock(run.id)
        try store.begin(lock)
        #expect(try store.run(run.id).condition == .running)
        withExtendedLifetime(lock) {}
    }

    @Test func silentTrainerIsStalledUntilItsHeartbeat() throws {
        let fixture = try Fixture()
        let store = try fixture.open()
        let run = try store.makeRun()
        let lock = try store.lock(run.id)
        try store.begin(lock)
        fixture.advance(by: 60)
        #expect(try store.run(run.id).condition == .running)
        fixture.advance(by: 1)
        #expect(try store.run(run.id).condition == .stalled)
        try store.heartbeat(run.id)
        #expect(try store.run(run.id).condition == .running)
        withExtendedLifetime(lock) {}
        fixture.advance(by: 1000)
        try store.setStatus(.finished, of: run.id)
        #expect(try store.run(run.id).condition == .finished)
        #expect(try store.run(run.id).ended == fixture.now)
    }

    @Test func otherMachinesGoByTheHeartbeat() throws {
        let fixture = try Fixture()
        let store = try fixture.open(host: "there")
        let run = try store.makeRun()
        try store.begin(try store.lock(run.id))
        // The lock is free as far as this machine can see.
        let here = try fixture.open(host: "here")
        #expect(try here.run(run.id).condition == .running)
        #expect(throws: RunStoreError.self) { try here.delete(run.id) }
        fixture.advance(by: 61)
        #expect(try here.run(run.id).condition == .lost)
        #expect(try store.run(run.id).condition == .lost)
    }

    @Test func everyCaseOfTheCondition() {
        typealias Case = (RunStatus, RunLock.Probe, Double?, Bool, RunCondition)
        let cases: [Case] = [
            (.pending, .free, nil, true, .pending), (.failed, .free, 1000, true, .failed),
            (.stopped, .held, 0, true, .stopped), (.running, .held, 5, false, .running),
            (.running, .held, 61, false, .stalled), (.paused, .held, 61, true, .stalled),
            (.running, .unknown, 5, true, .running), (.running, .unknown, 61, true, .lost),
            (.running, .free, 5, true, .lost), (.paused, .free, 5, false, .paused),
            (.running, .free, nil, false, .lost),
        ]
        for (status, lock, age, sameHost, expected) in cases {
            let found = RunCondition.derive(status: status, lock: lock, heartbeatAge: age, sameHost: sameHost)
            #expect(found == expected, "\(status) \(lock) \(age ?? -1) \(sameHost)")
        }
    }

    @Test func deletingIsRefusedWhileTheLockIsHeld() throws {
        let fixture = try Fixture()
        let store = try fixture.open()
        let run = try store.makeRun()
        let trainer = try Trainer(store, run.id)
        // Whatever the status says.
        try store.setStatus(.finished, of: run.id)
        let error = #expect(throws: RunStoreError.self) { try store.delete(run.id) }
        #expect(error?.description.contains("Stop it first") == true)
        #expect(try store.runs().count == 1)
        trainer.kill()
        try store.delete(run.id)
        #expect(try store.runs().isEmpty)
    }

    @Test func lockThatCannotBeMadeIsASentence() throws {
        let fixture = try Fixture()
        let store = try fixture.open()
        let run = try store.makeRun()
        try FileManager.default.removeItem(atPath: store.folder(of: run.id))
        let error = #expect(throws: RunStoreError.self) { try store.lock(run.id) }
        #expect(error?.description.contains("No such file") == true)
        // A run whose folder a person removed can still be deleted.
        try store.delete(run.id)
        #expect(try store.runs().isEmpty)
    }

    /// Whoever looked at the file must not have taken away the locks of a connection that is open: another process
    /// that closes the store would then delete the write-ahead log under it.
    @Test func openingAgainLeavesTheLocksOfTheFirst() throws {
        let fixture = try Fixture()
        let first = try fixture.open()
        _ = try first.runs()
        let second = try fixture.open()
        _ = try second.runs()
        let facts = try FileManager.default.attributesOfItem(atPath: first.home + "/runs.db")
        let number = try #require(facts[.systemFileNumber] as? Int)
        let locks = try String(contentsOfFile: "/proc/locks", encoding: .utf8).split(separator: "\n")
        #expect(locks.contains { $0.contains("POSIX") && $0.contains(":\(number) ") })
    }
}
