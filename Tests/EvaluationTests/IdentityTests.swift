import Testing

@testable import Evaluation

/// What the paper's filter must do whatever the signal.
@Suite struct IdentityTests {
    @Test(arguments: EdgeMode.allCases) func constantStaysConstant(edge: EdgeMode) {
        guard edge != .constant else { return }
        for (count, sigmas) in [(1, Sigmas(40, 3, 1)), (7, Sigmas(10, 2, 9)), (500, Sigmas(29, 8, 3.5))] {
            let smoothed = ResidualSmoother.smooth(Array(repeating: 0.37, count: count), sigmas, edge: edge)
            #expect(smoothed.allSatisfy { abs($0 - 0.37) < 1e-12 })
        }
    }

    @Test func withoutAResidualItIsThePlainGaussian() {
        var random = TestRandom(2)
        let signal = random.signal(300)
        let plain = ResidualSmoother.gaussian(signal, 7)
        #expect(ResidualSmoother.smooth(signal, Sigmas(7, 0, 3)) == plain)
        #expect(ResidualSmoother.smooth(signal, Sigmas(7, 3, 0)) == plain)
        #expect(ResidualSmoother.smooth(signal, .identity) == signal)
        #expect(ResidualSmoother.smooth(signal, Sigmas(0.12, 0, 0)) == signal)
    }

    @Test func withEqualResidualsItAddsOneDifference() {
        var random = TestRandom(3)
        let signal = random.signal(400)
        let (wide, narrow) = (ResidualSmoother.gaussian(signal, 12), ResidualSmoother.gaussian(signal, 4))
        let smoothed = ResidualSmoother.smooth(signal, Sigmas(12, 4, 4))
        for index in signal.indices {
            #expect(abs(smoothed[index] - (signal[index] + wide[index] - narrow[index])) < 1e-12)
        }
    }

    @Test func theSmallerResidualIsTakenAndTheFirstOfEquals() {
        #expect(ResidualSmoother.minimumDeviation(0.2, -0.3) == 0.2)
        #expect(ResidualSmoother.minimumDeviation(-0.3, 0.2) == 0.2)
        #expect(ResidualSmoother.minimumDeviation(-0.2, 0.2) == -0.2)
        #expect(ResidualSmoother.minimumDeviation(0.2, -0.2) == 0.2)
    }

    @Test func shiftAndScaleGoThroughTheFilter() {
        var random = TestRandom(4)
        let signal = random.signal(250)
        let smoothed = ResidualSmoother.smooth(signal, Sigmas(9, 5, 2))
        let moved = ResidualSmoother.smooth(signal.map { 3 * $0 - 2 }, Sigmas(9, 5, 2))
        for index in signal.indices { #expect(abs(moved[index] - (3 * smoothed[index] - 2)) < 1e-11) }
        let backwards = ResidualSmoother.smooth(signal.reversed(), Sigmas(9, 5, 2))
        for index in signal.indices { #expect(abs(backwards[249 - index] - smoothed[index]) < 1e-12) }
    }

    @Test func movingASigmaMovesTheOthersAsLittleAsTheRuleAsks() {
        var sigmas = Sigmas(10, 5, 3)
        #expect(sigmas.set(.first, to: 4) == [.second])
        #expect(sigmas == Sigmas(4, 3.5, 3) && sigmas.isValid)
        #expect(sigmas.set(.third, to: 20) == [.first])
        #expect(sigmas == Sigmas(20.5, 3.5, 20) && sigmas.isValid)
        #expect(sigmas.set(.second, to: 0) == [])
        #expect(sigmas.isGaussian && sigmas.isValid)
        #expect(sigmas.set(.first, to: 0) == [.third])
        #expect(sigmas.isIdentity && sigmas.isValid)
        #expect(Sigmas(text: "29,8,3.5") == Sigmas(29, 8, 3.5))
        #expect(Sigmas(text: "29") == .gaussian(29))
        #expect(Sigmas(text: "8,29,3") == nil && Sigmas(text: "a,1,2") == nil && Sigmas(text: "nan") == nil)
        #expect(Sigmas(text: Sigmas(29, 8, 3.5).description) == Sigmas(29, 8, 3.5))
    }
}
