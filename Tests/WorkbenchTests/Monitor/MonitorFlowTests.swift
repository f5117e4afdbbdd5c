import RunStore
import Screen
import Testing

@testable import Workbench

@Suite struct MonitorFlowTests {
    @Test func itWatchesTheNewestRunThatTrains() {
        var state = State()
        let runs = [
            Fixture.run(1, "old", .running), Fixture.run(2, "done", .finished), Fixture.run(3, "newer", .running),
        ]
        #expect(update(&state, .runs(runs)) == [.watch(3)])
        // Once watching, a newer run does not take the screen away.
        #expect(update(&state, .runs(runs + [Fixture.run(4, "newest", .running)])) == [])
        #expect(state.tail == Tail(run: 3, steps: [:], event: 0))
    }

    @Test func itWatchesTheRunAskedFor() {
        var state = State(watching: 1)
        #expect(update(&state, .runs([Fixture.run(1, "old", .finished), Fixture.run(3)])) == [.watch(1)])
    }

    @Test func theTailSaysWhatToReadNext() {
        let robot = Robot(Fixture.state())
        #expect(robot.state.tail?.run == 3)
        #expect(robot.state.tail?.steps[Fixture.key(SeriesName.loss)] == 1234)
        #expect(robot.state.tail?.event == 5)
    }

    @Test func aRolledBackRunIsReadAgain() {
        var robot = Robot(Fixture.state())
        var run = Fixture.run(step: 1000)
        run.revision += 1
        robot.send(.runs([run]))
        #expect(robot.takeEffects() == [.watch(3)])
        #expect(robot.state.tail == Tail(run: 3, steps: [:], event: 0))
    }

    @Test func crosshairReadsAllCurvesAtOnce() {
        var robot = Robot(Fixture.state())
        robot.press("hH")
        let step = Int64(robot.state.monitor.crosshair ?? 0)
        #expect((1000..<1234).contains(step))
        #expect(robot.lines.filter { $0.contains("step \(Numbers.grouped(step))") }.count == 2)
        robot.press("y")
        guard case .copy(let text) = robot.takeEffects().first else {
            Issue.record("nothing was copied")
            return
        }
        #expect(text.contains("demo  step \(step)  train "))
        robot.press("<esc>")
        #expect(robot.state.monitor.crosshair == nil)
    }

    @Test func zoomPanAndFollow() {
        var robot = Robot(Fixture.state())
        robot.press("<left>")
        #expect(robot.bottom.contains("the whole curve is in view"))
        robot.press("++")
        guard case .tail(let span) = robot.state.monitor.window else {
            Issue.record("zooming at the end follows the end")
            return
        }
        #expect(abs(span - 1233 * 0.49) < 1)
        robot.press("<left><left>")
        guard case .fixed(let range) = robot.state.monitor.window else {
            Issue.record("panning leaves the end")
            return
        }
        #expect(range.upperBound < 1234)
        robot.press("G")
        #expect(robot.state.monitor.window == .tail(range.upperBound - range.lowerBound))
        robot.press("0")
        #expect(robot.state.monitor.window == .all)
    }

    @Test func axisUnitsAndSmoothing() {
        var robot = Robot(Fixture.state())
        robot.press("x")
        #expect(robot.lines.contains { $0.contains("epoch│") })
        robot.press("x")
        #expect(robot.lines.contains { $0.contains("time│") })
        #expect(robot.sees("smooth 0.6"))
        robot.press("x]")
        #expect(robot.sees("smooth 0.8"))
        robot.press("[[[[[[[")
        #expect(robot.bottom.contains("smoothing off"))
        #expect(!robot.sees("smooth 0."))
    }

    @Test func historyOfReconstructions() {
        var robot = Robot(Fixture.state(), width: 120, height: 36)
        _ = robot.takeEffects()
        robot.press("<tab><tab>")
        #expect(robot.state.monitor.focus == .reconstruction)
        robot.press("h")
        #expect(robot.takeEffects() == [.loadPreview(3, Fixture.previews[1])])
        #expect(robot.sees("loading the pictures"))
        robot.send(.previewFailed(3, 2, "p2.png: cut short"))
        #expect(robot.sees("p2.png: cut short"))
        robot.press("l")
        #expect(robot.takeEffects().isEmpty)
        #expect(robot.state.monitor.preview == nil)
        // The next one is shown when it comes.
        robot.send(
            .previews(
                3,
                Fixture.previews + [PreviewRecord(id: 4, step: 1600, epoch: 16, samples: 4, side: 32, file: "p4.png")]))
        #expect(robot.takeEffects().count == 1)
        #expect(robot.sees("4/4"))
    }

