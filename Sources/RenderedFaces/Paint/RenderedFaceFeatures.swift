import Affect

// What stands out from the head: bones and flesh, eyes, nose, mouth, and the creases that expressions leave.

extension FaceRelief {
    mutating func raiseBones(_ geometry: FaceGeometry) {
        let identity = geometry.identity
        let eye = geometry.eyes[1]
        let ridge = identity.browRidge
        add(0, -0.52, 0.56, 0.36, 0.03)
        addPair(0.24, eye.v - 0.15, 0.25, 0.12, 0.012 + 0.035 * ridge)
        add(0, eye.v - 0.16, 0.16, 0.13, 0.012 + 0.02 * ridge)
        addPair(0.62, -0.22, 0.2, 0.3, -0.03)

        let full = identity.cheekFullness
        addPair(0.5, 0.14, 0.22, 0.15, 0.03)
        addPair(0.48, 0.5, 0.2, 0.26, -0.035 * (1 - full))
        let raise = geometry.cheekRaise
        addPair(0.35, 0.29 - 0.06 * raise, 0.25, 0.21, 0.025 + 0.025 * full + 0.06 * raise)

        let chin = 1 + geometry.jawDrop
        add(0, chin - 0.14, 0.22, 0.16, 0.065)
        add(0, geometry.mouth.v - 0.01, 0.42, 0.3, 0.05)
    }

    mutating func raiseEyes(_ geometry: FaceGeometry) {
        for eye in geometry.eyes {
            add(eye.u, eye.v - 0.01, 0.21, 0.15, -0.075)
            add(eye.u - eye.side * 0.15, eye.v - 0.02, 0.09, 0.13, -0.05)
            add(eye.u, eye.v, eye.halfWidth + 0.03, 0.11, 0.055)
        }
    }

    mutating func raiseNose(_ geometry: FaceGeometry) {
        let nose = geometry.nose
        let length = nose.baseV - nose.rootV
        let bridge = nose.bridge
        let tipHeight: Float = 0.17 + 0.06 * nose.tip
        shape(-0.2, 0.2, nose.rootV - 0.06, nose.baseV + 0.03) { u, v in
            let along = (v - nose.rootV) / length
            let rise = unit(along + 0.1)
            let fall = 1 - smoothStep(0.86, 1.06, along)
            let profile = blend(0.045 + 0.06 * bridge, tipHeight, rise * rise * (1.6 - 0.6 * rise))
            let start = smoothStep(-0.2, 0.12, along)
            let half = blend(0.075, 0.115, rise)
            return profile * start * fall * hill(u, 0, half, 1)
        }
        add(0, nose.baseV - 0.075, 0.085 + 0.3 * (nose.halfWidth - 0.12), 0.085, 0.055 + 0.02 * nose.tip)
        let wing = 0.018 * nose.wingRaise
        addPair(nose.halfWidth * 0.72, nose.baseV - 0.05 - wing, nose.halfWidth * 0.52, 0.08, 0.085)
        // The step down to the lip, and the groove below it.
        add(0, nose.baseV + 0.05, 0.14, 0.05, -0.01)
        let lip = geometry.mouth.v - geometry.mouth.upperLip
        stroke(0, nose.baseV + 0.04, 0, lip, radius: 0.035, -0.012)
    }

    mutating func raiseMouth(_ geometry: FaceGeometry) {
        let mouth = geometry.mouth
        let half = mouth.halfWidth
        shape(mouth.u - half, mouth.u + half, mouth.v - 0.25, mouth.v + 0.36) { u, v in
            guard let lines = mouth.contours(u) else { return 0 }
            let upper = (v - lines.x) / max(lines.y - lines.x, 0.012)
            let lower = (v - lines.z) / max(lines.w - lines.z, 0.012)
            let t = (u - mouth.u) / half
            let ends = smoothStep(1, 0.72, t < 0 ? -t : t)
            if upper > 0, upper < 1 { return ends * (0.064 * upper * (1 - upper) + 0.012 * upper) }
            if lower > 0, lower < 1 { return ends * 0.12 * lower * (1 - lower) }
            if v > lines.y, v < lines.z { return -0.02 * ends }
            return 0
        }
        guard let middle = mouth.contours(mouth.u) else { return }
        add(0, middle.w + 0.05, 0.19, 0.06, -0.026)
        let pressed = max(0, 1 - (mouth.upperLip + mouth.lowerLip) / 0.1)
        if pressed > 0 {
            add(0, middle.x - 0.045, half, 0.05, 0.02 * pressed)
            add(0, middle.w + 0.03, half, 0.05, 0.025 * pressed)
        }
        add(mouth.u - half - 0.02, mouth.v + mouth.cornerLeft, 0.05, 0.045, -0.014)
        add(mouth.u + half + 0.02, mouth.v + mouth.cornerRight, 0.05, 0.045, -0.014)
    }

