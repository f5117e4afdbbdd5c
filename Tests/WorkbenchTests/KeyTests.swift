import Foundation
import Screen
import Testing

@testable import Workbench

@Suite struct KeyTests {
    @Test func everyActionHasKeysANameAndHelp() {
        for action in KeyTable.actions + Router.pages.flatMap(\.actions) {
            #expect(!action.keys.isEmpty, "\(action.name)")
            #expect(!action.name.isEmpty)
            // Longer ones are cut in the help and in the palette.
            #expect(!action.help.isEmpty && action.help.count <= 42, "\(action.name): \(action.help)")
        }
        #expect(Set(KeyTable.actions.map(\.name)).count == KeyTable.actions.count)
    }

    @Test(arguments: WorkbenchView.allCases) func noKeyMeansTwoThingsOnAPage(_ view: WorkbenchView) {
        let page = Router.page(of: view)
        var seen: [Key: String] = [:]
        for action in KeyTable.actions(on: page) {
            for key in action.keys {
                #expect(seen[key] == nil, "\(view.title): \(key.label) is \(action.name) and \(seen[key] ?? "")")
                seen[key] = action.name
                #expect(KeyTable.action(for: key, on: page)?.name == action.name)
            }
        }
    }

    /// What a page makes of a shared action keeps its keys, its help and its name.
    @Test func pagesChangeNothingButTheMeaning() {
        for page in Router.pages {
            for action in page.actions {
                guard let shared = KeyTable.actions.first(where: { $0.name == action.name }) else {
                    Issue.record("\(action.name) is in no table")
                    continue
                }
                #expect(action.keys == shared.keys && action.help == shared.help && action.group == shared.group)
            }
        }
    }

    @Test func everyActionIsOnTheKeyPageAndInThePalette() {
        let page = KeyPage.markdown
        for action in KeyTable.actions {
            #expect(page.contains("| \(action.help) | \(action.name) |"))
            #expect(PalettePopup.exact(action.name)?.name == action.name)
        }
        #expect(PalettePopup.exact("q")?.name == "quit")
    }

    @Test func whatIsRefusedSaysWhyBeforeItIsTried() {
        var robot = Robot(Fixture.state())
        robot.press(":resume")
        #expect(robot.sees("demo is running; only a stopped, failed or lost run can be resumed"))
        robot.press("<ctrl-u>link")
        #expect(robot.sees("that action is in the Smoother view (press 3)"))
        robot.press("<enter>")
        #expect(robot.bottom.contains("that action is in the Smoother view (press 3)"))
        robot = Robot(Fixture.state(), width: 200, height: 60)
        robot.press("?")
        #expect(robot.sees("Not possible now") && robot.sees("that action is in the Smoother view (press 3)"))
        robot = Robot(Fixture.empty(), width: 200, height: 60)
        robot.press("3?")
        #expect(robot.sees("no predictions are open: R chooses a run, O a file"))
    }

    /// A reason that is shown is the one that the key gives, in every view.
    @Test(arguments: WorkbenchView.allCases) func aKeyIsRefusedForTheReasonShown(_ view: WorkbenchView) {
        for start in [Fixture.empty(), Fixture.state()] {
            var robot = Robot(start)
            robot.press(String(view.rawValue))
            let page = Router.page(of: view)
            for action in KeyTable.actions(on: page) {
                guard let reason = action.refusal(robot.state) else { continue }
                var tried = robot
                let effects = tried.state.perform(action)
                #expect(effects.isEmpty && tried.state.popup == nil, "\(view.title): \(action.name)")
                #expect(tried.state.notice == Notice(text: reason, isProblem: true))
            }
        }
    }

    @Test func everyKeyInEveryViewIsSafe() {
        let keys = KeyTable.actions.flatMap(\.keys) + [.delete, .insert, .function(1), .character("é"), .alt("x")]
        for start in [Fixture.empty(), Fixture.state()] {
            for view in WorkbenchView.allCases {
                var robot = Robot(start, width: 80, height: 24)
                robot.press(String(view.rawValue))
                for key in keys {
                    robot.send(.input(.key(key)))
                    #expect(robot.lines.count == 24)
                }
            }
        }
    }
}

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

@Suite struct ThemeFileTests {
    private static let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().appendingPathComponent("themes").path

    @Test(arguments: ["dark", "light", "high-contrast", "colour-blind"]) func committedThemesPass(_ name: String) throws
    {
        let theme = try ThemeFile.read("\(Self.folder)/\(name).json5")
        #expect(theme.name == name)
        if name == "dark" { #expect(theme == .standard) }
    }

    @Test(arguments: [
        ("[]", "a theme is an object"),
        ("{ name: 'x', ground: 'grey' }", "ground must be"),
        ("{ name: 'x', ground: 'dark', styles: {} }", "theme x lacks text, faint"),
        ("{ name: 'x', ground: 'dark', styles: { texte: 1 } }", "there is no role texte"),
        ("{ name: 'x', ground: 'dark', styles: { text: 300 } }", "300 is not a colour from 0 to 255"),
        ("{ name: 'x', ground: 'dark', styles: { text: { colour: 3 } } }", "a style has no colour"),
        ("{ name: 'x', ground: 'dark', styles: { text: 1.5 } }", "a colour is a number"),
        ("{ name: 'x', ground: 'dark', stiles: {} }", "a theme has no stiles"),
        ("{ name: 'x' ", "t.json5:1"),
    ]) func mistakesAreNamedWithTheirPlace(_ text: String, _ expected: String) {
        let problem = #expect(throws: ThemeFile.Problem.self) {
            try ThemeFile.decode(Array(text.utf8), file: "t.json5")
        }
        #expect(problem?.description.contains(expected) == true, "\(problem?.description ?? "")")
        #expect(problem?.description.contains("t.json5") == true)
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
