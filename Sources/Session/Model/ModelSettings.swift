/// The masked autoencoder of a session.
public struct ModelSettings: Equatable, Sendable {
    public var encoder: TransformerShape
    public var decoder: TransformerShape
    /// Pixels along each side of the square input.
    public var image: Int
    /// Pixels along each side of a patch; divides `image`.
    public var patch: Int
    /// The absolute path of weights to begin with, or `run:NAME` for those that a run of the store ended with; nil
    /// begins with random ones.
    public var initialWeights: String?
    /// Which of several models in that file, as `--weights-key` says it; nil takes the likeliest.
    public var initialKey: String?
    public var normalisation: NormalisationSetting

    public init(
        encoder: TransformerShape, decoder: TransformerShape, image: Int = 224, patch: Int = 16,
        initialWeights: String? = nil, initialKey: String? = nil, normalisation: NormalisationSetting = .imageNet
    ) {
        self.encoder = encoder
        self.decoder = decoder
        self.image = image
        self.patch = patch
        self.initialWeights = initialWeights
        self.initialKey = initialKey
        self.normalisation = normalisation
    }

    /// What stands before the id or the name of a run in `initialWeights`.
    static let runPrefix = "run:"

    /// The run whose last weights the model begins with, where `initialWeights` names one.
    public var initialRun: String? {
        guard let initialWeights, initialWeights.hasPrefix(Self.runPrefix) else { return nil }
        return String(initialWeights.dropFirst(Self.runPrefix.count))
    }

    /// How many patches an image has: P = (image / patch)².
    public var patches: Int { (image / patch) * (image / patch) }

    /// How many patches the encoder sees of an image: the whole part of P (1 - ratio).
    public func visiblePatches(maskRatio: Double) -> Int { Int(Double(patches) * (1 - maskRatio)) }

    /// How many values a patch has: 3 patch².
    public var patchValues: Int { 3 * patch * patch }
}

/// What brings the bytes of an image to the numbers that the model sees.
public enum NormalisationSetting: String, Sendable, CaseIterable {
    /// The mean and deviation of ImageNet, which all published weights expect.
    case imageNet
    /// The image's own mean and deviation, so that light and contrast do not matter.
    case image
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

    /// The encoders that have a name, smallest first: a micro one for demonstrations, and the sizes of ViT and DeiT.
    public static let encoderPresets: [(name: String, shape: TransformerShape)] = [
        ("vit-micro", TransformerShape(width: 64, depth: 4, heads: 4)),
        ("vit-tiny", TransformerShape(width: 192, depth: 12, heads: 3)),
        ("vit-small", TransformerShape(width: 384, depth: 12, heads: 6)),
        ("vit-base", TransformerShape(width: 768, depth: 12, heads: 12)),
        ("vit-large", TransformerShape(width: 1024, depth: 24, heads: 16)),
    ]

    /// A preset, or width, blocks and heads as in `192d12b3h`; heads of 64 channels where they are left out.
    public static func encoder(named name: String) -> TransformerShape? {
        encoderPresets.first { $0.name == name }?.shape ?? shape(notation: name, headWidth: 64)
    }

    /// The name of this shape as an encoder: its preset's, or `192d12b3h`.
    public var encoderName: String {
        Self.encoderPresets.first { $0.shape == self }?.name ?? "\(width)d\(depth)b\(heads)h"
    }

    /// Width and blocks as in `512d8b` (MAE) or `96d1b` (MAE-Lite), or with heads as in `256d4b8h`; heads of 32
    /// channels where they are left out.
    public static func decoder(named name: String) -> TransformerShape? {
        shape(notation: name, headWidth: 32)
    }

    /// The name of this shape as a decoder: `512d8b`, with the heads where they are not the implied ones.
    public var decoderName: String {
        let short = "\(width)d\(depth)b"
        return Self.decoder(named: short) == self ? short : short + "\(heads)h"
    }

    /// Heads that are left out are `width / headWidth`, or the nearest smaller number that divides the width.
    private static func shape(notation: String, headWidth: Int) -> TransformerShape? {
        var numbers: [Int] = []
        var rest = notation[...]
        for letter in "dbh" where !rest.isEmpty {
            guard let end = rest.firstIndex(of: letter), let number = plainNumber(rest[..<end]) else { return nil }
            numbers.append(number)
            rest = rest[rest.index(after: end)...]
        }
        guard rest.isEmpty, numbers.count >= 2 else { return nil }
        let width = numbers[0]
        var heads = numbers.count == 3 ? numbers[2] : max(1, width / headWidth)
        if numbers.count == 2 {
            while !width.isMultiple(of: heads) { heads -= 1 }
        }
        return TransformerShape(width: width, depth: numbers[1], heads: heads)
    }

    /// Up to six digits that do not begin with 0, so that "+5" and "05" are not numbers.
    private static func plainNumber(_ text: Substring) -> Int? {
        guard text.count <= 6, text.first != "0", text.utf8.allSatisfy({ (0x30...0x39).contains($0) }) else {
            return nil
        }
        return Int(text)
    }
}
