import Affect
import Images
import Testing

@testable import Datasets
@testable import RenderedFaces

@Suite struct RenderedActionUnitTests {
    @Test func theUnitsAreThoseOfTheChallengeInItsOrder() {
        #expect(ActionUnit.allCases.map(\.rawValue) == [1, 2, 4, 6, 7, 10, 12, 15, 23, 24, 25, 26])
        #expect(ActionUnit.allCases.map(\.index) == Array(0..<12))
    }

    /// Heights between which a unit may change the face, in half head heights.
    private func region(_ unit: ActionUnit) -> ClosedRange<Float> {
        switch unit {
        case .innerBrowRaiser, .outerBrowRaiser: -0.75...0.14
        case .browLowerer: -0.7...0.16
        case .cheekRaiser: -0.16...0.68
        case .lidTightener: -0.16...0.2
        case .upperLipRaiser: 0.12...0.86
        case .lipCornerPuller: -0.1...0.98
        case .lipCornerDepressor, .lipTightener, .lipPressor, .lipsPart: 0.42...1.02
        case .jawDrop: 0.4...1.4
        }
    }

    @Test(arguments: ActionUnit.allCases) func aUnitChangesItsPartOfTheFaceAndLittleElse(_ unit: ActionUnit) {
        let side = 96
        for person in 0..<3 {
            var parameters = plainPortrait(person)
            let rest = RenderedFaces.render(parameters, side: side)
            parameters[unit] = 1
            let moved = RenderedFaces.render(parameters, side: side)
            let region = region(unit)
            var inside = 0
            var outside = 0
            var changed = 0
            for row in 0..<side {
                let v = ((Float(row) + 0.5) / Float(side) - 0.48) / faceScale
                for index in row * side * 3..<(row + 1) * side * 3 {
                    let difference = abs(Int(rest.pixels[index]) - Int(moved.pixels[index]))
                    if difference > 12 { changed += 1 }
                    if region.contains(v) { inside += difference } else { outside += difference }
                }
            }
            #expect(changed > 40, "\(unit) is to be seen")
            #expect(outside * 20 <= inside, "\(unit) keeps to its place: \(inside) inside, \(outside) outside")
        }
    }

    @Test(arguments: ActionUnit.allCases) func intensityIsGradual(_ unit: ActionUnit) {
        var parameters = plainPortrait(1)
        let rest = RenderedFaces.render(parameters, side: 64)
        func distance(_ intensity: Float) -> Int {
            parameters[unit] = intensity
            let moved = RenderedFaces.render(parameters, side: 64)
            return zip(rest.pixels, moved.pixels).reduce(0) { $0 + abs(Int($1.0) - Int($1.1)) }
        }
        let half = distance(0.5)
        #expect(half > 0 && half < distance(1))
    }

    @Test func theUnitsMoveTheFeaturesTheyAreNamedAfter() {
        let rest = FaceGeometry(plainPortrait())
        func with(_ unit: ActionUnit) -> FaceGeometry {
            var parameters = plainPortrait()
            parameters[unit] = 1
            return FaceGeometry(parameters)
        }
        let eye = rest.eyes[1]
        let brow = rest.brows[1]
        let inner = with(.innerBrowRaiser).brows[1]
        #expect(inner.innerV < brow.innerV - 0.05 && inner.outerV == brow.outerV)
        let outer = with(.outerBrowRaiser).brows[1]
        #expect(outer.outerV < brow.outerV - 0.05 && outer.outerV - brow.outerV < outer.innerV - brow.innerV)
        let lowered = with(.browLowerer).brows[1]
        #expect(lowered.innerV > brow.innerV + 0.03 && lowered.innerU < brow.innerU)
        let cheek = with(.cheekRaiser)
        #expect(cheek.cheekRaise > rest.cheekRaise + 0.3 && cheek.eyes[1].lower < eye.lower)
        let tight = with(.lidTightener).eyes[1]
        #expect(tight.upper + tight.lower < 0.75 * (eye.upper + eye.lower))
        let raised = with(.upperLipRaiser)
        #expect(raised.mouth.upperRaise > 0.03 && raised.foldDepth > rest.foldDepth)
        let smile = with(.lipCornerPuller).mouth
        #expect(smile.cornerLeft < rest.mouth.cornerLeft - 0.05 && smile.halfWidth > rest.mouth.halfWidth)
        #expect(with(.lipCornerDepressor).mouth.cornerLeft > rest.mouth.cornerLeft + 0.04)
        let thin = with(.lipTightener).mouth
        #expect(thin.halfWidth < rest.mouth.halfWidth && thin.lowerLip < rest.mouth.lowerLip)
        #expect(with(.lipPressor).mouth.lowerLip < 0.6 * rest.mouth.lowerLip)
        let parted = with(.lipsPart).mouth
        #expect(parted.openAbove + parted.openBelow > 0.03 && rest.mouth.openBelow == 0)
        let dropped = with(.jawDrop)
        #expect(dropped.jawDrop > 0.1 && HeadForm(dropped).height(ofLevel: 1) > 1.1)
    }

    @Test func aListOfUnitsMayBeShortAndIsHeldWithinItsRange() {
        var parameters = plainPortrait()
        #expect(parameters[.jawDrop] == 0)
        parameters[.jawDrop] = 7
        #expect(parameters.actionUnits.count == 12 && parameters[.jawDrop] == 1)
        parameters[.jawDrop] = -7
        #expect(parameters[.jawDrop] == 0)
    }

    @Test func mouthContoursNeverCross() throws {
        for index in 0..<60 {
            let geometry = FaceGeometry(RenderedFaces.parameters(seed: 9, index: index))
            let mouth = geometry.mouth
            for step in -9...9 {
                let lines = try #require(mouth.contours(mouth.u + mouth.halfWidth * Float(step) / 10))
                #expect(lines.x < lines.y && lines.y <= lines.z && lines.z < lines.w)
            }
        }
    }
}
