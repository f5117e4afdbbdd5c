import Foundation
import Screen
import Testing

@testable import Terminal

/// The terminal against a pseudo terminal: ncurses is one per process, so these run one after another.
@Suite(.serialized) struct TerminalTests {
    private func open(_ tty: PseudoTerminal, _ environment: [String: String] = [:]) throws -> Terminal {
        var options = Terminal.Options(
            environment: environment.merging(["TERM": "xterm-256color"]) { own, _ in own })
        options.input = tty.slave
        options.output = tty.slave
        options.handlesSignals = false
        options.capturesOutput = false
        return try Terminal(options)
    }

    /// Marks a place in what is written, so that the bytes of single frames can be told apart.
    private func mark(_ terminal: Terminal, _ name: String) { terminal.write("\u{1b}]\(name)\u{7}") }

    private func parts(_ text: String, between names: [String]) -> [String] {
        var parts: [String] = []
        var rest = Substring(text)
        for name in names {
            guard let range = rest.firstRange(of: "\u{1b}]\(name)\u{7}") else { return parts }
            parts.append(String(rest[..<range.lowerBound]))
            rest = rest[range.upperBound...]
        }
        return parts + [String(rest)]
    }

    private func screen(_ width: Int, _ height: Int, _ parts: [String]) -> ScreenModel {
        var model = ScreenModel(width: width, height: height)
        for part in parts { model.feed(part) }
        return model
    }

    private func dashboard(_ size: Size, _ title: String, _ pictures: [Picture]) -> Frame {
        var frame = Frame(size: size)
        frame.put(title, at: Position(column: 1, row: 0), style: Style(foreground: .indexed(117), attributes: .bold))
        for row in 1..<size.height - 1 {
            frame.put("│", at: Position(column: 0, row: row), style: Style(foreground: .indexed(239)))
            frame.put("│", at: Position(column: size.width - 1, row: row))
        }
        frame.put("⠢⡀⠈ 漢字 ünï", at: Position(column: 3, row: 2), style: Style(background: .indexed(24)))
        frame.pictures = pictures
        return frame
    }

    @Test func framesArriveAndTheTerminalIsGivenBack() throws {
        let tty = try PseudoTerminal(columns: 60, rows: 20)
        let terminal = try open(tty)
        #expect(terminal.size == Size(width: 60, height: 20))
        #expect(!tty.isRestored)
        var frame = dashboard(terminal.size, "one", [])
        terminal.draw(frame)
        mark(terminal, "equal")
        terminal.draw(frame)
        mark(terminal, "small")
        frame.put("x", at: Position(column: 30, row: 9))
        terminal.draw(frame)
        mark(terminal, "end")
        terminal.close()
        #expect(tty.isRestored)
        let parts = parts(tty.finish(), between: ["equal", "small", "end"])
        try #require(parts.count == 4)
        let model = screen(60, 20, Array(parts[..<3]))
        #expect(model.unknown == [])
        // The model has no wide characters: both columns of one are counted as one.
        let drawn = model.lines.map { line in line.filter { $0 != " " } }
        let wanted = frame.text.map { line in line.filter { $0 != " " } }
        #expect(drawn == wanted)
        #expect(parts[1].isEmpty)
        #expect(parts[2].utf8.count < 40 && parts[2].contains("x"))
        #expect(parts[2].hasPrefix("\u{1b}[?2026h") && parts[2].hasSuffix("\u{1b}[?2026l"))
        // The way in is undone on the way out.
        var whole = screen(60, 20, Array(parts[..<3]))
        #expect(whole.modes.isSuperset(of: ["?1049", "?1000", "?1002", "?1006", "?2004"]))
        whole.feed(parts[3])
        #expect(whole.modes.isDisjoint(with: ["?1049", "?1000", "?1002", "?1006", "?2004", "?2026"]))
        #expect(whole.modes.contains("?25"))
    }

