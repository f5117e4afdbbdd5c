import RunStore
import Screen
import Testing

@testable import Workbench

@Suite struct SnapshotTests {
    static let sizes = [(80, 24), (120, 36), (200, 60)]

    private func expect(_ name: String, _ robot: Robot, sourceLocation: SourceLocation = #_sourceLocation) {
        let size = robot.state.size
        expectSnapshot("\(name)-\(size.width)x\(size.height)", robot.lines, sourceLocation: sourceLocation)
    }

    @Test(arguments: sizes) func monitor(_ width: Int, _ height: Int) {
        expect("monitor", Robot(Fixture.state(), width: width, height: height))
    }

    @Test(arguments: sizes) func emptyStore(_ width: Int, _ height: Int) {
        expect("empty", Robot(Fixture.empty(), width: width, height: height))
    }

    @Test(arguments: sizes) func runs(_ width: Int, _ height: Int) {
        var robot = Robot(Fixture.state(), width: width, height: height)
        robot.press("4j")
        expect("runs", robot)
    }

    @Test(arguments: sizes) func help(_ width: Int, _ height: Int) {
        var robot = Robot(Fixture.state(), width: width, height: height)
        robot.press("?")
        expect("help", robot)
    }

    @Test(arguments: sizes) func palette(_ width: Int, _ height: Int) {
        var robot = Robot(Fixture.state(), width: width, height: height)
        robot.press(":smooth")
        expect("palette", robot)
    }

    @Test(arguments: sizes) func stopPopup(_ width: Int, _ height: Int) {
        var robot = Robot(Fixture.state(), width: width, height: height)
        robot.press("sj")
        expect("stop", robot)
    }

    @Test(arguments: sizes) func chooser(_ width: Int, _ height: Int) {
        var robot = Robot(Fixture.state(), width: width, height: height)
        robot.press("Rj")
        expect("chooser", robot)
    }

    @Test func zoomedLoss() {
        var robot = Robot(Fixture.state(), width: 120, height: 36)
        robot.press("zxohhh")
        expect("zoomed", robot)
    }

    @Test func alerts() {
        var robot = Robot(Fixture.state(Fixture.run(3, "demo", .failed)), width: 100, height: 28)
        robot.send(.points(3, Fixture.key(SeriesName.loss), (1235...1260).map { Point(step: $0, value: .nan) }))
        robot.send(
            .history(
                3,
                [
                    RunEvent(
                        id: 9, time: Fixture.now, step: 1260, kind: .alert, message: "the loss is NaN at lr 9.3e-4")
                ]))
        expect("alerts", robot)
    }

    @Test func asciiOnly() {
        let options = Options(theme: .mono, glyphs: .ascii, pictures: .characters)
        expect("ascii", Robot(Fixture.state(options: options), width: 100, height: 30))
    }

    @Test func smallest() {
        expect("monitor", Robot(Fixture.state(), width: 60, height: 16))
    }

    @Test(arguments: [(50, 10), (20, 5), (8, 2)]) func tooSmall(_ width: Int, _ height: Int) {
        expect("small", Robot(Fixture.state(), width: width, height: height))
    }
}
