/// Width, depth and heads of a stack of transformer blocks.
public struct TransformerConfiguration: Hashable, Sendable {
    /// Channels D of a token.
    public let width: Int
    /// Number of blocks.
    public let depth: Int
    /// Attention heads; each has `width / heads` channels.
    public let heads: Int

    /// Throws `ModelError` unless the width is a multiple of 4 (sine-cosine positions) and of the heads.
    public init(width: Int, depth: Int, heads: Int) throws {
        guard width > 0, width % 4 == 0 else {
            throw ModelError("width \(width): the positions need a positive width that is a multiple of 4")
        }
        guard depth > 0 else { throw ModelError("depth \(depth): a transformer needs at least one block") }
        guard heads > 0, width % heads == 0 else {
            throw ModelError("\(heads) heads do not divide the width \(width); choose a number that does")
        }
        guard width <= 16384, depth <= 256 else {
            throw ModelError("width \(width), depth \(depth): at most 16384 and 256 are supported")
        }
        self.width = width
        self.depth = depth
        self.heads = heads
    }

    fileprivate init(preset width: Int, _ depth: Int, _ heads: Int) {
        self.width = width
        self.depth = depth
        self.heads = heads
    }

    /// Channels of one head.
    public var headWidth: Int { width / heads }

    /// The notation that `EncoderConfiguration.named` and `DecoderConfiguration.named` read, as in "512d8b16h".
    public var notation: String { "\(width)d\(depth)b\(heads)h" }

    /// Reads "512d8b" or "512d8b16h"; nil when the text has another form. Heads left out are `width / headWidth`,
    /// or the nearest smaller number that divides the width.
    fileprivate static func parsed(_ text: String, headWidth: Int) throws -> TransformerConfiguration? {
        var numbers: [Character: Int] = [:]
        var digits = ""
        for character in text {
            if character.isASCII, character.isNumber {
                digits.append(character)
            } else {
                guard ["d", "b", "h"][min(numbers.count, 2)] == character, numbers.count < 3, let value = Int(digits)
                else { return nil }
                numbers[character] = value
                digits = ""
            }
        }
        guard digits.isEmpty, let width = numbers["d"], let depth = numbers["b"] else { return nil }
        var heads = numbers["h"] ?? max(1, width / headWidth)
        if numbers["h"] == nil, width > 0 { while width % heads != 0 { heads -= 1 } }
        return try TransformerConfiguration(width: width, depth: depth, heads: heads)
    }
}

/// The transformer that sees the visible patches: a preset or stated width, depth and heads.
public enum EncoderConfiguration {
    /// The presets by name. The micro one serves the demo and the tests; the others are the usual ViT sizes.
    public static let presets: [(name: String, configuration: TransformerConfiguration)] = [
        ("vit-micro", TransformerConfiguration(preset: 64, 4, 4)),
        ("vit-tiny", TransformerConfiguration(preset: 192, 12, 3)),
        ("vit-small", TransformerConfiguration(preset: 384, 12, 6)),
        ("vit-base", TransformerConfiguration(preset: 768, 12, 12)),
        ("vit-large", TransformerConfiguration(preset: 1024, 24, 16)),
    ]

    /// A preset, or width, depth and heads as in "192d12b3h" (64 channels per head when the heads are left out).
    public static func named(_ name: String) throws -> TransformerConfiguration {
        if let preset = presets.first(where: { $0.name == name }) { return preset.configuration }
        if let stated = try TransformerConfiguration.parsed(name, headWidth: 64) { return stated }
        let names = presets.map(\.name).joined(separator: ", ")
        throw ModelError("unknown encoder \"\(name)\"; choose \(names), or state one as in \"192d12b3h\"")
    }
}

/// The transformer that rebuilds the masked patches.
public enum DecoderConfiguration {
    /// Width, depth and heads as in "512d8b" (MAE), "96d1b" (MAE-Lite) or "256d4b8h"; 32 channels per head when the
    /// heads are left out.
    public static func named(_ name: String) throws -> TransformerConfiguration {
        if let stated = try TransformerConfiguration.parsed(name, headWidth: 32) { return stated }
        throw ModelError(
            "unknown decoder \"\(name)\"; state width, depth and heads as in \"512d8b\", \"96d1b\" or \"256d4b8h\"")
    }
}

