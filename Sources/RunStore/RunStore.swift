import CSystem
import Foundation

/// All runs of one folder: `runs.db`, where the trainer writes and everybody reads, and a folder for each run.
///
/// Values go in and out; no method leaves a transaction or a cursor open behind it. One store may be used by several
/// threads, which take turns, and any number of processes may open the same folder.
public final class RunStore: Sendable {
    /// The folder that holds `runs.db` and the runs' folders.
    public let home: String
    public let isReadOnly: Bool
    /// What a person should know about how the store works here, such as a network file system.
    public let notices: [String]
    /// This machine's name, as runs keep it.
    public let host: String

    let clock: @Sendable () -> Double
    private let connection: Connection

    /// The folder of runs: what a command was told, else MAEFACE_HOME, else ./runs.
    public static func home(
        argument: String?, environment: [String: String] = ProcessInfo.processInfo.environment
    ) -> String {
        let path = [argument, environment["MAEFACE_HOME"]].compactMap { $0 }.first { !$0.isEmpty } ?? "runs"
        return URL(fileURLWithPath: path).standardizedFileURL.path
    }

    /// The file of the store in a folder of runs.
    public static func database(in home: String) -> String { home + "/runs.db" }

    /// Opens the store of a folder, and makes both when they are not there. With `readOnly` nothing is made or
    /// changed, and a folder without a store throws `RunStoreError.noStore`.
    ///
    /// `clock` (seconds since 1970), `host` and `networkFileSystem` (the name of the network file system that a path
    /// lies on, or nil) are inputs for the sake of tests.
    public static func open(
        home: String, readOnly: Bool = false,
        clock: @escaping @Sendable () -> Double = { Date().timeIntervalSince1970 },
        host: String = Machine.hostName,
        networkFileSystem: (String) -> String? = { Machine.networkFileSystem(of: $0) }
    ) throws -> RunStore {
        if !readOnly { try makeFolder(home) }
        let path = Self.database(in: home)
        let network = networkFileSystem(home)
        try check(path: path, home: home, readOnly: readOnly, network: network)
        let (database, notices) =
            readOnly ? (try openForReading(path), []) : try openForWriting(path, network: network)
        return RunStore(
            home: home, isReadOnly: readOnly, notices: notices, host: host, clock: clock, database: database)
    }

    private init(
        home: String, isReadOnly: Bool, notices: [String], host: String, clock: @escaping @Sendable () -> Double,
        database: sending Database
    ) {
        self.home = home
        self.isReadOnly = isReadOnly
        self.notices = notices
        self.host = host
        self.clock = clock
        connection = Connection(database)
    }

    /// Refuses what is not ours before SQLite touches it; makes the file when there is none.
    private static func check(path: String, home: String, readOnly: Bool, network: String?) throws {
        switch try Schema.judge(path: path) {
        case .foreign: throw RunStoreError.foreign(path: path)
        case .absent, .empty:
            if readOnly { throw RunStoreError.noStore(home: home) }
            try create(path: path, writeAhead: network == nil)
        case .ours(let version):
            var version = version
            // What was committed last may still stand in the log alone. A connection that only reads leaves both be.
            if let log = try? FileManager.default.attributesOfItem(atPath: path + "-wal"), (log[.size] as? Int) != 0 {
                version = max(version, try openForReading(path).integer("PRAGMA user_version"))
            }
            if version > Schema.version { throw RunStoreError.newer(path: path, version: version) }
            if readOnly, version < Schema.version { throw RunStoreError.older(path: path, version: version) }
        }
    }

    /// Makes the file under another name and gives it its own when it is complete, so that nobody ever sees half of
    /// it, however many processes start at once.
    private static func create(path: String, writeAhead: Bool) throws {
        let unfinished = "\(path).\(ProcessInfo.processInfo.processIdentifier)-\(UInt32.random(in: 0...UInt32.max))"
        defer { unlink(unfinished) }
        do {
            let database = try Database(path: unfinished, access: .create)
            try Schema.migrate(database)
            // The file keeps the mode. An existing file is not brought back to it: a machine that sees it through a
            // network may be using it.
            if writeAhead { try database.run("PRAGMA journal_mode = WAL") }
        }
        // An empty file may be replaced; one that another process has just made may not.
        if try Schema.judge(path: path) == .empty {
            rename(unfinished, path)
        } else if link(unfinished, path) != 0, errno != EEXIST {
            // Some file systems have no hard links.
            rename(unfinished, path)
        }
        if try Schema.judge(path: path) == .absent {
            throw RunStoreError.unreadable(path: path, reason: "it could not be made")
        }
    }

