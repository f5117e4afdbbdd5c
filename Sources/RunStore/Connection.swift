import Foundation

/// The one connection of a store, which its threads use in turns.
///
/// `Synchronization.Mutex` would need no promise to the compiler, but ThreadSanitizer does not see its contended path
/// and reports races between two holders of the lock. `Database` never leaves `withLock`.
final class Connection: @unchecked Sendable {
    private let lock = NSLock()
    private let database: Database

    init(_ database: sending Database) { self.database = database }

    func withLock<Value: Sendable>(_ body: (Database) throws -> Value) rethrows -> Value {
        try lock.withLock { try body(database) }
    }
}
