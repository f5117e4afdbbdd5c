import CKernels

/// Layer normalisation over the last axis: y = (x − mean) / sqrt(var + ε) · gamma + beta, biased variance.
public enum LayerNormOps {
    /// ε of every normalisation in the paper's models.
    public static let epsilon: Float = 1e-6

    /// x, y (rows, width); gamma, beta (width); mean, rstd (rows) are kept for the backward pass.
    public static func forward(
        _ x: UnsafePointer<Float>, rows: Int, width: Int, gamma: UnsafePointer<Float>, beta: UnsafePointer<Float>,
        y: UnsafeMutablePointer<Float>, mean: UnsafeMutablePointer<Float>?, rstd: UnsafeMutablePointer<Float>?,
        epsilon: Float = LayerNormOps.epsilon, pool: ThreadPool
    ) {
        var job = ck_layer_norm()
        job.rows = rows
        job.width = width
        job.epsilon = epsilon
        job.x = x
        job.gamma = gamma
        job.beta = beta
        job.y = y
        job.mean = mean
        job.rstd = rstd
        cut(&job)
        pool.run(pool.kernels.pointee.layer_norm_forward, job, tiles: job.row_tiles)
    }

    /// dx (rows, width), dgamma and dbeta (width) from dy (rows, width), the input x and the kept mean and rstd.
    ///
    /// - Parameters:
    ///   - accumulateInput: adds to dx (the residual branch) instead of overwriting it.
    ///   - accumulate: adds to dgamma and dbeta instead of overwriting them.
    public static func backward(
        _ dy: UnsafePointer<Float>, x: UnsafePointer<Float>, rows: Int, width: Int, gamma: UnsafePointer<Float>,
        mean: UnsafePointer<Float>, rstd: UnsafePointer<Float>, dx: UnsafeMutablePointer<Float>,
        accumulateInput: Bool = false, dgamma: UnsafeMutablePointer<Float>, dbeta: UnsafeMutablePointer<Float>,
        accumulate: Bool = false, pool: ThreadPool
    ) {
        var job = ck_layer_norm()
        job.rows = rows
        job.width = width
        job.x = x
        job.gamma = gamma
        job.mean = UnsafeMutablePointer(mutating: mean)
        job.rstd = UnsafeMutablePointer(mutating: rstd)
        job.dy = dy
        job.dx = dx
        job.accumulate_dx = accumulateInput ? 1 : 0
        job.dgamma = dgamma
        job.dbeta = dbeta
        job.accumulate = accumulate ? 1 : 0
        cut(&job)
        job.partial = pool.sharedScratch(job.row_tiles * 2 * width)
        pool.run(pool.kernels.pointee.layer_norm_backward, job, tiles: job.row_tiles)
        pool.run(pool.kernels.pointee.layer_norm_reduce, job, tiles: (width + 63) / 64)
    }

    private static func cut(_ job: inout ck_layer_norm) {
        job.row_block = 64
        job.row_tiles = (job.rows + 63) / 64
    }
}
