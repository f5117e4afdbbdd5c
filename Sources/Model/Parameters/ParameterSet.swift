import Compute

/// One named parameter of a model: where its values lie and how the optimizer treats them.
public struct Parameter: Hashable, Sendable {
    /// The key of the public MAE checkpoints, such as "blocks.0.attn.qkv.weight".
    public let name: String
    /// The shape in those checkpoints; linear weights are (out, in).
    public let shape: [Int]
    /// Index of the first value in the flat buffers of the `ParameterSet`.
    public let offset: Int
    /// Whether weight decay applies: not for one-dimensional parameters, biases included (`timm`'s rule).
    public let decays: Bool
    /// False for the fixed positions, which are stored but never trained.
    public let trainable: Bool
    /// How its first value is drawn.
    public let initialisation: ParameterInitialisation

    public var count: Int { shape.reduce(1, *) }
    public var range: Range<Int> { offset..<offset + count }
}

/// The distribution of a fresh parameter.
public enum ParameterInitialisation: Hashable, Sendable {
    case zeros
    case ones
    /// Uniform in ±√(6 / (in + out)).
    case xavierUniform(fanIn: Int, fanOut: Int)
    /// Uniform in ±bound.
    case uniform(bound: Double)
    case normal(standardDeviation: Double)
    /// Fixed sine-cosine positions of a grid with this side; the cls row is zero.
    case positions(grid: Int)
}

/// The ordered parameters of a model, in one flat, 64-byte aligned buffer of values and one of gradients.
///
/// The set owns both buffers. It may be read from several threads; writing is the caller's to order.
// Unchecked: the layout never changes; values are written between operations, or in separate tiles.
public final class ParameterSet: @unchecked Sendable {
    public let parameters: [Parameter]
    /// Length of the flat buffers: the parameters and the padding that aligns each of them.
    public let flatCount: Int
    /// All values, flat; padding is zero.
    public var values: UnsafeMutablePointer<Float> { valueBuffer.pointer }
    /// All gradients, flat, laid out as the values; padding and what is not trained stay zero.
    public var gradients: UnsafeMutablePointer<Float> { gradientBuffer.pointer }
    private let valueBuffer: FloatBuffer
    private let gradientBuffer: FloatBuffer
    private let indices: [String: Int]

    init(layout: ParameterLayout) {
        parameters = layout.parameters
        flatCount = layout.flatCount
        indices = Dictionary(uniqueKeysWithValues: parameters.enumerated().map { ($1.name, $0) })
        valueBuffer = FloatBuffer(count: flatCount)
        gradientBuffer = FloatBuffer(count: flatCount)
    }

    /// The parameter with this public name.
    public subscript(name: String) -> Parameter? {
        indices[name].map { parameters[$0] }
    }

    /// The values of one parameter, in the order of its shape.
    public func values(of parameter: Parameter) -> UnsafeMutableBufferPointer<Float> {
        UnsafeMutableBufferPointer(start: values + parameter.offset, count: parameter.count)
    }

    /// The gradient of one parameter, in the order of its shape.
    public func gradient(of parameter: Parameter) -> UnsafeMutableBufferPointer<Float> {
        UnsafeMutableBufferPointer(start: gradients + parameter.offset, count: parameter.count)
    }

    /// Number of values, padding left out, fixed positions included.
    public var count: Int { parameters.reduce(0) { $0 + $1.count } }

    /// Number of values that are trained.
    public var trainableCount: Int { parameters.reduce(0) { $0 + ($1.trainable ? $1.count : 0) } }
}
