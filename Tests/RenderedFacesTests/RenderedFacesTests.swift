import Images
import Testing

@testable import Datasets
@testable import RenderedFaces

/// A neutral frontal portrait in even light, without sensor noise and without what would hide a face.
func plainPortrait(_ index: Int = 0) -> FaceParameters {
    var parameters = RenderedFaces.parameters(seed: 77, index: index)
    parameters.pose = FacePose(yaw: 0, pitch: 0, roll: 0, scale: 0.39, x: 0.5, y: 0.48)
    parameters.light = FaceLight(
        direction: SIMD3(-0.3, -0.5, 0.95), key: 0.8, fill: 0.35, warmth: 0, softness: 0.5)
    parameters.gaze = .zero
    parameters.actionUnits = []
    parameters.scene.noise = 0
    parameters.scene.exposure = 1
    parameters.identity.hair.style = .short
    parameters.identity.hair.recession = 0
    parameters.identity.beard = .none
    parameters.identity.glasses = .none
    parameters.identity.asymmetry = 0
    parameters.identity.freckles = 0
    return parameters
}

/// Half a head height as a share of the plain portrait's side, at the depth of the face: what is nearer is larger.
let faceScale: Float = 0.39 * 1.14

/// Mean of the three channels over a rectangle of the face in half head heights about the centre of the head.
func brightness(_ image: PixelImage, _ u: ClosedRange<Float>, _ v: ClosedRange<Float>) -> Double {
    let side = Float(image.width)
    let columns = Int((0.5 + faceScale * u.lowerBound) * side)...Int((0.5 + faceScale * u.upperBound) * side)
    let rows = Int((0.48 + faceScale * v.lowerBound) * side)...Int((0.48 + faceScale * v.upperBound) * side)
    var sum = 0
    for row in rows {
        for column in columns {
            for channel in 0..<3 { sum += Int(image.pixels[(row * image.width + column) * 3 + channel]) }
        }
    }
    return Double(sum) / Double(3 * rows.count * columns.count)
}

@Suite struct RenderedFacesTests {
    /// FNV-1a over the pixels.
    private func checksum(_ image: PixelImage) -> UInt64 {
        image.pixels.reduce(0xCBF2_9CE4_8422_2325) { ($0 ^ UInt64($1)) &* 0x100_0000_01B3 }
    }

    @Test(arguments: [
        (0, 0, 96, 0xAF1E_44C5_9FCF_6A69 as UInt64), (1, 2, 96, 0x1CB0_16B4_FFE2_9231),
        (2, 1, 64, 0x35F3_7664_9E5C_DFC1), (3, 0, 48, 0xAA29_D791_1110_DCC4), (19, 4, 96, 0x8626_766C_90D4_33A5),
        (40, 0, 33, 0xDB70_2228_930A_38FA),
    ])
    func theSameSeedGivesTheSameBytes(_ identity: Int, _ photo: Int, _ side: Int, _ expected: UInt64) {
        let image = RenderedFaces.render(
            RenderedFaces.parameters(seed: 1, identity: identity, photo: photo), side: side)
        #expect(image.width == side && image.height == side && image.channels == 3)
        #expect(checksum(image) == expected)
    }

    @Test func peopleDifferAndPhotographsOfOnePersonDiffer() {
        let first = RenderedFaces.parameters(seed: 5, identity: 0, photo: 0)
        let again = RenderedFaces.parameters(seed: 5, identity: 0, photo: 1)
        let other = RenderedFaces.parameters(seed: 5, identity: 1, photo: 0)
        #expect(first.identity == again.identity)
        #expect(first.pose != again.pose && first.light != again.light)
        #expect(first.identity != other.identity)
        #expect(RenderedFaces.parameters(seed: 6, identity: 0, photo: 0).identity != first.identity)

        // In the same pose and light, two people are still two people.
        let images = (0..<6).map { RenderedFaces.render(plainPortrait($0), side: 48) }
        for a in 0..<6 {
            for b in 0..<a {
                let differences = zip(images[a].pixels, images[b].pixels).map { abs(Int($0) - Int($1)) }
                #expect(Double(differences.reduce(0, +)) / Double(differences.count) > 4)
            }
        }
    }

