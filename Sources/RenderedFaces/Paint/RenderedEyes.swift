/// Paints lids, lashes, whites, irises and the light in the eyes.
struct EyePaint {
    private let eyes: [FaceGeometry.Eye]
    private let iris: Vector
    private let lashes: Float
    private let fold: Float
    /// Where in the eye the light is mirrored.
    private let glintU: Float
    private let glintV: Float
    private let softness: Float
    private let noise: NoiseTable

    init(_ geometry: FaceGeometry, light: Vector, pixel: Float, noise: NoiseTable) {
        eyes = geometry.eyes
        iris = geometry.identity.irisColour * geometry.identity.irisColour
        lashes = geometry.identity.lashes
        fold = geometry.identity.lidFold
        glintU = 0.03 * (light.x < 0 ? -1 : 1) * min(1, 0.6 + abs(light.x))
        glintV = -0.024
        softness = max(0.009, 0.5 * pixel)
        self.noise = noise
    }

    @inline(__always) func apply(_ paint: inout SurfacePaint, _ u: Float, _ v: Float) {
        let eye = eyes[u < 0 ? 0 : 1]
        let du = u - eye.u
        let dv = v - eye.v
        guard du * du < 0.06, dv * dv < 0.04 else { return }
        paintEye(&paint, eye, du, dv)
    }

    private func paintEye(_ paint: inout SurfacePaint, _ eye: FaceGeometry.Eye, _ du: Float, _ dv: Float) {
        let outward = du * eye.side
        // The outer corner lies higher than the inner one by the slant.
        let y = dv + eye.slant * outward
        let t = outward / eye.halfWidth
        let t2 = t * t
        let arch = max(0, 1 - t2)
        let round = arch.squareRoot()
        let upper = -eye.upper * (0.5 * arch + 0.5 * round) * (1 - 0.1 * t)
        let lower = eye.lower * (0.7 * arch + 0.3 * round) * (1 + 0.22 * t)
        let width = t < 0 ? -t : t

        // The crease of the upper lid, and the darker lid below it.
        let reach = smoothStep(1.3, 0.75, width)
        let creaseLine = upper - eye.crease * (0.65 + 0.35 * arch)
        let crease = smoothStep(0.02 + softness, 0, abs(y - creaseLine)) * reach
        let lid = smoothStep(creaseLine - softness, creaseLine + softness, y) * smoothStep(0.02, -0.01, y) * reach
        let shade = 1 - 0.5 * crease * smoothStep(0.004, 0.02, eye.crease) - 0.12 * lid
        paint.albedo *= Vector(shade, shade * (0.25 + 0.75 * shade), shade * (0.2 + 0.8 * shade))

        if width < 1.02 {
            let open = band(y, upper, lower, softness) * smoothStep(1.02, 0.96, width)
            if open > 0 { paintBall(&paint, eye, du, dv, y, upper, width, open) }
        }

        // Lashes: a dark line along the upper lid, thickest outside, and a faint one along the lower.
        let tail = smoothStep(1.22, 0.98, t) * smoothStep(-1.04, -0.8, t)
        let lift = t > 1 ? -0.25 * (t - 1) * eye.halfWidth : 0
        let thick = (0.011 + 0.012 * lashes) * (0.75 + 0.35 * t) + 0.35 * softness
        let line = smoothStep(thick + softness, thick * 0.35, abs(y - upper + 0.003 - lift)) * tail
        let rim = smoothStep(0.012 + softness, 0.0, abs(y - lower)) * smoothStep(1.05, 0.85, width)
        let dark = min(1, line * (0.8 + 0.2 * lashes))
        paint.albedo = blend(paint.albedo, Vector(0.012, 0.008, 0.007), dark)
        paint.albedo = blend(paint.albedo, Vector(0.1, 0.04, 0.03), rim * (0.3 + 0.25 * lashes))
        paint.gloss *= 1 - dark
    }

