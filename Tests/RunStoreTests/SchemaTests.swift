import Foundation
import Testing

@testable import RunStore

@Suite struct SchemaTests {
    @Test func newStoreIsCompleteAndSound() throws {
        let fixture = try Fixture()
        let store = try fixture.open()
        #expect(try Schema.judge(path: fixture.path) == .ours(version: Schema.version))
        #expect(try store.withDatabase { try $0.first("PRAGMA journal_mode") { $0.text() } } == "wal")
        #expect(try store.withDatabase { try $0.integer("PRAGMA foreign_keys") } == 1)
        #expect(
            try store.withDatabase {
                try $0.integer("SELECT count(*) FROM pragma_table_list WHERE strict = 0 AND name NOT LIKE 'sqlite_%'")
            } == 0)
        #expect(try store.integrityProblems().isEmpty)
        #expect(store.notices.isEmpty)
        // Nothing but the database and what belongs to it is left of the making.
        #expect(try fixture.contents().keys.allSatisfy { $0.hasPrefix("runs.db") && !$0.contains(where: \.isNumber) })
    }

    @Test func emptyFileBecomesAStore() throws {
        let fixture = try Fixture()
        try Data().write(to: URL(fileURLWithPath: fixture.path))
        let run = try fixture.open().makeRun()
        #expect(try fixture.open().run(run.id).name == "demo")
    }

    @Test func olderFileIsBroughtUpToDateAndKeepsItsRuns() throws {
        let fixture = try Fixture()
        // Version 0 under our application id: what a first migration begins from.
        do {
            let database = try Database(path: fixture.path, access: .create)
            try database.execute("PRAGMA application_id = \(Schema.applicationID)")
            try database.execute("PRAGMA user_version = 0; CREATE TABLE left_over (a INTEGER)")
        }
        #expect(throws: RunStoreError.older(path: fixture.path, version: 0)) { try fixture.open(readOnly: true) }
        let store = try fixture.open()
        #expect(try Schema.judge(path: fixture.path) == .ours(version: Schema.version))
        #expect(try store.withDatabase { try $0.integer("SELECT count(*) FROM left_over") } == 0)
        #expect(try store.runs().isEmpty)
    }

    @Test func newerFileIsRefusedAndNotAltered() throws {
        let fixture = try Fixture()
        _ = try fixture.open().makeRun()
        do {
            let database = try Database(path: fixture.path, access: .readWrite)
            try database.execute("PRAGMA user_version = \(Schema.version + 1)")
        }
        let before = try fixture.contents()
        let error = #expect(throws: RunStoreError.self) { try fixture.open() }
        #expect(error == .newer(path: fixture.path, version: Schema.version + 1))
        #expect(throws: RunStoreError.self) { try fixture.open(readOnly: true) }
        #expect(try fixture.contents() == before)
        #expect(error?.description.contains("newer maeface") == true)
    }

    @Test func newerVersionThatStandsInTheLogOnlyIsRefused() throws {
        let fixture = try Fixture()
        _ = try fixture.open()
        let newer = try Database(path: fixture.path, access: .readWrite)
        try newer.execute("PRAGMA user_version = \(Schema.version + 1)")
        // The header on disk still has the old number while the connection is open.
        #expect(try Schema.judge(path: fixture.path) == .ours(version: Schema.version))
        #expect(throws: RunStoreError.newer(path: fixture.path, version: Schema.version + 1)) { try fixture.open() }
        #expect(try newer.integer("PRAGMA user_version") == Schema.version + 1)
    }

    @Test(arguments: [false, true]) func anotherProgramsDatabaseIsRefusedAndNotAltered(writeAhead: Bool) throws {
        let fixture = try Fixture()
        do {
            let database = try Database(path: fixture.path, access: .create)
            try database.execute("CREATE TABLE precious (a); INSERT INTO precious VALUES (1)")
            if writeAhead { try database.execute("PRAGMA journal_mode = WAL") }
        }
        let before = try fixture.contents()
        let error = #expect(throws: RunStoreError.self) { try fixture.open() }
        #expect(error == .foreign(path: fixture.path))
        #expect(error?.description.contains("--home") == true)
        #expect(throws: RunStoreError.self) { try fixture.open(readOnly: true) }
        #expect(try fixture.contents() == before)
    }

    @Test(arguments: ["my runs\n", String(repeating: "not a database ", count: 400)])
    func textFileIsRefusedAndNotAltered(text: String) throws {
        let fixture = try Fixture()
        try Data(text.utf8).write(to: URL(fileURLWithPath: fixture.path))
        let before = try fixture.contents()
        #expect(throws: RunStoreError.foreign(path: fixture.path)) { try fixture.open() }
        #expect(try fixture.contents() == before)
    }

    @Test func readingMakesNothing() throws {
        let fixture = try Fixture()
        #expect(throws: RunStoreError.noStore(home: fixture.home)) { try fixture.open(readOnly: true) }
        #expect(try fixture.contents().isEmpty)
        _ = try fixture.open().makeRun()
        let reader = try fixture.open(readOnly: true)
        #expect(try reader.runs().count == 1)
        let error = #expect(throws: DatabaseError.self) { try reader.makeRun() }
        #expect(error?.sql.contains("INSERT INTO run") == true)
        #expect(error?.description.contains("may not be written") == true)
    }

    @Test func damagedFileSaysSo() throws {
        let fixture = try Fixture()
        do {
            let store = try fixture.open()
            let run = try store.makeRun()
            try store.append(line(1...5000), to: run.id)
        }
        let file = try FileHandle(forUpdating: URL(fileURLWithPath: fixture.path))
        try file.seek(toOffset: 4096)
        try file.write(contentsOf: Data(repeating: 0xa5, count: 200_000))
        try file.close()
        let error = #expect(throws: DatabaseError.self) { try fixture.open().runs() }
        #expect(error?.description.contains("damaged") == true)
    }

    @Test func networkFileSystemMeansARollbackJournal() throws {
        let fixture = try Fixture()
        let store = try fixture.open(network: "NFS")
        #expect(try store.withDatabase { try $0.first("PRAGMA journal_mode") { $0.text() } } == "delete")
        #expect(try store.withDatabase { try $0.integer("PRAGMA synchronous") } == 2)
        #expect(store.notices.count == 1 && store.notices[0].contains("NFS"))
        let run = try store.makeRun()
        try store.append(line(1...10), to: run.id)
        #expect(try store.points(of: loss, run: run.id).count == 10)
        // The machine that has the disk keeps the mode, since others may be using the file over the network.
        let local = try fixture.open()
        #expect(try local.withDatabase { try $0.first("PRAGMA journal_mode") { $0.text() } } == "delete")
    }

    @Test func writeAheadLogIsGivenUpOverTheNetworkOrTheFileRefused() throws {
        let fixture = try Fixture()
        var local: RunStore? = try fixture.open()
        _ = try local?.makeRun()
        local = nil
        let store = try fixture.open(network: "SMB")
        #expect(try store.withDatabase { try $0.first("PRAGMA journal_mode") { $0.text() } } == "delete")
        #expect(try store.runs().count == 1)
    }

    @Test func homeIsTheArgumentThenTheEnvironmentThenRuns() {
        let environment = ["MAEFACE_HOME": "/tmp/theirs"]
        #expect(RunStore.home(argument: "/tmp/mine", environment: environment) == "/tmp/mine")
        #expect(RunStore.home(argument: nil, environment: environment) == "/tmp/theirs")
        #expect(RunStore.home(argument: nil, environment: [:]).hasSuffix("/runs"))
    }

    @Test func folderThatCannotBeMadeIsASentence() throws {
        let fixture = try Fixture()
        try Data().write(to: URL(fileURLWithPath: fixture.home + "/file"))
        let error = #expect(throws: RunStoreError.self) {
            try RunStore.open(home: fixture.home + "/file/runs")
        }
        #expect(error?.description.contains("cannot be made") == true)
    }
}