    mutating func creaseSkin(_ geometry: FaceGeometry) {
        let nose = geometry.nose
        let mouth = geometry.mouth
        let eye = geometry.eyes[1]
        let age = geometry.identity.age

        // The fold from the wing of the nose to beside the corner of the mouth.
        let depth = geometry.foldDepth
        let startU = nose.halfWidth * 1.02
        let startV = nose.baseV - 0.09 - 0.02 * nose.wingRaise
        let endU = mouth.halfWidth + 0.085
        let endV = mouth.v + 0.5 * (mouth.cornerLeft + mouth.cornerRight) - 0.01
        let bendU = blend(startU, endU, 0.55) + 0.025 * depth
        let bendV = blend(startV, endV, 0.4)
        strokePair(startU, startV, bendU, bendV, radius: 0.05, -0.034 * depth)
        strokePair(bendU, bendV, endU, endV, radius: 0.05, -0.034 * depth)

        // Under the eye: the bag of age and the bulge of a tightened or pushed-up lid.
        let squint = unit(1.25 - eye.lower / (0.037 * geometry.identity.eyeOpening)) - 0.25
        let below = eye.v + eye.lower
        addPair(eye.u, below + 0.03, eye.halfWidth, 0.035, 0.028 * max(0, squint))
        let bag = 0.3 * age + 0.9 * geometry.cheekRaise
        strokePair(
            eye.u - eye.halfWidth * 0.9, below + 0.05, eye.u + eye.halfWidth * 0.7, below + 0.062, radius: 0.03,
            -0.02 * bag)
    }

    /// The lines that raised and lowered brows and raised cheeks draw, and those that age has left.
    mutating func addLines(_ parameters: FaceParameters, _ geometry: FaceGeometry) {
        let age = geometry.identity.age
        let inner = parameters[.innerBrowRaiser]
        let outer = parameters[.outerBrowRaiser]
        let lowered = parameters[.browLowerer]
        let brow = geometry.brows[1]
        let forehead = geometry.identity.eyeHeight - geometry.identity.browHeight

        for line in 0..<3 {
            let v = forehead - 0.12 - 0.085 * Float(line)
            let centre = 0.3 * age * age + inner
            let side = 0.3 * age * age + outer
            let fade = line == 2 ? Float(0.6) : 1
            stroke(-0.17, v, 0.17, v, radius: 0.028, -0.019 * min(centre, 1) * fade)
            strokePair(0.19, v, 0.43, v + 0.03, radius: 0.028, -0.019 * min(side, 1) * fade)
        }
        let furrow = 0.25 * age * age + lowered
        strokePair(
            brow.innerU - 0.055, brow.innerV - 0.09, brow.innerU - 0.05, brow.innerV + 0.05, radius: 0.024,
            -0.028 * min(furrow, 1))
        stroke(-0.07, geometry.nose.rootV - 0.0, 0.07, geometry.nose.rootV, radius: 0.026, -0.02 * lowered)
        addPair(brow.innerU, brow.innerV + 0.01, 0.08, 0.06, 0.02 * lowered)

        let feet = min(1, 0.35 * age * age + parameters[.cheekRaiser])
        let eye = geometry.eyes[1]
        let cornerU = eye.u + eye.halfWidth + 0.03
        for line in 0..<3 {
            let slope = Float(line - 1) * 0.05
            strokePair(
                cornerU, eye.v + slope * 0.4, cornerU + 0.1, eye.v + slope * 1.6 + 0.015, radius: 0.026,
                -0.024 * feet)
        }
        // Depressed corners pull a line towards the jaw and ball up the chin.
        let frown = parameters[.lipCornerDepressor]
        let mouth = geometry.mouth
        strokePair(
            mouth.halfWidth + 0.025, mouth.v + mouth.cornerRight, mouth.halfWidth + 0.06,
            mouth.v + mouth.cornerRight + 0.12, radius: 0.035, -0.025 * frown)
        add(0, 0.84 + geometry.jawDrop, 0.13, 0.09, 0.025 * frown + 0.012 * parameters[.lipPressor])
    }
}
