/// How a family of programs names the tensors of a vision transformer.
public enum WeightNames: String, Sendable, CaseIterable {
    /// facebookresearch/mae, MAE-Face and this program.
    case mae
    /// timm: the same names for the encoder and the head, and no decoder.
    case timm
    /// ViTMAE and ViT of transformers, which keep query, key and value apart.
    case huggingface
}

/// What a name in a file means.
struct RecognisedName: Equatable {
    /// MAE's name.
    let name: String
    /// 0, 1 or 2 for the query, key or value that the tensor is of `name`; nil when it is all of it.
    var piece: Int?
    var isHuggingFace = false
}

extension WeightNames {
    /// What wrappers put before the names: data parallelism, compilation, and models inside models.
    private static let prefixes = [
        "module.", "_orig_mod.", "encoder.", "backbone.", "model.", "vit.", "mae.", "net.", "network.", "teacher.",
        "student.", "base_encoder.", "base_model.", "visual.",
    ]

    /// MAE's name for a name in any dialect, prefixes taken off; nil for one that no dialect has.
    ///
    /// - Returns: also how many prefixes were taken off.
    static func recognise(_ name: String) -> (name: RecognisedName, prefixes: Int)? {
        var rest = name[...]
        var count = 0
        while true {
            if isMAE(rest) { return (RecognisedName(name: String(rest)), count) }
            if let found = huggingFace(rest) { return (found, count) }
            guard let prefix = prefixes.first(where: { rest.hasPrefix($0) }) else { return nil }
            rest = rest.dropFirst(prefix.count)
            count += 1
        }
    }

    private static let layers: Set<Substring> = [
        "norm1", "attn.qkv", "attn.proj", "norm2", "mlp.fc1", "mlp.fc2",
    ]
    private static let outer: Set<Substring> = [
        "patch_embed.proj", "norm", "fc_norm", "head", "decoder_embed", "decoder_norm", "decoder_pred",
    ]
    private static let single: Set<Substring> = ["cls_token", "pos_embed", "mask_token", "decoder_pos_embed"]

    private static func isMAE(_ name: Substring) -> Bool {
        if single.contains(name) { return true }
        guard let (layer, _) = split(name) else { return false }
        if outer.contains(layer) { return true }
        guard let (_, _, inner) = block(layer, of: ["blocks", "decoder_blocks"]) else { return false }
        return layers.contains(inner)
    }

    /// The layer and `weight` or `bias`.
    private static func split(_ name: Substring) -> (layer: Substring, kind: Substring)? {
        guard let dot = name.lastIndex(of: ".") else { return nil }
        let kind = name[name.index(after: dot)...]
        return kind == "weight" || kind == "bias" ? (name[..<dot], kind) : nil
    }

    /// `blocks.3.attn.qkv` into the stack, the number and the layer.
    private static func block(
        _ layer: Substring, of stacks: [String]
    ) -> (stack: String, number: Substring, inner: Substring)? {
        for stack in stacks where layer.hasPrefix(stack + ".") {
            let rest = layer.dropFirst(stack.count + 1)
            guard let dot = rest.firstIndex(of: ".") else { return nil }
            let number = rest[..<dot]
            guard !number.isEmpty, number.count <= 3, number.utf8.allSatisfy({ (0x30...0x39).contains($0) }) else {
                return nil
            }
            return (stack, number, rest[rest.index(after: dot)...])
        }
        return nil
    }

    // MARK: Hugging Face

    private static let huggingFaceStacks = [
        (theirs: "encoder.layer", ours: "blocks"), (theirs: "decoder.decoder_layers", ours: "decoder_blocks"),
    ]
    private static let huggingFaceLayers: [(theirs: Substring, ours: String)] = [
        ("layernorm_before", "norm1"), ("layernorm_after", "norm2"), ("attention.output.dense", "attn.proj"),
        ("intermediate.dense", "mlp.fc1"), ("output.dense", "mlp.fc2"),
    ]
    private static let huggingFaceOuter: [(theirs: Substring, ours: String)] = [
        ("embeddings.cls_token", "cls_token"), ("embeddings.position_embeddings", "pos_embed"),
        ("embeddings.patch_embeddings.projection", "patch_embed.proj"), ("layernorm", "norm"),
        ("classifier", "head"), ("decoder.decoder_embed", "decoder_embed"), ("decoder.mask_token", "mask_token"),
        ("decoder.decoder_pos_embed", "decoder_pos_embed"), ("decoder.decoder_norm", "decoder_norm"),
        ("decoder.decoder_pred", "decoder_pred"),
    ]
    private static let pieces: [Substring] = [
        "attention.attention.query", "attention.attention.key", "attention.attention.value",
    ]

    private static func huggingFace(_ name: Substring) -> RecognisedName? {
        if let pair = huggingFaceOuter.first(where: { $0.theirs == name }), single.contains(pair.ours[...]) {
            return RecognisedName(name: pair.ours, isHuggingFace: true)
        }
        guard let (layer, kind) = split(name) else { return nil }
        if let pair = huggingFaceOuter.first(where: { $0.theirs == layer }) {
            return RecognisedName(name: "\(pair.ours).\(kind)", isHuggingFace: true)
        }
        guard let (stack, number, inner) = block(layer, of: huggingFaceStacks.map(\.theirs)),
            let ours = huggingFaceStacks.first(where: { $0.theirs == stack })?.ours
        else { return nil }
        if let piece = pieces.firstIndex(of: inner) {
            return RecognisedName(name: "\(ours).\(number).attn.qkv.\(kind)", piece: piece, isHuggingFace: true)
        }
        guard let pair = huggingFaceLayers.first(where: { $0.theirs == inner }) else { return nil }
        return RecognisedName(name: "\(ours).\(number).\(pair.ours).\(kind)", isHuggingFace: true)
    }

    /// The name or, for query, key and value, the three names that this dialect has for MAE's `name`; nil when it has
    /// none.
    func names(for name: String) -> [String]? {
        switch self {
        case .mae: return [name]
        case .timm: return name.hasPrefix("decoder_") || name == "mask_token" ? nil : [name]
        case .huggingface: return Self.huggingFaceNames(for: name[...])
        }
    }

    private static func huggingFaceNames(for name: Substring) -> [String]? {
        /// The decoder and the head stand beside the encoder, which is called `vit`.
        func placed(_ name: String) -> String {
            name.hasPrefix("decoder.") || name.hasPrefix("classifier") ? name : "vit." + name
        }
        if let pair = huggingFaceOuter.first(where: { $0.ours[...] == name }) { return [placed(String(pair.theirs))] }
        guard let (layer, kind) = split(name) else { return nil }
        if let pair = huggingFaceOuter.first(where: { $0.ours[...] == layer }) {
            return [placed("\(pair.theirs).\(kind)")]
        }
        guard let (stack, number, inner) = block(layer, of: huggingFaceStacks.map(\.ours)),
            let theirs = huggingFaceStacks.first(where: { $0.ours == stack })?.theirs
        else { return nil }
        if inner == "attn.qkv" { return pieces.map { placed("\(theirs).\(number).\($0).\(kind)") } }
        guard let pair = huggingFaceLayers.first(where: { $0.ours[...] == inner }) else { return nil }
        return [placed("\(theirs).\(number).\(pair.theirs).\(kind)")]
    }
}
