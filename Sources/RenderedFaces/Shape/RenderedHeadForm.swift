import Affect

/// The smooth form of a head without features: how wide and how deep it is at each height.
struct HeadForm {
    private let width: Float
    private let square: Float
    private let taper: Float
    private let fullness: Float
    let jawDrop: Float
    /// Depth of the front half, from the plane of the ears to the face.
    static let depth: Float = 0.66

    init(_ geometry: FaceGeometry) {
        width = geometry.identity.headWidth
        square = geometry.identity.jawSquareness
        taper = geometry.identity.jawTaper
        fullness = geometry.identity.cheekFullness
        jawDrop = geometry.jawDrop
    }

    /// Height on the face of the head height `level` (-1 crown to 1 chin): the lower face stretches as the jaw drops.
    @inline(__always) func height(ofLevel level: Float) -> Float {
        level + jawDrop * smoothStep(0.4, 1, level)
    }

    /// The inverse of `height(ofLevel:)`.
    @inline(__always) func level(ofHeight v: Float) -> Float {
        var level = v
        for _ in 0..<4 { level = v - jawDrop * smoothStep(0.4, 1, level) }
        return level
    }

    /// Half width at a level.
    @inline(__always) func halfWidth(_ level: Float) -> Float {
        let l = min(max(level, -1), 1)
        let l2 = l * l
        if l < 0 {
            // A skull is fuller than an ellipse.
            return width * (1 - (0.72 * l2 + 0.28 * l2 * l2)).squareRoot()
        }
        let power = blend(l2, l2 * l, 0.5 + 0.5 * square)
        let narrowed = 1 - taper * smoothStep(0.1, 1, l) + 0.05 * fullness * hill(l - 0.45, 0, 0.4, 1)
        return width * max(0, 1 - power).squareRoot() * narrowed
    }

    /// Depth in the middle at a level.
    @inline(__always) func frontDepth(_ level: Float) -> Float {
        let l = min(max(level, -1), 1)
        let l2 = l * l
        let power = l < 0 ? 0.55 * l2 + 0.45 * l2 * l2 : 0.15 * l2 + 0.85 * l2 * l2 * l2
        return Self.depth * max(0, 1 - power).squareRoot()
    }

    /// z of the smooth head at (u, v); beyond its outline the height of its edge.
    @inline(__always) func base(u: Float, halfWidth: Float, frontDepth: Float) -> Float {
        let t = halfWidth > 1e-3 ? u / halfWidth : 1
        return frontDepth * max(0, 1 - t * t).squareRoot()
    }
}
