/// The turn of a head and its place in the picture.
struct HeadPose {
    private let rows: (Vector, Vector, Vector)
    let centreX: Float
    let centreY: Float
    /// Pixels in half a head height.
    let scale: Float
    fileprivate let roll: (sine: Float, cosine: Float)

    init(_ pose: FacePose, side: Int) {
        let (sy, cy) = sineCosine(pose.yaw)
        let (sp, cp) = sineCosine(pose.pitch)
        roll = sineCosine(pose.roll)
        let (sr, cr) = roll
        // Yaw about the vertical axis, then pitch about the horizontal one, then roll in the picture.
        let first = Vector(cy, 0, sy)
        let second = Vector(-sy * sp, cp, cy * sp)
        let third = Vector(-sy * cp, -sp, cy * cp)
        rows = (first * cr - second * sr, first * sr + second * cr, third)
        centreX = pose.x * Float(side)
        centreY = pose.y * Float(side)
        scale = pose.scale * Float(side)
    }

    @inline(__always) func turned(_ p: Vector) -> Vector {
        Vector(rows.0.dot(p), rows.1.dot(p), rows.2.dot(p))
    }

    /// The inverse of `turned`: a direction of the picture as the head sees it.
    @inline(__always) func unturned(_ p: Vector) -> Vector {
        rows.0 * p.x + rows.1 * p.y + rows.2 * p.z
    }

    /// Pixel coordinates and nearness of a point of the head, in weak perspective.
    @inline(__always) func projected(_ p: Vector) -> Vector {
        let turned = turned(p)
        let near = scale * 5.5 / (5.5 - turned.z)
        return Vector(centreX + turned.x * near, centreY + turned.y * near, turned.z)
    }
}

extension HeadPose {
    /// A pixel in half head heights from the head's centre, upright in the picture.
    @inline(__always) func place(_ x: Float, _ y: Float) -> SIMD2<Float> {
        SIMD2((x - centreX) / scale, (y - centreY) / scale)
    }

    /// The same place with the head's roll undone.
    @inline(__always) func upright(_ place: SIMD2<Float>) -> SIMD2<Float> {
        SIMD2(place.x * roll.cosine + place.y * roll.sine, place.y * roll.cosine - place.x * roll.sine)
    }
}

/// What one sample of the picture sees of the head's surface:
/// (u, v, normal x, y, z in the picture, openness, lit, hair), hair > 0 under hair.
typealias SurfaceSample = SIMD8<Float>

/// The head as a mesh over (angle around, level), bent by the relief and thickened by hair.
struct HeadMesh {
    static let columns = 81
    static let rows = 97

    private var positions: [Vector] = []
    private var samples: [SurfaceSample] = []

    init(form: HeadForm, relief: FaceRelief, hair: HairCut, pose: HeadPose) {
        var points: [Vector] = []
        points.reserveCapacity(Self.columns * Self.rows)
        samples.reserveCapacity(Self.columns * Self.rows)
        let around = Self.angles.map { (sine: $0.sine, cosine: $0.cosine, line: hair.line($0.angle)) }
        for row in 0..<Self.rows {
            let s = Float(row) * 2 / Float(Self.rows - 1) - 1
            let level = s * (1.25 - 0.25 * s * s)
            let halfWidth = form.halfWidth(level)
            let frontDepth = form.frontDepth(level)
            let v = form.height(ofLevel: level)
            for column in around {
                let depth = column.cosine > 0 ? frontDepth : 1.25 * frontDepth
                var point = Vector(halfWidth * column.sine, v, depth * column.cosine)
                let surface = relief.sample(point.x, v)
                let front = smoothStep(0.05, 0.5, column.cosine)
                var sample = SurfaceSample(repeating: 0)
                sample[0] = point.x
                sample[1] = v
                sample[5] = blend(1, surface.y, front)
                sample[6] = blend(1, surface.z, front)
                point.z += surface.x * front
                let grown = column.line - level
                sample[7] = grown
                if grown > 0, hair.volume > 0 {
                    let outward = Vector(
                        point.x / 0.48, level, depth * column.cosine / (HeadForm.depth * HeadForm.depth)
                    ).normalised
                    point += outward * hair.thickness(grown, level: level, sine: column.sine)
                }
                points.append(point)
                samples.append(sample)
            }
        }
        addNormals(points, pose)
        positions = points.map { pose.projected($0) }
    }

