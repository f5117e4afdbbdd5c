/// The masked autoencoder of a session.
public struct ModelSettings: Equatable, Sendable {
    public var encoder: TransformerShape
    public var decoder: TransformerShape
    /// Pixels along each side of the square input.
    public var image: Int
    /// Pixels along each side of a patch; divides `image`.
    public var patch: Int
    /// The absolute path of weights to begin with; nil begins with random ones.
    public var initialWeights: String?

    public init(
        encoder: TransformerShape, decoder: TransformerShape, image: Int = 224, patch: Int = 16,
        initialWeights: String? = nil
    ) {
        self.encoder = encoder
        self.decoder = decoder
        self.image = image
        self.patch = patch
        self.initialWeights = initialWeights
    }

    /// How many patches an image has: P = (image / patch)².
    public var patches: Int { (image / patch) * (image / patch) }

    /// How many values a patch has: 3 patch².
    public var patchValues: Int { 3 * patch * patch }
}

/// The shape of a stack of transformer blocks.
public struct TransformerShape: Equatable, Hashable, Sendable {
    /// Channels of a token.
    public var width: Int
    /// Number of blocks.
    public var depth: Int
    /// Attention heads of a block; divides `width`.
    public var heads: Int

    public init(width: Int, depth: Int, heads: Int) {
        self.width = width
        self.depth = depth
        self.heads = heads
    }

    /// The encoders that have a name, smallest first. Sizes as in the ViT and DeiT papers; micro and mini as in the
    /// MAE-Face code.
    public static let encoderPresets: [(name: String, shape: TransformerShape)] = [
        ("vit-micro", TransformerShape(width: 96, depth: 12, heads: 2)),
        ("vit-mini", TransformerShape(width: 128, depth: 12, heads: 2)),
        ("vit-tiny", TransformerShape(width: 192, depth: 12, heads: 3)),
        ("vit-small", TransformerShape(width: 384, depth: 12, heads: 6)),
        ("vit-base", TransformerShape(width: 768, depth: 12, heads: 12)),
        ("vit-large", TransformerShape(width: 1024, depth: 24, heads: 16)),
        ("vit-huge", TransformerShape(width: 1280, depth: 32, heads: 16)),
    ]

    /// The encoder of that name, or nil.
    public static func encoder(named name: String) -> TransformerShape? {
        encoderPresets.first { $0.name == name }?.shape
    }

    /// The name of this shape as an encoder, or nil.
    public var encoderName: String? {
        Self.encoderPresets.first { $0.shape == self }?.name
    }

    /// Reads `512d8b`: width 512, 8 blocks, and heads of 32 channels as in MAE (16 of them here; 3 in `96d1b`).
    ///
    /// Nil when the text is not of that form or when 32 does not divide the width.
    public static func decoder(named name: String) -> TransformerShape? {
        let parts = name.split(separator: "d", omittingEmptySubsequences: false)
        guard parts.count == 2, parts[1].last == "b", let width = plainNumber(parts[0]),
            let depth = plainNumber(parts[1].dropLast()), width.isMultiple(of: 32)
        else { return nil }
        return TransformerShape(width: width, depth: depth, heads: width / 32)
    }

    /// `512d8b` where the heads are the ones that this name implies, else nil.
    public var decoderName: String? {
        width.isMultiple(of: 32) && heads == width / 32 ? "\(width)d\(depth)b" : nil
    }

    /// Digits only, so that "+5" and "05" are not numbers.
    private static func plainNumber(_ text: Substring) -> Int? {
        guard let first = text.utf8.first, (UInt8(ascii: "1")...UInt8(ascii: "9")).contains(first),
            text.utf8.allSatisfy({ (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) })
        else { return nil }
        return Int(text)
    }
}
