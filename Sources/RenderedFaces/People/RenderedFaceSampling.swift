import Affect
import Compute

extension RenderedFaces {
    /// The parameters of photograph `photo` of person `identity`.
    ///
    /// - Parameter seed: the seed of the whole set; other sets hold other people.
    public static func parameters(seed: UInt64, identity: Int, photo: Int) -> FaceParameters {
        var person = RandomKey(seed: seed, purpose: .rendering, layer: 1).stream(sample: identity)
        var moment = RandomKey(seed: seed, purpose: .rendering, layer: 2).stream(epoch: photo, sample: identity)
        return FaceParameters(
            identity: FaceIdentity(drawnFrom: &person), pose: FacePose(drawnFrom: &moment),
            light: FaceLight(drawnFrom: &moment), scene: FaceScene(drawnFrom: &moment),
            actionUnits: expression(drawnFrom: &moment),
            gaze: SIMD2(moment.spread(0, 0.5), moment.spread(0, 0.35)))
    }

    /// The parameters of one photograph of a person of its own.
    public static func parameters(seed: UInt64, index: Int) -> FaceParameters {
        parameters(seed: seed, identity: index, photo: 0)
    }

    /// Action units that occur together, after the prototypes of Ekman and Friesen (1978).
    private static let prototypes: [[(unit: ActionUnit, strength: Float)]] = [
        [],
        [(.cheekRaiser, 0.8), (.lipCornerPuller, 1), (.lipsPart, 0.7), (.lidTightener, 0.25)],
        [(.lipCornerPuller, 0.6), (.cheekRaiser, 0.3)],
        [(.innerBrowRaiser, 0.9), (.browLowerer, 0.5), (.lipCornerDepressor, 0.9)],
        [(.innerBrowRaiser, 0.9), (.outerBrowRaiser, 0.9), (.lipsPart, 0.9), (.jawDrop, 0.9)],
        [(.innerBrowRaiser, 0.8), (.outerBrowRaiser, 0.5), (.browLowerer, 0.6), (.lipsPart, 0.7), (.jawDrop, 0.3)],
        [(.upperLipRaiser, 0.9), (.browLowerer, 0.6), (.lidTightener, 0.5), (.lipsPart, 0.4)],
        [(.browLowerer, 1), (.lidTightener, 0.7), (.lipTightener, 0.7)],
        [(.browLowerer, 0.8), (.lidTightener, 0.5), (.lipPressor, 0.9)],
        [(.lipsPart, 0.6), (.jawDrop, 0.35)],
    ]

    private static func expression(drawnFrom stream: inout RandomStream) -> [Float] {
        var units = [Float](repeating: 0, count: ActionUnit.allCases.count)
        let choice = stream.nextInt(below: prototypes.count + 2)
        let strength = Float(stream.nextUniform(0.45, 1))
        if choice < prototypes.count {
            for (unit, share) in prototypes[choice] {
                units[unit.index] = min(1, share * strength * Float(stream.nextUniform(0.8, 1.2)))
            }
        }
        // A face is never only a prototype.
        for index in units.indices {
            let chance = stream.nextFloat()
            let amount = Float(stream.nextUniform(0.1, 0.6))
            if chance < 0.07 { units[index] = max(units[index], amount) }
        }
        return units
    }
}

extension RandomStream {
    /// A number about `centre` with most of its weight within `spread` and none beyond 1.5 times that.
    mutating func spread(_ centre: Float, _ spread: Float) -> Float {
        let sum = nextFloat() + nextFloat() + nextFloat() - 1.5
        return centre + sum * spread
    }

    mutating func uniform(_ low: Float, _ high: Float) -> Float {
        low + (high - low) * nextFloat()
    }

    mutating func element<Element>(of choices: [Element]) -> Element {
        choices[nextInt(below: choices.count)]
    }

    mutating func happens(_ chance: Float) -> Bool {
        nextFloat() < chance
    }
}

extension FacePose {
    /// As an aligner leaves faces: the eyes level and in their place, brows to chin filling the picture.
    init(drawnFrom stream: inout RandomStream) {
        yaw = stream.spread(0, 0.3)
        pitch = stream.spread(0.02, 0.13)
        roll = stream.spread(0, 0.06)
        scale = stream.spread(Self.alignedScale, 0.05)
        x = stream.spread(0.5, 0.03) - 0.12 * yaw * scale
        y = stream.spread(Self.alignedHeight, 0.03)
    }

    /// The scale and the height of the head's centre in a picture of an aligned face.
    static let alignedScale: Float = 0.66
    static let alignedHeight: Float = 0.31
}

extension FaceLight {
    init(drawnFrom stream: inout RandomStream) {
        let x = stream.spread(0, 0.85)
        let y = stream.spread(-0.5, 0.35)
        direction = SIMD3(x, y, 0.95)
        let contrast = stream.nextFloat()
        key = 0.62 + 0.34 * contrast
        fill = 0.46 - 0.22 * contrast
        warmth = stream.spread(0.15, 0.7)
        softness = stream.nextFloat()
    }
}

extension FaceScene {
    init(drawnFrom stream: inout RandomStream) {
        let backgrounds: [SIMD3<Float>] = [
            SIMD3(0.72, 0.75, 0.78), SIMD3(0.42, 0.5, 0.58), SIMD3(0.86, 0.85, 0.82), SIMD3(0.3, 0.33, 0.36),
            SIMD3(0.55, 0.62, 0.5), SIMD3(0.62, 0.5, 0.42), SIMD3(0.36, 0.44, 0.4), SIMD3(0.7, 0.62, 0.55),
            SIMD3(0.2, 0.22, 0.28), SIMD3(0.58, 0.68, 0.78), SIMD3(0.5, 0.38, 0.36),
        ]
        let tone = stream.element(of: backgrounds) * stream.uniform(0.85, 1.1)
        backgroundTop = tone * stream.uniform(0.85, 1.1)
        backgroundBottom = tone * stream.uniform(0.6, 1)
        clutter = stream.uniform(0, 1)
        let fabrics: [SIMD3<Float>] = [
            SIMD3(0.16, 0.18, 0.24), SIMD3(0.85, 0.84, 0.82), SIMD3(0.5, 0.16, 0.17), SIMD3(0.22, 0.33, 0.5),
            SIMD3(0.25, 0.38, 0.3), SIMD3(0.1, 0.1, 0.11), SIMD3(0.66, 0.58, 0.46), SIMD3(0.74, 0.6, 0.28),
            SIMD3(0.52, 0.55, 0.6), SIMD3(0.55, 0.36, 0.52), SIMD3(0.75, 0.45, 0.4), SIMD3(0.3, 0.5, 0.55),
        ]
        clothes = stream.element(of: fabrics) * stream.uniform(0.85, 1.1)
        neckline = stream.nextFloat()
        exposure = stream.uniform(0.85, 1.12)
        noise = stream.uniform(0.8, 4)
        texture = stream.next()
    }
}
