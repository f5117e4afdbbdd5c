import Screen
import Testing

@testable import Terminal

@Suite struct CapabilityTests {
    private func traits(_ environment: [String: String], colors: Int = 256, unicode: Bool = true) -> TerminalTraits {
        TerminalTraits(colors: colors, unicode: unicode, environment: environment)
    }

    @Test func plainXtermIsTakenForAModernOneWhenItSaysSo() {
        #expect(TerminalTraits.description(["TERM": "xterm", "XTERM_VERSION": "XTerm(379)"]) == "xterm-256color")
        #expect(TerminalTraits.description(["TERM": "xterm"]) == "xterm")
        #expect(TerminalTraits.description(["TERM": "linux", "COLORTERM": "truecolor"]) == "linux")
    }

    @Test func noColorCountsOnlyWithText() {
        #expect(traits(["NO_COLOR": "1"]).colors == .mono)
        #expect(traits(["NO_COLOR": ""]).colors == .palette)
        #expect(traits([:], colors: 16).colors == .sixteen)
        #expect(traits([:], colors: 8).colors == .eight)
        #expect(traits([:], colors: -1).colors == .mono)
    }

    @Test func picturesUse24BitsWhereTheTerminalSaysSo() {
        #expect(traits(["COLORTERM": "truecolor"]).trueColor)
        #expect(traits(["COLORTERM": "24bit"]).trueColor)
        #expect(!traits(["TERM": "xterm-256color"]).trueColor)
        #expect(!traits(["COLORTERM": "truecolor", "NO_COLOR": "1"]).trueColor)
    }

    @Test func pixelsAreNotSentThroughAMultiplexerUnlessAskedFor() {
        #expect(traits(["TERM": "xterm-256color"]).mayUpgrade)
        #expect(!traits(["TERM": "xterm-256color", "TMUX": "/tmp/s,1,0"]).mayUpgrade)
        #expect(!traits(["TERM": "screen-256color"]).mayUpgrade)
        #expect(traits(["TERM": "tmux-256color", "MAEFACE_PICTURES": "sixel"]).pictures == .sixel)
        #expect(traits(["TERM": "xterm-kitty"]).pictures == .kitty)
        #expect(traits(["TERM": "xterm-kitty", "STY": "1.pts"]).pictures == .blocks)
    }

    @Test func picturesFallBackStepByStep() {
        #expect(traits([:]).pictures == .blocks)
        #expect(traits([:], colors: 16).pictures == .ascii)
        #expect(traits([:], unicode: false).pictures == .ascii)
        #expect(traits(["MAEFACE_PICTURES": "none"]).pictures == PictureMode.none)
        #expect(traits(["MAEFACE_PICTURES": "ASCII"]).pictures == .ascii)
        #expect(traits(["MAEFACE_PICTURES": "nonsense"]).pictures == .blocks)
        #expect(!traits(["MAEFACE_PICTURES": "blocks"]).mayUpgrade)
    }

    @Test func paletteColoursMapToTheNearestBasicOnes() {
        // The cube's corners and the ends of the greys are the basic colours' own neighbours.
        #expect(ColorMapping.sixteen[196] == 9)
        #expect(ColorMapping.sixteen[46] == 10)
        #expect(ColorMapping.sixteen[226] == 11)
        #expect(ColorMapping.sixteen[16] == 0)
        #expect(ColorMapping.sixteen[231] == 15)
        #expect(ColorMapping.sixteen[244] == 8)
        for index in 0..<16 { #expect(ColorMapping.sixteen[index] == UInt8(index)) }
    }

    @Test func eightColoursBrightenWithBold() {
        let style = Style(foreground: .indexed(12), background: .indexed(9), attributes: .underline)
        let mapped = ColorMapping(depth: .eight).map(style)
        #expect(mapped == .init(foreground: 4, background: 1, attributes: [.underline, .bold]))
        #expect(
            ColorMapping(depth: .mono).map(style)
                == .init(foreground: -1, background: -1, attributes: .underline))
        #expect(
            ColorMapping(depth: .palette).map(Style(foreground: .indexed(252)))
                == .init(foreground: 252, background: -1, attributes: []))
    }

    @Test func textNeverFallsOnItsOwnColour() {
        for foreground in UInt8.min...UInt8.max {
            for background: UInt8 in [0, 24, 124, 235, 255] where foreground != background {
                let style = Style(foreground: .indexed(foreground), background: .indexed(background))
                for depth in [ColorDepth.eight, .sixteen] {
                    let mapped = ColorMapping(depth: depth).map(style)
                    #expect(mapped.foreground != mapped.background, "\(foreground) on \(background)")
                }
            }
        }
    }

    @Test func pairsAreMadeOnceAndEndWithTheTerminals() {
        var pairs = ColorPairs(capacity: 3)
        var made: [Int32] = []
        func number(_ foreground: Int16, _ background: Int16) -> Int32 {
            pairs.number(foreground: foreground, background: background) { number, _, _ in made.append(number) }
        }
        #expect(number(-1, -1) == 0)
        #expect(number(1, -1) == 1)
        #expect(number(2, -1) == 2)
        #expect(number(1, -1) == 1)
        #expect(number(3, -1) == 0)
        #expect(made == [1, 2])
    }

    @Test func restoringEndsPicturesMouseAndScreen() {
        let description = ["sgr0": "\u{1b}(B\u{1b}[m", "cnorm": "\u{1b}[?25h$<5>", "rmcup": "\u{1b}[?1049l"]
        let text = String(decoding: RestoreSequence.bytes { description[$0] }, as: UTF8.self)
        #expect(text.hasPrefix("\u{1b}\\"))
        #expect(text.hasSuffix("\u{1b}[?25h\u{1b}[?1049l"))
        for part in ["[?2026l", "[?1000l", "[?1002l", "[?1006l", "[?2004l"] { #expect(text.contains(part)) }
        #expect(RestoreSequence.withoutPadding("a$<100/>b$<") == "ab$<")
    }

    @Test func strayLinesAreCutAndCleaned() {
        var splitter = LineSplitter()
        #expect(splitter.split(Array("one\ntw".utf8)[...]) == ["one"])
        #expect(splitter.split(Array("o\u{1b}[2J\r\n\nthree".utf8)[...]) == ["two[2J"])
        #expect(splitter.split(Array("\n".utf8)[...]) == ["three"])
        let long = splitter.split([UInt8](repeating: 65, count: 1200)[...])
        #expect(long.map(\.count) == [500, 500])
    }
}