    private func paintBall(
        _ paint: inout SurfacePaint, _ eye: FaceGeometry.Eye, _ du: Float, _ dv: Float, _ y: Float, _ upper: Float,
        _ width: Float, _ open: Float
    ) {
        var colour = Vector(0.62, 0.59, 0.56) * (1 - 0.35 * width * width)
        // The inner corner is pink.
        let inner = smoothStep(-0.72, -0.95, du * eye.side / eye.halfWidth)
        colour = blend(colour, Vector(0.5, 0.2, 0.17), inner)

        let ix = du - eye.gazeU
        let iy = dv - eye.gazeV + 0.006
        let distance = (ix * ix + iy * iy).squareRoot()
        let inIris = smoothStep(eye.iris + softness, eye.iris - softness, distance)
        if inIris > 0 {
            let radius = distance / eye.iris
            let fibres = 1 + 0.25 * noise.at(ix * 120, iy * 120)
            let glow = 0.75 + 0.6 * unit(iy / eye.iris + 0.3)
            var tint = iris * (fibres * glow)
            tint *= 1 - 0.75 * smoothStep(0.72, 1, radius)
            let pupil = smoothStep(0.46 + softness / eye.iris, 0.46 - softness / eye.iris, radius)
            tint = blend(tint, Vector(0.006, 0.006, 0.007), pupil)
            colour = blend(colour, tint, inIris)
        }
        // The upper lid throws a shadow on the ball.
        let shadow = smoothStep(-0.012, 0.04, y - upper)
        colour *= 0.42 + 0.58 * shadow
        paint.albedo = blend(paint.albedo, colour, open)
        paint.gloss = blend(paint.gloss, 0.015, open)

        let gx = ix - glintU
        let gy = iy - glintV
        let glint = smoothStep(0.012 + 0.4 * softness, 0.004, (gx * gx + gy * gy).squareRoot())
        paint.glint = max(paint.glint, glint * open * (0.5 + 0.5 * inIris))
    }
}

/// Paints the eyebrows, hair by hair as far as the picture shows them.
struct BrowPaint {
    private let brows: [FaceGeometry.Brow]
    private let colour: Vector
    private let density: Float
    private let softness: Float
    private let noise: NoiseTable

    init(_ geometry: FaceGeometry, pixel: Float, noise: NoiseTable) {
        brows = geometry.brows
        let hair = geometry.identity.hair.colour
        // Brows of fair people are darker than their hair, those of grey people keep some of their colour.
        let display = hair * 0.72
        colour = display * display
        density = geometry.identity.browDensity
        softness = max(0.012, 0.5 * pixel)
        self.noise = noise
    }

    @inline(__always) func apply(_ paint: inout SurfacePaint, _ u: Float, _ v: Float) {
        let brow = brows[u < 0 ? 0 : 1]
        let outward = u * brow.side
        guard v > -0.55, v < 0.06, outward > brow.innerU - 0.06, outward < brow.outerU + 0.04 else { return }
        let length = brow.outerU - brow.innerU
        let t = (outward - brow.innerU) / length
        let p = (brow.peakU - brow.innerU) / length
        // The parabola through the inner end, the peak and the outer end.
        let toPeak = (brow.peakV - brow.innerV) / p
        let toEnd = (brow.outerV - brow.peakV) / (1 - p)
        let middle = brow.innerV + t * toPeak + t * (t - p) * (toEnd - toPeak)
        let taper = t < 0.25 ? 0.72 + 1.12 * t : 1 - 0.78 * (t - 0.25) * (t - 0.25) / 0.5625
        let half = brow.thickness * max(taper, 0.1)
        let distance = v - middle
        let hairs = noise.at(u * 46 + distance * 30 * brow.side, v * 14) * 0.5
        let edge = smoothStep(half + softness, half * 0.35, abs(distance) + 0.006 * hairs)
        let ends = smoothStep(-0.06, 0.06, t) * smoothStep(1.03, 0.9, t)
        let cover = unit(edge * ends * density * (0.95 + 0.4 * hairs))
        paint.albedo = blend(paint.albedo, colour, cover)
        paint.gloss *= 1 - cover
    }
}
