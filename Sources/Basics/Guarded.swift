import Foundation

/// A value that several threads use, one at a time.
///
/// `Synchronization.Mutex` would do, but ThreadSanitizer does not see its contended path and reports races that are
/// none; of this lock it knows.
// Unchecked: the value is reached under its lock alone.
public final class Guarded<Value>: @unchecked Sendable {
    private let lock = NSLock()
    private var value: Value

    public init(_ value: sending Value) { self.value = value }

    /// Runs `body` with the value while no other thread has it.
    public func withLock<Result>(_ body: (inout Value) throws -> sending Result) rethrows -> sending Result {
        lock.lock()
        defer { lock.unlock() }
        return try body(&value)
    }
}