    @Test func everyParameterOfAManyPeopleIsFinite() {
        for index in 0..<300 {
            let identity = RenderedFaces.parameters(seed: 3, index: index).identity
            #expect(identity.headWidth > 0.55 && identity.headWidth < 0.8)
            #expect(identity.eyeSpacing - identity.eyeWidth > 0.08)
            #expect(identity.mouthHeight - identity.upperLip > identity.noseLength)
            #expect(identity.mouthHeight + identity.lowerLip < 0.9)
            #expect(identity.eyeHeight - identity.browHeight - identity.browArch > -0.5)
        }
    }

    @Test(arguments: 0..<8) func aFaceHasTheBuildOfAFace(_ index: Int) {
        var parameters = plainPortrait(index)
        parameters.identity.hair.colour = SIMD3(0.2, 0.14, 0.1)
        let identity = parameters.identity
        let image = RenderedFaces.render(parameters, side: 160)
        let eye = identity.eyeSpacing
        let v = identity.eyeHeight
        for side: Float in [-1, 1] {
            func across(_ low: Float, _ high: Float) -> ClosedRange<Float> {
                side < 0 ? (-high)...(-low) : low...high
            }
            let cheek = brightness(image, across(eye - 0.05, eye + 0.1), 0.26...0.36)
            let iris = brightness(image, across(eye - 0.025, eye + 0.025), (v - 0.02)...(v + 0.02))
            let white = brightness(image, across(eye + 0.065, eye + 0.085), (v - 0.012)...(v + 0.008))
            let lids = brightness(image, across(eye - 0.12, eye + 0.12), (v - 0.06)...(v + 0.04))
            #expect(iris < cheek - 25, "the iris is darker than the cheek")
            #expect(iris < white, "the iris is darker than the white beside it")
            #expect(lids < cheek - 8, "the eye as a whole is darker than the cheek")
        }
        let nostrils = brightness(image, -0.09...0.09, (identity.noseLength - 0.02)...(identity.noseLength + 0.02))
        let bridge = brightness(image, -0.03...0.03, 0.1...0.25)
        #expect(nostrils < bridge - 10, "the nose is darker below than on its bridge")
        let line = brightness(image, -0.1...0.1, (identity.mouthHeight - 0.012)...(identity.mouthHeight + 0.012))
        let beside = brightness(image, 0.25...0.35, 0.26...0.36)
        #expect(line < beside - 15, "the mouth is darker than the cheek")
        let hair = brightness(image, -0.3...0.3, -0.82...(-0.7))
        #expect(hair < brightness(image, -0.2...0.2, -0.45...(-0.35)) - 20, "dark hair above a bright forehead")
    }

    @Test func theLightedSideIsTheBrighterOne() {
        var parameters = plainPortrait(2)
        for x: Float in [-0.9, 0.9] {
            parameters.light.direction = SIMD3(x, -0.2, 0.6)
            let image = RenderedFaces.render(parameters, side: 96)
            let left = brightness(image, -0.5...(-0.2), 0.2...0.5)
            let right = brightness(image, 0.2...0.5, 0.2...0.5)
            #expect(x < 0 ? left > right + 15 : right > left + 15)
        }
    }

    @Test func anySizeFromOnePixelUpIsRendered() {
        for side in [1, 2, 7, 224] {
            #expect(RenderedFaces.render(plainPortrait(), side: side).pixels.count == side * side * 3)
        }
    }

    @Test func extremeParametersStillGiveAPicture() {
        var parameters = plainPortrait()
        parameters.actionUnits = Array(repeating: 9, count: 40)
        parameters.pose = FacePose(yaw: 1.2, pitch: -0.8, roll: 0.7, scale: 2, x: -0.4, y: 1.3)
        parameters.light.direction = .zero
        for style in FaceHairStyle.allCases {
            parameters.identity.hair.style = style
            #expect(RenderedFaces.render(parameters, side: 24).pixels.count == 24 * 24 * 3)
        }
    }
}
