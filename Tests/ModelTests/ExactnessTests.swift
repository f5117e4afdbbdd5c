import Compute
import Testing

@testable import Model

@Suite struct ExactnessTests {
    @Test(arguments: KernelLevel.supported)
    func gradientsAreTheSlopeOfTheLoss(level: KernelLevel) throws {
        let model = try microModel(loss: .l2, level: level)
        model.setHashedWeights()
        let images = Hashed.images(salt: 5, batch: 4, side: 16)
        let noise = Hashed.noise(salt: 6, batch: 4, patches: 16)
        _ = model.lossAndGradients(images: images, noise: noise, batch: 4)
        let gradients = model.gradientsByName
        for parameter in model.parameters.parameters where parameter.trainable {
            let gradient = gradients[parameter.name] ?? []
            let values = model.parameters.values(of: parameter)
            let largest = gradient.map(abs).max() ?? 0
            // The steepest value of the tensor and two at fixed places.
            let steepest = gradient.indices.max { abs(gradient[$0]) < abs(gradient[$1]) } ?? 0
            for index in [steepest, gradient.count / 3, gradient.count - 1] {
                let (kept, step) = (values[index], Float(0x1p-7))
                values[index] = kept + step
                let above = model.preciseLoss(images: images, noise: noise, batch: 4)
                values[index] = kept - step
                let below = model.preciseLoss(images: images, noise: noise, batch: 4)
                values[index] = kept
                let slope = (above - below) / Double(2 * step)
                #expect(
                    abs(slope - Double(gradient[index])) < 2e-3 * Double(largest) + 2e-5,
                    "\(parameter.name)[\(index)]: \(slope), not \(gradient[index])")
            }
        }
    }

    /// Also where the last piece is smaller than the others, and where the decoder takes smaller pieces still.
    @Test(arguments: [1, 3, 8, 13])
    func microBatchesEqualTheWhole(microBatch: Int) throws {
        let images = Hashed.images(salt: 7, batch: 32, side: 16)
        let noise = Hashed.noise(salt: 8, batch: 32, patches: 16)
        let whole = try microModel(loss: .l2, microBatch: 32)
        whole.setHashedWeights()
        let expected = whole.lossAndGradients(images: images, noise: noise, batch: 32)
        let pieces = try microModel(loss: .l2, microBatch: microBatch, threads: 2)
        pieces.setHashedWeights()
        let value = pieces.lossAndGradients(images: images, noise: noise, batch: 32)
        #expect(relativeError([value], [expected]) < 1e-6)
        let expectedGradients = whole.gradientsByName
        for (name, gradient) in pieces.gradientsByName {
            #expect(relativeError(gradient, expectedGradients[name] ?? []) < 2e-6, "\(name)")
        }
    }

    @Test func decoderPiecesEqualTheWhole() throws {
        let configuration = try ModelConfiguration(
            image: 96, patch: 8, encoder: EncoderConfiguration.named("24d1b2h"),
            decoder: DecoderConfiguration.named("16d2b2h"), loss: .l2)
        let images = Hashed.images(salt: 9, batch: 14, side: 96)
        let noise = Hashed.noise(salt: 10, batch: 14, patches: 144)
        var gradients: [[String: [Float]]] = []
        var sizes: [Int] = []
        for microBatch in [14, 2] {
            let model = MaskedAutoencoder(
                configuration: configuration, microBatch: microBatch, pool: ThreadPool(threads: 1))
            model.setHashedWeights()
            _ = model.lossAndGradients(images: images, noise: noise, batch: 14)
            gradients.append(model.gradientsByName)
            sizes.append(model.decoderMicroBatch)
        }
        #expect(sizes == [7, 2])
        for (name, gradient) in gradients[0] {
            #expect(relativeError(gradient, gradients[1][name] ?? []) < 2e-6, "\(name)")
        }
    }

    @Test(arguments: KernelLevel.supported)
    func threadsDoNotChangeABit(level: KernelLevel) throws {
        var weights: [[Float]] = []
        for threads in [1, 2, 5] {
            let configuration = try ModelConfiguration(
                image: 96, patch: 8, encoder: EncoderConfiguration.named("vit-micro"),
                decoder: DecoderConfiguration.named("48d2b3h"))
            let pool = ThreadPool(threads: threads, level: level)
            let model = MaskedAutoencoder(configuration: configuration, microBatch: 3, pool: pool)
            model.initialise(seed: 11)
            let optimizer = AdamW(parameters: model.parameters)
            for step in 0..<3 {
                let images = Hashed.images(salt: UInt64(step), batch: 8, side: 96)
                let noise = Hashed.noise(salt: UInt64(step), batch: 8, patches: 144)
                _ = model.lossAndGradients(images: images, noise: noise, batch: 8)
                let norm = model.parameters.gradientNorm(pool: pool)
                optimizer.step(
                    learningRate: 1e-3, gradientScale: ParameterSet.clipScale(norm: norm, limit: 0.5), pool: pool)
            }
            weights.append(model.allValues)
        }
        #expect(weights[0].allSatisfy { $0.isFinite })
        #expect(weights[0] == weights[1])
        #expect(weights[0] == weights[2])
    }

    @Test func countedOperationsAreThoseOfTheClosedForm() throws {
        for (image, decoder, ratio) in [(96, "48d2b3h", 0.75), (64, "32d1b1h", 0.5)] {
            let configuration = try ModelConfiguration(
                image: image, patch: 8, encoder: EncoderConfiguration.named("vit-micro"),
                decoder: DecoderConfiguration.named(decoder), maskRatio: ratio)
            let model = MaskedAutoencoder(
                configuration: configuration, microBatch: 2, pool: ThreadPool(threads: 1))
            model.initialise(seed: 1)
            let images = Hashed.images(salt: 1, batch: 5, side: image)
            let noise = Hashed.noise(salt: 1, batch: 5, patches: configuration.patches)
            model.workspace.operations = 0
            _ = model.lossAndGradients(images: images, noise: noise, batch: 5)
            #expect(model.workspace.operations == 5 * model.executedFlopsPerImage)
        }
        let base = try ModelConfiguration(
            encoder: EncoderConfiguration.named("vit-base"), decoder: DecoderConfiguration.named("512d8b"))
        // Three times the 9.78 billion multiply-adds of a forward pass, less what is left out, plus recomputation.
        #expect(abs(Double(base.executedFlopsPerImage) / 58e9 - 1) < 0.03)
    }
}
