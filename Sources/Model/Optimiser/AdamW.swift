import Compute

/// AdamW with decoupled weight decay (Loshchilov & Hutter, 2019), step for step as PyTorch computes it.
///
/// Parameters that do not decay (`Parameter.decays`) have no weight decay; those that are not trained, or whose learning
/// rate is scaled by 0, are left alone.
public final class AdamW {
    public let beta1: Double
    public let beta2: Double
    public let epsilon: Double
    public let weightDecay: Double
    /// Steps taken so far.
    public var stepCount = 0
    /// Running means of the gradient and of its square, flat, laid out as the values of the `ParameterSet`.
    public var first: UnsafeMutablePointer<Float> { firstBuffer.pointer }
    public var second: UnsafeMutablePointer<Float> { secondBuffer.pointer }

    private let parameters: ParameterSet
    private let firstBuffer: FloatBuffer
    private let secondBuffer: FloatBuffer
    /// Neighbouring parameters of the same kind as one range, so that small ones share a pass.
    private let ranges: [(start: Int, count: Int, decays: Bool, scale: Double)]

    /// - Parameter scale: multiplies the learning rate of a parameter, as `LayerDecay` does.
    public init(
        parameters: ParameterSet, betas: (Double, Double) = (0.9, 0.95), epsilon: Double = 1e-8,
        weightDecay: Double = 0.05, scale: (Parameter) -> Double = { _ in 1 }
    ) {
        self.parameters = parameters
        (beta1, beta2) = betas
        self.epsilon = epsilon
        self.weightDecay = weightDecay
        firstBuffer = FloatBuffer(count: parameters.flatCount)
        secondBuffer = FloatBuffer(count: parameters.flatCount)
        var ranges: [(start: Int, count: Int, decays: Bool, scale: Double)] = []
        for parameter in parameters.parameters where parameter.trainable && scale(parameter) != 0 {
            if let last = ranges.last, last.decays == parameter.decays, last.scale == scale(parameter),
                parameter.offset - (last.start + last.count) < 16
            {
                ranges[ranges.count - 1].count = parameter.range.upperBound - last.start
            } else {
                ranges.append((parameter.offset, parameter.count, parameter.decays, scale(parameter)))
            }
        }
        self.ranges = ranges
    }

    /// One update from the gradients in the `ParameterSet`, each first multiplied by `gradientScale`.
    public func step(learningRate: Double, gradientScale: Float = 1, pool: ThreadPool) {
        stepCount += 1
        for range in ranges {
            AdamWOps.step(
                parameters: parameters.values + range.start, gradients: parameters.gradients + range.start,
                first: first + range.start, second: second + range.start, count: range.count, step: stepCount,
                learningRate: learningRate * range.scale, beta1: beta1, beta2: beta2, epsilon: epsilon,
                weightDecay: range.decays ? weightDecay : 0, gradientScale: gradientScale, pool: pool)
        }
    }
}

extension ParameterSet {
    /// ‖g‖ over all trained parameters; infinite or NaN when one of them is.
    public func gradientNorm(pool: ThreadPool) -> Double {
        VectorOps.sumOfSquares(gradients, count: flatCount, pool: pool).squareRoot()
    }

    /// What gradients of this norm are to be multiplied by so that it is at most `limit` (as PyTorch's
    /// `clip_grad_norm_`); hand it to `AdamW.step`, so that clipping costs no pass of its own.
    public static func clipScale(norm: Double, limit: Double) -> Float {
        min(1, Float(limit / (norm + 1e-6)))
    }
}
