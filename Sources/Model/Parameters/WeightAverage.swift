import Compute

/// A second set of values for the parameters of a model, which checkpoints keep beside them.
public protocol WeightCopy: AnyObject {
    /// What stands before the names of the parameters in a checkpoint.
    var prefix: String { get }
    func values(of parameter: Parameter) -> UnsafeMutableBufferPointer<Float>
}

/// The weights of an epoch that turned out to be the best so far.
public final class ChosenWeights: WeightCopy {
    public let prefix = "chosen."
    private let parameters: ParameterSet
    private let buffer: FloatBuffer

    public init(_ parameters: ParameterSet) {
        self.parameters = parameters
        buffer = FloatBuffer(count: parameters.flatCount)
    }

    /// Chooses the present weights.
    public func choose() { buffer.pointer.update(from: parameters.values, count: parameters.flatCount) }

    /// Puts the chosen weights in the place of the present ones.
    public func restore() { parameters.values.update(from: buffer.pointer, count: parameters.flatCount) }

    public func values(of parameter: Parameter) -> UnsafeMutableBufferPointer<Float> {
        UnsafeMutableBufferPointer(start: buffer.pointer + parameter.offset, count: parameter.count)
    }
}

/// An exponential moving average of the weights: a ← d a + (1 − d) w after every step, beginning with the weights
/// themselves.
public final class WeightAverage: WeightCopy {
    public let decay: Double
    /// The averages, flat, laid out as the values of the `ParameterSet`.
    public var values: UnsafeMutablePointer<Float> { buffer.pointer }
    private let parameters: ParameterSet
    private let buffer: FloatBuffer
    /// What moves, as one range; the rest is left as it is.
    private let moving: Range<Int>

    /// - Parameter isTrained: which parameters training moves; they have to lie together.
    public init(_ parameters: ParameterSet, decay: Double, isTrained: (Parameter) -> Bool = { _ in true }) {
        self.parameters = parameters
        self.decay = decay
        let trained = parameters.parameters.filter(isTrained)
        moving = (trained.first?.offset ?? 0)..<(trained.last?.range.upperBound ?? 0)
        buffer = FloatBuffer(count: parameters.flatCount)
        restart()
    }

    /// Begins anew with the present weights.
    public func restart() { buffer.pointer.update(from: parameters.values, count: parameters.flatCount) }

    /// Takes in the weights after a step.
    public func update(pool: ThreadPool) {
        let (averages, values) = (buffer.pointer + moving.lowerBound, parameters.values + moving.lowerBound)
        VectorOps.scale(averages, by: Float(decay), count: moving.count, pool: pool)
        VectorOps.add(averages, values, scale: Float(1 - decay), count: moving.count, pool: pool)
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

    public let prefix = "average."

    /// The averages of one parameter.
    public func values(of parameter: Parameter) -> UnsafeMutableBufferPointer<Float> {
        UnsafeMutableBufferPointer(start: buffer.pointer + parameter.offset, count: parameter.count)
    }
}
