#if canImport(Glibc)
    import Glibc
#endif

extension LineChart {
    /// Draws the curves, their axes and the crosshair into a rectangle.
    public func draw(into frame: inout Frame, in rect: Rect) {
        let plot = Self.plot(in: rect)
        guard !plot.isEmpty, window.upperBound > window.lowerBound else { return }
        let range = verticalRange()
        if let range {
            drawCurves(into: &frame, plot: plot, range: range)
            drawVerticalAxis(into: &frame, rect: rect, plot: plot, range: range)
        } else {
            drawVerticalAxis(into: &frame, rect: rect, plot: plot, range: nil)
        }
        drawHorizontalAxis(into: &frame, rect: rect, plot: plot)
        drawCrosshair(into: &frame, plot: plot)
    }

    // MARK: Curves

    private func drawCurves(into frame: inout Frame, plot: Rect, range: ClosedRange<Double>) {
        var raster = DotRaster(columns: plot.width, rows: plot.height, glyphs: glyphs)
        var styles: [Style] = [.plain]
        for one in series where one.curve.smoothing > 0 {
            guard let style = one.rawStyle else { continue }
            styles.append(style)
            draw(one.curve, one.curve.raw, into: &raster, range: range, layer: UInt8(clamping: styles.count - 1))
        }
        for one in series {
            styles.append(one.style)
            let layer = UInt8(clamping: styles.count - 1)
            draw(one.curve, one.curve.frontColumn, into: &raster, range: range, layer: layer)
        }
        for row in 0..<plot.height {
            for column in 0..<plot.width {
                guard let dot = raster.cell(column, row) else { continue }
                let cell = Cell(dot.text, style: styles[Int(dot.layer)])
                frame.put(cell, column: plot.column + column, row: plot.row + row)
            }
        }
    }

    private func draw(
        _ curve: Curve, _ column: ValueColumn, into raster: inout DotRaster, range: ClosedRange<Double>, layer: UInt8
    ) {
        let inside = indices(curve)
        let scale = DotScale(window: window, range: range, raster: raster)
        if inside.count <= raster.width * 2 {
            let wide = max(0, inside.lowerBound - 1)..<min(curve.count, inside.upperBound + 1)
            drawEveryPoint(curve, column, wide, into: &raster, scale: scale, layer: layer)
        } else {
            drawExtremes(curve, column, inside, into: &raster, scale: scale, layer: layer)
        }
    }

    /// Few points: lines from each to the next.
    private func drawEveryPoint(
        _ curve: Curve, _ column: ValueColumn, _ range: Range<Int>, into raster: inout DotRaster, scale: DotScale,
        layer: UInt8
    ) {
        var last: (x: Double, y: Double)?
        for index in range {
            guard let value = height(column.values[index]) else {
                last = nil
                continue
            }
            let here = (x: scale.x(curve.positions[index]), y: scale.y(value))
            if let last {
                raster.line(last.x, last.y, here.x, here.y, layer: layer)
            } else {
                raster.line(here.x, here.y, here.x, here.y, layer: layer)
            }
            last = here
        }
    }

    /// Many points: in each column of dots a line from the least to the greatest, joined to the column before.
    private func drawExtremes(
        _ curve: Curve, _ column: ValueColumn, _ range: Range<Int>, into raster: inout DotRaster, scale: DotScale,
        layer: UInt8
    ) {
        var last: (x: Double, y: Double)?
        var start = range.lowerBound
        for x in 0..<raster.width {
            let end = min(range.upperBound, max(start, curve.index(atOrAfter: scale.position(Double(x) + 0.5))))
            defer { start = end }
            guard start < end else { continue }
            let extent = column.extent(start..<end)
            let least = isLogarithmic ? extent.leastPositive : extent.least
            guard let low = height(least), let high = height(extent.greatest) else {
                last = nil
                continue
            }
            if let last, let first = height(column.values[start]) {
                raster.line(last.x, last.y, Double(x), scale.y(first), layer: layer)
            }
            raster.line(Double(x), scale.y(low), Double(x), scale.y(high), layer: layer)
            last = height(column.values[end - 1]).map { (Double(x), scale.y($0)) }
        }
    }

    // MARK: Axes

    private func drawVerticalAxis(into frame: inout Frame, rect: Rect, plot: Rect, range: ClosedRange<Double>?) {
        let left = plot.column - 1
        guard left > rect.column else { return }
        for row in plot.row..<plot.endRow {
            frame.put(Cell(glyphs.box.vertical, style: theme[.axis]), column: left, row: row)
        }
        guard let range else { return }
        let count = max(2, plot.height / 3)
        let ticks =
            isLogarithmic
            ? Ticks.logarithmic(pow(10, range.lowerBound), pow(10, range.upperBound), count: count)
            : Ticks.linear(range.lowerBound, range.upperBound, count: count)
        var used = -2
        for tick in ticks.reversed() {
            guard let value = height(tick.value) else { continue }
            let share = (range.upperBound - value) / (range.upperBound - range.lowerBound)
            let dots = Double(plot.height * glyphs.dots.down)
            let row = plot.row + min(plot.height - 1, max(0, Int((share * (dots - 1)).rounded()) / glyphs.dots.down))
            if row <= used { continue }
            used = row
            let label = TextWidth.pad(tick.label, to: Self.gutter - 1, .right)
            frame.put(
                label, at: Position(column: left - Self.gutter + 1, row: row), style: theme[.faint], clip: rect)
            frame.put(Cell(glyphs.box.tickLeft, style: theme[.axis]), column: left, row: row)
        }
    }

