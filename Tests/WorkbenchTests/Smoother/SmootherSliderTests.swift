import Evaluation
import RunStore
import Screen
import Testing

@testable import Workbench

@Suite struct SmootherSliderTests {
    @Test func keysMoveASliderFineAndCoarse() {
        var robot = Fixture.smoother()
        #expect(robot.sigmas == Sigmas(20, 5, 2))
        robot.press("l")
        #expect(robot.sigmas.first == 21)
        robot.press("<right><right>hh<left>")
        #expect(robot.sigmas.first == 20)
        robot.press("L")
        #expect(robot.sigmas.first == 30)
        robot.press("H")
        #expect(robot.sigmas.first == 20)
        robot.press("jl")
        #expect(robot.sigmas == Sigmas(20, 5.5, 2))
        robot.press("jh")
        #expect(robot.sigmas == Sigmas(20, 5.5, 1.9))
        robot.press("gg")
        #expect(robot.smoother.slider == .first)
        robot.press("]")
        #expect(robot.sigmas.first > 29)
    }

    @Test func theFirstSigmaStaysTheLargest() {
        var robot = Fixture.smoother()
        robot.press("j=25<enter>")
        #expect(robot.sigmas.second == 25)
        #expect(robot.sigmas.first > 25)
        #expect(robot.sees("moved σ1 to"))
        robot.press("k=4<enter>")
        #expect(robot.sigmas.isValid)
        #expect(robot.sigmas.first == 4)
        #expect(robot.sigmas.second < 4 && robot.sigmas.third == 2)
        #expect(robot.sees("moved σ2 to"))
        robot.press("=0<enter>")
        #expect(robot.sigmas == .identity)
    }

    @Test func everyStepIsOnTheGridAndComesBack() {
        for start in [0.0, 0.1, 4.9, 5, 19.5, 20, 99, 100, 250] {
            let up = SliderTrack.moved(start, by: 1, of: .first)
            #expect(up > start)
            #expect(SliderTrack.moved(up, by: -1, of: .first) == start)
        }
        #expect(SliderTrack.moved(0, by: -10, of: .first) == 0)
        for slider in SmootherSlider.allCases {
            for place in 1..<60 {
                let value = SliderTrack.value(Double(place) / 60, of: slider)
                #expect(abs(SliderTrack.share(value, of: slider) - Double(place) / 60) < 0.02)
            }
        }
    }

    @Test func typedValuesAreCheckedBeforeTheyCount() {
        var robot = Fixture.smoother()
        robot.press("=abc<enter>")
        #expect(robot.robot.bottom.contains("'abc' is not a number"))
        robot.press("<ctrl-u>12.25<enter>")
        #expect(robot.sigmas.first == 12.25)
        robot.press("=29,8,3.5<enter>")
        #expect(robot.sigmas == Sigmas(29, 8, 3.5))
        robot.press("=3,8,3.5<enter>")
        #expect(robot.robot.bottom.contains("the first the largest"))
        robot.press("<esc>=1e300<enter>")
        #expect(robot.sigmas.first == SliderTrack.largestTyped)
        robot.press("=<esc>")
        #expect(robot.smoother.sigmas.isValid)
    }

    @Test func presets() {
        var robot = Fixture.smoother()
        robot.press("g")
        #expect(robot.sigmas == .gaussian(20))
        #expect(robot.sees("off"))
        robot.press("0")
        #expect(robot.sigmas == .identity)
        // Two sums of the same numbers, in another order.
        #expect(abs(robot.smoother.scores?.all.difference ?? 1) < 1e-12)
        robot.press("=7<enter>")
        robot.press(":plain gaussian<enter>")
        #expect(robot.sigmas == .gaussian(7))
    }

    @Test func theMouseDragsClicksAndTurnsTheWheel() throws {
        var robot = Fixture.smoother()
        let rect = try #require(SmootherLayout(robot.robot.state)?.panes[.sliders])
        let track = SlidersView(state: robot.robot.state, rect: rect).track(.second)
        robot.robot.mouse(.press, track.column + track.width / 2, track.row)
        robot.settle()
        #expect(robot.smoother.slider == .second)
        #expect((10...35).contains(robot.sigmas.second))
        robot.robot.mouse(.drag, track.endColumn + 30, track.row + 9)
        robot.settle()
        #expect(robot.sigmas.second == 400)
        #expect(robot.sigmas.first > 400)
        robot.robot.mouse(.drag, track.column, track.row)
        robot.robot.mouse(.release, track.column, track.row)
        robot.settle()
        #expect(robot.sigmas.second == 0)
        // Let go, it stays where it is.
        robot.robot.mouse(.drag, track.endColumn, track.row)
        #expect(robot.sigmas.second == 0)
        robot.robot.mouse(.scrollUp, track.column, track.row)
        #expect(robot.sigmas.second == 0.1)
    }

    @Test func sigmasOfEachChannelOrOfAll() {
        var robot = Fixture.smoother()
        robot.press("i")
        #expect(robot.sees("valence only"))
        robot.press("=10<enter>")
        #expect(robot.smoother.settings.sigmas == [Sigmas(10, 5, 2), Sigmas(20, 5, 2)])
        #expect(robot.requests.last?.judged == 0)
        robot.press("Cj<enter>")
        #expect(robot.smoother.channelName == "arousal")
        #expect(robot.sigmas == Sigmas(20, 5, 2))
        robot.press("i")
        #expect(robot.smoother.settings.areLinked)
        #expect(robot.requests.last?.judged == nil)
        var classes = Fixture.smoother(Fixture.expression)
        classes.press("i")
        #expect(classes.robot.bottom.contains("share their sigmas"))
    }

    @Test func thresholdsOfUnits() throws {
        var robot = Fixture.smoother(Fixture.actionUnits)
        robot.press("jjj")
        #expect(robot.smoother.slider == .threshold)
        robot.press("l")
        #expect(robot.smoother.settings.thresholds[0] == 0.51)
        robot.press("=.3<enter>")
        #expect(robot.smoother.settings.thresholds[0] == 0.3)
        #expect(robot.smoother.settings.thresholds[1] == 0.5)
        robot.press("=3<enter>")
        #expect(robot.robot.bottom.contains("from .01 to .99"))
        #expect(robot.smoother.strips[.threshold]?.scores.count == SliderTrack.places)
        robot.press("Cj<enter>")
        #expect(robot.smoother.threshold == 0.5)
        // The mouse moves the threshold of the unit in view, and of no other.
        let rect = try #require(SmootherLayout(robot.robot.state)?.panes[.sliders])
        let track = SlidersView(state: robot.robot.state, rect: rect).track(.threshold)
        robot.robot.mouse(.press, track.column, track.row)
        robot.robot.mouse(.drag, track.column + track.width / 4, track.row)
        robot.robot.mouse(.release, track.column + track.width / 4, track.row)
        robot.settle()
        #expect((0.2...0.3).contains(robot.smoother.settings.thresholds[1]))
        #expect(robot.smoother.settings.thresholds[0] == 0.3)
        #expect(robot.sees("AU2 ≥ " + ScoreText.of(robot.smoother.threshold)))
        // Valence has no threshold.
        var values = Fixture.smoother()
        values.press("jjjjj")
        #expect(values.smoother.slider == .third)
    }
}