/// What fixes the shape of an encoder: its input, the patches and the transformer.
public struct EncoderShape: Hashable, Sendable {
    /// Side of the square input in pixels.
    public let image: Int
    /// Side of a square patch in pixels.
    public let patch: Int
    public let transformer: TransformerConfiguration

    /// Throws `ModelError` when the patch does not divide the image.
    public init(image: Int = 224, patch: Int = 16, transformer: TransformerConfiguration) throws {
        guard image > 0, patch > 0, image % patch == 0 else {
            throw ModelError("a patch of \(patch) pixels does not divide an image of \(image) pixels")
        }
        guard image <= 8192 else { throw ModelError("an image of \(image) pixels: at most 8192 are supported") }
        self.image = image
        self.patch = patch
        self.transformer = transformer
    }

    /// Channels D of a token.
    public var width: Int { transformer.width }
    /// Patches along one side.
    public var grid: Int { image / patch }
    /// Patches P of one image.
    public var patches: Int { grid * grid }
    /// Values of one patch: patch · patch · 3.
    public var patchValues: Int { patch * patch * 3 }
    /// Values of one image: 3 · H · W.
    public var imageValues: Int { 3 * image * image }
}

/// Distance between predicted and true patch values.
public enum ReconstructionLossKind: String, Hashable, Sendable, CaseIterable {
    /// Mean absolute difference (MAE-Face).
    case l1
    /// Mean squared difference (MAE).
    case l2
}

/// Everything that fixes the shape of a masked autoencoder.
public struct ModelConfiguration: Hashable, Sendable {
    /// Side of the square input in pixels.
    public var image: Int { encoderShape.image }
    /// Side of a square patch in pixels.
    public var patch: Int { encoderShape.patch }
    public var encoder: TransformerConfiguration { encoderShape.transformer }
    /// Input, patches and transformer of the encoder.
    public let encoderShape: EncoderShape
    public let decoder: TransformerConfiguration
    public let loss: ReconstructionLossKind
    /// Share of the patches that is hidden from the encoder.
    public let maskRatio: Double

    /// Throws `ModelError` when the patch does not divide the image or the mask ratio leaves nothing visible or
    /// nothing masked.
    public init(
        image: Int = 224, patch: Int = 16, encoder: TransformerConfiguration, decoder: TransformerConfiguration,
        loss: ReconstructionLossKind = .l1, maskRatio: Double = 0.75
    ) throws {
        encoderShape = try EncoderShape(image: image, patch: patch, transformer: encoder)
        guard maskRatio >= 0, maskRatio < 1 else {
            throw ModelError("mask ratio \(maskRatio): it must be at least 0 and below 1")
        }
        self.decoder = decoder
        self.loss = loss
        self.maskRatio = maskRatio
        guard visiblePatches > 0 else {
            throw ModelError("mask ratio \(maskRatio) leaves no visible patch of \(patches); choose a smaller one")
        }
        guard maskedPatches > 0 else {
            throw ModelError("mask ratio \(maskRatio) masks no patch of \(patches); choose a larger one")
        }
    }

    /// Patches along one side.
    public var grid: Int { encoderShape.grid }
    /// Patches P of one image.
    public var patches: Int { encoderShape.patches }
    /// Values of one patch: patch · patch · 3.
    public var patchValues: Int { encoderShape.patchValues }
    /// Patches the encoder sees: ⌊P · (1 − ratio)⌋.
    public var visiblePatches: Int { Int(Double(patches) * (1 - maskRatio)) }
    /// Patches the decoder has to rebuild.
    public var maskedPatches: Int { patches - visiblePatches }
    /// Values of one image: 3 · H · W.
    public var imageValues: Int { encoderShape.imageValues }
}
