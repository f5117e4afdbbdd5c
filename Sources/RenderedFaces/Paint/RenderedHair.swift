/// Where hair grows on the head and how thick it lies.
struct HairCut {
    let style: FaceHairStyle
    let volume: Float
    private let sides: Float
    private let part: Float
    private let parted: Bool
    private let roughness: Float
    private let noise: NoiseTable
    /// Levels of the hairline at six angles from the middle of the forehead to the nape, left and right.
    private let left: [Float]
    private let right: [Float]
    private static let stops: [Float] = [0, 0.45, 0.85, 1.15, 1.45, 2.2]

    init(_ hair: FaceHair, noise: NoiseTable) {
        self.noise = noise
        style = hair.style
        part = hair.part
        parted = [.swept, .longSide, .long].contains(hair.style)
        var line: [Float] = [-0.6, -0.57, -0.36, 0.02, 0.22, 0.62]
        var thick = hair.volume
        var rough: Float = 0.2
        var thin: Float = 0.7
        switch hair.style {
        case .bald:
            line = [-3, -3, -3, -3, -3, -3]
            thick = 0
        case .buzz:
            thick = 0.02
            thin = 0.6
        case .short:
            thick *= 1.1
            thin = 0.45
            rough = 0.35
        case .swept:
            line = [-0.56, -0.5, -0.34, 0.02, 0.22, 0.62]
            thick *= 1.3
            thin = 0.45
            rough = 0.3
        case .curls:
            line = [-0.53, -0.48, -0.28, 0.06, 0.25, 0.65]
            thick *= 1.35
            thin = 0.85
            rough = 0.5
        case .afro:
            line = [-0.58, -0.54, -0.36, 0.0, 0.2, 0.7]
            thick *= 2.4
            thin = 1
            rough = 0.22
        case .fringe, .bob:
            line = [-0.28, -0.27, -0.2, 0.12, 0.5, 0.8]
            thin = 0.8
        case .long, .longSide:
            line = [-0.64, -0.52, -0.28, 0.2, 0.5, 0.8]
            thin = 0.9
        case .tied:
            line = [-0.62, -0.57, -0.38, -0.04, 0.14, 0.6]
            thick *= 0.5
            thin = 0.7
            rough = 0.06
        }
        if hair.style != .fringe && hair.style != .bob {
            line[0] -= hair.recession * 0.8
            line[1] -= hair.recession * 1.7
            line[2] -= hair.recession * 0.5
        }
        volume = thick
        roughness = rough
        sides = thin
        // Swept hair falls lower on the side away from its parting.
        let sweep: Float = [.swept, .longSide].contains(hair.style) ? 0.13 : 0.02
        left = line.enumerated().map { $0 == 1 || $0 == 2 ? $1 + sweep * hair.part : $1 }
        right = line.enumerated().map { $0 == 1 || $0 == 2 ? $1 - sweep * hair.part : $1 }
    }

    /// The level of the hairline at an angle from the middle of the face, negative to the left.
    func line(_ angle: Float) -> Float {
        let stops = Self.stops
        let levels = angle < 0 ? left : right
        let at = angle < 0 ? -angle : angle
        var index = 0
        while index < stops.count - 2, at > stops[index + 1] { index += 1 }
        let t = unit((at - stops[index]) / (stops[index + 1] - stops[index]))
        return blend(levels[index], levels[index + 1], t * t * (3 - 2 * t))
    }

    /// Height of the hair above the scalp, `grown` below the hairline, at a level and the sine of the angle.
    @inline(__always) func thickness(_ grown: Float, level: Float, sine: Float) -> Float {
        let beside = sine * sine * smoothStep(-0.75, -0.1, level)
        let parting = parted ? hill(sine - part * 0.45, 0, 0.14, 1) : 0
        let full = volume * blend(1, sides, beside)
        let lumps = noise.at(sine * 5 + 40, level * 4) + 0.6 * noise.at(sine * 12 + 20, level * 9)
        return full * (1 + roughness * lumps) * (0.25 + 0.75 * smoothStep(0, 0.22, grown))
            * smoothStep(-0.01, 0.05, grown)
            * (1 - 0.35 * parting)
    }
}

