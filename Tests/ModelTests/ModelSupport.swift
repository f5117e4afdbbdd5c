import Compute
import Testing

@testable import Model

/// The small model of the fixtures: 16 pixels, patches of 4, encoder 24d2b2h, decoder 16d2b2h.
func microModel(
    loss: ReconstructionLossKind = .l1, microBatch: Int = 4, threads: Int = 1, level: KernelLevel = .standard
) throws -> MaskedAutoencoder {
    let configuration = try ModelConfiguration(
        image: 16, patch: 4, encoder: EncoderConfiguration.named("24d2b2h"),
        decoder: DecoderConfiguration.named("16d2b2h"), loss: loss)
    return MaskedAutoencoder(
        configuration: configuration, microBatch: microBatch, pool: ThreadPool(threads: threads, level: level))
}

extension MaskedAutoencoder {
    /// The weights of `set_hashed_weights` in Reference/generate.py.
    func setHashedWeights() {
        initialise(seed: 0)
        parameters.setHashedWeights()
    }

    /// A copy of all gradients, by name.
    var gradientsByName: [String: [Float]] { parameters.gradientsByName }

    var allValues: [Float] { parameters.allValues }
}

extension ParameterSet {
    /// The weights of `set_hashed_weights` in Reference/generate.py.
    func setHashedWeights() {
        for (index, parameter) in parameters.enumerated() where parameter.trainable {
            let numbers = Hashed.values(salt: UInt64(1000 + index), count: parameter.count).map { 2 * $0 - 1 }
            let target = values(of: parameter)
            let name = parameter.name
            if name.contains("norm"), name.hasSuffix("weight") {
                for (place, number) in numbers.enumerated() { target[place] = Float(1 + 0.1 * number) }
            } else if parameter.shape.count == 1 || name.hasSuffix("_token") {
                for (place, number) in numbers.enumerated() { target[place] = Float(0.1 * number) }
            } else {
                let fanOut = parameter.shape[0]
                let bound = (6 / Double(fanOut + parameter.count / fanOut)).squareRoot()
                for (place, number) in numbers.enumerated() { target[place] = Float(bound * number) }
            }
        }
    }

    func setWeights(from fixture: Fixture) throws {
        for parameter in parameters {
            let stored = fixture["weight/" + parameter.name]
            try #require(fixture.shape("weight/" + parameter.name) == parameter.shape, "\(parameter.name)")
            _ = values(of: parameter).update(fromContentsOf: stored)
        }
    }

    /// A copy of all gradients, by name.
    var gradientsByName: [String: [Float]] {
        Dictionary(
            uniqueKeysWithValues: parameters.filter(\.trainable).map {
                ($0.name, Array(gradient(of: $0)))
            })
    }

    var allValues: [Float] { Array(UnsafeBufferPointer(start: values, count: flatCount)) }
}
