import Compute

// Rendered faces are the same bytes on every machine, so everything here is built from operations that IEEE 754 fixes
// to the last bit: + - * / and square roots of single-precision numbers. No function of the C mathematics library,
// whose last digit differs between systems, takes part.

/// A point, a direction or a linear-light colour; y points down and z towards the viewer.
typealias Vector = SIMD3<Float>

extension SIMD3<Float> {
    @inline(__always) func dot(_ other: Vector) -> Float {
        x * other.x + y * other.y + z * other.z
    }

    @inline(__always) func cross(_ other: Vector) -> Vector {
        Vector(y * other.z - z * other.y, z * other.x - x * other.z, x * other.y - y * other.x)
    }

    @inline(__always) var normalised: Vector {
        let length = dot(self).squareRoot()
        return length > 1e-12 ? self / length : Vector(0, 0, 1)
    }

    /// A colour given as it appears on a screen, in linear light; the display curve is taken as a square root.
    static func display(_ red: Float, _ green: Float, _ blue: Float) -> Vector {
        Vector(red * red, green * green, blue * blue)
    }
}

@inline(__always) func unit(_ x: Float) -> Float {
    min(max(x, 0), 1)
}

@inline(__always) func blend(_ a: Float, _ b: Float, _ t: Float) -> Float {
    a + (b - a) * t
}

@inline(__always) func blend(_ a: Vector, _ b: Vector, _ t: Float) -> Vector {
    a + (b - a) * t
}

/// 0 below `low`, 1 above `high`, a smooth cubic between; falls instead of rising when `low` > `high`.
@inline(__always) func smoothStep(_ low: Float, _ high: Float, _ x: Float) -> Float {
    let t = unit((x - low) / (high - low))
    return t * t * (3 - 2 * t)
}

/// A smooth hill of height 1 on an ellipse, exactly 0 outside.
@inline(__always) func hill(_ dx: Float, _ dy: Float, _ rx: Float, _ ry: Float) -> Float {
    let a = dx / rx
    let b = dy / ry
    let inside = 1 - a * a - b * b
    return inside > 0 ? inside * inside : 0
}

/// Coverage of the band `top` < y < `bottom` with edges `softness` wide.
@inline(__always) func band(_ y: Float, _ top: Float, _ bottom: Float, _ softness: Float) -> Float {
    unit((y - top) / softness + 0.5) * unit((bottom - y) / softness + 0.5)
}

/// Distance from (x, y) to the segment from a to b.
@inline(__always) func segmentDistance(
    _ x: Float, _ y: Float, _ ax: Float, _ ay: Float, _ bx: Float, _ by: Float
) -> Float {
    let ex = bx - ax
    let ey = by - ay
    let dx = x - ax
    let dy = y - ay
    let along = unit((dx * ex + dy * ey) / max(ex * ex + ey * ey, 1e-9))
    let px = dx - ex * along
    let py = dy - ey * along
    return (px * px + py * py).squareRoot()
}

/// Sine and cosine by their Taylor polynomials: within 1e-5 for |angle| <= 2.4 radians, which is all a head needs.
func sineCosine(_ angle: Float) -> (sine: Float, cosine: Float) {
    let half = angle / 2
    let s = half * half
    let sine = half * (1 - s / 6 * (1 - s / 20 * (1 - s / 42 * (1 - s / 72))))
    let cosine = 1 - s / 2 * (1 - s / 12 * (1 - s / 30 * (1 - s / 56)))
    return (2 * sine * cosine, cosine * cosine - sine * sine)
}

/// Smooth value noise in -1...1 from a wrapping table of random numbers.
struct NoiseTable {
    private static let side = 64
    private let values: [Float]

    init(_ stream: inout RandomStream) {
        var values: [Float] = []
        values.reserveCapacity(Self.side * Self.side)
        for _ in 0..<Self.side * Self.side {
            values.append(stream.nextFloat() * 2 - 1)
        }
        self.values = values
    }

    @inline(__always) func at(_ x: Float, _ y: Float) -> Float {
        // Rounding down by way of an integer is several times faster than the function that does it for every number.
        let wholeX = Int32(x) - (x < 0 ? 1 : 0)
        let wholeY = Int32(y) - (y < 0 ? 1 : 0)
        let fx = x - Float(wholeX)
        let fy = y - Float(wholeY)
        let column = Int(wholeX) & (Self.side - 1)
        let row = (Int(wholeY) & (Self.side - 1)) * Self.side
        let nextColumn = (column + 1) & (Self.side - 1)
        let nextRow = (row + Self.side) & (Self.side * Self.side - 1)
        let sx = fx * fx * (3 - 2 * fx)
        let sy = fy * fy * (3 - 2 * fy)
        return values.withUnsafeBufferPointer { table in
            let top = blend(table[row + column], table[row + nextColumn], sx)
            let bottom = blend(table[nextRow + column], table[nextRow + nextColumn], sx)
            return blend(top, bottom, sy)
        }
    }
}
