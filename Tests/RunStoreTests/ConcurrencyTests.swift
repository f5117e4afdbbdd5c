import Foundation
import Synchronization
import Testing

@testable import RunStore

@Suite struct ConcurrencyTests {
    @Test func manyOpenAtOnce() throws {
        let fixture = try Fixture()
        let failures = Mutex<[String]>([])
        DispatchQueue.concurrentPerform(iterations: 16) { index in
            do {
                _ = try fixture.open().makeRun()
            } catch {
                failures.withLock { $0.append("\(error)") }
            }
        }
        #expect(failures.withLock { $0 } == [])
        let store = try fixture.open()
        #expect(Set(try store.runs().map(\.name)).count == 16)
        #expect(try fixture.contents().keys.allSatisfy { $0.hasPrefix("runs.db") && !$0.hasPrefix("runs.db.") })
    }

    /// Four connections write, each used by two threads, while a reader tails: nothing is lost, nothing is seen twice.
    @Test func writersAndReadersTogether() throws {
        let fixture = try Fixture()
        let stores = try (0..<4).map { _ in try fixture.open() }
        let run = try stores[0].makeRun()
        let problems = Mutex<[String]>([])
        let reader = try fixture.open(readOnly: true)
        let tail = Mutex<[Point]>([])
        let perThread: Int64 = 400

        DispatchQueue.concurrentPerform(iterations: 9) { worker in
            do {
                if worker == 8 {
                    for _ in 0..<200 {
                        let last = tail.withLock { $0.last?.step ?? 0 }
                        let new = try reader.points(
                            of: SeriesKey(stage: 0, name: .other("curve 0")), run: run.id, after: last)
                        tail.withLock { $0 += new }
                    }
                    return
                }
                let key = SeriesKey(stage: 0, name: .other("curve \(worker)"))
                for step in stride(from: 1, through: perThread, by: 10) {
                    try stores[worker / 2].append(line(step...step + 9, key), to: run.id)
                    try stores[worker / 2].heartbeat(run.id)
                }
            } catch {
                problems.withLock { $0.append("\(worker): \(error)") }
            }
        }
        #expect(problems.withLock { $0 } == [])
        for worker in 0..<8 {
            let key = SeriesKey(stage: 0, name: .other("curve \(worker)"))
            #expect(try reader.points(of: key, run: run.id) == line(1...perThread, key).map(\.1))
        }
        let last = tail.withLock { $0.last?.step ?? 0 }
        let seen =
            tail.withLock { $0 }
            + (try reader.points(of: SeriesKey(stage: 0, name: .other("curve 0")), run: run.id, after: last))
        #expect(seen.map(\.step) == Array(1...perThread))
        #expect(try reader.integrityProblems().isEmpty)
    }

    @Test func aCommandIsDeliveredOnce() throws {
        let fixture = try Fixture()
        let (sender, store) = (try fixture.open(), try fixture.open())
        let run = try store.makeRun()
        #expect(try store.pollCommands(of: run.id).isEmpty)
        for _ in 0..<25 {
            for command in [RunCommand.pause, .resume, .checkpoint, .stopAfterEpoch] {
                try sender.send(command, to: run.id)
            }
        }
        try sender.send(.stop, to: try sender.makeRun().id)
        let taken = Mutex<[SentCommand]>([])
        DispatchQueue.concurrentPerform(iterations: 4) { index in
            let mine = (try? fixture.open().pollCommands(of: run.id)) ?? []
            taken.withLock { $0 += mine }
        }
        let commands = taken.withLock { $0 }
        #expect(commands.count == 100 && Set(commands.map(\.id)).count == 100)
        #expect(Array(commands.map(\.command).prefix(4)) == [.pause, .resume, .checkpoint, .stopAfterEpoch])
        #expect(try store.pollCommands(of: run.id).isEmpty)

        fixture.advance(by: 2)
        try store.acknowledge(commands[0].id, outcome: "paused at step 12")
        let read = try sender.commands(of: run.id)
        #expect(read[0].outcome == "paused at step 12" && read[0].acknowledged == fixture.now)
        #expect(read[0].taken == fixture.now - 2 && read[1].acknowledged == nil)
    }

    @Test func commandsForADeadTrainerDoNotReachTheNext() throws {
        let store = try Fixture().open()
        let run = try store.makeRun()
        try store.send(.stop, to: run.id)
        try store.begin(try store.lock(run.id))
        #expect(try store.pollCommands(of: run.id).isEmpty)
        #expect(try store.commands(of: run.id).map(\.outcome) == ["not delivered: the trainer had ended"])
    }

    @Test func tokenChangesWithTheStoreAndOnlyThen() throws {
        let fixture = try Fixture()
        let (writer, reader) = (try fixture.open(), try fixture.open(readOnly: true))
        let run = try writer.makeRun()
        let first = try reader.changeToken()
        _ = try reader.points(of: loss, run: run.id)
        #expect(try reader.changeToken() == first)
        try writer.append(line(1...2), to: run.id)
        let second = try reader.changeToken()
        #expect(second != first)
        #expect(try reader.changeToken() == second)
        let own = try writer.changeToken()
        try writer.heartbeat(run.id)
        #expect(try writer.changeToken() != own)
    }

    /// A failed write leaves no transaction open, and nothing of it.
    @Test func failedWriteIsUndone() throws {
        struct Stop: Error {}
        let store = try Fixture().open()
        let run = try store.makeRun()
        #expect(throws: Stop.self) {
            try store.write { database in
                try database.run("UPDATE run SET note = 'half' WHERE id = ?", run.id)
                throw Stop()
            }
        }
        #expect(try store.run(run.id).note == "")
        #expect(throws: DatabaseError.self) { try store.append(line(1...2), to: 77) }
        try store.heartbeat(run.id)
        #expect(try store.integrityProblems().isEmpty)
    }

    @Test func durableWritesAnswer() throws {
        let store = try Fixture().open()
        let run = try store.makeRun()
        try store.append(line(1...2), to: run.id)
        try store.makeDurable()
        #expect(try store.points(of: loss, run: run.id).count == 2)
    }
}
