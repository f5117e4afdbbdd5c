import Basics
import Foundation
import Testing

@testable import Datasets

@Suite struct WorkerThreadsTests {
    /// A training that was started at another priority takes its loader along: at a fixed one, the workers of an
    /// urgent training waited behind whatever else the machine did, and the model for them.
    @Test(arguments: [0, 3]) func areNicerThanTheirProcess(by more: Int32) {
        let found = Guarded<[Int32]>([])
        let done = DispatchSemaphore(value: 0)
        // On Linux a priority belongs to a thread, and threads inherit it; so this one stands for the process.
        let process = Thread {
            setpriority(priority, 0, getpriority(priority, 0) + more)
            let own = getpriority(priority, 0)
            let workers = WorkerThreads()
            _ = workers.start(count: 1) { found.withLock { $0 = [own, getpriority(priority, 0)] } }
            workers.join()
            done.signal()
        }
        process.start()
        #expect(done.wait(timeout: .now() + 60) == .success)
        let priorities = found.withLock { $0 }
        #expect(priorities.count == 2)
        #expect(priorities.last == priorities.first.map { min($0 + WorkerThreads.niceness, 19) })
    }

    private let priority = __priority_which_t(PRIO_PROCESS.rawValue)
}
