import Affect

/// What a point of the face is made of, before light falls on it.
struct SurfacePaint {
    var albedo: Vector
    /// How oily or wet it is, and whether the mirror image is small and sharp.
    var gloss: Float
    var sharp = false
    /// Light added on top: the reflections in the eyes and on glass.
    var glint: Float = 0
    /// 1 where the mesh's normal counts, 0 where the surface is painted flat (inside the mouth).
    var relief: Float = 1
}

/// Skin: its tone, the redder and the darker places, freckles and the beard.
struct SkinPaint {
    private let geometry: FaceGeometry
    private let tone: Vector
    private let flush: Float
    private let beard: FaceBeard
    private let beardDensity: Float
    private let beardColour: Vector
    private let noise: NoiseTable

    init(_ geometry: FaceGeometry, noise: NoiseTable) {
        self.geometry = geometry
        self.noise = noise
        let identity = geometry.identity
        tone = Self.tone(identity)
        flush = 1 - 0.6 * identity.skinTone
        beard = identity.beard
        beardDensity = identity.beardDensity
        let hair = identity.hair.colour * 0.8
        beardColour = hair * hair
    }

    /// Albedo of bare skin.
    static func tone(_ identity: FaceIdentity) -> Vector {
        let stops = [
            Vector(0.97, 0.83, 0.75), Vector(0.91, 0.73, 0.61), Vector(0.79, 0.58, 0.44), Vector(0.6, 0.41, 0.29),
            Vector(0.41, 0.27, 0.2),
        ]
        let at = unit(identity.skinTone) * Float(stops.count - 1) * 0.9999
        let index = Int(at)
        let display = blend(stops[index], stops[index + 1], at - Float(index))
        let warmed = display * (Vector(1, 1, 1) + Vector(0.0, 0.02, -0.055) * identity.skinWarmth)
        return warmed * warmed
    }

    /// Lighter and darker copies of the skin, for the ears and the neck.
    var base: Vector { tone }

    @inline(__always) func paint(_ u: Float, _ v: Float) -> SurfacePaint {
        let identity = geometry.identity
        let across = u < 0 ? -u : u
        let raise = geometry.cheekRaise
        let cheek = hill(across - 0.37, v - 0.3 + 0.05 * raise, 0.27, 0.24)
        let nose = hill(u, v - geometry.nose.baseV + 0.09, 0.17, 0.17)
        let chin = hill(u, v - 0.9 - geometry.jawDrop, 0.2, 0.16)
        let sockets = hill(across - identity.eyeSpacing, v - identity.eyeHeight - 0.02, 0.22, 0.17)

        var red = 0.55 * cheek + 0.5 * nose + 0.25 * chin
        let mottle = noise.at(u * 7, v * 7) + 0.6 * noise.at(u * 17, v * 17)
        red += 0.22 * identity.mottling * mottle
        var albedo = tone * blend(Vector(1, 1, 1), Vector(1.04, 0.8, 0.77), red * flush * 0.62)
        // Thin dark skin about the eyes.
        let dark = sockets * (0.16 + 0.2 * identity.age)
        albedo *= Vector(1 - 0.8 * dark, 1 - dark, 1 - 0.85 * dark)
        albedo *= 1 + 0.05 * identity.mottling * noise.at(u * 34, v * 34)

        if identity.freckles > 0 {
            let zone = unit(hill(across - 0.25, v - 0.22, 0.42, 0.36) * 1.6)
            let spots = smoothStep(0.3, 0.6, noise.at(u * 38 + 9, v * 38 + 5)) * zone * identity.freckles
            albedo *= Vector(1 - 0.25 * spots, 1 - 0.42 * spots, 1 - 0.5 * spots)
        }
        let oil = 0.05 + 0.1 * nose + 0.06 * hill(u, v + 0.45, 0.4, 0.25) + 0.05 * cheek
        var paint = SurfacePaint(albedo: albedo, gloss: oil)
        paintNostrils(&paint, across, v)
        if beard != .none { growBeard(&paint, u, v, across) }
        return paint
    }

    /// The nostrils, and the creases in which the wings of the nose meet the cheeks.
    @inline(__always) private func paintNostrils(_ paint: inout SurfacePaint, _ across: Float, _ v: Float) {
        let nose = geometry.nose
        let dv = v - nose.baseV
        guard across < nose.halfWidth + 0.06, dv > -0.16, dv < 0.06 else { return }
        let hole = hill(across - nose.halfWidth * 0.46, dv - 0.002, nose.halfWidth * 0.36, 0.032)
        paint.albedo = blend(paint.albedo, paint.albedo * Vector(0.16, 0.09, 0.08), unit(hole * 1.5))
        let wing = hill(across - nose.halfWidth * 1.0, dv + 0.045, 0.03, 0.075)
        paint.albedo *= Vector(1 - 0.3 * wing, 1 - 0.42 * wing, 1 - 0.42 * wing)
    }

    private func growBeard(_ paint: inout SurfacePaint, _ u: Float, _ v: Float, _ across: Float) {
        let mouth = geometry.mouth
        let half = mouth.halfWidth
        let lines = mouth.contours(u)
        let corner = mouth.v + mouth.cornerRight
        let lipTop = lines?.x ?? corner
        let lipBottom = lines?.w ?? corner
        var cover: Float = 0
        // A moustache widens and sinks from the groove under the nose towards the corners of the mouth.
        let outside = max(0, across - 0.06)
        let upperEdge = geometry.nose.baseV + 0.025 + outside * outside * 3.2
        let lowerEdge = across < half ? lipTop : corner + 0.25 * (across - half)
        let moustache =
            smoothStep(half + 0.1, half + 0.02, across) * smoothStep(upperEdge - 0.01, upperEdge + 0.035, v)
            * smoothStep(-0.008, 0.012, lowerEdge - v) * (0.8 + 0.2 * smoothStep(0, 0.04, across))
        let below = lipBottom + 0.035
        let chin = smoothStep(below - 0.02, below + 0.04, v)
        let beside = smoothStep(half + 0.02, half + 0.05, across) * smoothStep(corner - 0.09, corner + 0.02, v)
        let cheekLine = 0.56 - 0.75 * max(0, across - 0.3)
        let jaw = smoothStep(cheekLine - 0.12, cheekLine + 0.12, v) * smoothStep(half + 0.0, half + 0.07, across)
        switch beard {
        case .none: return
        case .moustache: cover = moustache
        case .goatee:
            let narrow = smoothStep(half + 0.13, half + 0.04, across)
            cover = max(moustache, max(chin, beside) * narrow)
        case .stubble, .full:
            cover = max(moustache, max(chin, max(beside, jaw)))
        }
        guard cover > 0 else { return }
        let hairs = 0.6 + 0.34 * noise.at(u * 62, v * 30) + 0.2 * noise.at(u * 28, v * 14)
        let alpha: Float
        if beard == .stubble {
            alpha = cover * beardDensity * 0.42 * unit(0.65 + 0.35 * hairs)
        } else {
            alpha = unit(cover * (0.6 + 0.4 * beardDensity) * (0.75 + 0.4 * hairs))
        }
        paint.albedo = blend(paint.albedo, beardColour * (0.75 + 0.5 * hairs), alpha)
        paint.gloss *= 1 - alpha
    }
}
