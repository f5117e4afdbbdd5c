/// Paints the frames of glasses and the reflection in them.
struct GlassesPaint {
    private let spacing: Float
    private let height: Float
    private let radiusU: Float
    private let radiusV: Float
    private let square: Float
    private let thickness: Float
    private let colour: Vector
    private let softness: Float

    /// Nothing for a person without glasses.
    init?(_ geometry: FaceGeometry, pixel: Float) {
        let identity = geometry.identity
        guard identity.glasses != .none else { return nil }
        spacing = identity.eyeSpacing + 0.012
        height = identity.eyeHeight + 0.035
        softness = max(0.01, 0.6 * pixel)
        switch identity.glasses {
        case .round:
            (radiusU, radiusV, square, thickness) = (0.185, 0.175, 0.0, 0.012)
            colour = Vector(0.1, 0.07, 0.03)
        case .heavy:
            (radiusU, radiusV, square, thickness) = (0.215, 0.16, 0.85, 0.024)
            colour = Vector(0.012, 0.011, 0.012)
        default:
            (radiusU, radiusV, square, thickness) = (0.205, 0.135, 0.8, 0.01)
            colour = Vector(0.08, 0.08, 0.09)
        }
    }

    @inline(__always) func apply(_ paint: inout SurfacePaint, _ u: Float, _ v: Float) {
        let across = u < 0 ? -u : u
        let dv = v - height
        guard dv > -0.24, dv < 0.24 else { return }
        let x = (across - spacing) / radiusU
        let y = dv / radiusV
        let x2 = x * x
        let y2 = y * y
        let round = x2 + y2
        let boxed = (x2 * x2 + y2 * y2).squareRoot()
        let distance = (blend(round, boxed, square).squareRoot() - 1) * min(radiusU, radiusV)
        var frame = smoothStep(thickness + softness, thickness * 0.5, abs(distance))
        // The bridge over the nose and the arms to the ears.
        let bridge = segmentDistance(u, v, -spacing + radiusU, height - 0.03, spacing - radiusU, height - 0.03)
        frame = max(frame, smoothStep(thickness + softness, thickness * 0.5, bridge))
        if across > spacing + radiusU {
            frame = max(frame, smoothStep(thickness + softness, thickness * 0.5, abs(dv + 0.05)))
        }
        if distance < 0 {
            let streak = smoothStep(0.05, 0, abs(x * 0.8 + y + 0.55)) * 0.07
            paint.glint = max(paint.glint, streak)
            paint.albedo *= 0.95
        } else {
            // The shadow of the frame on the cheek.
            paint.albedo *= 1 - 0.18 * smoothStep(0.06, 0.0, distance) * smoothStep(-0.02, 0.05, dv)
        }
        paint.albedo = blend(paint.albedo, colour, frame)
        paint.gloss = blend(paint.gloss, 0.25, frame)
    }
}
