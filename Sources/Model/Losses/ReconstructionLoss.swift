import Compute

/// The loss of the masked autoencoder: the mean over masked patches of the whole batch, and over the values of each
/// patch, of |prediction − target| (L1) or its square (L2). The target is the patch, channel last, normalised by its
/// own mean and unbiased variance: (t − mean) / √(var + 1e-6).
struct ReconstructionLoss {
    let kind: ReconstructionLossKind
    let image: Int
    let patch: Int
    let masked: Int

    init(_ configuration: ModelConfiguration) {
        kind = configuration.loss
        image = configuration.image
        patch = configuration.patch
        masked = configuration.maskedPatches
    }

    /// 1 / (batch · masked · values): what turns the sum of errors of all micro-batches into the loss.
    func scale(batch: Int) -> Double {
        1 / (Double(batch) * Double(masked) * Double(3 * patch * patch))
    }

    /// The sum of errors of some images of the batch, and the gradient of the batch's loss.
    /// - Parameters:
    ///   - prediction: (images · masked, p · p · 3).
    ///   - images: (images, 3, H, W).
    ///   - indices: (images, masked) patch numbers.
    func sum(
        prediction: UnsafePointer<Float>, images: UnsafePointer<Float>, count: Int, indices: UnsafePointer<Int32>,
        batch: Int, gradient: UnsafeMutablePointer<Float>?, pool: ThreadPool
    ) -> Double {
        PatchOps.reconstructionLoss(
            prediction: prediction, pixels: images,
            shape: PatchShape(images: count, height: image, width: image, patch: patch), indices: indices,
            kept: masked, squared: kind == .l2, gradient: gradient, gradientScale: Float(scale(batch: batch)),
            pool: pool)
    }
}
