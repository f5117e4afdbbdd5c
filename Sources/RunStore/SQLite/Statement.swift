import CSQLite

/// A compiled statement of a `Database`, which keeps it and outlives it.
final class Statement {
    let sql: String
    fileprivate let handle: OpaquePointer
    private unowned let database: Database

    init(_ handle: OpaquePointer, sql: String, database: Database) {
        self.handle = handle
        self.sql = sql
        self.database = database
    }

    deinit { sqlite3_finalize(handle) }

    /// Steps to the next row; false after the last.
    func step() throws -> Bool {
        switch sqlite3_step(handle) {
        case SQLITE_ROW: return true
        case SQLITE_DONE: return false
        case let code:
            let error = database.failure(code, sql: sql)
            reset()
            throw error
        }
    }

    /// Ends the statement's hold on the file and makes it ready for other arguments.
    func reset() { sqlite3_reset(handle) }

    func bind(_ value: Int64, at index: Int32) throws { try check(sqlite3_bind_int64(handle, index, value)) }
    func bind(_ value: Double, at index: Int32) throws { try check(sqlite3_bind_double(handle, index, value)) }
    func bindNull(at index: Int32) throws { try check(sqlite3_bind_null(handle, index)) }

    func bind(_ text: String, at index: Int32) throws {
        var text = text
        try check(
            text.withUTF8 { bytes in
                // An empty string may have no address, which SQLite would take for NULL.
                guard let base = bytes.baseAddress else { return csqlite_bind_text(handle, index, "", 0) }
                return base.withMemoryRebound(to: CChar.self, capacity: bytes.count) {
                    csqlite_bind_text(handle, index, $0, Int32(bytes.count))
                }
            })
    }

    /// Binds a number that may be NaN or infinite to two columns: SQLite stores NaN as NULL, so `kind` says what it
    /// was, and the value is NULL for all three.
    func bind(number: Double, at index: Int32) throws {
        if number.isFinite {
            try bind(number, at: index)
            try bindNull(at: index + 1)
        } else {
            try bindNull(at: index)
            try bind(number.isNaN ? "nan" : number > 0 ? "+inf" : "-inf", at: index + 1)
        }
    }

    private func check(_ code: Int32) throws {
        guard code == SQLITE_OK else { throw database.failure(code, sql: sql) }
    }
}

/// The current row of a statement, read column after column.
struct Row {
    private let handle: OpaquePointer
    private var column: Int32 = 0

    init(_ statement: Statement) { handle = statement.handle }

    private mutating func next() -> Int32 {
        defer { column += 1 }
        return column
    }

    private var isNull: Bool { sqlite3_column_type(handle, column) == SQLITE_NULL }

    mutating func integer() -> Int64 { sqlite3_column_int64(handle, next()) }
    mutating func int() -> Int { Int(integer()) }
    mutating func real() -> Double { sqlite3_column_double(handle, next()) }

    mutating func text() -> String {
        let index = next()
        guard let bytes = sqlite3_column_text(handle, index) else { return "" }
        let count = Int(sqlite3_column_bytes(handle, index))
        return String(decoding: UnsafeBufferPointer(start: bytes, count: count), as: UTF8.self)
    }

    /// nil for NULL, otherwise what `read` makes of the column.
    mutating func optional<Value>(_ read: (inout Row) -> Value) -> Value? {
        if isNull {
            column += 1
            return nil
        }
        return read(&self)
    }

    /// A number kept in two columns, value and kind; nil when both are NULL.
    mutating func number() -> Double? {
        let value = optional { $0.real() }
        return switch optional({ $0.text() }) {
        case "nan": .nan
        case "+inf": .infinity
        case "-inf": -.infinity
        default: value
        }
    }
}

/// What may stand for a `?` of a statement.
protocol Bindable {
    func bind(to statement: Statement, at index: Int32) throws
}

extension Int64: Bindable {
    func bind(to statement: Statement, at index: Int32) throws { try statement.bind(self, at: index) }
}

extension Int32: Bindable {
    func bind(to statement: Statement, at index: Int32) throws { try statement.bind(Int64(self), at: index) }
}

extension Int: Bindable {
    func bind(to statement: Statement, at index: Int32) throws { try statement.bind(Int64(self), at: index) }
}

extension Double: Bindable {
    func bind(to statement: Statement, at index: Int32) throws { try statement.bind(self, at: index) }
}

extension String: Bindable {
    func bind(to statement: Statement, at index: Int32) throws { try statement.bind(self, at: index) }
}

extension Optional: Bindable where Wrapped: Bindable {
    func bind(to statement: Statement, at index: Int32) throws {
        if let value = self {
            try value.bind(to: statement, at: index)
        } else {
            try statement.bindNull(at: index)
        }
    }
}
