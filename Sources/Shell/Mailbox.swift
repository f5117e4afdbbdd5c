import Basics
import Glibc
import Workbench

/// Events on their way from background threads to the screen's thread, with a descriptor to wait on.
package final class Mailbox: Sendable {
    private let events = Guarded<[Event]>([])
    private let reader: Int32
    private let writer: Int32

    package init() throws {
        var ends: [Int32] = [-1, -1]
        guard pipe(&ends) == 0 else {
            throw UserError.environment("A pipe cannot be made: \(String(cString: strerror(errno))).")
        }
        for end in ends {
            _ = fcntl(end, F_SETFL, O_NONBLOCK)
            _ = fcntl(end, F_SETFD, FD_CLOEXEC)
        }
        (reader, writer) = (ends[0], ends[1])
    }

    deinit {
        close(reader)
        close(writer)
    }

    /// Can be read from when events wait.
    package var descriptor: Int32 { reader }

    /// Delivers several events at once: the screen never sees half of a poll of the store.
    package func post(_ fresh: [Event]) {
        guard !fresh.isEmpty else { return }
        events.withLock { $0 += fresh }
        wake()
    }

    /// Lets the screen's thread go round its loop.
    package func wake() {
        var byte: UInt8 = 1
        // A full pipe already says that events wait.
        _ = write(writer, &byte, 1)
    }

    package func drain() -> [Event] {
        var bytes = [UInt8](repeating: 0, count: 256)
        while read(reader, &bytes, bytes.count) > 0 {}
        return events.withLock { waiting in
            defer { waiting = [] }
            return waiting
        }
    }
}
