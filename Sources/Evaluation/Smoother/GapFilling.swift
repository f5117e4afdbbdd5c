extension GapFilling {
    /// A signal without NaN from one that may have some; all NaN when there is not a single number.
    ///
    /// For `normalised` the missing places are filled as for `linear`; they have no weight, and only where a gap is wider
    /// than the Gaussian does the line show.
    func fill(_ signal: [Double]) -> [Double] {
        // What is infinite cannot be averaged: it is missing, too.
        guard signal.contains(where: { !$0.isFinite }) else { return signal }
        guard let first = signal.firstIndex(where: \.isFinite) else {
            return Array(repeating: .nan, count: signal.count)
        }
        var filled = signal
        for index in 0..<first { filled[index] = signal[first] }
        var last = first
        for index in first + 1..<max(signal.count, first + 1) where signal[index].isFinite {
            let (from, to) = (signal[last], signal[index])
            let length = Double(index - last)
            for gap in last + 1..<index {
                // The nearer a frame is to the next prediction, the more that one weighs.
                filled[gap] = self == .hold ? from : from + (to - from) * Double(gap - last) / length
            }
            last = index
        }
        for index in last + 1..<max(signal.count, last + 1) { filled[index] = signal[last] }
        return filled
    }
}
