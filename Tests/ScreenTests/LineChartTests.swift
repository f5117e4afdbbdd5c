import Testing

@testable import Screen

private func curve(_ values: [Double], smoothing: Double = 0) -> Curve {
    var curve = Curve()
    curve.setSmoothing(smoothing)
    for (index, value) in values.enumerated() { curve.append(Double(index + 1), value) }
    return curve
}

private func draw(_ chart: LineChart, _ width: Int, _ height: Int) -> Frame {
    var frame = Frame(size: Size(width: width, height: height))
    chart.draw(into: &frame, in: frame.bounds)
    return frame
}

private func draw(
    _ values: [Double], _ width: Int = 40, _ height: Int = 12, log: Bool = false, window: ClosedRange<Double>? = nil,
    glyphs: GlyphSet = .ascii
) -> [String] {
    let line = curve(values)
    let span = window ?? LineChart.span(of: [line]) ?? 0...1
    let chart = LineChart(
        series: [.init(curve: line, style: .plain)], window: span, isLogarithmic: log, glyphs: glyphs)
    return draw(chart, width, height).text
}

/// The columns of the plot in which anything is drawn, counted from zero, and their rows.
private func dots(_ lines: [String], height: Int = 10) -> [(column: Int, row: Int)] {
    var found: [(Int, Int)] = []
    for (row, line) in lines.prefix(height).enumerated() {
        for (column, character) in line.enumerated() where column >= 7 && character != " " {
            found.append((column - 7, row))
        }
    }
    return found
}

@Suite struct LineChartTests {
    @Test func aSpikeAmongAHundredThousandPointsIsSeen() {
        var values = Array(repeating: 1.0, count: 100_000)
        values[54_321] = 9
        let found = dots(draw(values))
        // The spike reaches up from the flat line at the bottom, in the column of its step.
        let spike = found.filter { $0.row < 8 }
        #expect(Set(spike.map(\.column)) == [17])
        #expect(spike.map(\.row).min() == 0)
    }

    @Test func notANumberIsAGapAndMarked() {
        var values = (1...30).map { Double($0 % 3) }
        for index in 10...14 { values[index] = .nan }
        let lines = draw(values)
        // Steps 11 to 15 of 1...30 lie in columns 12 to 16 of 33; nothing may cross the middle of them.
        #expect(!dots(lines).contains { (12...15).contains($0.column) })
        let axis = Array(lines[10])
        #expect(axis.contains("x"))
        #expect(axis[7 + 13] == "x")
        #expect(axis[7 + 2] != "x")
    }

    @Test func infinityDoesNotStretchTheAxis() {
        let lines = draw([1, 2, .infinity, 3, 2])
        #expect(lines.contains { $0.contains("3") })
        #expect(!lines.joined().contains("inf"))
        #expect(lines[10].contains("x"))
    }

    @Test func linesAreClippedAtTheBorderAndNotCut() {
        // Two points far outside the window: the line between them crosses it whole.
        var line = Curve()
        line.append(0, 0)
        line.append(50, 1)
        line.append(1000, 20)
        let chart = LineChart(series: [.init(curve: line, style: .plain)], window: 40...60, glyphs: .ascii)
        let found = dots(draw(chart, 40, 12).text)
        let columns = Set(found.map(\.column))
        #expect(columns.contains(0))
        #expect(columns.contains(32))
        #expect(columns.count == 33)
    }

