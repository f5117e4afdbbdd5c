import RunStore
import Screen
import Testing

@testable import Workbench

@Suite struct FlowTests {
    @Test func quittingAsksNothing() {
        var robot = Robot(Fixture.state())
        robot.press("q")
        #expect(robot.takeEffects() == [.quit])
        robot.press(":q<enter>")
        #expect(robot.takeEffects() == [.quit])
    }

    @Test func thePaletteFindsActionsByName() {
        var robot = Robot(Fixture.state())
        robot.press(":check<enter>")
        #expect(robot.takeEffects() == [.send(.checkpoint, 3)])
        robot.press(":nonsense<enter>")
        #expect(robot.bottom.contains("no action is named \"nonsense\""))
        robot.press(":log axis<enter>")
        #expect(robot.state.monitor.isLog)
    }

    @Test func aThemeNobodyChoseFollowsTheGround() throws {
        let styles = Dictionary(
            uniqueKeysWithValues: Role.allCases.map { ($0, Style(foreground: .indexed(16))) })
        let light = try Theme(name: "light", ground: .light, styles: styles)
        func options(_ follows: Bool) -> Options { Options(themes: [.standard, light, .mono], followsGround: follows) }
        var state = Fixture.state(options: options(true))
        Fixture.feed(&state, [.ground(.light)])
        #expect(state.options.theme.name == "light")
        Fixture.feed(&state, [.ground(.dark)])
        #expect(state.options.theme.name == Theme.standard.name)
        // Chosen with a key, it stays.
        Fixture.feed(&state, [.input(.key(.character("T"))), .ground(.dark)])
        #expect(state.options.theme.name == "light")
        var chosen = Fixture.state(options: options(false))
        Fixture.feed(&chosen, [.ground(.light)])
        #expect(chosen.options.theme.name == Theme.standard.name)
    }

    @Test func viewsThatAreNotThereSaySo() {
        var robot = Robot(Fixture.state())
        for (key, name) in [("1", "Launch"), ("5", "Compare"), ("6", "Inspect")] {
            robot.press(key)
            #expect(robot.sees("The \(name) view is not built yet"))
        }
    }

    @Test func theSameInputsGiveTheSameFrame() {
        var robot = Robot(Fixture.state(options: Options()))
        let before = robot.frame
        robot.send(.clock(Fixture.now + 30, utcOffset: 3600))
        robot.send(
            .runs([Fixture.run(), Fixture.run(2, "ck-expr", .finished), Fixture.run(1, "faces-tiny", .lost, step: 800)])
        )
        robot.send(.points(3, Fixture.key(SeriesName.loss), []))
        #expect(robot.frame == before)
        robot.send(.clock(Fixture.now + 60, utcOffset: 3600))
        #expect(robot.frame != before)
    }

    @Test func themesChangeWithoutLosingText() {
        var robot = Robot(Fixture.state())
        let before = robot.lines.dropLast()
        robot.press("T")
        #expect(robot.state.options.theme == .mono)
        #expect(robot.lines.dropLast() == before)
        #expect(robot.frame.cells.allSatisfy { $0.style.foreground == .standard })
    }
}
