import Compute
import Images

/// Videos of rendered faces: one person whose expression comes and goes, filmed by a restless detector that sometimes
/// sees a hand, and sometimes nothing.
///
/// What is filmed depends on (seed, video, frame) only.
public enum RenderedVideos {
    /// One frame of a video.
    public struct Frame: Sendable {
        public let parameters: FaceParameters
        /// Whether the detector finds a face; without one there is no crop.
        public let hasFace: Bool
        /// What covers a part of the face: centre and size as shares of the side, and a colour.
        public let occlusion: Occlusion?
        /// Whether somebody annotated the frame.
        public let isAnnotated: Bool
    }

    public struct Occlusion: Equatable, Sendable {
        public let x: Float
        public let y: Float
        public let radius: Float
        public let colour: SIMD3<Float>
    }

    /// Videos 1 and 2 of every eight are two people of one scene.
    package static func name(video: Int) -> String {
        let number = RenderedFaces.padded(video % 8 == 2 ? video - 1 : video)
        switch video % 8 {
        case 1: return "video-\(number)_left"
        case 2: return "video-\(number)_right"
        default: return "video-\(number)"
        }
    }

    /// The crop of a frame with a face.
    public static func image(_ frame: Frame, side: Int) -> PixelImage {
        var image = RenderedFaces.render(frame.parameters, side: side)
        if let occlusion = frame.occlusion { cover(&image, occlusion) }
        return image
    }

    /// An ellipse with a soft light on it: a hand, a cup, somebody's head.
    private static func cover(_ image: inout PixelImage, _ occlusion: Occlusion) {
        let side = Float(image.width)
        for y in 0..<image.height {
            for x in 0..<image.width {
                let u = ((Float(x) + 0.5) / side - occlusion.x) / occlusion.radius
                let v = ((Float(y) + 0.5) / side - occlusion.y) / (1.4 * occlusion.radius)
                let distance = u * u + v * v
                if distance >= 1 { continue }
                let light = 255 * (0.55 + 0.45 * (1 - distance) - 0.1 * u)
                for c in 0..<3 {
                    image.pixels[(y * image.width + x) * 3 + c] = UInt8(min(max(occlusion.colour[c] * light, 0), 255))
                }
            }
        }
    }
}

/// The course of one video, drawn once.
package struct RenderedVideo {
    private let base: FaceParameters
    private let moments: [(at: Float, units: [Float])]
    private let phases: [Float]
    private let gaps: [Range<Int>]
    private let covers: [(frames: Range<Int>, place: RenderedVideos.Occlusion)]
    private let unannotated: Range<Int>
    private let jitterKey: RandomKey
    private let video: Int

    package init(seed: UInt64, video: Int, frames: Int) {
        self.video = video
        jitterKey = RandomKey(seed: seed, purpose: .rendering, layer: 12)
        var random = RandomKey(seed: seed, purpose: .rendering, layer: 11).stream(sample: video)
        // People of their own: a seed for videos, so that photographs of the same seed show others.
        var base = RenderedFaces.parameters(seed: seed &+ 0x5EED, identity: video, photo: 0)
        base.pose.yaw *= 0.5
        base.pose.pitch *= 0.5
        base.pose.roll = 0
        base.pose.scale = FacePose.alignedScale
        base.pose.x = 0.5
        base.pose.y = FacePose.alignedHeight
        self.base = base
        phases = (0..<8).map { _ in random.uniform(0, 6.28) }

        // An expression every second or so of 25 frames, at rest in between now and then.
        var moments: [(at: Float, units: [Float])] = []
        var at: Float = random.uniform(-20, 0)
        var photo = 0
        while at < Float(frames) + 60 {
            let drawn = RenderedFaces.parameters(seed: seed &+ 0x5EED, identity: video, photo: 100 + photo).actionUnits
            let isRest = random.happens(0.25)
            moments.append((at, isRest ? drawn.map { 0.2 * $0 } : drawn))
            at += random.uniform(14, 45)
            photo += 1
        }
        self.moments = moments

        func stretch(_ length: ClosedRange<Float>, _ random: inout RandomStream) -> Range<Int> {
            let count = min(Int(random.uniform(length.lowerBound, length.upperBound)), max(frames / 6, 1))
            let start = random.nextInt(below: max(frames - count, 1))
            return start..<start + count
        }
        gaps = (0..<max(frames / 90, 1)).map { _ in stretch(2...12, &random) }
        covers = (0..<max(frames / 120, 1)).map { _ in
            let range = stretch(6...25, &random)
            let skin: [SIMD3<Float>] = [SIMD3(0.85, 0.66, 0.53), SIMD3(0.5, 0.34, 0.25), SIMD3(0.2, 0.22, 0.3)]
            let place = RenderedVideos.Occlusion(
                x: random.uniform(0.2, 0.8), y: random.uniform(0.45, 0.95), radius: random.uniform(0.12, 0.24),
                colour: random.element(of: skin))
            return (range, place)
        }
        unannotated = stretch(3...8, &random)
    }

    /// Frame `frame`, counted from 0.
    package func frame(_ frame: Int) -> RenderedVideos.Frame {
        var parameters = base
        let time = Float(frame)
        parameters.actionUnits = units(at: time)
        // The head drifts, slowly and without end.
        parameters.pose.yaw += 0.12 * wave(time, 73, 0)
        parameters.pose.pitch += 0.05 * wave(time, 51, 1)
        parameters.gaze = SIMD2(0.5 * wave(time, 40, 2), 0.3 * wave(time, 33, 3))
        parameters.light.key *= 1 + 0.06 * wave(time, 90, 4)
        // The detector's box trembles from frame to frame.
        var jitter = jitterKey.stream(epoch: frame, sample: video)
        parameters.pose.x += jitter.spread(0, 0.03)
        parameters.pose.y += jitter.spread(0, 0.03)
        parameters.pose.scale *= 1 + jitter.spread(0, 0.05)
        parameters.pose.roll += jitter.spread(0, 0.05)
        parameters.scene.exposure *= 1 + jitter.spread(0, 0.06)
        parameters.scene.texture = jitter.next()
        return RenderedVideos.Frame(
            parameters: parameters, hasFace: !gaps.contains { $0.contains(frame) },
            occlusion: covers.first { $0.frames.contains(frame) }?.place, isAnnotated: !unannotated.contains(frame))
    }

    /// Between two moments the face goes from one to the other with a smooth start and end.
    private func units(at time: Float) -> [Float] {
        let next = moments.firstIndex { $0.at > time } ?? moments.count - 1
        let (from, to) = (moments[max(next - 1, 0)], moments[next])
        let share = to.at > from.at ? (time - from.at) / (to.at - from.at) : 0
        let t = smoothStep(0.15, 0.85, share)
        return zip(from.units, to.units).map { $0 + t * ($1 - $0) }
    }

    private func wave(_ time: Float, _ period: Float, _ phase: Int) -> Float {
        let turn = (time / period + phases[phase] / 6.28).truncatingRemainder(dividingBy: 1)
        // A parabola in place of a sine: the same bits on every machine.
        let half = turn < 0.5 ? turn * 2 : turn * 2 - 1
        return (turn < 0.5 ? 4 : -4) * half * (1 - half)
    }
}
