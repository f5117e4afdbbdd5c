import Foundation

/// Layer-wise decay of the learning rate (Clark et al., 2020; BEiT, MAE): the head learns at the full rate, and each
/// layer below it at a fraction of the one above.
public struct LayerDecay: Sendable {
    private let decay: Double
    private let depth: Int

    /// - Parameter decay: the fraction; 1 for none.
    public init(_ decay: Double, depth: Int) {
        self.decay = decay
        self.depth = depth
    }

    /// What a parameter's learning rate is multiplied by: decay^(depth + 1 − layer), where the class token, positions
    /// and patch embedding are layer 0, block i is layer i + 1, and what follows has the factor 1.
    public func scale(_ parameter: Parameter) -> Double { pow(decay, Double(depth + 1 - layer(of: parameter.name))) }

    private func layer(of name: String) -> Int {
        if name == "cls_token" || name == "pos_embed" || name.hasPrefix("patch_embed.") { return 0 }
        let parts = name.split(separator: ".")
        if parts.count > 1, parts[0] == "blocks", let block = Int(parts[1]) { return block + 1 }
        return depth + 1
    }
}

extension Parameter {
    /// Whether it belongs to what is trained above a frozen encoder: `fc_norm` and the head.
    public var belongsToHead: Bool { name.hasPrefix("fc_norm.") || name.hasPrefix("head.") }
}
