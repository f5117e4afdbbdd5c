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
        var job = parameters(images: images, kept: kept, width: width, indices: indices)
        job.x = x
        job.token = classToken
        job.positions = positions
        job.y = y
        pool.run(pool.kernels.pointee.tokens_assemble, job, tiles: images)
    }

    /// The backward pass of `assemble`: dx (images · kept, width), dClass (width), and dPositions (1 + P, width) if
    /// positions are trained. dClass and dPositions are added to if `accumulate`.
    public static func assembleBackward(
        _ dy: UnsafePointer<Float>, images: Int, patches: Int, kept: Int, width: Int, indices: UnsafePointer<Int32>?,
        dx: UnsafeMutablePointer<Float>?, dClass: UnsafeMutablePointer<Float>?,
        dPositions: UnsafeMutablePointer<Float>?, accumulate: Bool = false, pool: ThreadPool
    ) {
        var job = parameters(images: images, kept: kept, width: width, indices: indices)
        job.tokens = patches
        job.x = dy
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
        var job = parameters(images: images, kept: kept, width: width, indices: restore)
        job.tokens = patches
        job.x = x
        job.token = maskToken
        job.positions = positions
        job.y = y
        pool.run(pool.kernels.pointee.tokens_unshuffle, job, tiles: images)
    }

    /// The backward pass of `unshuffle`: dx (images, 1 + kept, width) and dMask (width), the latter added to if
    /// `accumulate`. The gradient of the positions is `assembleBackward` with all patches kept.
    public static func unshuffleBackward(
        _ dy: UnsafePointer<Float>, images: Int, patches: Int, kept: Int, width: Int,
        restore: UnsafePointer<Int32>, dx: UnsafeMutablePointer<Float>, dMask: UnsafeMutablePointer<Float>,
        accumulate: Bool = false, pool: ThreadPool
    ) {
        var job = parameters(images: images, kept: kept, width: width, indices: restore)
        job.tokens = patches
        job.x = dy
        job.y = dx
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
        var job = parameters(images: images, kept: kept, width: width, indices: indices)
        job.tokens = patches
        job.x = x
        job.y = y
        pool.run(pool.kernels.pointee.tokens_gather, job, tiles: images)
    }

    /// The backward pass of `gather`: x (images · kept, width) → y (images, 1 + P, width), zero where nothing was taken.
    public static func scatter(
        _ x: UnsafePointer<Float>, images: Int, patches: Int, kept: Int, width: Int, indices: UnsafePointer<Int32>,
        y: UnsafeMutablePointer<Float>, pool: ThreadPool
    ) {
        var job = parameters(images: images, kept: kept, width: width, indices: indices)
        job.tokens = patches
        job.x = x
        job.y = y
        pool.run(pool.kernels.pointee.tokens_scatter, job, tiles: images)
    }

    /// y (images, width) = mean over the patch tokens of x (images, 1 + P, width), without the class token.
    public static func mean(
        _ x: UnsafePointer<Float>, images: Int, patches: Int, width: Int, y: UnsafeMutablePointer<Float>,
        pool: ThreadPool
    ) {
        var job = parameters(images: images, kept: patches, width: width, indices: nil)
        job.tokens = patches
        job.x = x
        job.y = y
        pool.run(pool.kernels.pointee.tokens_mean, job, tiles: images)
    }

    /// dx (images, 1 + P, width) from dy (images, width); the class token's gradient is 0.
    public static func meanBackward(
        _ dy: UnsafePointer<Float>, images: Int, patches: Int, width: Int, dx: UnsafeMutablePointer<Float>,
        pool: ThreadPool
    ) {
        var job = parameters(images: images, kept: patches, width: width, indices: nil)
        job.tokens = patches
        job.x = dy
        job.y = dx
        pool.run(pool.kernels.pointee.tokens_mean_backward, job, tiles: images)
    }

    /// y (width) = sum over i < count of the rows x[i · stride], in that order; added to y if `accumulate`.
    public static func columnSums(
        _ x: UnsafePointer<Float>, count: Int, stride: Int, width: Int, into y: UnsafeMutablePointer<Float>,
        accumulate: Bool = false, pool: ThreadPool
    ) {
        var job = parameters(images: count, kept: 0, width: width, indices: nil)
        job.tokens = stride
        job.x = x
        job.y = y
        job.accumulate = accumulate ? 1 : 0
        pool.run(pool.kernels.pointee.tokens_column_sums, job, tiles: (width + 63) / 64)
    }

    private static func parameters(
        images: Int, kept: Int, width: Int, indices: UnsafePointer<Int32>?
    ) -> ck_tokens {
        var job = ck_tokens()
        job.images = images
        job.kept = kept
        job.width = width
        job.indices = indices
        return job
    }
}
