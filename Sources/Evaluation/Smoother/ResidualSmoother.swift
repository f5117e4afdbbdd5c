/// The paper's post-processing, section 3.4: y = g(σ1) + MD(x - g(σ2), x - g(σ3)).
///
/// MD takes the one with the smaller absolute value, the first of equals: what both residuals agree on is given back to
/// the smoothed signal, so that fast changes survive where a Gaussian alone would level them.
public enum ResidualSmoother {
    /// Eq. 8.
    @inline(__always)
    public static func minimumDeviation(_ a: Double, _ b: Double) -> Double { abs(a) <= abs(b) ? a : b }

    /// The signal of one video smoothed (eq. 9), without clipping. Missing frames (NaN) are filled for the filter, and are
    /// missing again in the result unless `result` says kept.
    public static func smooth(
        _ signal: [Double], _ sigmas: Sigmas, edge: EdgeMode = .reflect, gaps: GapFilling = .linear,
        result: GapResult = .restored
    ) -> [Double] {
        parts(signal, sigmas, edge: edge, gaps: gaps, result: result).smoothed
    }

    /// The Gaussian g(σ) of a signal (eq. 7); for σ = 0 the signal itself. Gaps are filled.
    public static func gaussian(
        _ signal: [Double], _ sigma: Double, edge: EdgeMode = .reflect, gaps: GapFilling = .linear
    ) -> [Double] {
        parts(signal, .gaussian(sigma), edge: edge, gaps: gaps, result: .kept).gaussian
    }

    /// The smoothed signal with what it is made of, for a chart. `known` may have a Gaussian of the filled signal at hand.
    public static func parts(
        _ signal: [Double], _ sigmas: Sigmas, edge: EdgeMode = .reflect, gaps: GapFilling = .linear,
        result: GapResult = .restored, known: (_ sigma: Double) -> [Double]? = { _ in nil }
    ) -> SmoothedSignal {
        let missing = signal.map { !$0.isFinite }
        let hasGaps = missing.contains(true)
        let hasNothing = !missing.contains(false)
        let filled = gaps.fill(signal)
        let weighed = gaps == .normalised && hasGaps ? missing : nil
        func g(_ sigma: Double) -> [Double] {
            if sigma < Sigmas.smallest || hasNothing { return filled }
            return known(sigma) ?? GaussianFilter(sigma: sigma, edge: edge)(filled, weighed: weighed)
        }
        let first = g(sigmas.first)
        var residual = [Double](repeating: 0, count: signal.count)
        if !sigmas.isGaussian {
            let (second, third) = (g(sigmas.second), g(sigmas.third))
            for index in signal.indices where weighed == nil || !missing[index] {
                residual[index] = minimumDeviation(filled[index] - second[index], filled[index] - third[index])
            }
        }
        var smoothed = zip(first, residual).map { $0 + $1 }
        for index in missing.indices where missing[index] && (result == .restored || hasNothing) {
            smoothed[index] = .nan
            residual[index] = .nan
        }
        return SmoothedSignal(raw: signal, gaussian: first, residual: residual, smoothed: smoothed)
    }
}

/// One channel of one video before and after smoothing. NaN: no prediction.
public struct SmoothedSignal: Sendable, Equatable {
    public var raw: [Double]
    /// g(σ1)
    public var gaussian: [Double]
    /// MD(x - g(σ2), x - g(σ3)), which is added to it. In the domain that was smoothed.
    public var residual: [Double]
    public var smoothed: [Double]

    public init(raw: [Double], gaussian: [Double], residual: [Double], smoothed: [Double]) {
        self.raw = raw
        self.gaussian = gaussian
        self.residual = residual
        self.smoothed = smoothed
    }
}
