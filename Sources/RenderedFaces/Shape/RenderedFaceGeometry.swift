import Affect

/// Where the features of a face lie, after its action units have moved them.
///
/// Coordinates are those of the frontal face: u to the right, v down, in half head heights; the crown is at v = -1, the
/// eyes near 0, the chin at rest at 1.
struct FaceGeometry {
    struct Eye {
        /// -1 for the eye on the left of the picture, 1 for the right one; outwards is `side` * u.
        var side: Float
        var u: Float
        var v: Float
        var halfWidth: Float
        var upper: Float
        var lower: Float
        var slant: Float
        var crease: Float
        var iris: Float
        var gazeU: Float
        var gazeV: Float
    }

    struct Brow {
        var side: Float
        var innerU: Float
        var innerV: Float
        var peakU: Float
        var peakV: Float
        var outerU: Float
        var outerV: Float
        var thickness: Float
    }

    struct Nose {
        var rootV: Float
        var baseV: Float
        var halfWidth: Float
        var bridge: Float
        var tip: Float
        /// How much the wings are drawn up and flared, 0...1.
        var wingRaise: Float
    }

    struct Mouth {
        var u: Float
        var v: Float
        var halfWidth: Float
        /// How far the corners lie below the middle.
        var cornerLeft: Float
        var cornerRight: Float
        var upperLip: Float
        var lowerLip: Float
        /// How far the middles of the inner lip edges are above and below the line of the closed mouth.
        var openAbove: Float
        var openBelow: Float
        /// Extra height of the middle of the upper lip's outline.
        var upperRaise: Float
        var bow: Float

        /// Heights at u of: upper outline, upper inner edge, lower inner edge, lower outline; nil beyond the corners.
        @inline(__always) func contours(_ at: Float) -> SIMD4<Float>? {
            let t = (at - u) / halfWidth
            let t2 = t * t
            guard t2 < 1 else { return nil }
            let arch = 1 - t2
            let corner = (t < 0 ? cornerLeft : cornerRight) * t2 * (0.45 + 0.55 * t2)
            let line = v + corner
            let width = t < 0 ? -t : t
            let dip = max(0, 1 - width / 0.28)
            let upperInner = line - openAbove * arch * (0.65 + 0.35 * t2)
            let lowerInner = line + openBelow * arch * (1 + 0.25 * t2)
            let upperShape = arch * (1 - bow * dip * dip) * (0.78 + 0.22 * arch)
            let top = upperInner - upperLip * upperShape - upperRaise * arch * arch
            let bottom = lowerInner + lowerLip * arch * (0.7 + 0.3 * arch.squareRoot())
            return SIMD4(top, upperInner, lowerInner, bottom)
        }
    }

    var eyes: [Eye]
    var brows: [Brow]
    var nose: Nose
    var mouth: Mouth
    /// How far the chin hangs below its place at rest.
    var jawDrop: Float
    /// Raised cheeks, deepened folds beside the nose, 0...about 1.
    var cheekRaise: Float
    var foldDepth: Float
    let identity: FaceIdentity

    init(_ parameters: FaceParameters) {
        let identity = parameters.identity
        self.identity = identity
        func au(_ unit: ActionUnit) -> Float { parameters[unit] }

        let smile = au(.lipCornerPuller)
        let jaw = au(.jawDrop)
        jawDrop = 0.17 * jaw
        cheekRaise = unit(au(.cheekRaiser) * 0.8 + smile * 0.45)
        foldDepth = unit(0.1 + 0.3 * identity.age + 0.6 * smile + 0.55 * au(.upperLipRaiser))

        eyes = [-1, 1].map { Self.eye(side: $0, parameters) }
        brows = [-1, 1].map { Self.brow(side: $0, parameters) }

        let raise = au(.upperLipRaiser)
        nose = Nose(
            rootV: identity.eyeHeight - 0.1, baseV: identity.noseLength - 0.015 * raise,
            halfWidth: identity.noseWidth * (1 + 0.1 * raise + 0.07 * smile), bridge: identity.noseBridge,
            tip: identity.noseTip, wingRaise: raise)
        mouth = Self.mouth(parameters, jawDrop: jawDrop)
    }

