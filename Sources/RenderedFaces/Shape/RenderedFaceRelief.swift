/// The relief of a face: how far each point (u, v) stands out from the smooth head, and how open it lies to the light.
///
/// A regular grid over the frontal face. Hollows collect less of the surrounding light (`openness`), and points behind
/// a nose or a brow, seen from the key light, lie in shadow (`lit`).
struct FaceRelief {
    static let left: Float = -0.84
    static let top: Float = -1.06
    static let step: Float = 0.02
    static let columns = 85
    static let rows = 118

    private(set) var height: [Float]
    private(set) var openness: [Float]
    private(set) var lit: [Float]

    /// - Parameter light: towards the key light, as the head sees it.
    init(_ parameters: FaceParameters, _ geometry: FaceGeometry, form: HeadForm, light: Vector) {
        let count = Self.columns * Self.rows
        height = Array(repeating: 0, count: count)
        openness = Array(repeating: 1, count: count)
        lit = Array(repeating: 1, count: count)
        raiseBones(geometry)
        raiseEyes(geometry)
        raiseNose(geometry)
        raiseMouth(geometry)
        creaseSkin(geometry)
        addLines(parameters, geometry)
        findOpenness()
        findShadows(form, light: light, softness: parameters.light.softness)
    }

    // Adding to the relief

    /// Adds a hill on an ellipse.
    mutating func add(_ u: Float, _ v: Float, _ ru: Float, _ rv: Float, _ amount: Float) {
        guard amount != 0 else { return }
        let (columns, rows) = Self.cells(u - ru, u + ru, v - rv, v + rv)
        height.withUnsafeMutableBufferPointer { height in
            for row in rows {
                let dv = Self.top + Float(row) * Self.step - v
                for column in columns {
                    let du = Self.left + Float(column) * Self.step - u
                    height[row * Self.columns + column] += amount * hill(du, dv, ru, rv)
                }
            }
        }
    }

    /// Adds the same hill on both halves of the face.
    mutating func addPair(_ u: Float, _ v: Float, _ ru: Float, _ rv: Float, _ amount: Float) {
        add(u, v, ru, rv, amount)
        add(-u, v, ru, rv, amount)
    }

    /// Adds a rounded stroke along a segment.
    mutating func stroke(_ au: Float, _ av: Float, _ bu: Float, _ bv: Float, radius: Float, _ amount: Float) {
        guard amount != 0 else { return }
        let (columns, rows) = Self.cells(
            min(au, bu) - radius, max(au, bu) + radius, min(av, bv) - radius, max(av, bv) + radius)
        height.withUnsafeMutableBufferPointer { height in
            for row in rows {
                let v = Self.top + Float(row) * Self.step
                for column in columns {
                    let u = Self.left + Float(column) * Self.step
                    let distance = segmentDistance(u, v, au, av, bu, bv)
                    height[row * Self.columns + column] += amount * hill(distance, 0, radius, 1)
                }
            }
        }
    }

    /// Adds the same stroke on both halves of the face.
    mutating func strokePair(_ au: Float, _ av: Float, _ bu: Float, _ bv: Float, radius: Float, _ amount: Float) {
        stroke(au, av, bu, bv, radius: radius, amount)
        stroke(-au, av, -bu, bv, radius: radius, amount)
    }

    /// Changes every height in a rectangle by a function of its place.
    mutating func shape(
        _ u0: Float, _ u1: Float, _ v0: Float, _ v1: Float, _ change: (_ u: Float, _ v: Float) -> Float
    ) {
        let (columns, rows) = Self.cells(u0, u1, v0, v1)
        for row in rows {
            for column in columns {
                height[row * Self.columns + column] += change(
                    Self.left + Float(column) * Self.step, Self.top + Float(row) * Self.step)
            }
        }
    }

    private static func cells(
        _ u0: Float, _ u1: Float, _ v0: Float, _ v1: Float
    ) -> (columns: Range<Int>, rows: Range<Int>) {
        func range(_ low: Float, _ high: Float, _ count: Int) -> Range<Int> {
            let first = min(max(Int(low.rounded(.up)), 0), count)
            return first..<max(first, min(Int(high.rounded(.down)) + 1, count))
        }
        return (
            range((u0 - left) / step, (u1 - left) / step, columns), range((v0 - top) / step, (v1 - top) / step, rows)
        )
    }

