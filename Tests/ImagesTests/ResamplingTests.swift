import Compute
import Foundation
import TestSupport
import Testing

@testable import Images

@Suite struct ResamplingTests {
    struct Stored: Decodable {
        let images: [String: StoredImage]
        let cases: [Case]
        let tensor: [Float]
    }

    struct Case: Decodable, CustomTestStringConvertible {
        let image: String
        let crop: [Int]?
        let width: Int
        let height: Int
        let filter: String
        let pixels: Data

        var testDescription: String { "\(image) \(crop ?? []) to \(width)x\(height), \(filter)" }
        var rectangle: PixelRectangle? {
            crop.map { PixelRectangle(left: $0[0], top: $0[1], width: $0[2], height: $0[3]) }
        }
        var interpolation: Interpolation { filter == "bicubic" ? .bicubic : .bilinear }
    }

    static let stored = try? Reference.decode(Stored.self, from: "resampling.json")

    @Test func referenceIsThere() throws {
        #expect(try #require(Self.stored).cases.count == 14)
    }

    /// Every byte is Pillow's, at every level of instructions.
    @Test(arguments: KernelLevel.supported, stored?.cases ?? [])
    func bytesArePillows(_ level: KernelLevel, _ expected: Case) throws {
        let source = try #require(Self.stored?.images[expected.image]).image
        let resampler = Resampler(expected.interpolation, level: level)
        let result = resampler.resize(
            source, crop: expected.rectangle, width: expected.width, height: expected.height)
        let isSame = result.pixels == [UInt8](expected.pixels)
        #expect(isSame)
    }

    @Test(arguments: KernelLevel.supported) func tensorIsTorchvisions(_ level: KernelLevel) throws {
        let stored = try #require(Self.stored)
        let source = try #require(stored.images["colour"]).image
        var tensor = [Float](repeating: .nan, count: 18)
        tensor.withUnsafeMutableBufferPointer { buffer in
            guard let output = buffer.baseAddress else { return }
            Resampler(.bicubic, level: level).normalise(source, width: 3, height: 2, into: output)
        }
        for (a, b) in zip(tensor, stored.tensor) { #expect(abs(a - b) < 1e-6) }
    }

    /// The tensor and the bytes are the same picture: mirrored, of odd widths, grey in all channels, nothing outside
    /// of the output written.
    @Test(arguments: KernelLevel.supported, [1, 3]) func tensorFollowsBytes(_ level: KernelLevel, _ channels: Int)
        throws
    {
        let source = noise(width: 53, height: 41, channels: channels)
        let resampler = Resampler(.bicubic, level: level)
        let crop = PixelRectangle(left: 4, top: 3, width: 37, height: 35)
        for side in [1, 7, 15, 16, 17, 31, 33, 48] {
            let bytes = resampler.resize(source, crop: crop, width: side, height: side + 1)
            let mirrored = resampler.resize(source, crop: crop, width: side, height: side + 1, flip: true)
            let plane = side * (side + 1)
            var tensor = [Float](repeating: -99, count: 3 * plane + 16)
            tensor.withUnsafeMutableBufferPointer { buffer in
                guard let output = buffer.baseAddress else { return }
                resampler.normalise(source, crop: crop, width: side, height: side + 1, flip: true, into: output)
            }
            for c in 0..<3 {
                let normalisation = Normalisation.imageNet
                for y in 0...side {
                    for x in 0..<side {
                        let k = channels == 1 ? 0 : c
                        let value = bytes.pixels[(y * side + side - 1 - x) * channels + k]
                        #expect(mirrored.pixels[(y * side + x) * channels + k] == value)
                        let expected = (Float(value) / 255 - normalisation.mean[c]) / normalisation.deviation[c]
                        #expect(abs(tensor[c * plane + y * side + x] - expected) < 1e-6)
                    }
                }
            }
            #expect(tensor.suffix(16).allSatisfy { $0 == -99 })
        }
    }

    @Test func levelsAgreeToTheBit() {
        let source = noise(width: 300, height: 211, channels: 3)
        let results = KernelLevel.supported.map { level in
            Resampler(.bicubic, level: level).resize(source, width: 97, height: 113).pixels
        }
        let isSame = results.allSatisfy { $0 == results[0] }
        #expect(isSame)
    }

    /// Shrinking far and enlarging far keep a flat image flat: the weights sum to one.
    @Test func flatStaysFlat() {
        for value: UInt8 in [0, 1, 127, 254, 255] {
            let source = PixelImage(
                width: 700, height: 3, channels: 1, pixels: [UInt8](repeating: value, count: 2100))
            for (width, height) in [(1, 1), (224, 224), (3, 500)] {
                let result = Resampler().resize(source, width: width, height: height)
                #expect(result.pixels.allSatisfy { $0 == value })
            }
        }
    }

    @Test(
        "MAE's evaluation has a margin up to 224 pixels and none above", arguments: [(48, 54), (224, 256), (384, 384)])
    func evaluationOfMAE(size: Int, shorterSide: Int) {
        #expect(EvaluationTransform.mae(size: size) == .centre(shorterSide: shorterSide))
    }

    @Test func evaluationTransforms() {
        let source = noise(width: 120, height: 80, channels: 1)
        let resampler = Resampler()
        let direct = EvaluationTransform.direct.bytes(of: source, size: 32, with: resampler)
        let isPlainResize = direct == resampler.resize(source, width: 32, height: 32)
        #expect(isPlainResize)
        let centre = EvaluationTransform.centre(shorterSide: 40).bytes(of: source, size: 32, with: resampler)
        let resized = resampler.resize(source, width: 60, height: 40)
        #expect(centre.pixels[0] == resized.pixels[4 * 60 + 14])
        #expect(centre.pixels[32 * 32 - 1] == resized.pixels[35 * 60 + 45])
    }

    @Test(.enabled(if: SharedData.path != nil, Comment(rawValue: SharedData.missing))) func photographs() throws {
        struct Photo: Decodable {
            let path: String
            let crop: [Int]
            let channels: Int
            let mean: Double
            let hash: String
        }
        let folder = try #require(SharedData.path)
        for photo in try Reference.decode([Photo].self, from: "photos.json") {
            let image = try decodeImage("\(folder)/\(photo.path)")
            #expect(image.channels == photo.channels)
            let crop = PixelRectangle(
                left: photo.crop[0], top: photo.crop[1], width: photo.crop[2], height: photo.crop[3])
            let result = Resampler().resize(image, crop: crop, width: 224, height: 224)
            let mean = Double(result.pixels.reduce(0) { $0 + Int($1) }) / Double(result.pixels.count)
            #expect(abs(mean - photo.mean) < 0.5, "\(photo.path)")
            #expect(hash(result.pixels) == photo.hash, "\(photo.path)")
        }
    }

    /// FNV-1a.
    private func hash(_ bytes: [UInt8]) -> String {
        let value = bytes.reduce(0xCBF2_9CE4_8422_2325 as UInt64) { ($0 ^ UInt64($1)) &* 0x100_0000_01B3 }
        let digits = String(value, radix: 16)
        return String(repeating: "0", count: 16 - digits.count) + digits
    }

    private func noise(width: Int, height: Int, channels: Int) -> PixelImage {
        var random = RandomKey(seed: 9, purpose: .test).stream()
        let pixels = (0..<width * height * channels).map { _ in UInt8(truncatingIfNeeded: random.nextUInt32()) }
        return PixelImage(width: width, height: height, channels: channels, pixels: pixels)
    }
}
