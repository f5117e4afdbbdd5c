import Compute

extension FaceIdentity {
    /// A person: the traits hang together (a heavy brow with a square jaw, grey hair with lines), but loosely.
    init(drawnFrom stream: inout RandomStream) {
        let masculine = stream.happens(0.5)
        let heavy = unit(stream.spread(masculine ? 0.72 : 0.22, 0.3))
        age = unit(stream.uniform(-0.25, 1) * stream.uniform(0.6, 1))
        skinTone = unit(stream.uniform(-0.12, 1.0))
        skinWarmth = stream.spread(0.1, 0.9)
        mottling = stream.uniform(0.2, 0.9)
        freckles = skinTone < 0.35 && stream.happens(0.22) ? stream.uniform(0.3, 1) : 0

        headWidth = stream.spread(0.685, 0.055)
        jawSquareness = unit(stream.spread(0.25 + 0.5 * heavy, 0.4))
        jawTaper = max(0, stream.spread(0.17 - 0.1 * heavy, 0.11))
        cheekFullness = unit(stream.spread(0.5 - 0.15 * age, 0.5))
        earSize = stream.spread(1, 0.16)

        eyeSpacing = stream.spread(0.285, 0.024)
        eyeHeight = stream.spread(0.01, 0.03)
        eyeWidth = stream.spread(0.132, 0.014)
        eyeOpening = stream.spread(1.12 - 0.16 * heavy - 0.1 * age, 0.22)
        eyeSlant = stream.spread(0.06, 0.13)
        lidFold = stream.happens(0.22) ? stream.uniform(0, 0.012) : stream.spread(0.034, 0.016)
        lashes = unit(stream.spread(0.75 - 0.6 * heavy, 0.4))

        browHeight = stream.spread(0.2 - 0.035 * heavy, 0.028)
        browThickness = stream.spread(0.022 + 0.019 * heavy, 0.012)
        browArch = stream.spread(0.045 - 0.025 * heavy, 0.03)
        browDensity = stream.uniform(0.65, 1)
        browRidge = unit(stream.spread(heavy, 0.3))

        noseLength = stream.spread(0.43, 0.035)
        noseWidth = stream.spread(0.128 + 0.02 * heavy + 0.022 * skinTone, 0.018)
        noseBridge = unit(stream.spread(0.6 - 0.3 * skinTone, 0.5))
        noseTip = unit(stream.spread(0.5, 0.7))

        mouthHeight = noseLength + stream.spread(0.225, 0.02)
        mouthWidth = stream.spread(0.232, 0.022)
        let full = unit(stream.spread(0.5 - 0.15 * heavy + 0.25 * skinTone - 0.2 * age, 0.5))
        upperLip = 0.036 + 0.036 * full
        lowerLip = 0.052 + 0.044 * full
        lipColour = masculine ? stream.uniform(0.1, 0.5) : stream.uniform(0.3, 1)

        hair = FaceHair(drawnFrom: &stream, masculine: masculine, age: age, skinTone: skinTone)
        irisColour = Self.iris(&stream, skinTone: skinTone, hair: hair.colour)
        beardDensity = stream.uniform(0.45, 1)
        let chosen = stream.element(
            of: [.none, .none, .stubble, .stubble, .moustache, .goatee, .full, .full] as [FaceBeard])
        beard = masculine ? chosen : .none
        let frames = stream.element(of: [.thin, .round, .heavy] as [FaceGlasses])
        glasses = stream.happens(0.13 + 0.12 * age) ? frames : .none
        neckWidth = stream.spread(0.37 + 0.09 * heavy, 0.035)
        asymmetry = stream.spread(0, 0.8)
        texture = stream.next()
    }

    private static func iris(
        _ stream: inout RandomStream, skinTone: Float, hair: SIMD3<Float>
    ) -> SIMD3<Float> {
        let brown = SIMD3<Float>(0.36, 0.2, 0.1)
        let pale: [SIMD3<Float>] = [
            SIMD3(0.4, 0.55, 0.68), SIMD3(0.44, 0.52, 0.54), SIMD3(0.4, 0.5, 0.34), SIMD3(0.52, 0.4, 0.2),
        ]
        let fair = 1.1 - 2 * skinTone
        let dark = stream.uniform(0.6, 1.15)
        let chosen = stream.element(of: pale)
        return stream.happens(fair) ? chosen : brown * dark
    }
}

extension FaceHair {
    init(drawnFrom stream: inout RandomStream, masculine: Bool, age: Float, skinTone: Float) {
        let dark = skinTone > 0.62
        let styles: [FaceHairStyle]
        switch (masculine, dark) {
        case (true, false): styles = [.short, .short, .swept, .swept, .curls, .buzz, .bald, .fringe]
        case (true, true): styles = [.short, .buzz, .buzz, .curls, .afro, .bald]
        case (false, false): styles = [.long, .long, .longSide, .longSide, .bob, .tied, .fringe, .curls, .swept]
        case (false, true): styles = [.afro, .curls, .long, .longSide, .tied, .tied, .bob, .buzz]
        }
        style = stream.element(of: styles)
        let fair: [SIMD3<Float>] = [
            SIMD3(0.83, 0.69, 0.45), SIMD3(0.7, 0.54, 0.33), SIMD3(0.52, 0.36, 0.22), SIMD3(0.4, 0.27, 0.17),
            SIMD3(0.62, 0.3, 0.14), SIMD3(0.26, 0.18, 0.13), SIMD3(0.17, 0.12, 0.1),
        ]
        let black: [SIMD3<Float>] = [
            SIMD3(0.1, 0.085, 0.08), SIMD3(0.14, 0.11, 0.1), SIMD3(0.21, 0.15, 0.12), SIMD3(0.3, 0.2, 0.14),
        ]
        let brightness = stream.uniform(0.88, 1.12)
        let base = stream.element(of: stream.happens(1.15 - 2.2 * skinTone) ? fair : black) * brightness
        let grey = unit((age - 0.55) * 2.6) * stream.uniform(0.3, 1)
        colour = base + (SIMD3<Float>(0.74, 0.73, 0.71) - base) * grey
        volume = stream.spread(0.1, 0.045)
        recession = masculine ? max(0, stream.spread(0.02 + 0.12 * age, 0.09)) : stream.uniform(0, 0.03)
        part = stream.uniform(-1, 1)
        length = stream.nextFloat()
        waviness = stream.nextFloat()
    }
}