    private static func eye(side: Float, _ parameters: FaceParameters) -> Eye {
        let identity = parameters.identity
        let tight = parameters[.lidTightener]
        let cheek = parameters[.cheekRaiser]
        let lowered = parameters[.browLowerer]
        let raised = max(parameters[.innerBrowRaiser], parameters[.outerBrowRaiser])
        let smile = parameters[.lipCornerPuller]
        var upper: Float = 0.053 * identity.eyeOpening
        upper *= 1 - 0.3 * tight
        upper *= 1 - 0.12 * cheek - 0.12 * lowered * (1 - raised)
        upper *= 1 + 0.2 * raised
        var lower: Float = 0.037 * identity.eyeOpening
        lower *= 1 - 0.5 * tight
        lower *= 1 - 0.5 * cheek
        lower *= 1 - 0.15 * smile
        return Eye(
            side: side, u: side * identity.eyeSpacing, v: identity.eyeHeight + side * 0.008 * identity.asymmetry,
            halfWidth: identity.eyeWidth * (1 - 0.04 * tight), upper: upper, lower: lower, slant: identity.eyeSlant,
            crease: identity.lidFold * (1 + 0.4 * raised) * (1 - 0.4 * lowered),
            iris: 0.42 * identity.eyeWidth, gazeU: 0.035 * parameters.gaze.x, gazeV: 0.015 * parameters.gaze.y)
    }

    private static func brow(side: Float, _ parameters: FaceParameters) -> Brow {
        let identity = parameters.identity
        let inner = parameters[.innerBrowRaiser]
        let outer = parameters[.outerBrowRaiser]
        let lowered = parameters[.browLowerer]
        let base = identity.eyeHeight - identity.browHeight
        let skew = side * 0.012 * identity.asymmetry
        // The corrugator pulls less when the frontalis pulls against it.
        let pull = lowered * (1 - 0.45 * max(inner, outer))
        return Brow(
            side: side,
            innerU: 0.115 - 0.045 * lowered,
            innerV: base + 0.02 - 0.115 * inner - 0.02 * outer + 0.085 * pull + skew,
            peakU: identity.eyeSpacing + 0.05 - 0.02 * lowered,
            peakV: base - identity.browArch - 0.045 * inner - 0.1 * outer + 0.06 * pull + skew,
            outerU: identity.eyeSpacing + identity.eyeWidth + 0.07,
            outerV: base + 0.035 - 0.1 * outer + 0.02 * pull + skew,
            thickness: identity.browThickness)
    }

    private static func mouth(_ parameters: FaceParameters, jawDrop: Float) -> Mouth {
        let identity = parameters.identity
        let smile = parameters[.lipCornerPuller]
        let frown = parameters[.lipCornerDepressor]
        let tight = parameters[.lipTightener]
        let press = parameters[.lipPressor]
        let part = parameters[.lipsPart]
        let jaw = parameters[.jawDrop]
        let raise = parameters[.upperLipRaiser]
        let closing = 1 - 0.85 * press
        let above = (0.018 * part + 0.012 * jaw + 0.02 * raise * part + 0.012 * smile * part) * closing
        let below = (0.042 * part + 0.06 * jaw + 0.075 * jaw * part) * closing
        let thin = (1 - 0.42 * tight) * (1 - 0.62 * press) * (1 - 0.22 * smile)
        let corner = -0.014 - 0.095 * smile + 0.075 * frown + 0.03 * jaw
        let skew = 0.012 * identity.asymmetry
        return Mouth(
            u: 0.006 * identity.asymmetry,
            v: identity.mouthHeight + 0.012 * smile - 0.012 * frown + 0.1 * jawDrop - 0.01 * press,
            halfWidth: identity.mouthWidth
                * (1 + 0.3 * smile - 0.2 * tight - 0.06 * press + 0.05 * frown - 0.14 * jaw * (1 - smile)),
            cornerLeft: corner - skew, cornerRight: corner + skew,
            upperLip: identity.upperLip * thin * (1 - 0.15 * raise), lowerLip: identity.lowerLip * thin,
            openAbove: above, openBelow: below, upperRaise: 0.045 * raise, bow: 0.28 * (1 - 0.7 * raise))
    }
}
