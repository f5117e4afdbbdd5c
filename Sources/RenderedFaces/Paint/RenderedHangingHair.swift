/// Hair that leaves the head: behind it, beside the face, and gathered on top.
struct HangingHair {
    private let shading: HairShading
    private let noise: NoiseTable
    private let halfWidth: Float
    private let volume: Float
    private let end: Float
    private let hangs: Bool
    private let curtain: Bool
    private let bun: Float
    private let backX: Float
    private let frontX: Float
    private let softness: Float
    /// Whether the ears can be seen.
    let showsEars: Bool

    init(_ identity: FaceIdentity, pose: HeadPose, shading: HairShading, noise: NoiseTable) {
        let hair = identity.hair
        self.shading = shading
        self.noise = noise
        halfWidth = identity.headWidth
        volume = hair.volume
        hangs = [.long, .longSide, .bob].contains(hair.style)
        curtain = hangs
        showsEars = !hangs && hair.style != .afro && hair.style != .fringe
        end = hair.style == .bob ? 0.55 + 0.25 * hair.length : 0.95 + 0.9 * hair.length
        bun = hair.style == .tied && hair.length > 0.5 ? 0.12 + 0.14 * hair.length : 0
        backX = pose.turned(Vector(0, 0, -0.3)).x
        frontX = pose.turned(Vector(0, 0, 0.1)).x
        softness = max(0.012, 0.5 / pose.scale)
    }

    /// Hair behind the head, neck and shoulders at an upright place.
    @inline(__always) func behind(_ colour: inout Vector, _ at: SIMD2<Float>, shadow: Float) {
        let x = at.x - backX
        let y = at.y
        if hangs, y > -1, y < end + 0.1 {
            let wave = 0.03 * noise.at(y * 3.1, 11.5) + 0.02 * noise.at(x * 4, y * 6)
            let skull = max(0, 1 - y * y / 1.1).squareRoot()
            let top = (halfWidth + volume * 0.8) * (y < 0 ? skull : 1)
            let width = top + smoothStep(0, 0.8, y) * 0.06 * (1 + volume)
            let strands = 0.05 * noise.at(x * 18, 2.2)
            let cover =
                smoothStep(softness, -softness, abs(x) - width - wave)
                * smoothStep(end + strands + 0.03, end + strands - 0.03, y)
            if cover > 0 {
                let light = 0.35 + 0.35 * smoothStep(0.4, 1.0, abs(x) / width)
                let hair = shading.hanging(x, y, across: x / width, light: light * (1 - 0.3 * shadow))
                colour = blend(colour, hair, cover)
            }
        } else if bun > 0 {
            let dy = y + 1.0 + bun * 0.55
            let radius = (x * x + dy * dy).squareRoot() + 0.02 * noise.at(x * 9, y * 9)
            let cover = smoothStep(bun + softness, bun - softness, radius)
            if cover > 0 {
                let hair = shading.hanging(dy, x, across: x / bun, light: 0.5 - 0.35 * dy / bun)
                colour = blend(colour, hair, cover)
            }
        }
    }

    /// Locks before the ears and the edges of the face.
    @inline(__always) func before(_ colour: inout Vector, _ at: SIMD2<Float>) {
        guard curtain else { return }
        let y = at.y
        guard y > -0.62, y < end + 0.1 else { return }
        let x = at.x - frontX
        let across = abs(x)
        guard across > 0.3 else { return }
        let side: Float = x < 0 ? 0 : 7
        let wave = 0.035 * noise.at(y * 2.7, 4.5 + side) + 0.012 * noise.at(x * 9, y * 8)
        let inner: Float
        if y < 0.05 {
            inner = blend(0.7, 0.93, smoothStep(-0.6, 0.05, y)) * halfWidth
        } else {
            inner = blend(0.93, 0.74, smoothStep(0.05, 1.0, y)) * halfWidth
        }
        let skull = max(0, 1 - y * y / 1.1).squareRoot()
        let outer = (halfWidth + volume * 0.8) * (y < 0 ? skull : 1) + smoothStep(0, 0.8, y) * 0.06 * (1 + volume)
        let strands = 0.06 * noise.at(x * 18, 2.2)
        let cover =
            smoothStep(-softness, softness, across - inner - wave)
            * smoothStep(softness, -softness, across - outer - wave * 0.5)
            * smoothStep(end + strands + 0.03, end + strands - 0.03, y) * smoothStep(-0.62, -0.5, y)
        guard cover > 0 else { return }
        let t = (across - inner) / max(outer - inner, 0.05)
        let light = 0.6 + 0.4 * smoothStep(0, 0.35, t) - 0.25 * smoothStep(0.75, 1.1, t)
        let bend = (x < 0 ? -1 : 1) * (t - 0.35)
        colour = blend(colour, shading.hanging(x, y, across: bend, light: light), cover)
    }
}
