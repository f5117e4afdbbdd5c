import CKernels

/// Element-wise work on flat ranges of floats.
public enum VectorOps {
    /// Σ x², in double precision and a fixed order: the square of a gradient's norm.
    public static func sumOfSquares(_ x: UnsafePointer<Float>, count: Int, pool: ThreadPool) -> Double {
        reduce(x, count, pool.kernels.pointee.vector_sum_squares, pool)
    }

    /// How many values are NaN or infinite.
    public static func nonFiniteCount(_ x: UnsafePointer<Float>, count: Int, pool: ThreadPool) -> Int {
        Int(reduce(x, count, pool.kernels.pointee.vector_non_finite, pool))
    }

    /// x ← scale · x.
    public static func scale(_ x: UnsafeMutablePointer<Float>, by scale: Float, count: Int, pool: ThreadPool) {
        var job = ck_vector()
        job.count = count
        job.x = x
        job.scale = scale
        pool.run(pool.kernels.pointee.vector_scale, job, tiles: blocks(count))
    }

    /// x ← x + scale · y.
    public static func add(
        _ x: UnsafeMutablePointer<Float>, _ y: UnsafePointer<Float>, scale: Float = 1, count: Int, pool: ThreadPool
    ) {
        var job = ck_vector()
        job.count = count
        job.x = x
        job.y = y
        job.scale = scale
        pool.run(pool.kernels.pointee.vector_add, job, tiles: blocks(count))
    }

    static func blocks(_ count: Int) -> Int { (count + Int(CK_BLOCK) - 1) / Int(CK_BLOCK) }

    private static func reduce(_ x: UnsafePointer<Float>, _ count: Int, _ kernel: ck_tile?, _ pool: ThreadPool)
        -> Double
    {
        var job = ck_vector()
        job.count = count
        job.y = x
        job.partial = pool.sharedDoubles(blocks(count))
        pool.run(kernel, job, tiles: blocks(count))
        return UnsafeBufferPointer(start: job.partial, count: blocks(count)).reduce(0, +)
    }
}
