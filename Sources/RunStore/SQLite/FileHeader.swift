import Basics
import Foundation

/// Reads the first bytes of a database file past SQLite.
///
/// POSIX gives up every lock that a process holds on a file when the process closes any descriptor of that file. So a
/// connection that is open elsewhere in the process would stand without its locks, and another process that closes the
/// store would take itself for the last one and delete the write-ahead log under it. Hence a descriptor, once opened,
/// stays open until the process ends: one for each file.
enum FileHeader {
    private struct File: Hashable {
        let device: UInt64
        let number: UInt64
    }

    private static let kept = Guarded<[File: Int32]>([:])

    /// At most `count` bytes from the beginning.
    /// - Throws: `RunStoreError.unreadable`.
    static func read(_ path: String, count: Int) throws -> [UInt8] {
        try kept.withLock { kept in
            var facts = stat()
            guard stat(path, &facts) == 0 else { throw unreadable(path) }
            let file = File(device: UInt64(facts.st_dev), number: UInt64(facts.st_ino))
            let descriptor: Int32
            if let known = kept[file] {
                descriptor = known
            } else {
                descriptor = open(path, O_RDONLY | O_CLOEXEC)
                guard descriptor >= 0 else { throw unreadable(path) }
                kept[file] = descriptor
            }
            var bytes = [UInt8](repeating: 0, count: count)
            let got = pread(descriptor, &bytes, count, 0)
            guard got >= 0 else { throw unreadable(path) }
            return Array(bytes[..<got])
        }
    }

    private static func unreadable(_ path: String) -> RunStoreError {
        .unreadable(path: path, reason: String(cString: strerror(errno)))
    }
}
