import Basics
import CSQLite

/// What SQLite answered, with the statement it answered to.
public struct DatabaseError: ExplainedError, Equatable {
    public var kind: ErrorKind { .environment }
    /// SQLite's extended result code.
    public var code: Int32
    public var message: String
    public var sql: String
    public var path: String

    public var description: String {
        let advice =
            switch code & 0xff {
            case SQLITE_FULL: "The disk is full, or this process may not write larger files; make room. "
            case SQLITE_BUSY, SQLITE_LOCKED: "Another process kept the file locked for too long. "
            case SQLITE_READONLY, SQLITE_PERM: "The file or its folder may not be written by this user. "
            case SQLITE_CORRUPT, SQLITE_NOTADB: "The file is damaged; restore it from a backup. "
            case SQLITE_CANTOPEN: "The file or its folder cannot be opened. "
            default: ""
            }
        let statement = sql.isEmpty ? "" : " in: \(sql)"
        return "\(path): \(advice)SQLite says '\(message)' (\(code))\(statement)"
    }
}

/// One connection to a SQLite file. Not for several threads at once: `RunStore` keeps it behind a lock.
final class Database {
    let path: String
    private let handle: OpaquePointer
    private var statements: [String: Statement] = [:]

    enum Access {
        case readOnly, readWrite, create
        /// Reads a file that nobody can be writing, without touching its folder.
        case immutable
    }

    init(path: String, access: Access) throws {
        // The connection is never used by two threads at once, so SQLite's own mutex would only cost time.
        var flags = SQLITE_OPEN_NOMUTEX
        var name = path
        switch access {
        case .readOnly: flags |= SQLITE_OPEN_READONLY
        case .readWrite: flags |= SQLITE_OPEN_READWRITE
        case .create: flags |= SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE
        case .immutable:
            flags |= SQLITE_OPEN_READONLY | SQLITE_OPEN_URI
            name = "file:\(Self.uriPath(path))?immutable=1"
        }
        var opened: OpaquePointer?
        let code = sqlite3_open_v2(name, &opened, flags, nil)
        guard let opened, code == SQLITE_OK else {
            let message = String(cString: opened.map { sqlite3_errmsg($0) } ?? sqlite3_errstr(code))
            sqlite3_close_v2(opened)
            throw DatabaseError(code: code, message: message, sql: "", path: path)
        }
        handle = opened
        self.path = path
        sqlite3_extended_result_codes(handle, 1)
        sqlite3_busy_timeout(handle, Self.patience)
    }

    /// Milliseconds to wait for another process's write.
    static let patience: Int32 = 10_000

    deinit {
        statements.removeAll()
        sqlite3_close_v2(handle)
    }

    private static func uriPath(_ path: String) -> String {
        path.replacing("%", with: "%25").replacing("?", with: "%3f").replacing("#", with: "%23")
    }

    func failure(_ code: Int32, sql: String) -> DatabaseError {
        // Of what the system says, SQLite takes only ENOSPC for a full disk.
        if code & 0xff == SQLITE_IOERR, let reason = systemErrors.first(where: FileError.isOutOfSpace) {
            let folder = path.lastIndex(of: "/").map { String(path[..<$0]) } ?? "."
            let message = FileError.reason(reason, folder: folder)
            return DatabaseError(code: SQLITE_FULL, message: message, sql: sql, path: path)
        }
        return DatabaseError(code: code, message: String(cString: sqlite3_errmsg(handle)), sql: sql, path: path)
    }

    /// What the system said when SQLite last failed: of a commit only the files remember it.
    private var systemErrors: [Int32] {
        var errors = [sqlite3_system_errno(handle)]
        for pointer in [SQLITE_FCNTL_FILE_POINTER, SQLITE_FCNTL_JOURNAL_POINTER] {
            var file: UnsafeMutablePointer<sqlite3_file>?
            var error: Int32 = 0
            guard sqlite3_file_control(handle, "main", pointer, &file) == SQLITE_OK, let file,
                let methods = file.pointee.pMethods, let control = methods.pointee.xFileControl,
                control(file, SQLITE_FCNTL_LAST_ERRNO, &error) == SQLITE_OK
            else { continue }
            errors.append(error)
        }
        return errors
    }

    /// Runs statements without arguments or results, such as a schema.
    func execute(_ sql: String) throws {
        let code = sqlite3_exec(handle, sql, nil, nil, nil)
        guard code == SQLITE_OK else { throw failure(sqlite3_extended_errcode(handle), sql: sql) }
    }

    /// The compiled statement, reset and with the arguments bound; compiled once per connection.
    func prepare(_ sql: String, _ values: [any Bindable] = []) throws -> Statement {
        let statement: Statement
        if let known = statements[sql] {
            statement = known
            statement.reset()
        } else {
            var compiled: OpaquePointer?
            let flags = UInt32(SQLITE_PREPARE_PERSISTENT)
            let code = sqlite3_prepare_v3(handle, sql, -1, flags, &compiled, nil)
            guard let compiled, code == SQLITE_OK else { throw failure(code, sql: sql) }
            statement = Statement(compiled, sql: sql, database: self)
            statements[sql] = statement
        }
        for (index, value) in values.enumerated() {
            try value.bind(to: statement, at: Int32(index + 1))
        }
        return statement
    }

    /// Runs one statement and ignores its rows.
    func run(_ sql: String, _ values: any Bindable...) throws {
        let statement = try prepare(sql, values)
        defer { statement.reset() }
        while try statement.step() {}
    }

    /// Every row of a query, turned into a value.
    func rows<Value>(_ sql: String, _ values: any Bindable..., read: (inout Row) throws -> Value) throws -> [Value] {
        let statement = try prepare(sql, values)
        defer { statement.reset() }
        var found: [Value] = []
        while try statement.step() {
            var row = Row(statement)
            found.append(try read(&row))
        }
        return found
    }

    /// The first row of a query, turned into a value.
    func first<Value>(_ sql: String, _ values: any Bindable..., read: (inout Row) throws -> Value) throws -> Value? {
        let statement = try prepare(sql, values)
        defer { statement.reset() }
        guard try statement.step() else { return nil }
        var row = Row(statement)
        return try read(&row)
    }

    /// The number in the first column of the first row.
    func integer(_ sql: String) throws -> Int64 {
        try first(sql) { $0.integer() } ?? 0
    }

    var lastInsertedID: Int64 { sqlite3_last_insert_rowid(handle) }
    /// Rows changed by the last statement.
    var changes: Int { Int(sqlite3_changes64(handle)) }
    /// Rows changed by this connection since it was opened.
    var totalChanges: Int64 { sqlite3_total_changes64(handle) }

    /// A write transaction. IMMEDIATE: the lock is waited for at the beginning, where waiting is possible; a read
    /// that becomes a write may be refused at once.
    func write<Value>(_ body: () throws -> Value) throws -> Value {
        try transaction("BEGIN IMMEDIATE", body)
    }

    /// Several queries that see the same state of the file.
    func read<Value>(_ body: () throws -> Value) throws -> Value {
        try transaction("BEGIN", body)
    }

    private func transaction<Value>(_ begin: String, _ body: () throws -> Value) throws -> Value {
        try run(begin)
        do {
            let value = try body()
            try run("COMMIT")
            return value
        } catch {
            // A full disk may have ended the transaction already.
            if sqlite3_get_autocommit(handle) == 0 {
                try? run("ROLLBACK")
            }
            throw error
        }
    }
}
