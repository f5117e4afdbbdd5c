import Affect
import Compute

/// One rendered photograph in the making: every part of it, and the colour of each sample.
struct Portrait {
    private let pose: HeadPose
    private let mesh: HeadMesh
    private let lighting: FaceLighting
    private let skin: SkinPaint
    private let eyes: EyePaint
    private let brows: BrowPaint
    private let mouth: MouthPaint
    private let glasses: GlassesPaint?
    private let scalp: HairShading
    private let hanging: HangingHair
    private let backdrop: Backdrop
    private let ears: [EarPaint]
    private let bald: Bool
    private let side: Int

    init(_ parameters: FaceParameters, side: Int) {
        self.side = side
        let identity = parameters.identity
        var stream = RandomKey(seed: identity.texture, purpose: .rendering, layer: 3).stream()
        let noise = NoiseTable(&stream)
        let geometry = FaceGeometry(parameters)
        let form = HeadForm(geometry)
        let pose = HeadPose(parameters.pose, side: side)
        self.pose = pose
        lighting = FaceLighting(parameters.light, exposure: parameters.scene.exposure)
        let seenLight = pose.unturned(lighting.direction)
        let relief = FaceRelief(parameters, geometry, form: form, light: seenLight)
        mesh = HeadMesh(
            form: form, relief: relief, hair: HairCut(identity.hair, noise: noise),
            pose: HeadPose(parameters.pose, side: 2 * side))

        let pixel = 1 / pose.scale
        skin = SkinPaint(geometry, noise: noise)
        eyes = EyePaint(geometry, light: seenLight, pixel: pixel, noise: noise)
        brows = BrowPaint(geometry, pixel: pixel, noise: noise)
        mouth = MouthPaint(geometry, skin: skin.base, pixel: pixel, noise: noise)
        glasses = GlassesPaint(geometry, pixel: pixel)
        scalp = HairShading(identity.hair, lighting: lighting, noise: noise)
        bald = identity.hair.style == .bald
        hanging = HangingHair(identity, pose: pose, shading: scalp, noise: noise)
        // The background changes from photograph to photograph.
        var sceneStream = RandomKey(seed: parameters.scene.texture, purpose: .rendering, layer: 5).stream()
        let sceneNoise = NoiseTable(&sceneStream)
        backdrop = Backdrop(
            parameters, pose: pose, jawDrop: geometry.jawDrop, skin: skin.base, lighting: lighting, noise: sceneNoise)
        if hanging.showsEars {
            ears = [-1, 1].map { [skin, lighting] in
                EarPaint(side: $0, geometry: geometry, pose: pose, skin: skin.base, lighting: lighting)
            }
        } else {
            ears = []
        }
    }

    /// Linear colours of side x side pixels, each the mean of four samples.
    func pixels() -> [Vector] {
        let fine = side * 2
        var nearness = [Float](repeating: -100, count: fine * fine)
        var surface = [SurfaceSample](repeating: SurfaceSample(repeating: 0), count: fine * fine)
        var result = [Vector](repeating: Vector(repeating: 0), count: side * side)
        nearness.withUnsafeMutableBufferPointer { nearness in
            surface.withUnsafeMutableBufferPointer { surface in
                mesh.draw(side: fine, nearness: nearness, surface: surface)
                for row in 0..<side {
                    for column in 0..<side {
                        var sum = Vector(repeating: 0)
                        for part in 0..<4 {
                            let x = column * 2 + part & 1
                            let y = row * 2 + part >> 1
                            let at = y * fine + x
                            sum += colour(
                                Float(x) * 0.5 + 0.25, Float(y) * 0.5 + 0.25,
                                nearness[at] > -10 ? surface[at] : nil)
                        }
                        result[row * side + column] = sum * 0.25
                    }
                }
            }
        }
        return result
    }

    /// The colour of one sample at a pixel position; `seen` is the head's surface there, if it is the head.
    @inline(__always) private func colour(_ x: Float, _ y: Float, _ seen: SurfaceSample?) -> Vector {
        let place = pose.place(x, y)
        let upright = pose.upright(place)
        var colour: Vector
        if let seen {
            colour = head(seen)
        } else {
            colour = backdrop.background(place, y / Float(side))
            hanging.behind(&colour, upright, shadow: 0)
            backdrop.body(&colour, place)
            for ear in ears where !ear.isInFront { ear.paint(&colour, upright) }
        }
        for ear in ears where ear.isInFront { ear.paint(&colour, upright) }
        hanging.before(&colour, upright)
        return colour
    }

    @inline(__always) private func head(_ seen: SurfaceSample) -> Vector {
        let u = seen[0]
        let v = seen[1]
        let normal = Vector(seen[2], seen[3], seen[4]).normalised
        let openness = seen[5]
        let lit = seen[6]
        let grown = bald ? -1 : seen[7] + scalp.edge(u, v)
        let hair = smoothStep(-0.012, 0.012, grown)
        var colour = Vector(repeating: 0)
        if hair < 1 {
            var paint = skin.paint(u, v)
            mouth.apply(&paint, u, v)
            eyes.apply(&paint, u, v)
            brows.apply(&paint, u, v)
            glasses?.apply(&paint, u, v)
            // Hair shades the skin at its edge.
            let root = 1 - 0.3 * smoothStep(-0.09, 0, grown)
            let flat = blend(Vector(0, 0, 1), normal, paint.relief)
            let light = lighting.skin(flat, shadow: lit * root, openness: openness * root)
            let mirror = lighting.gloss(normal, sharp: paint.sharp) * paint.gloss * lit
            colour = paint.albedo * light + Vector(repeating: mirror + paint.glint * lighting.key)
        }
        if hair > 0 {
            colour = blend(colour, scalp.onScalp(u, v, normal: normal, grown: grown, lit: lit), hair)
        }
        return colour
    }
}
