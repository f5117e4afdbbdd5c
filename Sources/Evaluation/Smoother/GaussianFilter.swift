/// A symmetric filter over one signal without gaps: a Gaussian as `scipy.ndimage.gaussian_filter1d` computes it in double
/// precision, or any other weights.
struct GaussianFilter: Sendable {
    /// An odd number, symmetric.
    let weights: [Double]
    let edge: EdgeMode
    let kernels: SmoothingKernels

    init(sigma: Double, edge: EdgeMode, kernels: SmoothingKernels = .standard) {
        self.init(weights: GaussianKernel(sigma: sigma).weights, edge: edge, kernels: kernels)
    }

    init(weights: [Double], edge: EdgeMode, kernels: SmoothingKernels = .standard) {
        self.weights = weights
        self.edge = edge
        self.kernels = kernels
    }

    private var radius: Int { weights.count / 2 }

    /// The filtered signal. Where `missing` is given, those frames have no weight, and the sum is divided by the weights
    /// that took part; a frame that sees none keeps what it has.
    func callAsFunction(_ signal: [Double], weighed missing: [Bool]? = nil) -> [Double] {
        signal.withUnsafeBufferPointer { signal in
            [Double](unsafeUninitializedCapacity: signal.count) { output, count in
                count = signal.count
                guard let base = output.baseAddress else { return }
                apply(signal, weighed: missing, to: 0..<signal.count, into: base)
            }
        }
    }

    /// Filters the frames of `range` only, into `output`, which begins at the range's first.
    func apply(
        _ signal: UnsafeBufferPointer<Double>, weighed missing: [Bool]? = nil, to range: Range<Int>,
        into output: UnsafeMutablePointer<Double>
    ) {
        guard !range.isEmpty else { return }
        guard radius > 0 else {
            for index in range { output[index - range.lowerBound] = signal[index] }
            return
        }
        guard let missing else {
            convolve(signal.count, range, into: output, outside: 0) { signal[$0] }
            return
        }
        convolve(signal.count, range, into: output, outside: 0) { missing[$0] ? 0 : signal[$0] }
        let seen = [Double](unsafeUninitializedCapacity: range.count) { seen, count in
            count = range.count
            guard let base = seen.baseAddress else { return }
            convolve(signal.count, range, into: base, outside: 1) { missing[$0] ? 0 : 1 }
        }
        for (offset, index) in range.enumerated() {
            // Weights below this are rounding: the frame lies beyond the filter's reach of any prediction.
            output[offset] = seen[offset] > 1e-12 ? output[offset] / seen[offset] : signal[index]
        }
    }

    /// `outside` stands beyond the ends in the mode `constant`.
    @inline(__always)
    private func convolve(
        _ count: Int, _ range: Range<Int>, into output: UnsafeMutablePointer<Double>, outside: Double,
        _ value: (Int) -> Double
    ) {
        let first = range.lowerBound - radius
        let length = range.count + 2 * radius
        let extended = UnsafeMutablePointer<Double>.allocate(capacity: length)
        defer { extended.deallocate() }
        for offset in 0..<length {
            let place = first + offset
            if place >= 0, place < count {
                extended[offset] = value(place)
            } else {
                extended[offset] = edge.index(place, count: count).map(value) ?? outside
            }
        }
        kernels.convolve(extended, weights: weights, count: range.count, into: output)
    }
}
