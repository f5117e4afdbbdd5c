/// One key light and the light of the surroundings, in linear colours.
struct FaceLighting {
    let direction: Vector
    /// Half way between the light and the viewer, where a shiny surface mirrors the light.
    let half: Vector
    let key: Float
    private let keyColour: Vector
    private let sky: Vector
    private let ground: Vector

    init(_ light: FaceLight, exposure: Float) {
        direction = light.direction.normalised
        half = (direction + Vector(0, 0, 1)).normalised
        key = light.key * exposure
        let warm = light.warmth
        keyColour = Vector(1 + 0.13 * warm, 1 + 0.01 * warm, 1 - 0.2 * warm) * key
        let fill = light.fill * exposure
        sky = Vector(0.96 - 0.05 * warm, 1, 1.06 + 0.06 * warm) * fill
        ground = Vector(1.0, 0.9, 0.8) * (fill * 0.62)
    }

    /// Light of the surroundings on a surface.
    @inline(__always) func ambient(_ normal: Vector) -> Vector {
        blend(ground, sky, 0.5 - 0.5 * normal.y)
    }

    /// Light on a dull surface.
    @inline(__always) func diffuse(_ normal: Vector, shadow: Float, openness: Float) -> Vector {
        let facing = normal.dot(direction)
        let wrapped = unit((facing + 0.15) / 1.15)
        return keyColour * (wrapped * shadow) + ambient(normal) * openness
    }

    /// Light on skin: red light travels in it and comes out beyond the edge of the shadow.
    @inline(__always) func skin(_ normal: Vector, shadow: Float, openness: Float) -> Vector {
        let facing = normal.dot(direction)
        let red = unit((facing + 0.4) / 1.4)
        let green = unit((facing + 0.2) / 1.2)
        let blue = unit((facing + 0.15) / 1.15)
        let soft = shadow * (0.7 + 0.3 * shadow)
        let shadows = Vector(blend(soft, shadow, 0.3) * 0.92 + 0.08, soft, soft)
        return Vector(red, green, blue) * shadows * keyColour + ambient(normal) * openness
    }

    /// The mirror image of the light on an oily or wet surface.
    @inline(__always) func gloss(_ normal: Vector, sharp: Bool) -> Float {
        var shine = max(0, normal.dot(half))
        shine *= shine
        shine *= shine
        shine *= shine
        shine *= shine
        if sharp {
            shine *= shine
            shine *= shine
        }
        return shine * key
    }
}
