import Basics
import JSON5

/// The vision transformer that a file's tensors are of, as far as shapes tell it.
public struct WeightsShape: Equatable, Sendable {
    /// Channels of a token, blocks, and pixels along a side of a patch.
    public let width: Int
    public let depth: Int
    public let patch: Int
    /// Patches along a side of the image; nil when the file has no positions, or those of an oblong grid.
    public let grid: Int?
    /// Rows of positions that are of no square grid; nil when the grid is square or there are none.
    let oblong: Int?
    /// Width and depth of the decoder; nil when there is none.
    public let decoder: (width: Int, depth: Int)?
    /// Outputs of the head; nil when there is none.
    public let outputs: Int?
    /// Whether features are normalised after the mean of the patch tokens (`fc_norm`).
    public let hasMeanNorm: Bool
    /// Whether its head is on the class token after `norm`, as timm's "token" and Hugging Face's ViT have it.
    public let isHeadOnClassToken: Bool
    /// Heads of attention that the file itself states, or the `config.json` beside it.
    public let statedHeads: Int?

    public static func == (a: WeightsShape, b: WeightsShape) -> Bool {
        a.width == b.width && a.depth == b.depth && a.patch == b.patch && a.grid == b.grid && a.oblong == b.oblong
            && a.decoder?.width == b.decoder?.width && a.decoder?.depth == b.decoder?.depth && a.outputs == b.outputs
            && a.hasMeanNorm == b.hasMeanNorm && a.isHeadOnClassToken == b.isHeadOnClassToken
            && a.statedHeads == b.statedHeads
    }

    /// The sizes that have names.
    private static let known = [
        ("vit-micro", 64, 4), ("vit-tiny", 192, 12), ("vit-small", 384, 12), ("vit-base", 768, 12),
        ("vit-large", 1024, 24), ("vit-huge", 1280, 32),
    ]

    /// - Throws: when the tensors are of no vision transformer as MAE builds them.
    public init(_ weights: NamedWeights) throws(FileError) {
        let path = weights.file.path
        if let refusal = weights.refusal { throw refusal }
        guard let proj = weights["patch_embed.proj.weight"]?.shape, proj.count == 4, proj[1] == 3, proj[2] == proj[3],
            proj[0] > 0, proj[2] > 0, weights["blocks.0.attn.qkv.weight"] != nil
        else {
            let names = weights.file.tensors.prefix(4).map { "\"\($0.name)\"" }.joined(separator: ", ")
            throw FileError(
                path: path,
                "holds no vision transformer: patch_embed.proj.weight or blocks.0.attn.qkv.weight is not in it under "
                    + "any name known here; it begins with \(names)")
        }
        width = proj[0]
        patch = proj[2]
        depth = Self.depth(of: "blocks", weights)
        if let positions = weights["pos_embed"]?.shape, positions.count == 3, let side = Positioned.grid(positions[1]) {
            grid = side
            oblong = nil
        } else {
            grid = nil
            oblong = weights["pos_embed"]?.shape.dropLast().last
        }
        if let embedding = weights["decoder_embed.weight"]?.shape, embedding.count == 2 {
            decoder = (embedding[0], Self.depth(of: "decoder_blocks", weights))
        } else {
            decoder = nil
        }
        outputs = weights["head.weight"]?.shape.first
        hasMeanNorm = weights["fc_norm.weight"] != nil
        isHeadOnClassToken = outputs != nil && !hasMeanNorm && weights["norm.weight"] != nil
        statedHeads = StatedHeads.find(for: weights.file, width: proj[0])
    }

    private static func depth(of stack: String, _ weights: NamedWeights) -> Int {
        var depth = 0
        while weights["\(stack).\(depth).attn.qkv.weight"] != nil { depth += 1 }
        return depth
    }

    /// `vit-base`, or `96d4b` for a size without a name.
    public var encoderName: String {
        Self.known.first { $0.1 == width && $0.2 == depth }?.0 ?? "\(width)d\(depth)b"
    }

    /// `512d8b`, or nil without a decoder.
    public var decoderName: String? { decoder.map { "\($0.width)d\($0.depth)b" } }

    /// `vit-base (768 channels, 12 blocks, patches of 16)`.
    public var words: String { "\(encoderName) (\(width) channels, \(depth) blocks, patches of \(patch))" }

    /// `positions of an oblong grid: ...`; nil for a square grid, or without positions.
    public var oblongGrid: String? { oblong.map(Positioned.words(oblong:)) }

    /// - Throws: when the file's positions are of an oblong grid, which a model of square images cannot take.
    public func requireSquareGrid(path: String) throws(FileError) {
        guard let oblongGrid else { return }
        throw FileError(path: path, "has \(oblongGrid); images are square here, so they cannot be used")
    }

    /// The heads of attention: those asked for, or those that the file states, or those that everybody gives a model of
    /// this width.
    ///
    /// - Throws: when nothing tells them. Shapes cannot: they are the same for every number of heads.
    public func heads(asked: Int?, path: String) throws(FileError) -> Int {
        if let asked {
            guard asked > 0, width.isMultiple(of: asked) else {
                throw FileError(path: path, "\(asked) heads cannot share its width of \(width) evenly")
            }
            if let statedHeads, statedHeads != asked {
                throw FileError(
                    path: path, "was trained with \(statedHeads) heads, as it says itself, not with \(asked)")
            }
            return asked
        }
        if let statedHeads, statedHeads > 0, width.isMultiple(of: statedHeads) { return statedHeads }
        switch width {
        case 384: return 6
        case 768: return 12
        case 1024, 1280: return 16
        case 192:
            throw FileError(
                path: path,
                "is a ViT of 192 channels, which comes with 3 heads (DeiT, MAE-Face) and with 12 (MAE-Lite), and its "
                    + "shapes cannot tell; say which with --heads 3 or --heads 12")
        default:
            throw FileError(
                path: path,
                "does not say how many heads its attention has, and shapes cannot tell; say it with --heads N")
        }
    }
}

/// Heads that a file states in its metadata, or in the configuration of Hugging Face beside it.
enum StatedHeads {
    static let key = "maeface.heads"

    static func find(for file: WeightsFile, width: Int) -> Int? {
        if let text = file.metadata[key] { return Int(text) }
        let folder = file.path.lastIndex(of: "/").map { String(file.path[...$0]) } ?? ""
        guard file.path.hasSuffix(".safetensors") || file.path.hasSuffix(".bin") || file.path.hasSuffix(".json"),
            let configuration = try? MappedFile(path: folder + "config.json")
        else { return nil }
        guard let settings = try? SmallJSON.object(configuration.bytes, path: "config.json"),
            settings["hidden_size"]?.value == .integer(Int64(width)),
            case .integer(let heads)? = settings["num_attention_heads"]?.value
        else { return nil }
        return Int(heads)
    }
}
