import CKernels

/// Multi-head self-attention, softmax(q kᵀ / √d) v per image and head (Vaswani et al., 2017), without a trace of
/// tokens × tokens left behind: the backward pass recomputes the probabilities from the log-sum-exp of each row.
public enum AttentionOps {
    /// qkv (images, tokens, 3, heads, d) as the qkv layer writes it → y (images, tokens, heads · d).
    ///
    /// - Parameter logSumExp: (images, heads, tokens) for the backward pass; nil when there will be none.
    public static func forward(
        _ qkv: UnsafePointer<Float>, images: Int, tokens: Int, heads: Int, headWidth: Int,
        y: UnsafeMutablePointer<Float>, logSumExp: UnsafeMutablePointer<Float>?, pool: ThreadPool
    ) {
        var job = ck_attention()
        job.images = images
        job.tokens = tokens
        job.heads = heads
        job.width = headWidth
        job.qkv = qkv
        job.y = y
        job.log_sum_exp = logSumExp
        job.row_tiles = rowTiles(sequences: images * heads, threads: pool.threads)
        pool.reserveScratch(pool.kernels.pointee.attention_scratch(tokens, headWidth))
        pool.run(pool.kernels.pointee.attention_forward, job, tiles: images * heads * job.row_tiles)
    }

    /// Into how many tiles the queries of a head are cut: few heads would leave threads idle, while each tile has to
    /// arrange the keys and values anew. A row has the same bits in any cut.
    static func rowTiles(sequences: Int, threads: Int) -> Int {
        (1...4).first { sequences * $0 >= 4 * threads || (sequences * $0).isMultiple(of: threads) } ?? 4
    }

    /// dqkv (images, tokens, 3, heads, d), overwritten, from dy (images, tokens, heads · d) and what forward used and wrote.
    public static func backward(
        _ dy: UnsafePointer<Float>, qkv: UnsafePointer<Float>, y: UnsafePointer<Float>,
        logSumExp: UnsafePointer<Float>, images: Int, tokens: Int, heads: Int, headWidth: Int,
        dqkv: UnsafeMutablePointer<Float>, pool: ThreadPool
    ) {
        var job = ck_attention()
        job.images = images
        job.tokens = tokens
        job.heads = heads
        job.width = headWidth
        job.qkv = qkv
        job.y = UnsafeMutablePointer(mutating: y)
        job.log_sum_exp = UnsafeMutablePointer(mutating: logSumExp)
        job.dy = dy
        job.dqkv = dqkv
        pool.reserveScratch(pool.kernels.pointee.attention_scratch(tokens, headWidth))
        pool.run(pool.kernels.pointee.attention_backward, job, tiles: images * heads)
    }
}