    private static func openForReading(_ path: String) throws -> Database {
        do {
            let database = try Database(path: path, access: .readOnly)
            _ = try database.integer("PRAGMA user_version")
            return database
        } catch let error as DatabaseError {
            // A write-ahead log needs a file beside it that may not be made in someone else's folder. When there is no
            // log, nobody is writing.
            let log = try? FileManager.default.attributesOfItem(atPath: path + "-wal")[.size] as? Int
            guard (log ?? 0) == 0, access((path as NSString).deletingLastPathComponent, W_OK) != 0 else { throw error }
            return try Database(path: path, access: .immutable)
        }
    }

    private static func openForWriting(_ path: String, network: String?) throws -> (Database, [String]) {
        let database = try Database(path: path, access: .readWrite)
        var mode = try journalMode(database)
        var notices: [String] = []
        if let network {
            if mode == "wal" {
                try? database.run("PRAGMA journal_mode = DELETE")
                mode = try journalMode(database)
                if mode == "wal" { throw RunStoreError.writeAheadOverNetwork(path: path, system: network) }
            }
            notices.append(
                "\(path) lies on \(network), where SQLite's write-ahead log is not safe: "
                    + "a rollback journal is used, and writers and readers wait for each other.")
        }
        // NORMAL loses nothing when a process is killed; `makeDurable` covers a power cut. Only a log makes it safe.
        try database.run("PRAGMA synchronous = \(mode == "wal" ? "NORMAL" : "FULL")")
        try database.run("PRAGMA foreign_keys = ON")
        if try database.integer("PRAGMA user_version") != Schema.version {
            try Schema.migrate(database)
        }
        return (database, notices)
    }

    private static func journalMode(_ database: Database) throws -> String {
        try database.first("PRAGMA journal_mode") { $0.text() } ?? ""
    }

    private static func makeFolder(_ path: String) throws {
        do {
            try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
        } catch {
            throw RunStoreError.noFolder(path: path, reason: error.localizedDescription)
        }
    }

    /// One turn with the connection.
    func withDatabase<Value: Sendable>(_ body: (Database) throws -> Value) throws -> Value {
        try connection.withLock(body)
    }

    /// One turn with the connection, in a write transaction.
    func write<Value: Sendable>(_ body: (Database) throws -> Value) throws -> Value {
        try withDatabase { database in try database.write { try body(database) } }
    }

    // MARK: Watching

    /// Differs from an earlier token when anything in the store changed since, through whatever connection.
    public struct ChangeToken: Hashable, Sendable {
        var others: Int64
        var own: Int64
    }

    /// Cheap enough to ask several times a second: no table is read.
    public func changeToken() throws -> ChangeToken {
        try withDatabase { database in
            ChangeToken(others: try database.integer("PRAGMA data_version"), own: database.totalChanges)
        }
    }

    // MARK: The file

    /// Puts everything committed so far on the disk, so that a power cut cannot lose it either. A checkpoint file that
    /// names a step is written after this returns.
    public func makeDurable() throws {
        let log = Self.database(in: home) + "-wal"
        if FileManager.default.fileExists(atPath: log) {
            let reason = maeface_sync(log)
            guard reason == 0 else {
                throw RunStoreError.unreadable(path: log, reason: String(cString: strerror(reason)))
            }
        }
    }

    /// What SQLite finds wrong with the file; empty when it is sound.
    public func integrityProblems() throws -> [String] {
        try withDatabase { database in
            let found = try database.rows("PRAGMA integrity_check") { $0.text() }
            let orphans = try database.rows("PRAGMA foreign_key_check") { "a row of \($0.text()) has no owner" }
            return (found == ["ok"] ? [] : found) + orphans
        }
    }
}
