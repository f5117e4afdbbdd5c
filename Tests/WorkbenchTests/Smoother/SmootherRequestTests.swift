import Evaluation
import RunStore
import Screen
import Testing

@testable import Workbench

@Suite struct SmootherRequestTests {
    @Test func staleAnswersStayOut() {
        var robot = Fixture.smoother()
        robot.isHolding = true
        robot.press("lll")
        let late = Array(robot.requests.suffix(3))
        #expect(robot.sees("computing"))
        let shown = robot.smoother.result?.request.number
        robot.answer(late[1])
        // On the way to the newest the chart may follow; strips and lists of what is gone may not.
        #expect(robot.smoother.result?.request.number == late[1].number)
        #expect(robot.smoother.strips[.first]?.request.number == shown)
        robot.answer(late[0])
        #expect(robot.smoother.result?.request.number == late[1].number)
        robot.answer(late[2])
        #expect(robot.smoother.isUpToDate)
        #expect(robot.smoother.strips[.first]?.request.number == late[2].number)
    }

    @Test func answersAboutAnotherSetOrVideoAreNotShown() {
        var robot = Fixture.smoother()
        robot.isHolding = true
        robot.press("n")
        #expect(robot.smoother.curve(.raw) == nil)
        let request = robot.requests[robot.requests.count - 1]
        robot.press("R<enter>")
        robot.answer(request)
        #expect(robot.smoother.result == nil)
        robot.robot.send(.smoother(.opened(1, Fixture.expression, kept: nil, notes: [])))
        #expect(robot.smoother.set?.task == .valenceArousal)
    }

    @Test func scoresOfEveryScopeAndTheirDifference() throws {
        var robot = Fixture.smoother()
        let scores = try #require(robot.smoother.scores)
        for text in [
            "this (per video)", "fold 1 (pooled)", "all folds (pooled)", "mean (per video)",
            ScoreText.of(scores.all.smoothed.mean), ScoreText.difference(scores.all.difference),
        ] {
            #expect(robot.sees(text), "\(text)")
        }
        robot.press("<tab>j")
        #expect(robot.smoother.focus == .scores)
        #expect(robot.smoother.channelName == "arousal")
    }

    @Test func secondsStandBesideFrames() {
        var robot = Fixture.smoother()
        #expect(robot.sees("0.80s"))
        robot.press("<backtab>x")
        #expect(robot.sees("seconds"))
        var units = Fixture.smoother(Fixture.actionUnits)
        units.press("x")
        #expect(units.robot.bottom.contains("frame rate is not known"))
    }

    @Test func scoresAreWrittenAsTheFieldWritesThem() {
        #expect(ScoreText.of(0.4312) == ".431")
        #expect(ScoreText.of(-0.05) == "-.050")
        #expect(ScoreText.of(1) == "1.000")
        #expect(ScoreText.of(.nan) == "–")
        #expect(ScoreText.difference(0.0712) == "+.071")
        #expect(ScoreText.difference(-0.0001) == ".000")
        #expect(ScoreText.difference(0.0001) == ".000")
    }
}