    @Test func picturesComeStayAndLeaveNoTrace() throws {
        let tty = try PseudoTerminal(columns: 60, rows: 20)
        let terminal = try open(tty, ["COLORTERM": "truecolor", "MAEFACE_PICTURES": "blocks"])
        let faces = [picture("a", 10, 5), picture("b", 20, 5), picture("c", 40, 5)]
        let names = ["shown", "moved", "covered", "back", "gone", "end"]
        let size = terminal.size
        terminal.draw(dashboard(size, "one", faces))
        mark(terminal, names[0])
        // Text on the pictures' rows changes on both sides.
        var busy = dashboard(size, "two", faces)
        for row in 5..<9 {
            busy.put("left \(row)", at: Position(column: 2, row: row))
            busy.put("right", at: Position(column: 50, row: row))
        }
        terminal.draw(busy)
        mark(terminal, names[1])
        var popup = busy
        popup.fill(Rect(column: 16, row: 4, width: 10, height: 3), with: " ", style: Style(background: .indexed(235)))
        popup.put("stop?", at: Position(column: 17, row: 5), style: Style(background: .indexed(235)))
        terminal.draw(popup)
        mark(terminal, names[2])
        terminal.draw(busy)
        mark(terminal, names[3])
        terminal.draw(dashboard(size, "other view", []))
        mark(terminal, names[4])
        terminal.draw(dashboard(size, "other view", []))
        mark(terminal, names[5])
        terminal.close()
        let parts = parts(tty.finish(), between: names)
        try #require(parts.count == 7)
        func blocks(_ model: ScreenModel) -> [Int] { model.cells.map { $0.filter { $0 == "▀" }.count } }
        let three = [0, 0, 0, 0, 0, 24, 24, 24, 24] + Array(repeating: 0, count: 11)
        #expect(blocks(screen(60, 20, Array(parts[..<1]))) == three)
        #expect(blocks(screen(60, 20, Array(parts[..<2]))) == three)
        #expect(!parts[1].contains("▀"))
        let covered = screen(60, 20, Array(parts[..<3]))
        #expect(covered.lines[5].contains("stop?"))
        // Two of the three faces are covered in part: the one by text, the other by the popup's ground.
        #expect(blocks(covered) == three.map { $0 / 3 })
        #expect(!parts[2].contains("▀"))
        #expect(blocks(screen(60, 20, Array(parts[..<4]))) == three)
        let gone = screen(60, 20, Array(parts[..<5]))
        #expect(blocks(gone).allSatisfy { $0 == 0 })
        #expect(gone.lines[0].contains("other view"))
        #expect(parts[5].isEmpty)
    }

