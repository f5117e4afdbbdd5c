import Screen
import Testing

@Suite struct ScrollWindowTests {
    private let rect = Rect(column: 2, row: 5, width: 20, height: 10)

    @Test func whatIsSelectedStaysInTheMiddle() {
        #expect(ScrollWindow(count: 100, in: rect, .around(0)).lines == 0..<10)
        #expect(ScrollWindow(count: 100, in: rect, .around(4)).first == 0)
        #expect(ScrollWindow(count: 100, in: rect, .around(50)).lines == 45..<55)
        #expect(ScrollWindow(count: 100, in: rect, .around(99)).lines == 90..<100)
        #expect(ScrollWindow(count: 100, in: rect, .around(1000)).lines == 90..<100)
        #expect(ScrollWindow(count: 100, in: rect, .around(-7)).first == 0)
    }

    @Test func theTopAndTheEndAreKept() {
        #expect(ScrollWindow(count: 30, in: rect, .from(3)).lines == 3..<13)
        #expect(ScrollWindow(count: 30, in: rect, .from(29)).lines == 20..<30)
        #expect(ScrollWindow(count: 30, in: rect, .end).lines == 20..<30)
        #expect(ScrollWindow.furthest(count: 30, height: 10) == 20)
        #expect(ScrollWindow.furthest(count: 3, height: 10) == 0)
    }

    @Test func shortAndEmptyListsAndNoRows() {
        for anchor in [ScrollWindow.Anchor.around(2), .from(2), .end] {
            #expect(ScrollWindow(count: 3, in: rect, anchor).lines == 0..<3)
            #expect(ScrollWindow(count: 0, in: rect, anchor).lines.isEmpty)
            let none = ScrollWindow(count: 9, in: Rect(column: 0, row: 0, width: 5, height: 0), anchor)
            #expect(none.lines.isEmpty)
            #expect(none.line(atRow: 0) == nil)
        }
    }

    /// What is drawn in a row is what the mouse finds there.
    @Test(arguments: [0, 7, 40, 99]) func everyLineIsFoundWhereItIsDrawn(_ selected: Int) {
        let window = ScrollWindow(count: 100, in: rect, .around(selected))
        for line in window.lines {
            let row = window.rect(of: line)
            #expect(row.height == 1 && row.width == rect.width)
            #expect(window.line(at: Position(column: row.column, row: row.row)) == line)
        }
        #expect(window.lines.contains(selected))
        #expect(window.line(atRow: rect.row - 1) == nil)
        #expect(window.line(atRow: rect.endRow) == nil)
        #expect(window.line(at: Position(column: rect.column - 1, row: rect.row)) == nil)
        #expect(ScrollWindow(count: 2, in: rect, .from(0)).line(atRow: rect.row + 2) == nil)
    }

    @Test func theMarkShowsWhichPartIsInView() {
        func marked(_ first: Int, _ count: Int) -> [Int] {
            var frame = Frame(size: Size(width: 1, height: 10))
            ScrollWindow(count: count, in: frame.bounds, .from(first))
                .drawMark(into: &frame, column: 0, glyphs: .ascii, style: .plain)
            return (0..<10).filter { frame[0, $0].text == "#" }
        }
        #expect(marked(0, 10).isEmpty)
        #expect(marked(0, 20) == [0, 1, 2, 3, 4])
        #expect(marked(10, 20) == [5, 6, 7, 8, 9])
        #expect(marked(990, 1000) == [9])
    }
}
