import CKernels

/// The threads that compute, their scratch memory, and the kernel level they use: what every operation needs.
///
/// An operation is cut into tiles by its shapes alone; threads claim tiles from one atomic counter. So results have the
/// same bits with any number of threads. One caller at a time: a pool serves one training loop, or one test.
// Unchecked: one caller at a time, and its threads write to separate memory.
public final class ThreadPool: @unchecked Sendable {
    public let threads: Int
    public let level: KernelLevel
    let kernels: UnsafePointer<ck_table>

    private let pool: OpaquePointer
    private let memory: UnsafeMutableRawPointer
    private var scratch = FloatBuffer(count: 0)
    private var scratchPerThread = 0
    private var shared = FloatBuffer(count: 0)

    /// Starts `threads` - 1 threads; the caller of an operation is the remaining one.
    ///
    /// - Parameter level: the instruction set; a level that this processor lacks becomes the plain one.
    public init(threads: Int, level: KernelLevel = .standard) {
        precondition(threads >= 1, "a pool needs at least one thread")
        prepareBLAS()
        if let table = ck_table_for(Int32(level.rawValue)) {
            self.level = level
            kernels = table
        } else if let table = ck_table_for(Int32(CK_PLAIN)) {
            self.level = .plain
            kernels = table
        } else {
            preconditionFailure("the plain level runs everywhere")
        }
        memory = .allocate(byteCount: ck_pool_size(), alignment: 64)
        memory.initializeMemory(as: UInt8.self, repeating: 0, count: ck_pool_size())
        pool = OpaquePointer(memory)
        // Fewer threads than asked for is slower, not wrong.
        var wanted = min(threads, 256)
        while wanted > 1, ck_pool_start(pool, Int32(wanted)) != 0 { wanted -= 1 }
        if wanted == 1 { _ = ck_pool_start(pool, 1) }
        self.threads = wanted
        reserveScratch(64 * 1024)
    }

    deinit {
        ck_pool_stop(pool)
        memory.deallocate()
    }

    /// Makes sure that every thread has `count` floats of scratch; allocates only when it grows.
    func reserveScratch(_ count: Int) {
        guard count > scratchPerThread else { return }
        // An odd number of cache lines keeps the threads' scratch from sharing cache sets and pages.
        scratchPerThread = (count + 15) / 16 * 16 + 16
        scratch = FloatBuffer(count: scratchPerThread * threads)
        ck_pool_set_scratch(pool, scratch.pointer, scratchPerThread)
    }

    /// `count` floats for sums that one operation hands from its tiles to its reduction.
    func sharedScratch(_ count: Int) -> UnsafeMutablePointer<Float> {
        if count > shared.count { shared = FloatBuffer(count: count) }
        return shared.pointer
    }

    /// The same memory as doubles.
    func sharedDoubles(_ count: Int) -> UnsafeMutablePointer<Double> {
        UnsafeMutableRawPointer(sharedScratch(2 * count)).assumingMemoryBound(to: Double.self)
    }

    /// Runs a C tile function; allocates nothing.
    func run<Parameters>(_ function: ck_tile?, _ parameters: Parameters, tiles: Int) {
        guard let function, tiles > 0 else { return }
        withUnsafePointer(to: parameters) { ck_pool_run(pool, function, $0, tiles) }
    }

    /// Runs `body` once for each tile, on all threads; returns when all are done. For work that has no kernel of its
    /// own; `body` must touch disjoint memory in different tiles.
    public func run(tiles: Int, _ body: (_ tile: Int) -> Void) {
        withoutActuallyEscaping(body) { escapable in
            var holder = TileBody(call: escapable)
            withUnsafePointer(to: &holder) { context in
                ck_pool_run(
                    pool,
                    { parameters, tile, _ in
                        parameters?.assumingMemoryBound(to: TileBody.self).pointee.call(tile)
                    }, context, tiles)
            }
        }
    }
}

private struct TileBody {
    let call: (Int) -> Void
}
