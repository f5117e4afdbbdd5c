import Foundation

/// The one connection of a store, which its threads use in turns.
///
/// Not a `Guarded` value, because a closure may not take the database out of it: `Database` never leaves `withLock`.
// Unchecked: the database is reached under its lock alone.
final class Connection: @unchecked Sendable {
    private let lock = NSLock()
    private let database: Database

    init(_ database: sending Database) { self.database = database }

    func withLock<Value: Sendable>(_ body: (Database) throws -> Value) rethrows -> Value {
        try lock.withLock { try body(database) }
    }
}