    private func drawHorizontalAxis(into frame: inout Frame, rect: Rect, plot: Rect) {
        let row = plot.endRow
        guard row < rect.endRow else { return }
        let hasNumbers = plot.column > rect.column
        if hasNumbers {
            frame.put(Cell(glyphs.box.bottomLeft, style: theme[.axis]), column: plot.column - 1, row: row)
        }
        for column in plot.column..<plot.endColumn {
            frame.put(Cell(glyphs.box.horizontal, style: theme[.axis]), column: column, row: row)
        }
        drawTicks(into: &frame, rect: rect, plot: plot)
        for one in series { markGaps(one.curve, into: &frame, plot: plot) }
    }

    private func drawTicks(into frame: inout Frame, rect: Rect, plot: Rect) {
        let row = plot.endRow
        let labelRow = row + 1
        let hasLabels = labelRow < rect.endRow
        let name = axis.name
        let nameColumn = rect.endColumn - TextWidth.of(name)
        if hasLabels {
            frame.put(name, at: Position(column: nameColumn, row: labelRow), style: theme[.faint], clip: rect)
        }
        var free = rect.column
        for tick in axis.ticks(window.lowerBound, window.upperBound, count: max(1, plot.width / 12)) {
            let column = self.column(tick.value, plot: plot)
            guard column >= plot.column, column < plot.endColumn else { continue }
            let width = TextWidth.of(tick.label)
            let start = max(rect.column, column - width / 2)
            guard !hasLabels || (start >= free && start + width < nameColumn) else { continue }
            frame.put(Cell(glyphs.box.tickDown, style: theme[.axis]), column: column, row: row)
            if hasLabels {
                frame.put(tick.label, at: Position(column: start, row: labelRow), style: theme[.faint], clip: rect)
            }
            free = start + width + 2
        }
    }

    /// A cross on the axis under every column that holds a NaN or an infinity.
    private func markGaps(_ curve: Curve, into frame: inout Frame, plot: Rect) {
        guard curve.nonFiniteCount > 0, plot.width > 0 else { return }
        let inside = indices(curve)
        let across = Double(glyphs.dots.across)
        let perDot = (window.upperBound - window.lowerBound) / max(1, Double(plot.width) * across - 1)
        var start = inside.lowerBound
        for column in 0..<plot.width {
            let edge = window.lowerBound + (Double(column + 1) * across - 0.5) * perDot
            let end = min(inside.upperBound, max(start, curve.index(atOrAfter: edge)))
            if curve.raw.extent(start..<end).hasNonFinite {
                let cross = Cell(glyphs.plain("×"), style: theme[.bad])
                frame.put(cross, column: plot.column + column, row: plot.endRow)
            }
            start = end
        }
    }

    private func drawCrosshair(into frame: inout Frame, plot: Rect) {
        guard let crosshair, window.contains(crosshair) else { return }
        let column = self.column(crosshair, plot: plot)
        for row in plot.row..<plot.endRow where frame[column, row].text == " " {
            frame.put(Cell(glyphs.box.dashed, style: theme[.crosshair]), column: column, row: row)
        }
    }

    private func column(_ position: Double, plot: Rect) -> Int {
        let share = (position - window.lowerBound) / (window.upperBound - window.lowerBound)
        let dots = Double(plot.width * glyphs.dots.across - 1)
        let dot = (share * dots).rounded()
        return dot.isFinite && abs(dot) < 1e9 ? plot.column + Int(dot) / glyphs.dots.across : -1
    }
}

/// Positions and values in dots of a raster.
struct DotScale {
    private let left: Double
    private let perDot: Double
    private let top: Double
    private let dotsPerValue: Double

    init(window: ClosedRange<Double>, range: ClosedRange<Double>, raster: DotRaster) {
        left = window.lowerBound
        perDot = (window.upperBound - window.lowerBound) / Double(max(1, raster.width - 1))
        top = range.upperBound
        dotsPerValue = Double(max(1, raster.height - 1)) / (range.upperBound - range.lowerBound)
    }

    func x(_ position: Double) -> Double { (position - left) / perDot }
    func y(_ value: Double) -> Double { (top - value) * dotsPerValue }
    func position(_ x: Double) -> Double { left + x * perDot }
}
