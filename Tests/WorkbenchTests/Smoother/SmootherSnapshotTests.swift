import Evaluation
import Screen
import Testing

@testable import Workbench

@Suite struct SmootherSnapshotTests {
    private func expect(_ name: String, _ robot: SmootherRobot, sourceLocation: SourceLocation = #_sourceLocation) {
        let size = robot.robot.state.size
        expectSnapshot("\(name)-\(size.width)x\(size.height)", robot.lines, sourceLocation: sourceLocation)
    }

    @Test(arguments: SnapshotTests.sizes) func valenceArousal(_ width: Int, _ height: Int) {
        expect("smoother-va", Fixture.smoother(width: width, height: height))
    }

    @Test(arguments: SnapshotTests.sizes) func actionUnits(_ width: Int, _ height: Int) {
        expect("smoother-au", Fixture.smoother(Fixture.actionUnits, width: width, height: height))
    }

    @Test(arguments: SnapshotTests.sizes) func expression(_ width: Int, _ height: Int) {
        expect("smoother-expr", Fixture.smoother(Fixture.expression, width: width, height: height))
    }

    @Test(arguments: SnapshotTests.sizes) func tuned(_ width: Int, _ height: Int) {
        var robot = Fixture.smoother(width: width, height: height)
        robot.press("a")
        expect("smoother-tuned", robot)
    }

    @Test(arguments: SnapshotTests.sizes) func empty(_ width: Int, _ height: Int) {
        var robot = Robot(Fixture.empty(), width: width, height: height)
        robot.press("3")
        expectSnapshot("smoother-empty-\(width)x\(height)", robot.lines)
    }

    @Test(arguments: SnapshotTests.sizes) func videos(_ width: Int, _ height: Int) {
        var robot = Fixture.smoother(width: width, height: height)
        robot.press("V")
        expect("smoother-videos", robot)
    }

    @Test func form() {
        var robot = Fixture.smoother(width: 80, height: 24)
        robot.press("O")
        expect("smoother-form", robot)
    }

    @Test func asciiOnly() {
        let options = Options(theme: .mono, glyphs: .ascii, pictures: .characters)
        expect("smoother-ascii", Fixture.smoother(width: 100, height: 34, options: options))
    }
}

@Suite struct SmootherResizeTests {
    @Test(arguments: ["", "z", "z<tab><tab>", "z<tab><tab><tab>", "V", "O", "e", "=12", ",", "t", "C"])
    func everySizeDraws(_ keys: String) {
        for set in [Fixture.valenceArousal, Fixture.actionUnits] {
            var robot = Fixture.smoother(set)
            robot.press(keys)
            for width in stride(from: 1, through: 170, by: 7) {
                for height in 1...48 {
                    let size = Size(width: width, height: height)
                    let frame = view(robot.robot.state, size)
                    guard frame.cells.count == width * height else {
                        Issue.record("\(keys) at \(width)x\(height)")
                        return
                    }
                }
            }
        }
    }

    @Test func keysAndMouseAtEverySizeAreSafe() {
        var robot = Fixture.smoother()
        let actions = KeyTable.actions
        for index in 0..<1500 {
            let noise = Int((Fixture.noise(index + 5000) + 0.5) * 1_000_000)
            switch noise % 5 {
            case 0:
                let size = Size(width: noise / 5 % 150 + 1, height: noise / 750 % 50 + 1)
                robot.robot.send(.input(.resize(size)))
            case 1, 2:
                let actions: [Mouse.Action] = [.press, .release, .drag, .doubleClick, .scrollUp, .scrollDown]
                robot.robot.mouse(actions[noise / 5 % 6], noise / 30 % 160 - 5, noise / 4800 % 60 - 5)
            default:
                if let key = actions[noise / 5 % actions.count].keys.first { robot.robot.send(.input(.key(key))) }
                if robot.robot.state.current != .smoother { robot.robot.press("<esc><esc>3") }
            }
            for case .smoother(let effect) in robot.robot.takeEffects() {
                if case .open = effect { robot.perform(effect) }
            }
            let size = robot.robot.state.size
            #expect(robot.robot.frame.cells.count == size.width * size.height)
            #expect(robot.smoother.settings.isValid)
        }
    }
}
