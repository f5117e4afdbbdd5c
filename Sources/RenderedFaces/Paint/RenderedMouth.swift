/// Paints lips, teeth, tongue and the dark of an open mouth.
struct MouthPaint {
    private let mouth: FaceGeometry.Mouth
    private let lip: Vector
    private let softness: Float
    private let pressed: Float
    private let noise: NoiseTable

    init(_ geometry: FaceGeometry, skin: Vector, pixel: Float, noise: NoiseTable) {
        mouth = geometry.mouth
        softness = max(0.012, 0.6 * pixel)
        self.noise = noise
        let identity = geometry.identity
        let natural = skin * Vector(0.9, 0.5, 0.5)
        let painted = Vector(0.42, 0.035, 0.05) * (0.55 + 0.45 * (1 - identity.skinTone))
        lip = blend(
            skin * Vector(0.97, 0.68, 0.66), blend(natural, painted, max(0, identity.lipColour - 0.5) * 1.4),
            unit(identity.lipColour * 1.6))
        let rest = identity.upperLip + identity.lowerLip
        pressed = unit(1 - (geometry.mouth.upperLip + geometry.mouth.lowerLip) / max(rest, 0.01))
    }

    @inline(__always) func apply(_ paint: inout SurfacePaint, _ u: Float, _ v: Float) {
        let du = u - mouth.u
        let reach = mouth.halfWidth + 0.05
        guard du > -reach, du < reach, v > mouth.v - 0.28, v < mouth.v + 0.4 else { return }
        let t = du / mouth.halfWidth
        let width = t < 0 ? -t : t
        if width > 0.86 { paintCorner(&paint, du, v) }
        if let lines = mouth.contours(u) { paintLips(&paint, lines, v, t, width) }
    }

    /// The small shadow in which the lips end.
    private func paintCorner(_ paint: inout SurfacePaint, _ du: Float, _ v: Float) {
        let side: Float = du < 0 ? -1 : 1
        let corner = mouth.v + (du < 0 ? mouth.cornerLeft : mouth.cornerRight)
        let dark = hill(du - side * mouth.halfWidth, v - corner, 0.05, 0.035)
        paint.albedo *= 1 - 0.45 * dark
    }

    private func paintLips(
        _ paint: inout SurfacePaint, _ lines: SIMD4<Float>, _ v: Float, _ t: Float, _ width: Float
    ) {
        let ends = smoothStep(1, 0.9, width)
        let upper = band(v, lines.x, lines.y, softness * 1.6) * ends
        let lower = band(v, lines.z, lines.w, softness * 1.8) * ends
        let cover = max(upper, lower)
        if cover > 0 {
            let creases = 1 + 0.1 * noise.at(t * 14, v * 8)
            // The upper lip looks down and is darker; the lower one catches the light in its middle.
            let tone: Float = upper > lower ? 0.78 : 1.02
            paint.albedo = blend(paint.albedo, lip * (tone * creases), cover * 0.94)
            paint.gloss = blend(paint.gloss, lower > upper ? 0.16 : 0.08, cover)
        }
        let gap = lines.z - lines.y
        if gap > 0.002 {
            let inside = band(v, lines.y, lines.z, softness) * smoothStep(1, 0.93, width) * unit(gap / 0.012)
            if inside > 0 { paintInside(&paint, lines, v, width, inside) }
        }
        // The line between closed lips, and the edges of open ones.
        let line = gap > 0.01 ? lines.y : 0.5 * (lines.y + lines.z)
        let thickness = 0.011 + 0.5 * softness
        let dark = smoothStep(thickness, 0, abs(v - line)) * smoothStep(1.0, 0.9, width)
        let strength = (0.72 + 0.2 * pressed) * (gap > 0.01 ? 0.6 : 1)
        paint.albedo = blend(paint.albedo, Vector(0.07, 0.018, 0.016), dark * strength)
    }

    private func paintInside(
        _ paint: inout SurfacePaint, _ lines: SIMD4<Float>, _ v: Float, _ width: Float, _ inside: Float
    ) {
        var colour = Vector(0.05, 0.012, 0.012)
        let gap = lines.z - lines.y
        // The tongue rests on the floor of a wide open mouth.
        let tongue = smoothStep(0.6, 1, (v - lines.y) / gap) * smoothStep(0.07, 0.13, gap) * smoothStep(0.8, 0.4, width)
        colour = blend(colour, Vector(0.36, 0.11, 0.1), tongue * 0.75)
        let teeth = 0.055 * (1 - 0.35 * width * width)
        let upperTeeth = band(v, lines.y - 0.02, lines.y + teeth, softness) * smoothStep(0.9, 0.72, width)
        let shade = (1 - 0.55 * width * width) * (0.72 + 0.28 * smoothStep(0, 0.03, v - lines.y))
        colour = blend(colour, Vector(0.74, 0.69, 0.6) * shade, upperTeeth)
        paint.albedo = blend(paint.albedo, colour, inside)
        paint.gloss = blend(paint.gloss, 0.05, inside)
        paint.relief = min(paint.relief, 1 - inside)
    }
}
