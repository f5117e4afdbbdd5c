/// What the values of a tensor look like.
public struct TensorStatistics: Equatable, Sendable {
    /// Over the finite values; nil where there is none.
    public var mean: Double?
    /// The standard deviation over n - 1, as PyTorch's `std`; nil for fewer than two finite values.
    public var standardDeviation: Double?
    public var minimum: Double?
    public var maximum: Double?
    /// Values that are NaN or infinite.
    public var notFinite = 0

    /// Two passes over the values in double precision: the mean, then the squared distances from it.
    public init(_ values: [Float]) {
        var (sum, count) = (0.0, 0)
        var (lowest, highest) = (Double.infinity, -Double.infinity)
        for value in values {
            guard value.isFinite else {
                notFinite += 1
                continue
            }
            sum += Double(value)
            count += 1
            lowest = min(lowest, Double(value))
            highest = max(highest, Double(value))
        }
        guard count > 0 else { return }
        let mean = sum / Double(count)
        self.mean = mean
        minimum = lowest
        maximum = highest
        guard count > 1 else { return }
        var squares = 0.0
        for value in values where value.isFinite {
            squares += (Double(value) - mean) * (Double(value) - mean)
        }
        standardDeviation = (squares / Double(count - 1)).squareRoot()
    }
}