    @Test func segmentsOutsideTheRasterKeepTheirSlope() throws {
        var raster = DotRaster(columns: 10, rows: 10, glyphs: .blocks)
        raster.line(-10, -10, 30, 30, layer: 1)
        for place in 0..<10 { #expect(raster.cell(place, place) != nil) }
        #expect(raster.cell(0, 5) == nil)
        raster.line(100, 100, 200, 100, layer: 2)
        raster.line(.nan, 0, 5, 5, layer: 3)
        let corner = try #require(raster.cell(9, 9))
        #expect(corner.layer == 1)
    }

    @Test func logAxisTakesDecades() {
        let lines = draw([1000, 100, 10, 1, 0.1, 0.01], log: true)
        // A straight line down: every row of the plot is reached.
        #expect(Set(dots(lines).map(\.row)).count == 10)
        #expect(lines.contains { $0.contains(" 100+") })
        #expect(lines.contains { $0.contains("  0.01+") })
    }

    @Test func logAxisIsRefusedWithoutAPositiveValue() throws {
        let nothing = LineChart(series: [.init(curve: curve([-1, 0, .nan]), style: .plain)], window: 1...3)
        let reason = try #require(nothing.logarithmicRefusal)
        #expect(reason.contains("above zero"))
        let some = LineChart(series: [.init(curve: curve([-1, 2]), style: .plain)], window: 1...2)
        #expect(some.logarithmicRefusal == nil)
    }

    @Test func logAxisLeavesOutWhatIsNotPositive() {
        let lines = draw([1, 10, 0, -5, 10, 1], log: true)
        #expect(!dots(lines).contains { (14...18).contains($0.column) })
        #expect(!lines[10].contains("x"))
    }

    @Test func onePointIsADot() {
        #expect(dots(draw([0.5])).count == 1)
    }

    @Test func aConstantIsALineInTheMiddle() {
        let found = dots(draw(Array(repeating: 3, count: 50)))
        #expect(Set(found.map(\.row)).count == 1)
        #expect((4...5).contains(found.first?.row ?? 0))
        #expect(Set(found.map(\.column)).count == 33)
    }

    @Test func nothingIsAxesOnly() {
        let lines = draw([])
        #expect(dots(lines).isEmpty)
        #expect(lines[10].contains("+---"))
    }

    @Test func allNotANumberIsAxesOnly() {
        #expect(dots(draw([.nan, .nan, .infinity])).isEmpty)
    }

    @Test func hugeAndTinyRangesDoNotTrap() {
        let least = Double.leastNonzeroMagnitude
        for values in [[-1e308, 1e308], [least * 9, least * 20], [1e308, 1e308], [0, least], [1, 1.0.nextUp]] {
            for log in [false, true] { _ = draw(values, log: log) }
        }
    }

    @Test func everySizeDraws() {
        let values = (1...500).map { Double($0 % 7) }
        for width in 0...30 {
            for height in 0...12 {
                for glyphs in GlyphSet.allCases { _ = draw(values, width, height, glyphs: glyphs) }
            }
        }
    }

    @Test func theRawLineLiesBehindTheSmoothedOne() {
        let noisy = curve((1...400).map { $0 % 2 == 0 ? 1 : 3 }, smoothing: 0.99)
        let front = Style(foreground: .indexed(80))
        let back = Style(foreground: .indexed(239))
        let chart = LineChart(series: [.init(curve: noisy, style: front, rawStyle: back)], window: 1...400)
        let frame = draw(chart, 40, 12)
        let cells = (7..<40).flatMap { column in (0..<10).map { frame[column, $0] } }
        #expect(cells.contains { $0.style == back && $0.text != " " })
        #expect(cells.contains { $0.style == front && $0.text != " " })
        // The smoothed value of 1, 3, 1, 3 ... is near 2, the middle.
        #expect((0..<10).filter { frame[30, $0].style == front }.allSatisfy { (4...5).contains($0) })
    }

    @Test func horizontalAxesSayTheSameStepsInTheirUnits() {
        var seconds = Curve()
        for step in 1...100 { seconds.append(Double(step), Double(step) * 30) }
        let axis = HorizontalAxis.time(seconds)
        #expect(HorizontalAxis.step.reading(1234) == "step 1,234")
        #expect(HorizontalAxis.epoch(steps: 40).reading(100) == "epoch 2.50")
        #expect(axis.reading(50) == "0:25:00")
        let ticks = axis.ticks(1, 100, count: 4)
        #expect(ticks.map(\.label) == ["15m", "30m", "45m"])
        #expect(ticks.map { $0.value.rounded() } == [30, 60, 90])
        #expect(HorizontalAxis.epoch(steps: 40).ticks(1, 200, count: 5).map(\.label) == ["1", "2", "3", "4", "5"])
    }
}

@Suite struct CurveTests {
    @Test func extentsEqualThoseOfEveryValue() {
        var column = ValueColumn()
        var values: [Double] = []
        for index in 0..<1500 {
            let value = Double((index &* 7919) % 1009) - 300
            values.append(value)
            column.append(value)
        }
        for low in stride(from: 0, to: 1500, by: 37) {
            for length in [0, 1, 7, 8, 9, 63, 64, 65, 511, 512, 900] {
                let range = low..<min(1500, low + length)
                let extent = column.extent(range)
                #expect(extent.isEmpty == range.isEmpty)
                if !range.isEmpty {
                    #expect(extent.least == values[range].min())
                    #expect(extent.greatest == values[range].max())
                    #expect(extent.leastPositive == values[range].filter { $0 > 0 }.min() ?? .infinity)
                }
            }
        }
        for count in [1, 7, 8, 9, 64, 65, 73] {
            var short = ValueColumn()
            for value in values.prefix(count) { short.append(value) }
            #expect(short.extent(0..<count).greatest == values.prefix(count).max())
        }
    }

