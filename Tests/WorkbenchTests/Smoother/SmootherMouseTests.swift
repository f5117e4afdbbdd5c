import Evaluation
import RunStore
import Screen
import Testing

@testable import Workbench

@Suite struct SmootherMouseTests {
    @Test func everythingIsDoneWithTheMouseToo() throws {
        var robot = Fixture.smoother(width: 200, height: 60)
        func click(_ text: String) {
            robot.robot.click(on: text)
            robot.settle()
        }
        // The edge of the sliders: presets, a tuning, keeping.
        click("0 no filter")
        #expect(robot.sigmas == .identity)
        robot.press("=12,4,2<enter>")
        click("plain  w")
        #expect(robot.sigmas == .gaussian(12))
        click("w keep")
        guard case .keep(let kept, 2) = robot.others.last else {
            Issue.record("nothing is kept")
            return
        }
        #expect(kept.channels.first?.sigma1 == 12)
        click("a tune")
        #expect(robot.smoother.tuned != nil)
        // A row of the table, and a channel of the scores.
        let rows = try #require(SmootherLayout(robot.robot.state)?.panes[.tuning])
        robot.robot.mouse(.doubleClick, rows.column + 3, rows.row + 2)
        robot.settle()
        #expect(robot.sigmas == .identity)
        click("arousal")
        #expect(robot.smoother.channelName == "arousal")
        // A strip is a track as well.
        let sliders = try #require(SmootherLayout(robot.robot.state)?.panes[.sliders])
        let track = SlidersView(state: robot.robot.state, rect: sliders).track(.first)
        robot.robot.mouse(.press, track.column + track.width / 2, track.row + 1)
        robot.settle()
        #expect((10...35).contains(robot.sigmas.first))
        robot.robot.mouse(.release, track.column, track.row)
        // Hints of the last line; fields and keys of a form.
        robot.press("<esc>")
        click("e export")
        click("smoothed predictions (CSV)")
        #expect(robot.sees("abaw5-va-submission.txt"))
        click("Enter OK")
        guard case .export(let request) = robot.others.last else {
            Issue.record("nothing is exported")
            return
        }
        #expect(request.kind == .submission)
        robot.robot.send(.smoother(.exportExists(request)))
        click("y replace")
        guard case .export(let again) = robot.others.last, again.overwrites else {
            Issue.record("nothing is replaced")
            return
        }
        robot.press("<esc>V")
        click("video77")
        #expect(robot.smoother.shownVideo?.name == "video77")
        robot.press("O")
        click("Esc cancel")
        #expect(robot.robot.state.popup == nil)
    }
}
