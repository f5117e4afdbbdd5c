import Compute
import Testing

@testable import Model

@Suite struct MaskingTests {
    static func split(_ noise: [Float], visible: Int) -> [Int32] {
        var order = [Int32](repeating: -1, count: noise.count)
        Masking.split(noise: noise, patches: noise.count, visible: visible, into: &order)
        return order
    }

    @Test func theSmallestNoiseStaysVisible() {
        #expect(Self.split([0.5, 0.1, 0.9, 0.3, 0.2, 0.7], visible: 2) == [1, 4, 0, 2, 3, 5])
        #expect(Self.split([0.4], visible: 1) == [0])
    }

    @Test func equalNoiseKeepsTheLowerIndexFirst() {
        #expect(Self.split([0.5, 0.2, 0.5, 0.2, 0.2], visible: 2) == [1, 3, 0, 2, 4])
        #expect(Self.split([Float](repeating: 0, count: 9), visible: 4) == [0, 1, 2, 3, 4, 5, 6, 7, 8])
    }

    @Test func everyPatchAppearsOnce() {
        for salt in 0..<20 as Range<UInt64> {
            let noise = Hashed.noise(salt: salt, batch: 1, patches: 196)
            let order = Self.split(noise, visible: 49)
            #expect(order.sorted() == (0..<196).map { Int32($0) })
            let sorted = noise.enumerated().sorted { ($0.element, $0.offset) < ($1.element, $1.offset) }
            #expect(order[..<49].elementsEqual(sorted[..<49].map { Int32($0.offset) }))
            #expect(order[49...].sorted() == Array(order[49...]))
        }
    }

    @Test func noiseDependsOnTheEpochAndTheSampleOnly() {
        let key = RandomKey(seed: 1, purpose: .masking)
        func noise(_ epoch: Int, _ sample: Int) -> [Float] {
            var values = [Float](repeating: -1, count: 50)
            values.withUnsafeMutableBufferPointer {
                Masking.drawNoise($0, key: key, epoch: epoch, sample: sample)
            }
            return values
        }
        let first = noise(3, 7)
        _ = noise(0, 0)
        #expect(first == noise(3, 7))
        #expect(first != noise(4, 7))
        #expect(first != noise(3, 8))
        #expect(first.allSatisfy { $0 >= 0 && $0 < 1 })
        #expect(Set(first).count > 45)
    }
}

@Suite struct ReconstructionTests {
    /// With the true normalised patches as prediction, putting mean and deviation back gives the original.
    @Test func aPerfectPredictionRebuildsThePicture() throws {
        let configuration = try ModelConfiguration(
            image: 16, patch: 4, encoder: EncoderConfiguration.named("8d1b"),
            decoder: DecoderConfiguration.named("8d1b"))
        // Bytes, normalised as the loader does.
        let mean: [Float] = [0.485, 0.456, 0.406]
        let deviation: [Float] = [0.229, 0.224, 0.225]
        let bytes = Hashed.values(salt: 3, count: 768).map { UInt8($0 * 255) }
        let images = bytes.enumerated().map { (Float($1) / 255 - mean[$0 / 256]) / deviation[$0 / 256] }
        var predicted: [Float] = []
        for patch in 0..<16 {
            let patchValues = (0..<48).map { value in
                let row = patch / 4 * 4 + value / 3 / 4
                let column = patch % 4 * 4 + value / 3 % 4
                return Double(images[value % 3 * 256 + row * 16 + column])
            }
            let average = patchValues.reduce(0, +) / 48
            let variance = patchValues.reduce(0) { $0 + ($1 - average) * ($1 - average) } / 47
            predicted += patchValues.map { Float(($0 - average) / (variance + 1e-6).squareRoot()) }
        }
        var reconstruction = Reconstruction(configuration, batch: 1)
        let restore = (0..<16).map { Int32(15 - $0) }
        reconstruction.store(predicted, restore: restore, image: 0, count: 1)
        #expect(reconstruction.mask == (0..<16).map { $0 < 12 })

        let pictures = reconstruction.pictures(
            of: 0, images: images, mean: (mean[0], mean[1], mean[2]),
            deviation: (deviation[0], deviation[1], deviation[2]))
        let expected = (0..<768).map { bytes[$0 % 3 * 256 + $0 / 3] }
        #expect(pictures.original == expected)
        #expect(zip(pictures.rebuilt, expected).allSatisfy { abs(Int($0) - Int($1)) <= 1 })
        #expect(pictures.masked[0] == 128)
        #expect(pictures.masked[767] == expected[767], "the last patch is visible")
    }
}

@Suite struct AdamWTests {
    @Test func fixedPositionsAndPaddingAreLeftAlone() throws {
        let model = try microModel()
        model.setHashedWeights()
        let pool = model.workspace.pool
        let before = model.allValues
        for index in 0..<model.parameters.flatCount { model.parameters.gradients[index] = 1 }
        let optimizer = AdamW(parameters: model.parameters, weightDecay: 0.5)
        optimizer.step(learningRate: 0.1, pool: pool)
        #expect(optimizer.stepCount == 1)
        for parameter in model.parameters.parameters {
            for index in parameter.range {
                // The first step of Adam moves every value by the rate; decay comes before it.
                let kept = before[index] * (parameter.decays ? 0.95 : 1)
                let expected = parameter.trainable ? kept - 0.1 : before[index]
                #expect(abs(model.parameters.values[index] - expected) < 1e-6, "\(parameter.name)")
                guard abs(model.parameters.values[index] - expected) < 1e-6 else { return }
            }
        }
    }

    @Test func clippingScalesToTheLimit() throws {
        #expect(ParameterSet.clipScale(norm: 2, limit: 1) < 0.5)
        #expect(ParameterSet.clipScale(norm: 2, limit: 1) > 0.499999)
        #expect(ParameterSet.clipScale(norm: 0.5, limit: 1) == 1)
        let model = try microModel()
        model.parameters.gradients[0] = 3
        model.parameters.gradients[5] = 4
        #expect(model.parameters.gradientNorm(pool: model.workspace.pool) == 5)
        model.parameters.gradients[1] = .nan
        #expect(model.parameters.gradientNorm(pool: model.workspace.pool).isNaN)
    }
}
