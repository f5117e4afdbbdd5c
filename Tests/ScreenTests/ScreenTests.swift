import Testing

@testable import Screen

@Suite struct FrameTests {
    @Test func textIsClippedOnEverySide() {
        var frame = Frame(size: Size(width: 6, height: 2))
        frame.put("abcdef", at: Position(column: -2, row: 0))
        frame.put("uvwxyz", at: Position(column: 3, row: 1))
        frame.put("never", at: Position(column: 0, row: 2))
        frame.put("never", at: Position(column: 0, row: -1))
        #expect(frame.text == ["cdef", "   uvw"])
    }

    @Test func wideCharactersTakeTwoCellsAndNeverHalf() {
        var frame = Frame(size: Size(width: 6, height: 1))
        frame.put("日本語", at: Position(column: 0, row: 0))
        #expect(frame.text == ["日本語"])
        #expect(frame[1, 0].text == "")
        // What covers a half leaves a blank for the other.
        frame.put("x", at: Position(column: 1, row: 0))
        #expect(frame.text == [" x本語"])
        frame.put("x", at: Position(column: 4, row: 0))
        #expect(frame.text == [" x本x"])
        // One that does not fit whole is not drawn.
        var narrow = Frame(size: Size(width: 3, height: 1))
        narrow.put("日本", at: Position(column: 0, row: 0))
        #expect(narrow.text == ["日"])
    }

    @Test func combiningMarksStayWithTheirLetter() {
        var frame = Frame(size: Size(width: 5, height: 1))
        let end = frame.put("e\u{301}a", at: Position(column: 0, row: 0))
        #expect(end == 2)
        #expect(frame[0, 0].text == "e\u{301}")
        #expect(frame[1, 0].text == "a")
    }

    @Test func controlsAndDirectionMarksAreHarmless() {
        var frame = Frame(size: Size(width: 12, height: 1))
        frame.put("a\u{1b}[2Jb\u{202e}c\n", at: Position(column: 0, row: 0))
        #expect(frame.text == ["a·[2Jb·c·"])
        #expect(TextWidth.of("a\tb") == 3)
    }

    @Test func cuttingCountsColumns() {
        #expect(TextWidth.clip("reconstruction", to: 6) == "recon…")
        #expect(TextWidth.clip("日本語", to: 5) == "日本…")
        #expect(TextWidth.clip("日本語", to: 4) == "日…")
        #expect(TextWidth.clip("abc", to: 0) == "")
        #expect(TextWidth.pad("日", to: 4, .right) == "  日")
        #expect(TextWidth.pad("ab", to: 5, .centre) == " ab  ")
        #expect(TextWidth.wrap("a long sentence that wraps", to: 9) == ["a long", "sentence", "that", "wraps"])
        #expect(TextWidth.wrap("abcdefgh", to: 3) == ["abc", "def", "gh"])
    }

    @Test func restylingKeepsTheText() {
        var frame = Frame(size: Size(width: 3, height: 1))
        frame.put("abc", at: Position(column: 0, row: 0))
        frame.restyle(Rect(column: 1, row: 0, width: 9, height: 9)) { $0.attributes = .reverse }
        #expect(frame.text == ["abc"])
        #expect(frame[0, 0].style == .plain)
        #expect(frame[2, 0].style.attributes == .reverse)
    }
}

@Suite struct WidgetTests {
    private func lines(_ width: Int, _ height: Int, _ draw: (inout Frame) -> Void) -> [String] {
        var frame = Frame(size: Size(width: width, height: height))
        draw(&frame)
        return frame.text
    }

    @Test func boxesKeepTheirTitleAndDropWhatDoesNotFit() {
        let box = Box(title: "Loss", legend: [Span("━ train ")], note: [Span("0.53")])
        func draw(_ width: Int) -> String {
            lines(width, 3) { _ = box.draw(into: &$0, in: $0.bounds, glyphs: .braille, theme: .mono) }[0]
        }
        #expect(draw(28) == "┌ Loss ━ train ────── 0.53 ┐")
        #expect(draw(20) == "┌ Loss ────── 0.53 ┐")
        #expect(draw(10) == "┌ Loss ──┐")
        #expect(draw(6) == "┌ L… ┐")
        #expect(draw(1) == "")
    }

    @Test func barsAreInEighths() {
        #expect(Bars.bar(0.5, width: 4, glyphs: .braille) == "██  ")
        #expect(Bars.bar(0.53125, width: 4, glyphs: .braille) == "██▏ ")
        #expect(Bars.bar(.nan, width: 2, glyphs: .braille) == "  ")
        #expect(Bars.bar(7, width: 2, glyphs: .ascii) == "##")
        #expect(Bars.spark([1, 2, 3, .nan], width: 4, glyphs: .braille) == "▁▅█ ")
        #expect(Bars.spark([], width: 4, glyphs: .braille) == "")
        let line = Bars.progress(0.55, width: 10, glyphs: .braille, done: .plain, rest: .plain)
        #expect(line.map(\.text).joined() == "━━━━━╸────")
        #expect(Bars.progress(2, width: 3, glyphs: .ascii, done: .plain, rest: .plain).map(\.text) == ["===", ""])
    }

