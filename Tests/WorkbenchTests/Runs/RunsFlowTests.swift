import RunStore
import Screen
import Testing

@testable import Workbench

@Suite struct RunsFlowTests {
    @Test func pauseAndGoOn() {
        var robot = Robot(Fixture.state())
        robot.press("p")
        #expect(robot.takeEffects() == [.send(.pause, 3)])
        #expect(robot.bottom.contains("demo will pause"))
        robot.send(.runs([Fixture.run(3, "demo", .paused)]))
        robot.press("<esc>")
        #expect(robot.sees("paused"))
        #expect(robot.bottom.contains("p continue"))
        robot.press("p")
        #expect(robot.takeEffects() == [.send(.resume, 3)])
    }

    @Test func stopAsksHow() {
        var robot = Robot(Fixture.state())
        robot.press("s")
        #expect(robot.sees("Stop demo?"))
        robot.press("c")
        #expect(robot.takeEffects().isEmpty)
        #expect(!robot.sees("Stop demo?"))
        robot.press("s<enter>")
        #expect(robot.takeEffects() == [.send(.stopAfterEpoch, 3)])
        robot.press("sj<enter>")
        #expect(robot.takeEffects() == [.send(.stop, 3)])
        robot.press("s<esc>")
        #expect(robot.takeEffects().isEmpty)
    }

    @Test func keysOfABurstStopNothing() {
        // A paste into a terminal that does not mark pastes.
        func paste(_ keys: [Key], into robot: inout Robot) {
            for key in keys { robot.send(.input(.key(key), inBurst: true)) }
        }
        let commands: [[Key]] = [
            [.character("s"), .enter], [.character("s"), .character("n")], [.character("p")],
            [.character(":")] + "stop".map { .character($0) } + [.enter, .enter],
        ]
        for keys in commands {
            var robot = Robot(Fixture.state())
            paste(keys, into: &robot)
            #expect(robot.takeEffects().isEmpty)
            #expect(!robot.sees("Stop demo?"))
        }
        var told = Robot(Fixture.state())
        paste([.character("s"), .enter], into: &told)
        #expect(told.bottom.contains("press this one alone"))
        // Asked by a person, answered by a paste.
        for keys in [[Key.character("a")], [.character("n")], [.down, .enter], [.enter]] {
            var robot = Robot(Fixture.state())
            robot.press("s")
            paste(keys, into: &robot)
            #expect(robot.takeEffects().isEmpty)
            #expect(robot.sees("Stop demo?"))
            robot.press("n")
            #expect(robot.takeEffects() == [.send(.stop, 3)])
        }
        var robot = Robot(Fixture.state(Fixture.run(3, "demo", .lost)))
        paste([.character("r")], into: &robot)
        #expect(robot.takeEffects().isEmpty)
    }

    @Test func checkpointAndResume() {
        var robot = Robot(Fixture.state())
        robot.press("c")
        #expect(robot.takeEffects() == [.send(.checkpoint, 3)])
        robot.press("r")
        #expect(robot.takeEffects().isEmpty)
        #expect(robot.bottom.contains("demo is running; only a stopped, failed or lost run can be resumed"))
        robot.send(.runs([Fixture.run(3, "demo", .lost)]))
        #expect(robot.sees("lost: the trainer was killed"))
        robot.press("r")
        #expect(robot.takeEffects() == [.resume(3)])
        robot.press("p")
        #expect(robot.takeEffects().isEmpty)
        #expect(robot.bottom.contains("demo is lost, so it is not training"))
    }

    @Test func choosingARun() {
        var robot = Robot(Fixture.state())
        robot.press("R")
        #expect(robot.sees("Watch which run?"))
        robot.press("/ck<enter>")
        #expect(!robot.lines.contains { $0.contains("faces-tiny") })
        robot.press("<enter>")
        #expect(robot.takeEffects() == [.watch(2)])
        #expect(robot.sees(" ck-expr ▸ pretrain"))
        #expect(robot.sees("loading"))
        robot.send(.stages(2, []))
        #expect(robot.sees("the run ended before its first step"))
    }

    @Test func runsViewSelectsFiltersAndOpens() {
        var robot = Robot(Fixture.state())
        robot.press("4jj")
        #expect(robot.state.subject?.name == "faces-tiny")
        robot.press("gg")
        #expect(robot.state.subject?.name == "demo")
        robot.press("G")
        #expect(robot.state.subject?.name == "faces-tiny")
        robot.press("/fin")
        #expect(robot.bottom.hasPrefix(" /fin"))
        #expect(robot.frame.cursor == Position(column: 5, row: 35))
        robot.press("<enter>")
        #expect(robot.state.subject?.name == "ck-expr")
        robot.press("y")
        #expect(robot.takeEffects() == [.copy("ck-expr")])
        robot.press("<enter>")
        #expect(robot.takeEffects() == [.watch(2)])
        #expect(robot.state.current == .monitor)
        robot.press("4/zzz<enter>")
        #expect(robot.sees("nothing matches /zzz"))
        robot.press("<esc>")
        #expect(robot.sees("faces-tiny"))
    }
}