    @Test func aStepThatComesAgainReplacesWhatFollowed() {
        var line = curve([5, 4, .nan, 2], smoothing: 0.5)
        #expect(line.nonFiniteCount == 1)
        line.append(3, 7)
        #expect(line.positions == [1, 2, 3])
        #expect(line.values == [5, 4, 7])
        #expect(line.nonFiniteCount == 0)
        #expect(line.front.count == 3)
    }

    @Test func smoothingIsNotPulledTowardsZero() {
        let line = curve(Array(repeating: 4, count: 20), smoothing: 0.9)
        #expect(line.front.allSatisfy { abs($0 - 4) < 1e-12 })
        let two = curve([1, 2], smoothing: 0.5)
        // (0.25 · 1 + 0.5 · 2) / 0.75
        let mean = 5.0 / 3
        #expect(abs(two.front[1] - mean) < 1e-12)
        let gap = curve([1, .nan, 3], smoothing: 0.5)
        #expect(gap.front[1].isNaN)
        let across = 7.0 / 3
        #expect(abs(gap.front[2] - across) < 1e-12)
    }

    @Test func theNearestPointIsFound() {
        var line = Curve()
        #expect(line.nearest(to: 3) == nil)
        for position in [10.0, 20, 40] { line.append(position, 1) }
        #expect(line.nearest(to: -5) == 0)
        #expect(line.nearest(to: 14) == 0)
        #expect(line.nearest(to: 16) == 1)
        #expect(line.nearest(to: 99) == 2)
    }
}

@Suite struct TickTests {
    @Test func ticksAreRoundAndInside() {
        for (low, high) in [(0.0, 1.0), (0.42, 1.08), (-3, 17), (1e-6, 3e-6), (9_999, 123_456), (0.5101, 0.5109)] {
            let ticks = Ticks.linear(low, high, count: 5)
            #expect((2...7).contains(ticks.count), "\(low)...\(high): \(ticks.map(\.label))")
            let slack = (high - low) * 1e-6
            #expect(ticks.allSatisfy { $0.value >= low - slack && $0.value <= high + slack })
            #expect(Set(ticks.map(\.label)).count == ticks.count, "\(ticks.map(\.label))")
            #expect(ticks.allSatisfy { $0.label.count <= 6 }, "\(ticks.map(\.label))")
        }
    }

    @Test func labelsReadWell() {
        #expect(Ticks.linear(0.42, 1.08, count: 4).map(\.label) == ["0.6", "0.8", "1.0"])
        #expect(Ticks.linear(0, 40_000, count: 4).map(\.label) == ["0", "10k", "20k", "30k", "40k"])
        #expect(Ticks.logarithmic(0.008, 200, count: 5).map(\.label) == ["0.01", "0.1", "1", "10", "100"])
        #expect(Ticks.time(0, 7200, count: 4).map(\.label) == ["0", "30m", "1h00", "1h30", "2h00"])
        #expect(Ticks.linear(1, 1, count: 4).isEmpty)
        #expect(Ticks.linear(.nan, 1, count: 4).isEmpty)
    }
}
