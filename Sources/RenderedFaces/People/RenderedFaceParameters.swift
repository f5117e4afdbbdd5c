import Affect

/// Everything a rendered photograph shows: who, from where, in which light, and with which expression.
public struct FaceParameters: Equatable, Sendable {
    public var identity: FaceIdentity
    public var pose: FacePose
    public var light: FaceLight
    public var scene: FaceScene
    /// Intensities 0...1, one for each of `ActionUnit.allCases`.
    public var actionUnits: [Float]
    /// Where the eyes look, -1...1 to the right and down in the picture.
    public var gaze: SIMD2<Float>

    /// The intensity of one action unit, held within 0...1; units missing from the list are at rest.
    public subscript(unit: ActionUnit) -> Float {
        get { unit.index < actionUnits.count ? min(max(actionUnits[unit.index], 0), 1) : 0 }
        set {
            while actionUnits.count < ActionUnit.allCases.count { actionUnits.append(0) }
            actionUnits[unit.index] = newValue
        }
    }
}

/// What stays the same in every photograph of a person. Lengths are in half head heights.
public struct FaceIdentity: Equatable, Sendable {
    // The head: half width, how square (or pointed) the jaw is, how much the lower face narrows.
    public var headWidth: Float
    public var jawSquareness: Float
    public var jawTaper: Float
    public var cheekFullness: Float
    public var earSize: Float

    // The skin: 0 lightest to 1 darkest, -1 pink to 1 golden, marks, freckles and lines of age as 0...1.
    public var skinTone: Float
    public var skinWarmth: Float
    public var mottling: Float
    public var freckles: Float
    public var age: Float

    // The eyes: half distance of their centres, height of the eye line, half width, opening, slant, fold of the lid.
    public var eyeSpacing: Float
    public var eyeHeight: Float
    public var eyeWidth: Float
    public var eyeOpening: Float
    public var eyeSlant: Float
    public var lidFold: Float
    public var irisColour: SIMD3<Float>
    public var lashes: Float

    public var browHeight: Float
    public var browThickness: Float
    public var browArch: Float
    public var browDensity: Float
    public var browRidge: Float

    public var noseLength: Float
    public var noseWidth: Float
    public var noseBridge: Float
    public var noseTip: Float

    public var mouthHeight: Float
    public var mouthWidth: Float
    public var upperLip: Float
    public var lowerLip: Float
    public var lipColour: Float

    public var hair: FaceHair
    public var beard: FaceBeard
    public var beardDensity: Float
    public var glasses: FaceGlasses
    public var neckWidth: Float
    /// Small differences of the left from the right half, -1...1.
    public var asymmetry: Float
    /// Which random numbers its skin and hair are textured with.
    public var texture: UInt64
}

/// How the hair is worn.
public enum FaceHairStyle: Int, CaseIterable, Sendable {
    case bald, buzz, short, swept, curls, afro, fringe, long, longSide, tied, bob
}

/// Colour and cut of the hair.
public struct FaceHair: Equatable, Sendable {
    public var style: FaceHairStyle
    /// Display colour, 0...1.
    public var colour: SIMD3<Float>
    /// Thickness above the scalp.
    public var volume: Float
    /// How far the hairline lies above the usual one.
    public var recession: Float
    /// Where it is parted, -1 left to 1 right in the picture.
    public var part: Float
    /// How far long hair falls, 0 to the jaw, 1 beyond the shoulders.
    public var length: Float
    public var waviness: Float
}

public enum FaceBeard: Int, CaseIterable, Sendable {
    case none, stubble, moustache, goatee, full
}

public enum FaceGlasses: Int, CaseIterable, Sendable {
    case none, thin, round, heavy
}

/// Where the head is and how it is turned. Angles in radians; positive yaw turns the face to the picture's right,
/// positive pitch down, positive roll clockwise.
public struct FacePose: Equatable, Sendable {
    public var yaw: Float
    public var pitch: Float
    public var roll: Float
    /// Half the head's height as a share of the picture's side.
    public var scale: Float
    /// Centre of the head as shares of the picture's side.
    public var x: Float
    public var y: Float
}

/// The key light and what fills its shadows.
public struct FaceLight: Equatable, Sendable {
    /// Towards the light: x to the right of the picture, y down, z to the viewer.
    public var direction: SIMD3<Float>
    public var key: Float
    public var fill: Float
    /// -1 cold to 1 warm.
    public var warmth: Float
    /// How soft the shadows are, 0...1.
    public var softness: Float
}

/// What surrounds the face in one photograph, and the camera that took it.
public struct FaceScene: Equatable, Sendable {
    /// Display colours of the upper and the lower background.
    public var backgroundTop: SIMD3<Float>
    public var backgroundBottom: SIMD3<Float>
    public var clutter: Float
    public var clothes: SIMD3<Float>
    /// Depth of the neckline, 0 a high collar to 1 deep.
    public var neckline: Float
    public var exposure: Float
    /// Standard deviation of the sensor's noise in levels of 255.
    public var noise: Float
    /// Which random numbers the photograph's noise uses.
    public var texture: UInt64
}