    @Test func tablesDropTheLeastImportantColumns() {
        let table = Table(columns: [
            .init("name", width: 6, grows: true), .init("score", width: 6, alignment: .right, rank: 1),
            .init("note", width: 6, rank: 2),
        ])
        #expect(table.layout(width: 30).map(\.index) == [0, 1, 2])
        #expect(table.layout(width: 30).map(\.width).reduce(0, +) == 26)
        #expect(table.layout(width: 15).map(\.index) == [0, 1])
        #expect(table.layout(width: 3).map(\.index) == [0])
        let rows = lines(24, 3) { frame in
            let window = Table.window(count: 1, in: frame.bounds, .from(0))
            table.draw(
                in: window, selected: nil, into: &frame, with: Appearance(glyphs: .braille, theme: .mono)
            ) { _ in Table.Row([Span("a long name"), Span("0.5")]) }
        }
        #expect(rows[0] == " name     score  note")
        #expect(rows[1] == " a lon…     0.5")
    }

    @Test func bitmapsAreAveragedIntoCells() {
        // Left half white, right half black.
        let pixels = (0..<8).flatMap { row in
            (0..<8).flatMap { column in Array(repeating: UInt8(column < 4 ? 255 : 0), count: 3) }
        }
        let bitmap = Bitmap(width: 8, height: 8, pixels: pixels)
        #expect(lines(4, 2) { $0.draw(bitmap, in: $0.bounds, as: .shades) } == ["██", "██"])
        #expect(lines(4, 1) { $0.draw(bitmap, in: $0.bounds, as: .ascii) } == ["@@"])
        var frame = Frame(size: Size(width: 2, height: 1))
        frame.draw(bitmap, in: frame.bounds, as: .halfBlocks)
        #expect(frame[0, 0].style == Style(foreground: .indexed(231), background: .indexed(231)))
        #expect(bitmap.cropped(x: 3, y: 0, width: 2, height: 1).pixels == [255, 255, 255, 0, 0, 0])
        #expect(bitmap.cropped(x: 7, y: 7, width: 5, height: 5).width == 1)
    }

    @Test func whatCoversAPictureTurnsItIntoCells() {
        let grey = Bitmap(width: 2, height: 2, pixels: Array(repeating: 200, count: 12))
        var frame = Frame(size: Size(width: 10, height: 4))
        frame.pictures = [
            Picture(key: "a", rect: Rect(column: 0, row: 0, width: 4, height: 2), bitmap: grey),
            Picture(key: "b", rect: Rect(column: 6, row: 0, width: 4, height: 2), bitmap: grey),
        ]
        frame.flattenPictures(under: Rect(column: 3, row: 1, width: 2, height: 2), as: .halfBlocks)
        #expect(frame.pictures.map(\.key) == ["b"])
        #expect(frame[0, 0].text == "▀")
    }
}

@Suite struct NumberTests {
    @Test func numbersReadWell() {
        #expect(Numbers.fixed(0.125, 2) == "0.13")
        #expect(Numbers.fixed(-0.001, 2) == "0.00")
        #expect(Numbers.fixed(12, 0) == "12")
        #expect(Numbers.significant(0.53219) == "0.5322")
        #expect(Numbers.significant(1234.5) == "1235")
        #expect(Numbers.significant(2.4e-4) == "2.40e-4")
        #expect(Numbers.significant(9.9999e-5) == "1.00e-4")
        #expect(Numbers.significant(.nan) == "NaN")
        #expect(Numbers.significant(-.infinity) == "-Inf")
        #expect(Numbers.short(0.9) == "0.9")
        #expect(Numbers.grouped(-1_234_567) == "-1,234,567")
        #expect(Numbers.bytes(1.9e9) == "1.9 GB")
        #expect(Numbers.duration(2470) == "0:41:10")
        #expect(Numbers.duration(200_000) == "2d 07h")
        #expect(Numbers.duration(.nan) == "—")
    }

    @Test func daysAreThoseOfTheCalendar() {
        #expect(Numbers.date(0) == "1970-01-01")
        #expect(Numbers.date(951_782_400) == "2000-02-29")
        #expect(Numbers.date(1_795_478_400) == "2026-11-24")
        #expect(Numbers.date(-86_400) == "1969-12-31")
        #expect(Numbers.clock(86_400 + 3661) == "01:01")
        #expect(Numbers.clock(-60) == "23:59")
    }
}

@Suite struct ThemeTests {
    private let full = Dictionary(uniqueKeysWithValues: Role.allCases.map { ($0, Style(foreground: .indexed(231))) })

    @Test func aThemeNeedsEveryRole() {
        var styles = full
        styles[.bad] = nil
        styles[.series3] = nil
        #expect(throws: Theme.Problem(description: "theme x lacks bad, series3; every role is needed")) {
            try Theme(name: "x", ground: .dark, styles: styles)
        }
    }

    @Test func aThemeMustBeReadable() {
        var styles = full
        styles[.text] = Style(foreground: .indexed(236))
        let problem = #expect(throws: Theme.Problem.self) { try Theme(name: "x", ground: .dark, styles: styles) }
        #expect(problem?.description.contains("text has a contrast of") == true)
        #expect(throws: Theme.Problem.self) { try Theme(name: "x", ground: .light, styles: full) }
    }

    @Test func theBuiltInThemePassesItsOwnCheck() {
        #expect(Theme.standard.name == "dark")
        #expect(Theme.standard.series(8) == Theme.standard.series(0))
        #expect(Theme.mono.isMono)
        #expect(
            Role.allCases.allSatisfy {
                Theme.mono[$0].foreground == .standard && Theme.mono[$0].background == .standard
            })
    }

    @Test func everyPaletteColourIsNearestToItself() {
        for index in 16...255 {
            let (red, green, blue) = Palette.rgb(UInt8(index))
            let found = Palette.rgb(Palette.nearest(red, green, blue))
            #expect(found == (red, green, blue), "\(index)")
        }
    }
}
