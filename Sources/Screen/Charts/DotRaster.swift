/// Dots finer than a cell, gathered into the characters of a glyph set.
///
/// A cell shows one colour. A layer drawn later takes a cell whole, so that colours never bleed into each other.
struct DotRaster {
    let glyphs: GlyphSet
    let columns: Int
    let rows: Int
    /// Dots across and down.
    let width: Int
    let height: Int
    private var bits: [UInt8]
    private var layers: [UInt8]

    init(columns: Int, rows: Int, glyphs: GlyphSet) {
        self.glyphs = glyphs
        self.columns = max(0, columns)
        self.rows = max(0, rows)
        width = self.columns * glyphs.dots.across
        height = self.rows * glyphs.dots.down
        bits = Array(repeating: 0, count: self.columns * self.rows)
        layers = bits
    }

    mutating func set(_ x: Int, _ y: Int, layer: UInt8) {
        guard x >= 0, y >= 0, x < width, y < height else { return }
        let cell = y / glyphs.dots.down * columns + x / glyphs.dots.across
        if layers[cell] != layer {
            layers[cell] = layer
            bits[cell] = 0
        }
        bits[cell] |= 1 << UInt8(y % glyphs.dots.down * glyphs.dots.across + x % glyphs.dots.across)
    }

    /// A straight line between two places in dots, clipped at the border: what lies outside is left out and what lies
    /// inside keeps its slope.
    mutating func line(_ x0: Double, _ y0: Double, _ x1: Double, _ y1: Double, layer: UInt8) {
        guard let (ax, ay, bx, by) = clip(x0, y0, x1, y1) else { return }
        let steps = max(abs(bx - ax), abs(by - ay)).rounded(.up)
        if steps < 1 {
            set(Int(ax.rounded()), Int(ay.rounded()), layer: layer)
            set(Int(bx.rounded()), Int(by.rounded()), layer: layer)
            return
        }
        for step in 0...Int(steps) {
            let share = Double(step) / steps
            set(Int((ax + (bx - ax) * share).rounded()), Int((ay + (by - ay) * share).rounded()), layer: layer)
        }
    }

    /// The character and the layer of a cell; nil where nothing was drawn.
    func cell(_ column: Int, _ row: Int) -> (text: String, layer: UInt8)? {
        let index = row * columns + column
        return bits[index] == 0 ? nil : (glyphs.character(bits[index]), layers[index])
    }

    /// The part of a segment inside the raster (Liang and Barsky 1984); nil when there is none.
    private func clip(
        _ x0: Double, _ y0: Double, _ x1: Double, _ y1: Double
    ) -> (Double, Double, Double, Double)? {
        guard width > 0, height > 0, x0.isFinite, y0.isFinite, x1.isFinite, y1.isFinite else { return nil }
        let (dx, dy) = (x1 - x0, y1 - y0)
        let (right, bottom) = (Double(width) - 0.501, Double(height) - 0.501)
        var enter = 0.0
        var leave = 1.0
        for (slope, room) in [(-dx, x0 + 0.499), (dx, right - x0), (-dy, y0 + 0.499), (dy, bottom - y0)] {
            if slope == 0 {
                if room < 0 { return nil }
            } else if slope < 0 {
                enter = max(enter, room / slope)
            } else {
                leave = min(leave, room / slope)
            }
        }
        if enter > leave { return nil }
        return (x0 + enter * dx, y0 + enter * dy, x0 + leave * dx, y0 + leave * dy)
    }
}
