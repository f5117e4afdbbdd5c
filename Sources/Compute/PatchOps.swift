import CKernels

/// The shape of a batch of images cut into square patches, numbered row by row. Images are (images, 3, height, width).
public struct PatchShape: Sendable, Equatable {
    public var images: Int
    public var height: Int
    public var width: Int
    public var patch: Int

    public init(images: Int, height: Int, width: Int, patch: Int) {
        self.images = images
        self.height = height
        self.width = width
        self.patch = patch
    }

    /// P, the patches of one image.
    public var patches: Int { (height / patch) * (width / patch) }
    /// Numbers in one patch: 3 · patch².
    public var pixels: Int { 3 * patch * patch }
}

/// Patches as rows: the input of the patch embedding, and the targets and loss of the reconstruction.
public enum PatchOps {
    /// Rows of pixels for the patch embedding, channel first as a convolution weight (D, 3, p, p) flattens:
    /// images → rows (images · kept, 3p²), only the patches `indices` (images, kept) names; nil means 0 ..< kept.
    public static func extract(
        _ pixels: UnsafePointer<Float>, shape: PatchShape, indices: UnsafePointer<Int32>?, kept: Int,
        rows: UnsafeMutablePointer<Float>, pool: ThreadPool
    ) {
        copy(pool.kernels.pointee.patches_extract, pixels, shape, indices, kept, rows, pool)
    }

    /// Rows of pixels, row by row with the channel last, as the reconstruction predicts them:
    /// images → rows (images · kept, p² · 3).
    public static func patchify(
        _ pixels: UnsafePointer<Float>, shape: PatchShape, indices: UnsafePointer<Int32>?, kept: Int,
        rows: UnsafeMutablePointer<Float>, pool: ThreadPool
    ) {
        copy(pool.kernels.pointee.patches_patchify, pixels, shape, indices, kept, rows, pool)
    }

    /// The reverse: rows (images · kept, p² · 3) into their places in images; other pixels are left as they are.
    public static func unpatchify(
        _ rows: UnsafePointer<Float>, shape: PatchShape, indices: UnsafePointer<Int32>?, kept: Int,
        pixels: UnsafeMutablePointer<Float>, pool: ThreadPool
    ) {
        var job = job(shape, indices, kept)
        job.prediction = rows
        job.pixels_out = pixels
        pool.run(pool.kernels.pointee.patches_unpatchify, job, tiles: shape.images)
    }

    /// The sum of errors |prediction − target| or (prediction − target)² over all rows and pixels, and its gradient.
    ///
    /// Targets are the patches `indices` of the images, channel last; if `normalised`, (t − mean) / sqrt(var + 1e-6) of
    /// each patch with the unbiased variance. The mean loss of the method is the sum over images · kept · 3p².
    ///
    /// - Parameters:
    ///   - prediction: (images · kept, p² · 3), for the masked patches in the order of `indices` (images, kept).
    ///   - gradient: same shape, receives gradientScale · d sum / d prediction; nil for none. L1 has gradient 0 at 0.
    /// - Returns: the sum, added in double precision in the order of the rows.
    public static func reconstructionLoss(
        prediction: UnsafePointer<Float>, pixels: UnsafePointer<Float>, shape: PatchShape,
        indices: UnsafePointer<Int32>?, kept: Int, squared: Bool, normalised: Bool = true,
        gradient: UnsafeMutablePointer<Float>?, gradientScale: Float, pool: ThreadPool
    ) -> Double {
        var job = job(shape, indices, kept)
        job.pixels = pixels
        job.prediction = prediction
        job.gradient = gradient
        job.gradient_scale = gradientScale
        job.squared = squared ? 1 : 0
        job.normalised = normalised ? 1 : 0
        job.epsilon = 1e-6
        let rows = shape.images * kept
        job.losses = pool.sharedDoubles(rows)
        pool.reserveScratch(shape.pixels)
        pool.run(pool.kernels.pointee.patches_loss, job, tiles: shape.images)
        return UnsafeBufferPointer(start: job.losses, count: rows).reduce(0, +)
    }

    private static func copy(
        _ kernel: ck_tile?, _ pixels: UnsafePointer<Float>, _ shape: PatchShape, _ indices: UnsafePointer<Int32>?,
        _ kept: Int, _ rows: UnsafeMutablePointer<Float>, _ pool: ThreadPool
    ) {
        var job = job(shape, indices, kept)
        job.pixels = pixels
        job.rows = rows
        pool.run(kernel, job, tiles: shape.images)
    }

    private static func job(
        _ shape: PatchShape, _ indices: UnsafePointer<Int32>?, _ kept: Int
    ) -> ck_patches {
        var job = ck_patches()
        job.images = shape.images
        job.height = shape.height
        job.width = shape.width
        job.patch = shape.patch
        job.indices = indices
        job.kept = kept
        return job
    }
}
