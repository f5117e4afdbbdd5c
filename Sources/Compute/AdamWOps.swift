import CKernels

#if canImport(Glibc)
    import Glibc
#endif

/// One step of AdamW (Loshchilov & Hutter, 2019) on a flat range, as PyTorch computes it:
/// p ← p (1 − lr · decay); m ← β₁ m + (1 − β₁) g; v ← β₂ v + (1 − β₂) g²;
/// p ← p − lr / (1 − β₁ᵗ) · m / (sqrt(v) / sqrt(1 − β₂ᵗ) + ε).
public enum AdamWOps {
    /// - Parameters:
    ///   - step: t, 1 for the first update.
    ///   - gradientScale: multiplies the gradient first (clipping, accumulation).
    public static func step(
        parameters: UnsafeMutablePointer<Float>, gradients: UnsafePointer<Float>, first: UnsafeMutablePointer<Float>,
        second: UnsafeMutablePointer<Float>, count: Int, step: Int, learningRate: Double, beta1: Double, beta2: Double,
        epsilon: Double, weightDecay: Double, gradientScale: Float = 1, pool: ThreadPool
    ) {
        var job = ck_adamw()
        job.count = count
        job.parameter = parameters
        job.first = first
        job.second = second
        job.gradient = gradients
        job.gradient_scale = gradientScale
        job.beta2 = Float(beta2)
        job.rest1 = Float(1 - beta1)
        job.rest2 = Float(1 - beta2)
        job.epsilon = Float(epsilon)
        job.decay = Float(1 - learningRate * weightDecay)
        job.step_size = Float(learningRate / (1 - pow(beta1, Double(step))))
        job.root_correction = Float((1 - pow(beta2, Double(step))).squareRoot())
        pool.run(pool.kernels.pointee.adamw, job, tiles: VectorOps.blocks(count))
    }
}
