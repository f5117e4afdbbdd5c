/// What lies behind and below the head: the background, the neck, the shoulders and the clothes.
struct Backdrop {
    private let top: Vector
    private let bottom: Vector
    private let clutter: Float
    private let clothes: Vector
    private let neckline: Float
    private let neckWidth: Float
    private let neckX: Float
    private let chinY: Float
    private let skin: Vector
    private let lighting: FaceLighting
    private let noise: NoiseTable
    private let softness: Float

    init(
        _ parameters: FaceParameters, pose: HeadPose, jawDrop: Float, skin: Vector, lighting: FaceLighting,
        noise: NoiseTable
    ) {
        let scene = parameters.scene
        top = scene.backgroundTop * scene.backgroundTop
        bottom = scene.backgroundBottom * scene.backgroundBottom
        clutter = scene.clutter
        clothes = scene.clothes * scene.clothes
        neckline = scene.neckline
        neckWidth = parameters.identity.neckWidth
        neckX = pose.turned(Vector(0, 0.6, -0.2)).x
        chinY = pose.turned(Vector(0, 1 + jawDrop, 0.35)).y
        self.skin = skin
        self.lighting = lighting
        self.noise = noise
        softness = max(0.012, 0.5 / pose.scale)
    }

    /// The background at a place in half head heights and a share (0...1) of the picture's height.
    @inline(__always) func background(_ at: SIMD2<Float>, _ share: Float) -> Vector {
        let soft = noise.at(at.x * 0.7 + 20, at.y * 0.7)
        let detail = noise.at(at.x * 2.1, at.y * 1.5 + 9)
        let tone = blend(top, bottom, unit(share + 0.35 * clutter * soft))
        return tone * max(0.2, 1 + clutter * (0.45 * soft + 0.3 * detail))
    }

    /// Neck, shoulders and clothes over what is there already; `shadow` is how dark the head makes it.
    @inline(__always) func body(_ colour: inout Vector, _ at: SIMD2<Float>) {
        guard at.y > 0.3 else { return }
        let follow = smoothStep(1.7, 0.6, at.y)
        let x = at.x - neckX * follow
        let across = abs(x)
        let below = max(0, at.y - 0.98)
        let slope = below * below * (2.6 + 1.2 * below)
        let half = neckWidth * (1 + 0.1 * smoothStep(0.9, 0.5, at.y)) + min(slope, 1.3 + 0.2 * below)
        let cover = smoothStep(softness, -softness, across - half)
        guard cover > 0 else { return }
        let t = min(1, across / half) * (x < 0 ? -1 : 1)
        let inNeck = min(1, across / neckWidth) * (x < 0 ? -1 : 1)

        // A column of skin in the shadow of the chin, with the two cords and the hollow between the collar bones.
        let turn = blend(inNeck, t, smoothStep(1.0, 1.4, at.y))
        let normal = Vector(turn * 0.85, -0.25 * smoothStep(1.0, 1.4, at.y), 0.62).normalised
        let reach = chinY + 0.22 - 0.1 * across
        let shade = 1 - 0.62 * smoothStep(reach, reach - 0.3, at.y)
        let cord = hill(across - blend(0.24, 0.06, smoothStep(0.8, 1.35, at.y)), 0, 0.07, 1)
        let hollow = hill(x, at.y - 1.38, 0.12, 0.09)
        let relief = 1 + 0.07 * cord - 0.25 * hollow
        var tone = skin * Vector(0.93, 0.88, 0.86) * lighting.skin(normal, shadow: shade, openness: shade * 0.9)
        tone *= relief

        let line = 1.13 + (0.08 + 0.42 * neckline) * max(0, 1 - x * x / 0.2)
        let cloth = smoothStep(line - softness, line + softness, at.y)
        if cloth > 0 {
            let fold = noise.at(x * 3 + 31, at.y * 2) + 0.5 * noise.at(x * 8, at.y * 4 + 17)
            let round = Vector(t * 0.7 + 0.12 * fold, -0.45, 0.6).normalised
            let hem = 1 - 0.35 * smoothStep(0.05, 0.02, abs(at.y - line - 0.045))
            let weave = 1 + 0.1 * fold
            let fabric = clothes * lighting.diffuse(round, shadow: 0.9, openness: 0.85) * (weave * hem)
            tone = blend(tone * (1 - 0.3 * cloth), fabric, cloth)
        }
        colour = blend(colour, tone, cover)
    }
}

/// One ear, seen from the front or, when the head is turned, from its side.
struct EarPaint {
    private let centre: Vector
    private let halfWidth: Float
    private let halfHeight: Float
    private let side: Float
    private let skin: Vector
    private let lighting: FaceLighting
    private let softness: Float
    /// Whether it lies before the outline of the head.
    let isInFront: Bool

    init(side: Float, geometry: FaceGeometry, pose: HeadPose, skin: Vector, lighting: FaceLighting) {
        let identity = geometry.identity
        self.side = side
        self.skin = skin
        self.lighting = lighting
        let place = Vector(side * identity.headWidth * 0.99, identity.eyeHeight + 0.17, -0.06)
        centre = pose.turned(place)
        let facing = pose.turned(Vector(side, 0, 0)).z
        halfWidth = (0.062 + 0.13 * max(0, facing)) * identity.earSize
        halfHeight = 0.175 * identity.earSize
        isInFront = facing > 0.1
        softness = max(0.012, 0.5 / pose.scale)
    }

    @inline(__always) func paint(_ colour: inout Vector, _ at: SIMD2<Float>) {
        let x = (at.x - centre.x) / halfWidth
        let dy = at.y - centre.y
        guard abs(x) < 1.5, abs(dy) < halfHeight * 1.4 else { return }
        // Narrower towards the lobe, and leaning back a little.
        let y = dy / halfHeight
        let lean = x * side + 0.25 * y
        let narrow = 1 - 0.28 * unit(0.5 + 0.5 * y)
        let ex = lean / narrow
        let distance = (ex * ex + y * y).squareRoot()
        let cover = smoothStep(1 + softness / halfWidth, 1 - softness / halfWidth, distance)
        guard cover > 0 else { return }
        let normal = Vector(side * (0.35 + 0.4 * ex), 0.35 * y, 0.7).normalised
        let shell = hill(ex + 0.2, y + 0.05, 0.72, 0.72)
        let tone = skin * Vector(1, 0.82, 0.8) * (1 - 0.55 * shell)
        colour = blend(colour, tone * lighting.skin(normal, shadow: 0.85, openness: 0.8), cover)
    }
}
