import Screen
import Testing

@testable import Workbench

@Suite struct ResizeTests {
    /// Every view and popup at every size, with data and without.
    @Test(arguments: [
        "1", "2", "3", "4", "2?", "2:", "2R", "2s", "2z", "2<tab><tab>z", "2<tab><tab><tab>/x", "2t", "2hox",
    ])
    func everySizeDraws(_ keys: String) {
        for (number, start) in [Fixture.state(options: Options()), Fixture.empty()].enumerated() {
            var robot = Robot(start)
            robot.press(keys)
            for width in 1...100 {
                // Odd heights and even widths of the empty store are enough.
                for height in stride(from: 1, through: 40, by: number == 0 ? 1 : 3) {
                    let size = Size(width: width, height: height)
                    let frame = view(robot.state, size)
                    guard frame.size == size, frame.cells.count == width * height,
                        frame.pictures.allSatisfy({ $0.rect.intersection(frame.bounds) == $0.rect && !$0.rect.isEmpty })
                    else {
                        Issue.record("\(keys) at \(width)x\(height)")
                        return
                    }
                }
            }
        }
    }

    @Test func keysAndMouseAtEverySizeAreSafe() {
        var robot = Robot(Fixture.state())
        for index in 0..<2000 {
            let noise = Int((Fixture.noise(index) + 0.5) * 1_000_000)
            let actions = KeyTable.actions
            switch noise % 4 {
            case 0: robot.send(.input(.resize(Size(width: noise / 4 % 150 + 1, height: noise / 600 % 50 + 1))))
            case 1:
                let actions: [Mouse.Action] = [.press, .release, .drag, .doubleClick, .scrollUp, .scrollDown]
                robot.mouse(actions[noise / 4 % 6], noise / 24 % 160 - 5, noise / 4000 % 60 - 5)
            default:
                let action = actions[noise / 4 % actions.count]
                if let key = action.keys.first { robot.send(.input(.key(key))) }
            }
            let size = robot.state.size
            #expect(robot.frame.cells.count == size.width * size.height)
        }
    }
}

@Suite struct SizeTests {
    /// A hundred thousand points and a thousand runs: drawing reads a bounded share of them.
    @Test func muchDataIsDrawnAndFollowed() {
        var state = Fixture.state()
        let points = Fixture.points(100_000, Fixture.loss)
        for start in stride(from: 0, to: 100_000, by: 1000) {
            _ = update(&state, .points(3, Fixture.key("loss"), Array(points[start..<start + 1000])))
        }
        let runs = (1...1000).map { Fixture.run(Int64($0), "run \($0)", $0 == 3 ? .running : .finished) }
        _ = update(&state, .runs(runs))
        state.size = Size(width: 200, height: 60)
        #expect(state.curve("loss")?.count == 100_000)
        #expect(view(state, state.size).text.contains { $0.contains("40k") })
        _ = state.show(.runs)
        #expect(view(state, state.size).text[1].contains("1000"))
    }
}
