/// Collects the parameters of a model in order and lays them out.
struct ParameterLayout {
    private(set) var parameters: [Parameter] = []
    private(set) var flatCount = 0

    /// Floats between aligned starts: one cache line.
    private static let alignment = 16

    /// Adds a parameter and returns its offset in the flat buffers.
    @discardableResult
    mutating func add(
        _ name: String, _ shape: [Int], _ initialisation: ParameterInitialisation, trainable: Bool = true,
        decays: Bool = true
    ) -> Int {
        let parameter = Parameter(
            name: name, shape: shape, offset: flatCount, decays: decays && trainable && shape.count > 1,
            trainable: trainable,
            initialisation: initialisation)
        parameters.append(parameter)
        flatCount = (flatCount + parameter.count + Self.alignment - 1) / Self.alignment * Self.alignment
        return parameter.offset
    }

    /// A linear layer (out, in) with Xavier weights, unless stated, and zero bias.
    mutating func addLinear(
        _ name: String, from fanIn: Int, to fanOut: Int, initialisation: ParameterInitialisation? = nil
    ) -> LinearParameters {
        LinearParameters(
            inputs: fanIn, outputs: fanOut,
            weight: add(
                name + ".weight", [fanOut, fanIn], initialisation ?? .xavierUniform(fanIn: fanIn, fanOut: fanOut)),
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

/// The parameters of a masked autoencoder in the order of its checkpoint, and where each layer finds its own.
struct AutoencoderLayout {
    private(set) var layout = ParameterLayout()
    let encoder: EncoderParameters
    let decoder: DecoderParameters

    init(_ configuration: ModelConfiguration) {
        encoder = EncoderParameters(configuration.encoderShape, use: .pretraining, in: &layout)
        decoder = DecoderParameters(configuration, in: &layout)
    }
}

/// Offsets of the encoder: tokens, patch embedding, blocks and the last normalisation.
struct EncoderParameters {
    /// What MAE treats differently in its two trainings.
    enum Use {
        /// Positions are fixed, the class token decays, and `norm` ends the encoder.
        case pretraining
        /// Positions are trained, neither they nor the class token decay, and `fc_norm` normalises the mean token.
        case classification
    }

    let classToken: Int
    let positions: Int
    let positionsAreTrained: Bool
    let patchEmbedding: LinearParameters
    let blocks: [BlockParameters]
    let norm: NormParameters

    init(_ shape: EncoderShape, use: Use, in layout: inout ParameterLayout) {
        let width = shape.width
        positionsAreTrained = use == .classification
        classToken = layout.add(
            "cls_token", [1, 1, width], .normal(standardDeviation: 0.02), decays: use == .pretraining)
        positions = layout.add(
            "pos_embed", [1, 1 + shape.patches, width], .positions(grid: shape.grid), trainable: positionsAreTrained,
            decays: false)
        let fanIn = shape.patchValues
        patchEmbedding = LinearParameters(
            inputs: fanIn, outputs: width,
            weight: layout.add(
                "patch_embed.proj.weight", [width, 3, shape.patch, shape.patch],
                .xavierUniform(fanIn: fanIn, fanOut: width)),
            bias: layout.add(
                "patch_embed.proj.bias", [width], .uniform(bound: 1 / Double(fanIn).squareRoot())))
        var blocks: [BlockParameters] = []
        for index in 0..<shape.transformer.depth {
            blocks.append(BlockParameters("blocks.\(index)", width: width, in: &layout))
        }
        self.blocks = blocks
        norm = layout.addNorm(use == .pretraining ? "norm" : "fc_norm", width: width)
    }
}

/// The parameters of a classifier in the order of its checkpoint, and where each layer finds its own.
struct ClassifierLayout {
    private(set) var layout = ParameterLayout()
    let encoder: EncoderParameters
    let head: LinearParameters

    init(_ shape: EncoderShape, outputs: Int) {
        encoder = EncoderParameters(shape, use: .classification, in: &layout)
        head = layout.addLinear(
            "head", from: shape.width, to: outputs, initialisation: .normal(standardDeviation: 2e-5))
    }
}

/// Offsets of the decoder: embedding, mask token, blocks, the last normalisation and the prediction.
struct DecoderParameters {
    let embedding: LinearParameters
    let maskToken: Int
    let positions: Int
    let blocks: [BlockParameters]
    let norm: NormParameters
    let prediction: LinearParameters

    init(_ configuration: ModelConfiguration, in layout: inout ParameterLayout) {
        let width = configuration.decoder.width
        embedding = layout.addLinear("decoder_embed", from: configuration.encoder.width, to: width)
        maskToken = layout.add("mask_token", [1, 1, width], .normal(standardDeviation: 0.02))
        positions = layout.add(
            "decoder_pos_embed", [1, 1 + configuration.patches, width], .positions(grid: configuration.grid),
            trainable: false)
        var blocks: [BlockParameters] = []
        for index in 0..<configuration.decoder.depth {
            blocks.append(BlockParameters("decoder_blocks.\(index)", width: width, in: &layout))
        }
        self.blocks = blocks
        norm = layout.addNorm("decoder_norm", width: width)
        prediction = layout.addLinear("decoder_pred", from: width, to: configuration.patchValues)
    }
}
