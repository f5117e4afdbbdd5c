import CKernels

/// Token sequences of the masked autoencoder. Every sequence begins with the class token; P is the number of patches.
public enum TokenOps {
    /// y (images, 1 + kept, width): y[0] = classToken + positions[0], y[1 + l] = x[l] + positions[1 + indices[l]].
    ///
    /// - Parameters:
    ///   - x: embedded patches (images · kept, width).
    ///   - positions: (1 + P, width).
    ///   - indices: (images, kept) patch numbers; nil for all patches in order.
    public static func assemble(
        _ x: UnsafePointer<Float>, images: Int, kept: Int, width: Int, classToken: UnsafePointer<Float>,
        positions: UnsafePointer<Float>, indices: UnsafePointer<Int32>?, y: UnsafeMutablePointer<Float>,
        pool: ThreadPool
    ) {
        var job = job(x, y, images: images, kept: kept, width: width, indices: indices)
        job.token = classToken
        job.positions = positions
        pool.run(pool.kernels.pointee.tokens_assemble, job, tiles: images)
    }

    /// The backward pass of `assemble`: dx (images · kept, width), dClass (width), and dPositions (1 + P, width) if
    /// positions are trained. dClass and dPositions are added to if `accumulate`.
    public static func assembleBackward(
        _ dy: UnsafePointer<Float>, images: Int, patches: Int, kept: Int, width: Int, indices: UnsafePointer<Int32>?,
        dx: UnsafeMutablePointer<Float>?, dClass: UnsafeMutablePointer<Float>?,
        dPositions: UnsafeMutablePointer<Float>?, accumulate: Bool = false, pool: ThreadPool
    ) {
        var job = job(dy, nil, images: images, tokens: patches, kept: kept, width: width, indices: indices)
        job.accumulate = accumulate ? 1 : 0
        if let dx {
            job.y = dx
            pool.run(pool.kernels.pointee.tokens_split, job, tiles: images)
        }
        if let dPositions {
            job.y = dPositions
            pool.run(pool.kernels.pointee.tokens_position_gradient, job, tiles: (width + 63) / 64)
        }
        if let dClass {
            columnSums(
                dy, count: images, stride: 1 + kept, width: width, into: dClass, accumulate: accumulate, pool: pool)
        }
    }

    /// The decoder's input y (images, 1 + P, width): visible tokens back in their places, the mask token elsewhere, all
    /// plus positions (1 + P, width).
    ///
    /// - Parameters:
    ///   - x: (images, 1 + kept, width), the embedded class token and visible tokens.
    ///   - restore: (images, P) the place of each patch in the shuffled order; `kept` and above are masked.
    public static func unshuffle(
        _ x: UnsafePointer<Float>, images: Int, patches: Int, kept: Int, width: Int, maskToken: UnsafePointer<Float>,
        positions: UnsafePointer<Float>, restore: UnsafePointer<Int32>, y: UnsafeMutablePointer<Float>,
        pool: ThreadPool
    ) {
        var job = job(x, y, images: images, tokens: patches, kept: kept, width: width, indices: restore)
        job.token = maskToken
        job.positions = positions
        pool.run(pool.kernels.pointee.tokens_unshuffle, job, tiles: images)
    }

    /// The backward pass of `unshuffle`: dx (images, 1 + kept, width) and dMask (width), the latter added to if
    /// `accumulate`. The gradient of the positions is `assembleBackward` with all patches kept.
    public static func unshuffleBackward(
        _ dy: UnsafePointer<Float>, images: Int, patches: Int, kept: Int, width: Int,
        restore: UnsafePointer<Int32>, dx: UnsafeMutablePointer<Float>, dMask: UnsafeMutablePointer<Float>,
        accumulate: Bool = false, pool: ThreadPool
    ) {
        var job = job(dy, dx, images: images, tokens: patches, kept: kept, width: width, indices: restore)
        job.partial = pool.sharedScratch(images * width)
        pool.run(pool.kernels.pointee.tokens_unshuffle_backward, job, tiles: images)
        columnSums(
            job.partial, count: images, stride: 1, width: width, into: dMask, accumulate: accumulate, pool: pool)
    }