    // Reading it

    /// (height, openness, lit) at (u, v), between grid points by bilinear interpolation.
    @inline(__always) func sample(_ u: Float, _ v: Float) -> Vector {
        let x = min(max((u - Self.left) / Self.step, 0), Float(Self.columns - 1) - 0.001)
        let y = min(max((v - Self.top) / Self.step, 0), Float(Self.rows - 1) - 0.001)
        let column = Int(x)
        let row = Int(y)
        let fx = x - Float(column)
        let fy = y - Float(row)
        let at = row * Self.columns + column
        func mixed(_ values: [Float]) -> Float {
            values.withUnsafeBufferPointer { values in
                let upper = blend(values[at], values[at + 1], fx)
                let lower = blend(values[at + Self.columns], values[at + Self.columns + 1], fx)
                return blend(upper, lower, fy)
            }
        }
        return Vector(mixed(height), mixed(openness), mixed(lit))
    }

    // Light

    /// A point that lies lower than its surroundings is reached by less of the sky.
    private mutating func findOpenness() {
        let wide = Self.blurred(height, radius: 5)
        let near = Self.blurred(height, radius: 2)
        for index in height.indices {
            let hollow = 3.2 * max(0, wide[index] - height[index])
            let crease = 11 * max(0, near[index] - height[index])
            openness[index] = 1 / (1 + hollow + crease)
        }
    }

    /// Marches from each point towards the light and looks for relief in the way.
    private mutating func findShadows(_ form: HeadForm, light: Vector, softness: Float) {
        var surface = height
        for row in 0..<Self.rows {
            let level = form.level(ofHeight: Self.top + Float(row) * Self.step)
            let halfWidth = form.halfWidth(level)
            let frontDepth = form.frontDepth(level)
            for column in 0..<Self.columns {
                let u = Self.left + Float(column) * Self.step
                surface[row * Self.columns + column] += form.base(
                    u: u, halfWidth: halfWidth, frontDepth: frontDepth)
            }
        }
        let spread = 0.1 + 0.5 * softness
        let stride: Float = 0.045 / Self.step
        var shadows = lit
        surface.withUnsafeBufferPointer { surface in
            for row in 0..<Self.rows {
                for column in 0..<Self.columns {
                    let start = surface[row * Self.columns + column] + 0.012
                    var light1: Float = 1
                    for march in 1...9 {
                        let along = Float(march)
                        let x = Int(Float(column) + along * stride * light.x + 0.5)
                        let y = Int(Float(row) + along * stride * light.y + 0.5)
                        guard x >= 0, x < Self.columns, y >= 0, y < Self.rows else { break }
                        let way = along * 0.045
                        let above = surface[y * Self.columns + x] - (start + way * light.z)
                        if above > 0 { light1 = min(light1, 1 - min(1, above / (spread * way))) }
                    }
                    shadows[row * Self.columns + column] = light1
                }
            }
        }
        lit = Self.blurred(shadows, radius: 1)
    }

    /// Mean over a square of (2 radius + 1)^2 cells, along the rows and then the columns; edges repeat.
    private static func blurred(_ values: [Float], radius: Int) -> [Float] {
        var across = values
        var result = values
        let scale = 1 / Float(2 * radius + 1)
        for row in 0..<rows {
            let first = row * columns
            let last = first + columns - 1
            for at in first...last {
                var sum: Float = 0
                for offset in at - radius...at + radius { sum += values[min(max(offset, first), last)] }
                across[at] = sum * scale
            }
        }
        for row in 0..<rows {
            let first = row * columns
            var sums = [Float](repeating: 0, count: columns)
            for offset in row - radius...row + radius {
                let other = min(max(offset, 0), rows - 1) * columns
                for column in 0..<columns { sums[column] += across[other + column] }
            }
            for column in 0..<columns { result[first + column] = sums[column] * scale }
        }
        return result
    }
}
