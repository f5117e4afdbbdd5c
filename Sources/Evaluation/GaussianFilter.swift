/// A Gaussian over one signal without gaps, as `scipy.ndimage.gaussian_filter1d` computes it in double precision.
struct GaussianFilter {
    let kernel: GaussianKernel
    let edge: EdgeMode

    init(sigma: Double, edge: EdgeMode) {
        kernel = GaussianKernel(sigma: sigma)
        self.edge = edge
    }

    /// The filtered signal. Where `missing` is given, those frames have no weight, and the sum is divided by the weights
    /// that took part; a frame that sees none keeps what it has.
    func callAsFunction(_ signal: [Double], weighed missing: [Bool]? = nil) -> [Double] {
        guard kernel.radius > 0, !signal.isEmpty else { return signal }
        guard let missing else { return convolve(signal, outside: 0) }
        let sums = convolve(signal.indices.map { missing[$0] ? 0 : signal[$0] }, outside: 0)
        let weights = convolve(missing.map { $0 ? 0 : 1 }, outside: 1)
        // Weights below this are rounding: the frame lies beyond the kernel's reach of any prediction.
        return signal.indices.map { weights[$0] > 1e-12 ? sums[$0] / weights[$0] : signal[$0] }
    }

    private func convolve(_ signal: [Double], outside: Double) -> [Double] {
        let radius = kernel.radius
        let extended = (-radius..<signal.count + radius).map { place in
            edge.index(place, count: signal.count).map { signal[$0] } ?? outside
        }
        return extended.withUnsafeBufferPointer { x in
            kernel.weights.withUnsafeBufferPointer { w in
                signal.indices.map { index in
                    var sum = w[radius] * x[index + radius]
                    for k in 1...radius { sum += w[radius + k] * (x[index + radius - k] + x[index + radius + k]) }
                    return sum
                }
            }
        }
    }
}
