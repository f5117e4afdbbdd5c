import Dispatch
import Synchronization

/// Independent pieces of work on a few threads.
package enum Parallel {
    /// Calls `body` once for each index, in any order, and returns when all are done. After a cancellation no further
    /// index begins.
    package static func forEach(_ count: Int, threads: Int, cancellation: Cancellation? = nil, _ body: (Int) -> Void) {
        if threads <= 1 || count <= 1 {
            for index in 0..<count where cancellation?.isCancelled != true { body(index) }
            return
        }
        let next = Atomic(0)
        withoutActuallyEscaping(body) { escapable in
            // The pieces are independent, and this returns only when all are done.
            nonisolated(unsafe) let body = escapable
            DispatchQueue.concurrentPerform(iterations: min(threads, count)) { _ in
                while cancellation?.isCancelled != true {
                    let index = next.wrappingAdd(1, ordering: .relaxed).oldValue
                    guard index < count else { return }
                    body(index)
                }
            }
        }
    }

    /// The results of independent pieces of work, in their order; nil after a cancellation.
    package static func map<Value>(
        _ count: Int, threads: Int, cancellation: Cancellation? = nil, _ body: (Int) -> Value
    ) -> [Value]? {
        var values = [Value?](repeating: nil, count: count)
        values.withUnsafeMutableBufferPointer { slots in
            let slots = slots
            forEach(count, threads: threads, cancellation: cancellation) { slots[$0] = body($0) }
        }
        let found = values.compactMap(\.self)
        return found.count == count ? found : nil
    }
}
