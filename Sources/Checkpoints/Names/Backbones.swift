/// The vision transformers that the names of a file's tensors tell of, and which of them is taken.
///
/// Files of self-supervised training hold two (a student and its teacher, an encoder and its running average), under
/// different prefixes.
struct Backbones {
    /// What stands before the names of each, in the order of the file.
    let prefixes: [Substring]
    /// The one taken; nil when there is none, or when nothing says which.
    let chosen: Substring?

    /// More models than anybody keeps in one file.
    private static let most = 64

    typealias Found = (name: RecognisedName, prefix: Substring, tensor: WeightTensor)

    /// - Parameter key: the parts of a key that the prefix has to have in it, one after the other; empty for any.
    init(_ found: [Found], key: [Substring]) {
        func prefixes(of name: String) -> [Substring] {
            var seen: Set<Substring> = []
            return found.filter { $0.name.name == name && seen.insert($0.prefix).inserted }.map(\.prefix)
        }
        let stacks = prefixes(of: "blocks.0.attn.qkv.weight").filter { !Self.isOfAnotherPart($0) }
            .prefix(Self.most + 1)
        let embeddings = Set(prefixes(of: "patch_embed.proj.weight"))
        // A stack of blocks without an embedding of patches of its own, or one that it shares, is no backbone.
        let whole = stacks.filter { stack in embeddings.contains { Self.isAncestor($0, of: stack) } }
        self.prefixes = whole.isEmpty ? Array(stacks) : whole
        let asked = self.prefixes.filter { Self.contains($0, key) }
        let exact = asked.filter { $0.split(separator: ".") == key }
        if self.prefixes.count > Self.most {
            chosen = nil
        } else {
            chosen = exact.count == 1 && !key.isEmpty ? exact[0] : Self.likeliest(asked)
        }
    }

    /// What timm takes, the running average under its own names for it; of a teacher and its student the teacher, as
    /// DINO evaluates it; a trained model before its average, as MoCo does; and the one with the fewest wrappers.
    private static func likeliest(_ prefixes: [Substring]) -> Substring? {
        func rank(_ prefix: Substring) -> (Int, Int) {
            let parts = prefix.split(separator: ".")
            let kind =
                if parts.contains(where: { WeightKeys.averages.contains(String($0)) }) {
                    0
                } else if parts.contains(where: { $0.hasPrefix("teacher") }) {
                    1
                } else if parts.contains(where: isAverage) {
                    3
                } else {
                    2
                }
            return (kind, parts.count)
        }
        let ranked = prefixes.map { (prefix: $0, rank: rank($0)) }
        guard let best = ranked.min(by: { $0.rank < $1.rank }) else { return nil }
        return ranked.filter { $0.rank == best.rank }.count == 1 ? best.prefix : nil
    }

    private static func isAverage(_ part: Substring) -> Bool {
        part.split(separator: "_").contains { ["ema", "momentum", "averaged", "target", "swa"].contains($0) }
    }

    /// Whether a prefix is of a decoder or a predictor, which have blocks and norms of their own.
    static func isOfAnotherPart(_ prefix: Substring) -> Bool {
        prefix.split(separator: ".").contains { $0.hasPrefix("decoder") || $0.hasPrefix("predictor") }
    }

    /// Whether `prefix` is `other` or stands before it.
    static func isAncestor(_ prefix: Substring, of other: Substring) -> Bool {
        prefix.isEmpty || prefix == other || other.hasPrefix(prefix + ".")
    }

    /// Steps from one prefix to the other in the tree of names.
    static func distance(_ a: Substring, _ b: Substring) -> Int {
        let (a, b) = (a.split(separator: "."), b.split(separator: "."))
        let common = zip(a, b).prefix { $0 == $1 }.count
        return a.count + b.count - 2 * common
    }

    /// Whether the parts of a key stand in a name one after the other.
    static func contains(_ name: Substring, _ key: [Substring]) -> Bool {
        let parts = name.split(separator: ".")
        guard parts.count >= key.count else { return false }
        return (0...parts.count - key.count).contains { Array(parts[$0..<$0 + key.count]) == key }
    }

    /// The tensors of the chosen backbone and of the parts that go with it, by MAE's name; several where a name is in
    /// pieces.
    func tensors(_ found: [Found]) -> [String: [Found]] {
        guard chosen != nil || prefixes.isEmpty else { return [:] }
        let home = chosen ?? ""
        let others = prefixes.filter { $0 != home }
        let mine = found.filter { candidate in
            let near = Self.distance(candidate.prefix, home)
            return others.allSatisfy { Self.distance(candidate.prefix, $0) >= near }
        }
        let decoder = mine.filter { $0.name.name == "decoder_embed.weight" }
            .min { Self.distance($0.prefix, home) < Self.distance($1.prefix, home) }
        return Dictionary(grouping: mine) { $0.name.name }.compactMapValues { candidates in
            let name = candidates[0].name.name
            let isDecoder = name.hasPrefix("decoder_") || name == "mask_token"
            // A mask token without a decoder is of a pre-training that MAE does not know.
            if name == "mask_token", decoder == nil { return nil }
            let centre = isDecoder ? decoder?.prefix ?? home : home
            let fitting = candidates.filter { candidate in
                if isDecoder { return true }
                if name.hasPrefix("blocks.") { return candidate.prefix == home }
                // The decoder of another design has a norm too.
                if name.hasPrefix("norm.") { return Self.isAncestor(candidate.prefix, of: home) }
                return !Self.isOfAnotherPart(candidate.prefix) || candidate.prefix == home
            }
            guard let least = fitting.map({ Self.distance($0.prefix, centre) }).min() else { return nil }
            let nearest = fitting.filter { Self.distance($0.prefix, centre) == least }
            // Two heads equally near: nothing says which is meant.
            return Set(nearest.map(\.prefix)).count == 1 ? nearest : nil
        }
    }
}
