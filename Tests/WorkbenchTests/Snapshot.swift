import Foundation
import Screen
import Testing

@testable import Workbench

/// Compares a screen with its file in `Snapshots`. `RECORD_SNAPSHOTS=1` writes the file anew, and then fails, so that
/// a recording is always looked at.
func expectSnapshot(
    _ name: String, _ lines: [String], sourceLocation: SourceLocation = #_sourceLocation
) {
    let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent().appendingPathComponent("Snapshots")
    let path = folder.appendingPathComponent(name + ".txt")
    let text = lines.joined(separator: "\n") + "\n"
    if ProcessInfo.processInfo.environment["RECORD_SNAPSHOTS"] == "1" {
        try? FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        try? Data(text.utf8).write(to: path)
        Issue.record("recorded \(name).txt; run again without RECORD_SNAPSHOTS", sourceLocation: sourceLocation)
        return
    }
    guard let data = try? Data(contentsOf: path) else {
        Issue.record("\(name).txt is missing; RECORD_SNAPSHOTS=1 records it", sourceLocation: sourceLocation)
        return
    }
    let expected = String(decoding: data, as: UTF8.self)
    guard expected != text else { return }
    let before = expected.split(separator: "\n", omittingEmptySubsequences: false)
    let after = text.split(separator: "\n", omittingEmptySubsequences: false)
    let row =
        zip(before, after).enumerated().first { $0.element.0 != $0.element.1 }?.offset ?? min(before.count, after.count)
    let (was, now) = (row < before.count ? before[row] : "", row < after.count ? after[row] : "")
    Issue.record("\(name) differs from line \(row + 1):\n\(was)\n\(now)", sourceLocation: sourceLocation)
}

/// Somebody who presses keys and looks at the screen.
struct Robot {
    var state: State
    private(set) var effects: [Effect] = []

    init(_ state: State, width: Int = 120, height: Int = 36) {
        self.state = state
        send(.input(.resize(Size(width: width, height: height))))
    }

    mutating func send(_ event: Event) { effects += update(&state, event) }

    /// Presses keys: characters as they are, others by name in angle brackets, such as `<enter>` and `<ctrl-d>`.
    mutating func press(_ keys: String) {
        var rest = Substring(keys)
        while let first = rest.first {
            if first == "<", let end = rest.firstIndex(of: ">") {
                send(.input(.key(Self.key(String(rest[rest.index(after: rest.startIndex)..<end])))))
                rest = rest[rest.index(after: end)...]
            } else {
                send(.input(.key(.character(first))))
                rest = rest.dropFirst()
            }
        }
    }

    /// The effects since they were last taken.
    mutating func takeEffects() -> [Effect] {
        defer { effects = [] }
        return effects
    }

    mutating func mouse(_ action: Mouse.Action, _ column: Int, _ row: Int) {
        let button: Mouse.Button = action == .scrollUp || action == .scrollDown ? .none : .left
        send(.input(.mouse(Mouse(action: action, button: button, position: Position(column: column, row: row)))))
    }

    /// Clicks on the first place where a text stands.
    mutating func click(on text: String) {
        for (row, line) in lines.enumerated() {
            guard let range = line.range(of: text) else { continue }
            mouse(.press, line.distance(from: line.startIndex, to: range.lowerBound), row)
            return
        }
        Issue.record("\(text) is not on the screen")
    }

    var frame: Frame { view(state, state.size) }
    var lines: [String] { frame.text }
    func sees(_ text: String) -> Bool { lines.contains { $0.contains(text) } }
    /// The last line: hints, notices, filters.
    var bottom: String { lines.last ?? "" }

    private static func key(_ name: String) -> Key {
        let named: [String: Key] = [
            "enter": .enter, "esc": .escape, "tab": .tab, "backtab": .backTab, "left": .left, "right": .right,
            "up": .up,
            "down": .down, "home": .home, "end": .end, "backspace": .backspace, "pagedown": .pageDown,
        ]
        if name.hasPrefix("ctrl-"), let last = name.last { return .control(last) }
        return named[name] ?? .escape
    }
}