    /// Angles from the face's middle to beyond the ears, closer together in front.
    private static let angles: [(angle: Float, sine: Float, cosine: Float)] = (0..<columns).map { column in
        let s = Float(column) * 2 / Float(columns - 1) - 1
        let angle = s * (0.9 + 1.28 * s * s)
        let (sine, cosine) = sineCosine(angle)
        return (angle, sine, cosine)
    }

    private mutating func addNormals(_ points: [Vector], _ pose: HeadPose) {
        for row in 0..<Self.rows {
            let above = max(row - 1, 0) * Self.columns
            let below = min(row + 1, Self.rows - 1) * Self.columns
            for column in 0..<Self.columns {
                let left = max(column - 1, 0)
                let right = min(column + 1, Self.columns - 1)
                let here = row * Self.columns
                let across = points[here + right] - points[here + left]
                let down = points[below + column] - points[above + column]
                var normal = across.cross(down)
                if normal.dot(normal) < 1e-12 { normal = Vector(0, row == 0 ? -1 : 1, 0) }
                normal = pose.turned(normal.normalised)
                samples[here + column][2] = normal.x
                samples[here + column][3] = normal.y
                samples[here + column][4] = normal.z
            }
        }
    }

    /// Draws the mesh into square buffers of `side` samples a side: where a sample is covered, `nearness` becomes
    /// larger than -10 and `surface` holds what it sees.
    func draw(
        side: Int, nearness: UnsafeMutableBufferPointer<Float>, surface: UnsafeMutableBufferPointer<SurfaceSample>
    ) {
        positions.withUnsafeBufferPointer { positions in
            samples.withUnsafeBufferPointer { samples in
                for row in 0..<Self.rows - 1 {
                    for column in 0..<Self.columns - 1 {
                        let a = row * Self.columns + column
                        let c = a + Self.columns
                        for (p, q, r) in [(a, a + 1, c), (a + 1, c + 1, c)] {
                            Self.fill(
                                (positions[p], positions[q], positions[r]), (samples[p], samples[q], samples[r]), side,
                                nearness, surface)
                        }
                    }
                }
            }
        }
    }

    @inline(__always) private static func fill(
        _ p: (Vector, Vector, Vector), _ s: (SurfaceSample, SurfaceSample, SurfaceSample), _ side: Int,
        _ nearness: UnsafeMutableBufferPointer<Float>, _ surface: UnsafeMutableBufferPointer<SurfaceSample>
    ) {
        let area = (p.1.x - p.0.x) * (p.2.y - p.0.y) - (p.1.y - p.0.y) * (p.2.x - p.0.x)
        // Seen from behind, or edge on.
        guard area > 1e-6 else { return }
        let limit = Float(side - 1)
        let x0 = max(min(p.0.x, p.1.x, p.2.x) - 0.5, 0).rounded(.up)
        let x1 = min(max(p.0.x, p.1.x, p.2.x) - 0.5, limit).rounded(.down)
        let y0 = max(min(p.0.y, p.1.y, p.2.y) - 0.5, 0).rounded(.up)
        let y1 = min(max(p.0.y, p.1.y, p.2.y) - 0.5, limit).rounded(.down)
        guard x0 <= x1, y0 <= y1 else { return }
        let inverse = 1 / area
        for row in Int(y0)...Int(y1) {
            let y = Float(row) + 0.5
            for column in Int(x0)...Int(x1) {
                let x = Float(column) + 0.5
                let w0 = ((p.2.x - p.1.x) * (y - p.1.y) - (p.2.y - p.1.y) * (x - p.1.x)) * inverse
                let w1 = ((p.0.x - p.2.x) * (y - p.2.y) - (p.0.y - p.2.y) * (x - p.2.x)) * inverse
                let w2 = 1 - w0 - w1
                guard w0 >= 0, w1 >= 0, w2 >= -1e-5 else { continue }
                let z = p.0.z * w0 + p.1.z * w1 + p.2.z * w2
                let at = row * side + column
                guard z > nearness[at] else { continue }
                nearness[at] = z
                surface[at] = s.0 * w0 + s.1 * w1 + s.2 * w2
            }
        }
    }
}
