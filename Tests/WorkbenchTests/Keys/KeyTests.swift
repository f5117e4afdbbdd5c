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
