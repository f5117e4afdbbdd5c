import Compute
import Foundation
import Testing

@testable import Model

/// Against PyTorch, by numbers that Reference/generate.py wrote. Bounds are ‖a − b‖ / ‖b‖ per tensor.
@Suite struct ReferenceTests {
    /// Gradients of the L1 loss change by a finite amount when rounding flips the sign of one error.
    static let bounds: [ReconstructionLossKind: Double] = [.l1: 1e-4, .l2: 1e-5]

    static let cases = KernelLevel.supported.flatMap { level in
        ReconstructionLossKind.allCases.map { (level, $0) }
    }

    @Test(arguments: cases)
    func theMicroModelMatchesWhole(level: KernelLevel, loss: ReconstructionLossKind) throws {
        let fixture = try Fixture("micro.tensors")
        let model = try microModel(loss: loss, level: level)
        #expect(model.workspace.pool.level == level)
        try model.parameters.setWeights(from: fixture)
        let (images, noise) = (fixture["images"], fixture["noise"])
        let kind = loss.rawValue

        let value = model.lossAndGradients(images: images, noise: noise, batch: 4)
        #expect(relativeError([value], fixture["\(kind)/loss"]) < 1e-5)
        #expect(relativeError([model.loss(images: images, noise: noise, batch: 4)], fixture["\(kind)/loss"]) < 1e-5)
        var worst = (name: "", error: 0.0)
        for (name, gradient) in model.gradientsByName {
            let error = relativeError(gradient, fixture["\(kind)/gradient/\(name)"])
            if error > worst.error { worst = (name, error) }
            #expect(error < Self.bounds[loss, default: 0], "\(name)")
        }
        print("micro \(level) \(kind): worst gradient \(worst.name) \(worst.error)")
        #expect(model.gradientsByName.count == fixture.names(under: "\(kind)/gradient/").count)

        let rebuilt = model.reconstruct(images: images, noise: noise, batch: 4)
        #expect(rebuilt.mask.map { $0 ? 1 : 0 } == fixture["\(kind)/mask"])
        let predictionError = relativeError(rebuilt.prediction, fixture["\(kind)/prediction"])
        print("micro \(level) \(kind): prediction \(predictionError)")
        #expect(predictionError < 1e-5)
    }

    @Test(arguments: cases)
    func tinyMatchesAt224Pixels(level: KernelLevel, loss: ReconstructionLossKind) throws {
        let fixture = try Fixture("tiny.tensors")
        let configuration = try ModelConfiguration(
            encoder: EncoderConfiguration.named("vit-tiny"), decoder: DecoderConfiguration.named("96d1b"), loss: loss)
        let model = MaskedAutoencoder(
            configuration: configuration, microBatch: 2, pool: ThreadPool(threads: 2, level: level))
        model.setHashedWeights()
        let images = Hashed.images(salt: 1, batch: 2, side: 224)
        let noise = Hashed.noise(salt: 101, batch: 2, patches: 196)
        let kind = loss.rawValue

        let value = model.lossAndGradients(images: images, noise: noise, batch: 2)
        let lossError = relativeError([value], fixture["\(kind)/loss"])
        #expect(lossError < 1e-5)
        var worst = (name: "", error: 0.0)
        for (name, gradient) in model.gradientsByName {
            let error = summaryError(gradient, fixture["\(kind)/gradient/\(name)"])
            if error > worst.error { worst = (name, error) }
            #expect(error < Self.bounds[loss, default: 0], "\(name)")
        }
        print("tiny \(level) \(kind): loss \(lossError), worst gradient \(worst.name) \(worst.error)")

        guard loss == .l1 else { return }
        let rebuilt = model.reconstruct(images: images, noise: noise, batch: 2)
        #expect(rebuilt.mask.map { $0 ? 1 : 0 } == fixture["mask"])
        let values = configuration.patchValues
        let masked = rebuilt.prediction.enumerated().map { rebuilt.mask[$0.offset / values] ? $0.element : 0 }
        let predictionError = summaryError(masked, fixture["prediction"])
        print("tiny \(level): prediction \(predictionError)")
        #expect(predictionError < 1e-5)
    }

    @Test(arguments: cases)
    func aHundredStepsFollowTheReference(level: KernelLevel, loss: ReconstructionLossKind) throws {
        let expected = try Fixture("micro.tensors")["\(loss.rawValue)/curve"]
        let model = try microModel(loss: loss, level: level)
        model.setHashedWeights()
        let optimizer = AdamW(parameters: model.parameters)
        var curve: [Float] = []
        for step in 0..<100 {
            let images = Hashed.images(salt: UInt64(1 + step % 4), batch: 4, side: 16)
            let noise = Hashed.noise(salt: UInt64(101 + step), batch: 4, patches: 16)
            curve.append(model.lossAndGradients(images: images, noise: noise, batch: 4))
            optimizer.step(
                learningRate: 1e-3 * min(1, Double(step + 1) / 10), pool: model.workspace.pool)
        }
        #expect(curve.count == expected.count)
        let worst = zip(curve, expected).map { abs(Double($0) / Double($1) - 1) }.max() ?? .infinity
        print("curve \(level) \(loss.rawValue): worst step \(worst)")
        #expect(worst < 1e-3)
        #expect(expected[99] < 0.97 * expected[0], "the curve must go somewhere")
    }

    func summaryError(_ values: [Float], _ summary: [Float]) -> Double { Hashed.summaryError(values, summary) }
}
