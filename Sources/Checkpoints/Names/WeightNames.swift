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
}

extension WeightNames {
    /// MAE's name for a name in any dialect, whatever wrappers (data parallelism, compilation, models inside models)
    /// put before it, at any depth; nil for one that no dialect has.
    ///
    /// - Returns: also what stands before the name, without its last dot: `module.encoder`, or nothing.
    static func recognise(_ name: String) -> (name: RecognisedName, prefix: Substring)? {
        var start = name.startIndex
        // No program writes longer names; looking at every part of one takes the square of its length.
        guard name.utf8.count <= 1024 else { return nil }
        while true {
            let rest = name[start...]
            if let found = mae(rest) ?? huggingFace(rest) {
                let prefix = name[..<start].dropLast()
                // `blocks.0.norm.weight` is a layer of a block, not the norm after the blocks.
                return isInsideBlock(prefix) ? nil : (found, prefix)
            }
            guard let dot = rest.firstIndex(of: ".") else { return nil }
            start = name.index(after: dot)
        }
    }

    /// Whether a name belongs to a block: a stack's name followed by a number.
    static func isInsideBlock(_ name: Substring) -> Bool {
        let parts = name.split(separator: ".")
        return zip(parts, parts.dropFirst()).contains { stack, number in
            ["blocks", "layers", "layer", "decoder_blocks", "decoder_layers"].contains(stack) && isNumber(number)
        }
    }

    private static func isNumber(_ text: Substring) -> Bool {
        !text.isEmpty && text.count <= 3 && text.utf8.allSatisfy { (0x30...0x39).contains($0) }
    }

    private static let layers: Set<Substring> = [
        "norm1", "attn.qkv", "attn.proj", "norm2", "mlp.fc1", "mlp.fc2",
    ]
    private static let outer: Set<Substring> = [
        "patch_embed.proj", "norm", "fc_norm", "head", "decoder_embed", "decoder_norm", "decoder_pred",
    ]
    private static let single: Set<Substring> = ["cls_token", "pos_embed", "mask_token", "decoder_pos_embed"]

    /// BEiT and EVA keep the biases of query and value apart, and have none for the key.
    private static let pieceBiases: [Substring] = ["attn.q_bias", "attn.k_bias", "attn.v_bias"]
    /// timm's EVA may keep the whole projections apart.
    private static let pieceProjections: [Substring] = ["attn.q_proj", "attn.k_proj", "attn.v_proj"]
    private static let stacks = ["blocks", "decoder_blocks"]

    private static func mae(_ name: Substring) -> RecognisedName? {
        if single.contains(name) { return RecognisedName(name: String(name)) }
        if let (stack, number, inner) = block(name, of: stacks), let piece = pieceBiases.firstIndex(of: inner) {
            return RecognisedName(name: "\(stack).\(number).attn.qkv.bias", piece: piece)
        }
        guard let (layer, kind) = split(name) else { return nil }
        if outer.contains(layer) { return RecognisedName(name: String(name)) }
        guard let (stack, number, inner) = block(layer, of: stacks) else { return nil }
        if let piece = pieceProjections.firstIndex(of: inner) {
            return RecognisedName(name: "\(stack).\(number).attn.qkv.\(kind)", piece: piece)
        }
        return layers.contains(inner) ? RecognisedName(name: String(name)) : nil
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
            guard isNumber(number) else { return nil }
            return (stack, number, rest[rest.index(after: dot)...])
        }
        return nil
    }

    // MARK: Hugging Face

    /// Before version 5 of transformers, then as version 5 has them in memory; it saves a decoder's blocks as
    /// `decoder_encoder.layer`. The first of each is written: every version reads it.
    private static let huggingFaceStacks = [
        (theirs: "encoder.layer", ours: "blocks"), (theirs: "decoder.decoder_layers", ours: "decoder_blocks"),
        (theirs: "layers", ours: "blocks"), (theirs: "decoder.decoder_encoder.layer", ours: "decoder_blocks"),
    ]
    private static let huggingFaceLayers: [(theirs: Substring, ours: String)] = [
        ("layernorm_before", "norm1"), ("layernorm_after", "norm2"), ("attention.output.dense", "attn.proj"),
        ("intermediate.dense", "mlp.fc1"), ("output.dense", "mlp.fc2"),
        ("attention.o_proj", "attn.proj"), ("mlp.fc1", "mlp.fc1"), ("mlp.fc2", "mlp.fc2"),
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
    private static let piecesInMemory: [Substring] = ["attention.q_proj", "attention.k_proj", "attention.v_proj"]

    private static func huggingFace(_ name: Substring) -> RecognisedName? {
        if let pair = huggingFaceOuter.first(where: { $0.theirs == name }), single.contains(pair.ours[...]) {
            return RecognisedName(name: pair.ours)
        }
        guard let (layer, kind) = split(name) else { return nil }
        if let pair = huggingFaceOuter.first(where: { $0.theirs == layer }) {
            return RecognisedName(name: "\(pair.ours).\(kind)")
        }
        guard let (stack, number, inner) = block(layer, of: huggingFaceStacks.map(\.theirs)),
            let ours = huggingFaceStacks.first(where: { $0.theirs == stack })?.ours
        else { return nil }
        if let piece = pieces.firstIndex(of: inner) ?? piecesInMemory.firstIndex(of: inner) {
            return RecognisedName(name: "\(ours).\(number).attn.qkv.\(kind)", piece: piece)
        }
        guard let pair = huggingFaceLayers.first(where: { $0.theirs == inner }) else { return nil }
        return RecognisedName(name: "\(ours).\(number).\(pair.ours).\(kind)")
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
