import Compute
import Images

/// Faces that the program draws itself, so that it can be tried, tested and shown without photographs.
///
/// The same seed gives the same pixels on every machine. People differ in shape, skin, hair and eyes; photographs of
/// one person differ in pose, light, background and expression, which is given by the intensities of action units.
public enum RenderedFaces {
    /// Renders one photograph of `side` x `side` pixels, RGB.
    public static func render(_ parameters: FaceParameters, side: Int) -> PixelImage {
        precondition(side > 0, "a picture has at least one pixel")
        let linear = Portrait(parameters, side: side).pixels()
        var sensor = RandomKey(seed: parameters.scene.texture, purpose: .rendering, layer: 4).stream()
        let noise = parameters.scene.noise / 255
        var bytes = [UInt8](repeating: 0, count: linear.count * 3)
        for (index, colour) in linear.enumerated() {
            // Four bytes of one word: light noise shared by the channels, and noise of each colour.
            let word = sensor.nextUInt32()
            let extra = sensor.nextUInt32()
            let shared = Float(Int(word & 0xFF) + Int(word >> 8 & 0xFF) + Int(word >> 16 & 0xFF)) / 255 - 1.5
            for channel in 0..<3 {
                let own = Float(extra >> UInt32(8 * channel) & 0xFF) / 255 - 0.5
                let level = displayed(colour[channel]) + noise * (1.4 * shared + 1.4 * own)
                bytes[index * 3 + channel] = UInt8(min(max((level * 255 + 0.5).rounded(.down), 0), 255))
            }
        }
        return PixelImage(width: side, height: side, channels: 3, pixels: bytes)
    }

    /// Linear light as it appears on a screen: bright light is compressed, then the square root is taken.
    @inline(__always) private static func displayed(_ light: Float) -> Float {
        let knee: Float = 0.6
        let above = max(0, light - knee)
        let compressed = min(light, knee) + above / (1 + above * 2.5)
        return max(0, compressed).squareRoot()
    }

    /// A number with at least three digits, as in the names of people, photographs and videos.
    package static func padded(_ number: Int) -> String {
        let digits = String(number)
        return String(repeating: "0", count: max(0, 3 - digits.count)) + digits
    }
}
