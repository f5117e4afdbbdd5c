import Compute
import Testing

@testable import Images

@Suite struct AugmentationTests {
    private let side = 24

    private func picture(channels: Int = 3) -> PixelImage {
        var random = RandomKey(seed: 9, purpose: .test).stream()
        let pixels = (0..<40 * 30 * channels).map { UInt8(($0 / channels * 3 + Int(random.nextUInt32() % 60)) % 256) }
        return PixelImage(width: 40, height: 30, channels: channels, pixels: pixels)
    }

    private func tensor(
        _ augmentation: Augmentation, epoch: Int = 0, sample: Int = 0, seed: UInt64 = 1,
        normalisation: Normalisation = .imageNet
    ) -> [Float] {
        var values = [Float](repeating: .nan, count: 3 * side * side)
        values.withUnsafeMutableBufferPointer { buffer in
            guard let output = buffer.baseAddress else { return }
            augmentation.tensor(
                of: picture(), size: side, keys: Augmentation.Keys(RandomScope(seed: seed)), epoch: epoch, sample: sample,
                with: Resampler(), by: normalisation, into: output)
        }
        return values
    }

    private let plain = Augmentation(crop: nil, flipProbability: 0, randAugment: nil)

    @Test func withoutPartsItIsTheEvaluationTransform() {
        var expected = [Float](repeating: 0, count: 3 * side * side)
        expected.withUnsafeMutableBufferPointer { buffer in
            guard let output = buffer.baseAddress else { return }
            EvaluationTransform.direct.tensor(of: picture(), size: side, with: Resampler(), into: output)
        }
        #expect(tensor(plain) == expected)
    }

    @Test func everyPartChangesTheImageAndDependsOnEpochAndSampleOnly() {
        let rest = tensor(plain)
        var parts = [plain, plain, plain, plain, plain]
        parts[0].crop = RandomResizedCrop()
        parts[1].affine = RandomAffine()
        parts[2].gamma = RandomGamma()
        parts[3].randAugment = RandAugment(probability: 1)
        parts[4].erasing = RandomErasing(probability: 1)
        for part in parts {
            let first = tensor(part)
            #expect(first != rest && !first.contains { $0.isNaN })
            #expect(tensor(part) == first)
            #expect(tensor(part, epoch: 1) != first && tensor(part, sample: 1) != first)
            #expect(tensor(part, seed: 2) != first)
        }
    }

    /// Each part has its own numbers: switching one on leaves the others as they were.
    @Test func partsAreIndependent() {
        var flipped = plain
        flipped.flipProbability = 1
        var mirrored = tensor(flipped)
        for row in 0..<3 * side { mirrored[row * side..<(row + 1) * side].reverse() }
        #expect(mirrored == tensor(plain))
        var cropped = plain
        cropped.crop = RandomResizedCrop()
        var both = cropped
        both.erasing = RandomErasing(probability: 1)
        let same = zip(tensor(cropped), tensor(both)).count { $0 == $1 }
        #expect(same >= 3 * side * side / 2 && same < 3 * side * side)
    }

    @Test func erasedValuesAreNoiseInOneRectangle() throws {
        let key = RandomKey(seed: 3, purpose: .randomErasing)
        var shares: [Double] = []
        var values: [Float] = []
        var erased = 0
        for sample in 0..<400 {
            var tensor = [Float](repeating: 9, count: 3 * 32 * 32)
            var random = key.stream(sample: sample)
            RandomErasing().erase(&tensor, width: 32, height: 32, using: &random)
            let hole = tensor[..<1024].indices.filter { tensor[$0] != 9 }
            if hole.isEmpty { continue }
            erased += 1
            let rows = Set(hole.map { $0 / 32 }).count
            let columns = Set(hole.map { $0 % 32 }).count
            #expect(rows * columns == hole.count)
            shares.append(Double(hole.count) / 1024)
            values += hole.map { tensor[$0] }
        }
        #expect(abs(Double(erased) / 400 - 0.25) < 0.09)
        #expect(shares.allSatisfy { $0 > 0.01 && $0 < 0.36 })
        let mean = values.reduce(0, +) / Float(values.count)
        let variance = values.map { ($0 - mean) * ($0 - mean) }.reduce(0, +) / Float(values.count)
        #expect(abs(mean) < 0.03 && abs(variance - 1) < 0.05)
    }

    @Test func affineStaysWithinItsBounds() {
        let affine = RandomAffine(degrees: 0, shift: 0.1, scale: 1...1)
        for sample in 0..<50 {
            var random = RandomKey(seed: 3, purpose: .affine).stream(sample: sample)
            let map = affine.map(width: 100, height: 50, using: &random)
            #expect(map.a == 1 && map.e == 1 && map.b == 0 && map.d == 0)
            #expect(abs(map.c) <= 10 && abs(map.f) <= 5)
        }
        // A map that shifts by whole pixels copies them.
        let image = picture()
        let shifted = image.transformed(
            by: AffineMap(about: 20, 15, shiftX: 3, shiftY: 0), outside: .edge)
        for y in 0..<30 {
            for x in 3..<40 { #expect(shifted.pixels[(y * 40 + x) * 3] == image.pixels[(y * 40 + x - 3) * 3]) }
            #expect(shifted.pixels[y * 120] == image.pixels[y * 120])
        }
        // Half a turn is the image upside down.
        let turned = image.transformed(by: AffineMap(about: 20, 15, radians: .pi), outside: .edge)
        let expected = image.oriented(.upsideDown)
        #expect(zip(turned.pixels, expected.pixels).allSatisfy { abs(Int($0) - Int($1)) <= 1 })
    }

    @Test func gammaKeepsBlackAndWhite() {
        let ramp = PixelImage(width: 256, height: 1, channels: 1, pixels: (0...255).map { UInt8($0) })
        for sample in 0..<20 {
            var random = RandomKey(seed: 3, purpose: .gamma).stream(sample: sample)
            let result = RandomGamma(largest: 2).augmented(ramp, using: &random).pixels
            #expect(result.first == 0 && result.last == 255)
            #expect(zip(result, result.dropFirst()).allSatisfy { $0 <= $1 })
            #expect((64...181).contains(result[128]))
        }
    }

    @Test func everyImageMayBeStandardised() {
        let values = tensor(plain, normalisation: .perImage)
        let mean = values.reduce(0, +) / Float(values.count)
        let variance = values.map { $0 * $0 }.reduce(0, +) / Float(values.count)
        #expect(abs(mean) < 1e-5 && abs(variance - 1) < 1e-4)
        let even = PixelImage(width: 4, height: 4, channels: 1, pixels: [UInt8](repeating: 50, count: 16))
        var flat = [Float](repeating: .nan, count: 48)
        flat.withUnsafeMutableBufferPointer { buffer in
            guard let output = buffer.baseAddress else { return }
            Resampler().normalise(even, width: 4, height: 4, by: .perImage, into: output)
        }
        #expect(flat.allSatisfy { abs($0) < 1e-3 })
    }
}
