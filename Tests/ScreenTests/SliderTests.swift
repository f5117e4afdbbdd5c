import Testing

@testable import Screen

@Suite struct SliderTests {
    private let rect = Rect(column: 5, row: 2, width: 21, height: 1)

    @Test func theKnobStandsWhereAClickPutsIt() {
        for column in rect.column..<rect.endColumn {
            #expect(Slider.column(of: Slider.share(atColumn: column, in: rect), in: rect) == column)
        }
        #expect(Slider.share(atColumn: 0, in: rect) == 0)
        #expect(Slider.share(atColumn: 90, in: rect) == 1)
        #expect(Slider(share: .nan).share == 0)
    }

    @Test func itIsDrawnInsideItsRow() {
        var frame = Frame(size: Size(width: 30, height: 4))
        Slider(share: 0.5).draw(into: &frame, in: rect, glyphs: .ascii, theme: .mono)
        #expect(frame.text == ["", "", "     ==========O----------", ""])
        Slider(share: 1, isSelected: true).draw(
            into: &frame, in: Rect(column: 0, row: 0, width: 0, height: 1), glyphs: .braille, theme: .standard)
        #expect(frame.text[0].isEmpty)
    }
}

@Suite struct HeatMapTests {
    /// Rising to the right and upwards, with one blank.
    private let map = HeatMap(values: [0, 1, 2, 3, 4, .nan], columns: 3, marked: (0, 0))

    @Test func theBestIsTheGreatest() {
        #expect(map.best?.column == 1)
        #expect(map.best?.row == 1)
        #expect(HeatMap(values: [.nan, .nan], columns: 2).best == nil)
    }

    @Test func itIsDrawnFromTheBottomUp() {
        var frame = Frame(size: Size(width: 9, height: 2))
        map.draw(into: &frame, in: frame.bounds, glyphs: .ascii, theme: .mono)
        #expect(frame.text[1].hasPrefix(".O."))
        #expect(frame.text[0] == "###@x@")
    }

    @Test func everyCellKnowsItsPlace() {
        let rect = Rect(column: 2, row: 1, width: 9, height: 4)
        #expect(map.place(at: Position(column: 2, row: 4), in: rect)! == (0, 0))
        #expect(map.place(at: Position(column: 10, row: 1), in: rect)! == (2, 1))
        #expect(map.place(at: Position(column: 11, row: 1), in: rect) == nil)
    }

    @Test func coloursGetBrighter() {
        func light(_ share: Double) -> Int {
            let (red, green, blue) = Palette.rgb(HeatMap.color(share))
            return 299 * red + 587 * green + 114 * blue
        }
        let lights = [0, 0.25, 0.5, 0.75, 1].map(light)
        #expect(lights == lights.sorted())
        #expect(Set(lights).count == 5)
    }
}

@Suite struct BulkCurveTests {
    @Test(arguments: [0, 1, 7, 8, 9, 64, 65, 72, 73, 511, 513, 5000]) func bulkIsTheSameAsPointByPoint(_ count: Int) {
        var one = Curve()
        let positions: [Double] = (0..<count).map { Double($0) * 2 }
        let values: [Double] = (0..<count).map { index in
            if index % 13 == 5 { return Double.infinity }
            return Double(index * 7919 % 101) - 50
        }
        for (position, value) in zip(positions, values) { one.append(position, value) }
        #expect(Curve(positions: positions, values: values) == one)
    }

    @Test func stripsSpanTheWholeWidth() {
        let spans = Bars.strip(
            [0, 1, 2, .nan], width: 7, glyphs: .ascii, style: .plain, best: Style(attributes: .bold))
        #expect(spans.map(\.text).joined() == "_--##  ")
        #expect(spans.filter { $0.style.attributes == .bold }.count == 2)
    }

    @Test func videosCountFramesAndSeconds() {
        #expect(HorizontalAxis.frame.reading(1234) == "frame 1,234")
        #expect(HorizontalAxis.video(framesPerSecond: 25).reading(50) == "2.00 s")
        let ticks = HorizontalAxis.video(framesPerSecond: 25).ticks(0, 100, count: 4)
        #expect(ticks.map(\.value) == [0, 25, 50, 75, 100])
        #expect(ticks.map(\.label) == ["0", "1", "2", "3", "4"])
    }
}