    /// y (images · kept, width) = the tokens of patches `indices` (images, kept) of x (images, 1 + P, width): the masked
    /// tokens, which alone are predicted.
    public static func gather(
        _ x: UnsafePointer<Float>, images: Int, patches: Int, kept: Int, width: Int, indices: UnsafePointer<Int32>,
        y: UnsafeMutablePointer<Float>, pool: ThreadPool
    ) {
        let job = job(x, y, images: images, tokens: patches, kept: kept, width: width, indices: indices)
        pool.run(pool.kernels.pointee.tokens_gather, job, tiles: images)
    }

    /// The backward pass of `gather`: x (images · kept, width) → y (images, 1 + P, width), zero where nothing was taken.
    public static func scatter(
        _ x: UnsafePointer<Float>, images: Int, patches: Int, kept: Int, width: Int, indices: UnsafePointer<Int32>,
        y: UnsafeMutablePointer<Float>, pool: ThreadPool
    ) {
        let job = job(x, y, images: images, tokens: patches, kept: kept, width: width, indices: indices)
        pool.run(pool.kernels.pointee.tokens_scatter, job, tiles: images)
    }

    /// y (images, width) = mean over the patch tokens of x (images, 1 + P, width), without the class token.
    public static func mean(
        _ x: UnsafePointer<Float>, images: Int, patches: Int, width: Int, y: UnsafeMutablePointer<Float>,
        pool: ThreadPool
    ) {
        let job = job(x, y, images: images, tokens: patches, kept: patches, width: width)
        pool.run(pool.kernels.pointee.tokens_mean, job, tiles: images)
    }

    /// dx (images, 1 + P, width) from dy (images, width); the class token's gradient is 0.
    public static func meanBackward(
        _ dy: UnsafePointer<Float>, images: Int, patches: Int, width: Int, dx: UnsafeMutablePointer<Float>,
        pool: ThreadPool
    ) {
        let job = job(dy, dx, images: images, tokens: patches, kept: patches, width: width)
        pool.run(pool.kernels.pointee.tokens_mean_backward, job, tiles: images)
    }

    /// y = x + scales[image] · branch, each (images, tokens, width); without x only the scaled branch. y may be x or
    /// branch itself.
    public static func residual(
        _ x: UnsafePointer<Float>?, branch: UnsafePointer<Float>, scales: UnsafePointer<Float>, images: Int,
        tokens: Int, width: Int, y: UnsafeMutablePointer<Float>, pool: ThreadPool
    ) {
        var job = job(branch, y, images: images, tokens: tokens, width: width)
        job.x = x
        job.branch = branch
        job.scales = scales
        pool.run(pool.kernels.pointee.tokens_residual, job, tiles: images)
    }

    /// y (width) = sum over i < count of the rows x[i · stride], in that order; added to y if `accumulate`.
    public static func columnSums(
        _ x: UnsafePointer<Float>, count: Int, stride: Int, width: Int, into y: UnsafeMutablePointer<Float>,
        accumulate: Bool = false, pool: ThreadPool
    ) {
        var job = job(x, y, images: count, tokens: stride, width: width)
        job.accumulate = accumulate ? 1 : 0
        pool.run(pool.kernels.pointee.tokens_column_sums, job, tiles: (width + 63) / 64)
    }

    /// What every kernel needs: rows in and out, and their shape.
    private static func job(
        _ x: UnsafePointer<Float>, _ y: UnsafeMutablePointer<Float>?, images: Int, tokens: Int = 0, kept: Int = 0,
        width: Int, indices: UnsafePointer<Int32>? = nil
    ) -> ck_tokens {
        var job = ck_tokens()
        job.x = x
        job.y = y
        job.images = images
        job.tokens = tokens
        job.kept = kept
        job.width = width
        job.indices = indices
        return job
    }
}