    @Test func keysMouseAndPasteArriveInOrder() throws {
        let tty = try PseudoTerminal(columns: 60, rows: 20)
        let terminal = try open(tty)
        tty.type("a\u{1b}[A\u{1b}OPé\u{1b}[<0;5;6M\u{1b}[200~pasted\u{1b}[201~\u{1b}[5;5~\u{1b}x\u{1b}")
        var events: [TerminalEvent] = []
        while events.count < 8 {
            let fresh = terminal.wait(5).events
            if fresh.isEmpty { break }
            events += fresh
        }
        let press = Mouse(action: .press, button: .left, position: Position(column: 4, row: 5))
        let inputs: [Input] = events.compactMap { if case .input(let input, _) = $0 { input } else { nil } }
        #expect(
            inputs == [
                .key(.character("a")), .key(.up), .key(.function(1)), .key(.character("é")), .mouse(press),
                .paste("pasted"), .key(.pageUp), .key(.alt("x")), .key(.escape),
            ])
        terminal.close()
        _ = tty.finish()
    }

    /// The next thing that happens, which is not long in coming.
    private func next(_ terminal: Terminal) -> [TerminalEvent] {
        // The terminal wakes up by itself for what it waits for.
        for _ in 0..<100 {
            let events = terminal.wait(5).events
            if !events.isEmpty { return events }
        }
        return []
    }

    @Test func keysOfABurstSaySo() throws {
        let tty = try PseudoTerminal(columns: 60, rows: 20)
        let terminal = try open(tty)
        tty.type("s")
        #expect(next(terminal) == [.input(.key(.character("s")))])
        tty.type("s\r")
        #expect(next(terminal) == [.input(.key(.character("s")), inBurst: true), .input(.key(.enter), inBurst: true)])
        terminal.close()
        _ = tty.finish()
    }

    @Test func unfinishedSequencesEndByThemselves() throws {
        let tty = try PseudoTerminal(columns: 60, rows: 20)
        let terminal = try open(tty)
        for letter in ["]", "P", "_", "^", "X"] {
            tty.type("\u{1b}" + letter)
            #expect(next(terminal) == [.input(.key(.alt(Character(letter))))])
        }
        tty.type("\u{1b}[200~text")
        #expect(next(terminal) == [.input(.paste("text"))])
        terminal.close()
        _ = tty.finish()
    }

    @Test func sixelAnswerTurnsPicturesToSixel() throws {
        let tty = try PseudoTerminal(columns: 60, rows: 20)
        let terminal = try open(tty)
        #expect(terminal.pictureMode == .blocks)
        let frame = dashboard(terminal.size, "one", [picture("a", 10, 5)])
        terminal.draw(frame)
        mark(terminal, "answer")
        tty.type("\u{1b}[?63;4;22c\u{1b}[6;20;10t")
        var events: [TerminalEvent] = []
        while events.count < 2 {
            let fresh = terminal.wait(5).events
            if fresh.isEmpty { break }
            events += fresh
        }
        #expect(events == [.redraw, .redraw])
        #expect(terminal.pictureMode == .sixel)
        terminal.draw(frame)
        terminal.close()
        let parts = parts(tty.finish(), between: ["answer"])
        try #require(parts.count == 2)
        #expect(parts[0].contains("\u{1b}[c") && parts[0].contains("▀"))
        // 8 by 4 cells of 10 by 20 pixels.
        #expect(parts[1].contains("\"1;1;80;78") && !parts[1].contains("▀"))
    }

    @Test func resizeAndStopDrawEverythingAnew() throws {
        let tty = try PseudoTerminal(columns: 60, rows: 20)
        let terminal = try open(tty)
        terminal.draw(dashboard(terminal.size, "one", []))
        mark(terminal, "resized")
        tty.resize(columns: 44, rows: 12)
        #expect(terminal.fitToScreen())
        #expect(terminal.size == Size(width: 44, height: 12))
        let small = dashboard(terminal.size, "small", [])
        terminal.draw(small)
        mark(terminal, "lent")
        var wasRestored = false
        terminal.lend { wasRestored = tty.isRestored }
        #expect(wasRestored && !tty.isRestored)
        terminal.draw(small)
        mark(terminal, "end")
        terminal.close()
        let parts = parts(tty.finish(), between: ["resized", "lent", "end"])
        try #require(parts.count == 4)
        for part in parts[1...2] {
            let model = screen(44, 12, [part])
            #expect(model.lines[0] == " small")
            #expect(model.lines[10].filter { $0 == "│" }.count == 2)
        }
        #expect(parts[2].contains("[?1049l") && parts[2].contains("[?1049h"))
    }

    @Test func withoutColourNothingIsColoured() throws {
        let tty = try PseudoTerminal(columns: 60, rows: 20)
        let terminal = try open(tty, ["NO_COLOR": "1"])
        #expect(terminal.colors == .mono)
        terminal.draw(dashboard(terminal.size, "one", []))
        terminal.close()
        let text = tty.finish()
        #expect(!text.contains("38;5;") && !text.contains("48;5;") && !text.contains("[39;49m"))
        // Bold stays.
        #expect(text.contains("\u{1b}[0;1m"))
    }

    @Test func copyGoesToTheTerminalsClipboard() throws {
        let tty = try PseudoTerminal(columns: 60, rows: 20)
        let terminal = try open(tty)
        #expect(terminal.copy("foobar"))
        #expect(!terminal.copy(String(repeating: "x", count: 80_000)))
        terminal.close()
        #expect(tty.finish().contains("\u{1b}]52;c;Zm9vYmFy\u{7}"))
    }

    @Test(arguments: ["linux", "vt100", "tmux-256color", "rxvt"])
    func otherTerminalsWork(_ kind: String) throws {
        let tty = try PseudoTerminal(columns: 70, rows: 22)
        let terminal = try open(tty, ["TERM": kind])
        #expect(terminal.size == Size(width: 70, height: 22))
        terminal.draw(dashboard(terminal.size, "one", []))
        terminal.close()
        #expect(tty.isRestored)
        #expect(tty.finish().contains("one"))
    }

    @Test func unknownTerminalTypeIsASentence() throws {
        let tty = try PseudoTerminal(columns: 60, rows: 20)
        let error = try #require(throws: TerminalError.self) { try open(tty, ["TERM": "no-such-terminal"]) }
        #expect(error.description.contains("no-such-terminal"))
        #expect(error.description.contains("TERM=xterm-256color"))
        _ = tty.finish()
    }
}
