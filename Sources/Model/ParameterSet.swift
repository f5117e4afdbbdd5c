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
public final class ParameterSet: @unchecked Sendable {
    public let parameters: [Parameter]
    /// Length of the flat buffers: the parameters and the padding that aligns each of them.
    public let flatCount: Int
    /// All values, flat; padding is zero.
    public let values: UnsafeMutablePointer<Float>
    /// All gradients, flat, laid out as the values; nil for a model that only runs forward.
    public let gradients: UnsafeMutablePointer<Float>?
    private let indices: [String: Int]

    /// Floats between aligned starts: one cache line.
    private static let alignment = 16

    init(layout: ParameterLayout, withGradients: Bool = true) {
        parameters = layout.parameters
        flatCount = layout.flatCount
        indices = Dictionary(uniqueKeysWithValues: parameters.enumerated().map { ($1.name, $0) })
        values = Self.allocate(flatCount)
        gradients = withGradients ? Self.allocate(flatCount) : nil
    }

    deinit {
        values.deallocate()
        gradients?.deallocate()
    }

    /// A zeroed buffer laid out as the values, for the optimizer; the caller deallocates it.
    static func allocate(_ count: Int) -> UnsafeMutablePointer<Float> {
        let raw = UnsafeMutableRawPointer.allocate(byteCount: max(1, count) * 4, alignment: 64)
        let floats = raw.bindMemory(to: Float.self, capacity: count)
        floats.initialize(repeating: 0, count: count)
        return floats
    }

    /// The parameter with this public name.
    public subscript(name: String) -> Parameter? {
        indices[name].map { parameters[$0] }
    }

    /// The values of one parameter, in the order of its shape.
    public func values(of parameter: Parameter) -> UnsafeMutableBufferPointer<Float> {
        UnsafeMutableBufferPointer(start: values + parameter.offset, count: parameter.count)
    }

    /// The gradient of one parameter, in the order of its shape; nil without gradients.
    public func gradient(of parameter: Parameter) -> UnsafeMutableBufferPointer<Float>? {
        gradients.map { UnsafeMutableBufferPointer(start: $0 + parameter.offset, count: parameter.count) }
    }

    /// Number of values, padding left out, fixed positions included.
    public var count: Int { parameters.reduce(0) { $0 + $1.count } }

    /// Number of values that are trained.
    public var trainableCount: Int { parameters.reduce(0) { $0 + ($1.trainable ? $1.count : 0) } }

    fileprivate static func aligned(_ offset: Int) -> Int {
        (offset + alignment - 1) / alignment * alignment
    }
}

/// Collects the parameters of a model in order and lays them out.
struct ParameterLayout {
    private(set) var parameters: [Parameter] = []
    private(set) var flatCount = 0

    /// Adds a parameter and returns its offset in the flat buffers.
    @discardableResult
    mutating func add(
        _ name: String, _ shape: [Int], _ initialisation: ParameterInitialisation, trainable: Bool = true
    ) -> Int {
        let parameter = Parameter(
            name: name, shape: shape, offset: flatCount, decays: trainable && shape.count > 1, trainable: trainable,
            initialisation: initialisation)
        parameters.append(parameter)
        flatCount = ParameterSet.aligned(flatCount + parameter.count)
        return parameter.offset
    }

    /// A linear layer (out, in) with Xavier weights and zero bias.
    mutating func addLinear(_ name: String, from fanIn: Int, to fanOut: Int) -> LinearParameters {
        LinearParameters(
            inputs: fanIn, outputs: fanOut,
            weight: add(name + ".weight", [fanOut, fanIn], .xavierUniform(fanIn: fanIn, fanOut: fanOut)),
            bias: add(name + ".bias", [fanOut], .zeros))
    }

    mutating func addNorm(_ name: String, width: Int) -> NormParameters {
        NormParameters(
            width: width, weight: add(name + ".weight", [width], .ones), bias: add(name + ".bias", [width], .zeros))
    }
}

/// Offsets of a linear layer: weight (outputs, inputs), bias (outputs).
struct LinearParameters {
    let inputs: Int
    let outputs: Int
    let weight: Int
    let bias: Int
}

/// Offsets of a layer normalisation: weight (width), bias (width).
struct NormParameters {
    let width: Int
    let weight: Int
    let bias: Int
}

/// Offsets of one transformer block.
struct BlockParameters {
    let norm1: NormParameters
    let qkv: LinearParameters
    let projection: LinearParameters
    let norm2: NormParameters
    let fc1: LinearParameters
    let fc2: LinearParameters

    init(_ name: String, width: Int, in layout: inout ParameterLayout) {
        norm1 = layout.addNorm(name + ".norm1", width: width)
        qkv = layout.addLinear(name + ".attn.qkv", from: width, to: 3 * width)
        projection = layout.addLinear(name + ".attn.proj", from: width, to: width)
        norm2 = layout.addNorm(name + ".norm2", width: width)
        fc1 = layout.addLinear(name + ".mlp.fc1", from: width, to: 4 * width)
        fc2 = layout.addLinear(name + ".mlp.fc2", from: 4 * width, to: width)
    }
}