    @Test func picturesKeepTheirKeysAndGiveWayToPopups() {
        var robot = Robot(Fixture.state(options: Options()), width: 120, height: 36)
        let pictures = robot.frame.pictures
        #expect(pictures.count >= 9)
        #expect(Set(pictures.map(\.key)).count == pictures.count)
        robot.send(.points(3, Fixture.key(SeriesName.loss), [Point(step: 1235, value: 0.5)]))
        #expect(robot.frame.pictures == pictures)
        for picture in pictures {
            #expect(robot.frame[picture.rect.column, picture.rect.row].text == " ")
            #expect(picture.rect.width == 2 * picture.rect.height)
        }
        robot.press("?")
        let popup = robot.frame
        #expect(popup.pictures.count < pictures.count)
        #expect(popup.pictures.allSatisfy { pictures.contains($0) })
        robot.press("<esc>4")
        #expect(robot.frame.pictures.isEmpty)
        robot.press("2")
        #expect(robot.frame.pictures == pictures)
    }

    @Test func logFollowsScrollsAndFilters() {
        var robot = Robot(Fixture.state())
        let many = (10...200).map {
            RunEvent(id: $0, time: Fixture.now, step: 1200, kind: $0 == 50 ? .alert : .skip, message: "image \($0).jpg")
        }
        robot.send(.history(3, many))
        #expect(robot.sees("image 200.jpg"))
        robot.press("<tab><tab><tab>gg")
        #expect(robot.sees("started on 2 threads"))
        #expect(!robot.sees("image 200.jpg"))
        robot.press("n")
        #expect(robot.state.monitor.log.selected == 45)
        robot.press("G")
        #expect(robot.sees("image 200.jpg"))
        robot.press("/checkpoint<enter>")
        #expect(robot.sees("checkpoint of 21 MB (best)"))
        #expect(!robot.sees("image 200.jpg"))
        robot.press("y")
        #expect(robot.takeEffects() == [.copy("checkpoint of 21 MB (best)")])
        robot.press("<esc>t")
        #expect(!robot.sees("Log"))
    }

    @Test func strayLinesGoToTheLog() {
        var robot = Robot(Fixture.state())
        robot.send(.stray("libfoo: warning\u{1b}[31m red"))
        #expect(robot.sees("libfoo: warning·[31m red"))
    }

    @Test func alertsAreSeenUntilClosed() {
        var robot = Robot(Fixture.state())
        robot.send(
            .history(3, [RunEvent(id: 7, time: Fixture.now, step: 1234, kind: .alert, message: "the loss is NaN")]))
        #expect(robot.sees("▲ 22:14  step 1,234  the loss is NaN"))
        #expect(robot.lines[0].contains("▲ 1"))
        robot.press("<esc>")
        #expect(!robot.sees("step 1,234  the loss is NaN"))
        #expect(robot.lines[0].contains("▲ 1"))
        robot.send(.storeProblem("runs.db was removed"))
        #expect(robot.sees("runs.db was removed"))
        robot.send(.storeProblem(nil))
        #expect(!robot.sees("runs.db was removed"))
    }

    @Test func theMouseFocusesClicksZoomsAndPans() {
        var robot = Robot(Fixture.state())
        robot.click(on: "Learning rate")
        #expect(robot.state.monitor.focus == .learningRate)
        robot.click(on: "Log")
        #expect(robot.state.monitor.focus == .log)
        robot.mouse(.scrollUp, 40, 10)
        let zoomed = robot.state.monitor.window
        #expect(zoomed != .all)
        robot.mouse(.press, 40, 10)
        #expect(robot.state.monitor.focus == .loss)
        #expect(robot.state.monitor.crosshair != nil)
        robot.mouse(.drag, 50, 10)
        #expect(robot.state.monitor.window != zoomed)
        robot.mouse(.release, 50, 10)
        robot.mouse(.doubleClick, 40, 10)
        #expect(robot.state.monitor.window == .all)
        robot.click(on: "4 Runs")
        #expect(robot.state.current == .runs)
        robot.click(on: "2 Monitor")
        robot.click(on: "p pause")
        #expect(robot.takeEffects() == [.send(.pause, 3)])
        robot.press("m")
        #expect(robot.takeEffects() == [.setMouse(false)])
        robot.mouse(.press, 3, 0)
        #expect(robot.state.current == .monitor)
    }
}
