import Glibc

/// A mutex with two conditions: one for the workers, one for whoever waits for their results.
// Unchecked: it is the lock itself, at addresses that never change.
final class WorkerLock: @unchecked Sendable {
    private let mutex = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)
    private let conditions = UnsafeMutablePointer<pthread_cond_t>.allocate(capacity: 2)

    enum Condition: Int {
        case work = 0
        case result = 1
    }

    init() {
        pthread_mutex_init(mutex, nil)
        pthread_cond_init(conditions, nil)
        pthread_cond_init(conditions + 1, nil)
    }

    deinit {
        pthread_cond_destroy(conditions + 1)
        pthread_cond_destroy(conditions)
        pthread_mutex_destroy(mutex)
        conditions.deallocate()
        mutex.deallocate()
    }

    func lock() { pthread_mutex_lock(mutex) }
    func unlock() { pthread_mutex_unlock(mutex) }

    func locked<Result>(_ body: () throws -> Result) rethrows -> Result {
        lock()
        defer { unlock() }
        return try body()
    }

    /// Waits, with the lock held, until `signal` of the same condition; may also return without.
    func wait(for condition: Condition) { pthread_cond_wait(conditions + condition.rawValue, mutex) }
    func signal(_ condition: Condition) { pthread_cond_broadcast(conditions + condition.rawValue) }
}

/// Background threads that run beside the computation without getting in its way.
final class WorkerThreads {
    /// How much nicer the threads are than the rest of the process: they take the time that the computation leaves, and
    /// about a quarter of a core when it leaves none. Relative, because a training that was started nice or urgent means
    /// its loader too: beside it, and not behind every other program of the machine.
    static let niceness: Int32 = 5

    private final class Body {
        let run: @Sendable () -> Void
        init(_ run: @escaping @Sendable () -> Void) { self.run = run }
    }

    private var threads: [pthread_t] = []

    /// Starts `count` threads that each run `body` once. Fewer may start when the system refuses more; the number is
    /// returned.
    func start(count: Int, _ body: @escaping @Sendable () -> Void) -> Int {
        for _ in 0..<count {
            let passed = Unmanaged.passRetained(Body(body))
            var thread = pthread_t()
            let status = pthread_create(
                &thread, nil,
                { argument in
                    guard let argument else { return nil }
                    let body = Unmanaged<Body>.fromOpaque(argument).takeRetainedValue()
                    // Signals are for the main thread, which knows what to do with them.
                    var all = sigset_t()
                    sigfillset(&all)
                    pthread_sigmask(SIG_SETMASK, &all, nil)
                    // On Linux this concerns the calling thread alone.
                    let process = __priority_which_t(PRIO_PROCESS.rawValue)
                    setpriority(process, 0, min(getpriority(process, 0) + WorkerThreads.niceness, 19))
                    body.run()
                    return nil
                }, passed.toOpaque())
            if status == 0 {
                threads.append(thread)
            } else {
                passed.release()
            }
        }
        return threads.count
    }

    /// Waits for all threads to end.
    func join() {
        for thread in threads { pthread_join(thread, nil) }
        threads = []
    }
}
