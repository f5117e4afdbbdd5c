import Compute

/// An exponential moving average of the weights: a ← d a + (1 − d) w after every step, beginning with the weights
/// themselves.
public final class WeightAverage {
    public let decay: Double
    /// The averages, flat, laid out as the values of the `ParameterSet`.
    public var values: UnsafeMutablePointer<Float> { buffer.pointer }
    private let parameters: ParameterSet
    private let buffer: FloatBuffer

    public init(_ parameters: ParameterSet, decay: Double) {
        self.parameters = parameters
        self.decay = decay
        buffer = FloatBuffer(count: parameters.flatCount)
        restart()
    }

    /// Begins anew with the present weights.
    public func restart() { buffer.pointer.update(from: parameters.values, count: parameters.flatCount) }

    /// Takes in the weights after a step.
    public func update(pool: ThreadPool) {
        VectorOps.scale(buffer.pointer, by: Float(decay), count: buffer.count, pool: pool)
        VectorOps.add(
            buffer.pointer, parameters.values, scale: Float(1 - decay), count: buffer.count, pool: pool)
    }

    /// Runs `body` with the averages in the place of the weights.
    public func withAverages<Result>(_ body: () throws -> Result) rethrows -> Result {
        exchange()
        defer { exchange() }
        return try body()
    }

    private func exchange() {
        for index in 0..<parameters.flatCount {
            (buffer.pointer[index], parameters.values[index]) = (parameters.values[index], buffer.pointer[index])
        }
    }

    /// The averages of one parameter.
    public func values(of parameter: Parameter) -> UnsafeMutableBufferPointer<Float> {
        UnsafeMutableBufferPointer(start: buffer.pointer + parameter.offset, count: parameter.count)
    }
}