/// The colour of hair, on the scalp and hanging free.
struct HairShading {
    let style: FaceHairStyle
    private let colour: Vector
    private let part: Float
    private let waviness: Float
    private let lighting: FaceLighting
    private let noise: NoiseTable

    init(_ hair: FaceHair, lighting: FaceLighting, noise: NoiseTable) {
        style = hair.style
        colour = hair.colour * hair.colour
        part = hair.part
        waviness = hair.waviness
        self.lighting = lighting
        self.noise = noise
    }

    /// Irregular edge of the hairline at (u, v), added to how far a point lies within the hair.
    @inline(__always) func edge(_ u: Float, _ v: Float) -> Float {
        switch style {
        case .buzz: return 0.02 * noise.at(u * 30, v * 30)
        case .afro, .curls: return 0.02 * noise.at(u * 18, v * 18) + 0.02 * noise.at(u * 44, v * 44)
        case .fringe, .bob: return 0.018 * noise.at(u * 22, 3.3) + 0.022 * noise.at(u * 58, v * 2)
        default: return 0.008 * noise.at(u * 20, v * 5) + 0.02 * noise.at(u * 60, v * 12)
        }
    }

    /// Hair on the scalp at (u, v) with the picture's normal and what light reaches it.
    @inline(__always) func onScalp(_ u: Float, _ v: Float, normal: Vector, grown: Float, lit: Float) -> Vector {
        let strand: Float
        switch style {
        case .buzz: strand = 0.35 * noise.at(u * 45, v * 45)
        case .afro, .curls:
            let coarse = noise.at(u * 13 + 3 * noise.at(u * 5, v * 5), v * 13)
            strand = 0.75 * coarse + 0.5 * noise.at(u * 37, v * 37)
        default:
            // Strands fan out from the parting at the crown.
            let fall = v + 1.22
            let fan = (u - part * 0.3) / (0.22 + fall)
            let wave = waviness * 0.12 * noise.at(u * 4, v * 4)
            strand = 0.6 * noise.at((fan + wave) * 22, fall * 1.4) + 0.4 * noise.at((fan + wave) * 55, fall * 2.2)
        }
        let root = 0.62 + 0.38 * smoothStep(0, 0.14, grown)
        return shaded(normal, along: Vector(u * 0.5, 1, 0.2), strand: strand, light: root * (0.4 + 0.6 * lit))
    }

    /// Hair that hangs free: `across` is -1...1 over the width of the lock, (x, y) its place.
    @inline(__always) func hanging(_ x: Float, _ y: Float, across: Float, light: Float) -> Vector {
        let wave = waviness * (0.09 * noise.at(3.7, y * 2.6) + 0.05 * noise.at(x * 3, y * 4))
        let strand = 0.6 * noise.at((x + wave) * 20, y * 1.3) + 0.45 * noise.at((x + wave) * 48, y * 2)
        let normal = Vector(across * 0.8, 0.05, 0.65).normalised
        return shaded(normal, along: Vector(0, 1, 0), strand: strand, light: light)
    }

    @inline(__always) private func shaded(_ normal: Vector, along: Vector, strand: Float, light: Float) -> Vector {
        let tangent = (along - normal * along.dot(normal)).normalised
        let t = tangent.dot(lighting.half)
        var shine = max(0, 1 - t * t)
        shine *= shine
        shine *= shine
        shine *= shine
        let front = smoothStep(-0.2, 0.6, normal.dot(lighting.direction))
        let body = colour * max(0.25, 1 + 0.55 * strand)
        let diffuse = lighting.diffuse(normal, shadow: light, openness: light)
        let gloss = shine * front * light * max(0, 0.5 + 0.8 * strand) * (style == .afro ? 0.02 : 0.075)
        return body * diffuse + (colour * 0.8 + Vector(repeating: 0.12)) * (gloss * lighting.key)
    }
}
