import Foundation

/// The filters that the paper's is measured against.
enum Baselines {
    /// The mean over `width` frames around each, as `scipy.ndimage.uniform_filter1d`.
    static func box(_ signal: [Double], width: Int, edge: EdgeMode) -> [Double] {
        let (radius, extended) = extend(signal, width: width, edge: edge)
        guard radius > 0, !signal.isEmpty else { return signal }
        var sums = [0.0]
        sums.reserveCapacity(extended.count + 1)
        for value in extended { sums.append(sums[sums.count - 1] + value) }
        let count = Double(2 * radius + 1)
        return signal.indices.map { (sums[$0 + 2 * radius + 1] - sums[$0]) / count }
    }

    /// The median over `width` frames around each, as `scipy.ndimage.generic_filter` with a median.
    static func median(_ signal: [Double], width: Int, edge: EdgeMode) -> [Double] {
        let (radius, extended) = extend(signal, width: width, edge: edge)
        guard radius > 0, !signal.isEmpty else { return signal }
        // The window in order: one value leaves it and one comes in at every step.
        var window = extended[0..<2 * radius + 1].sorted()
        func place(of value: Double) -> Int {
            var (low, high) = (0, window.count)
            while low < high {
                let middle = (low + high) / 2
                if window[middle] < value { low = middle + 1 } else { high = middle }
            }
            return low
        }
        var smoothed = [window[radius]]
        smoothed.reserveCapacity(signal.count)
        for index in signal.indices.dropFirst() {
            window.remove(at: place(of: extended[index - 1]))
            let value = extended[index + 2 * radius]
            window.insert(value, at: place(of: value))
            smoothed.append(window[radius])
        }
        return smoothed
    }

    /// The value at the centre of a polynomial fitted to `width` frames around each (Savitzky & Golay, 1964).
    static func savitzkyGolay(_ signal: [Double], width: Int, order: Int, edge: EdgeMode) -> [Double] {
        GaussianFilter(weights: savitzkyGolayWeights(width: width, order: order), edge: edge)(signal)
    }

    /// Weights of the fit, from polynomials that are orthogonal over the window (Gram's): w(k) = Σ p(0) p(k) / Σ p².
    static func savitzkyGolayWeights(width: Int, order: Int) -> [Double] {
        let radius = width / 2
        let places = (-radius...radius).map(Double.init)
        var weights = [Double](repeating: 0, count: places.count)
        var (previous, present) = ([Double](repeating: 0, count: places.count), places.map { _ in 1.0 })
        var previousNorm = 1.0
        for degree in 0...min(order, width - 1) {
            let norm = present.reduce(0) { $0 + $1 * $1 }
            let centre = present[radius]
            for k in places.indices { weights[k] += centre * present[k] / norm }
            // The recurrence of polynomials orthogonal over a symmetric set of places.
            let next = places.indices.map { k in
                places[k] * present[k] - (degree > 0 ? norm / previousNorm * previous[k] : 0)
            }
            (previous, present, previousNorm) = (present, next, norm)
        }
        return weights
    }

    private static func extend(_ signal: [Double], width: Int, edge: EdgeMode) -> (radius: Int, [Double]) {
        let radius = max(0, width / 2)
        guard !signal.isEmpty else { return (radius, []) }
        return (
            radius,
            (-radius..<signal.count + radius).map { place in
                edge.index(place, count: signal.count).map { signal[$0] } ?? 0
            }
        )
    }
}
