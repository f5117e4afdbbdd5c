import Compute
import Foundation

extension ParameterSet {
    /// Draws fresh values, as MAE does for pre-training: Xavier-uniform linear weights, zero biases, layer
    /// normalisation 1 and 0, patch embedding Xavier-uniform as a (D, 3·p·p) matrix with the bias uniform in
    /// ±1/√(3·p·p), cls and mask tokens normal with σ = 0.02, fixed sine-cosine positions.
    ///
    /// Each parameter has a stream of its own (its index is the layer of the key), so values do not depend on order.
    public func initialise(seed: UInt64, stage: Int = 0, fold: Int = 0) {
        for (index, parameter) in parameters.enumerated() {
            let key = RandomKey(seed: seed, purpose: .initialisation, stage: stage, fold: fold, layer: index)
            var stream = key.stream()
            fill(parameter, from: &stream)
        }
    }

    private func fill(_ parameter: Parameter, from stream: inout RandomStream) {
        let target = values(of: parameter)
        switch parameter.initialisation {
        case .zeros: target.update(repeating: 0)
        case .ones: target.update(repeating: 1)
        case .xavierUniform(let fanIn, let fanOut):
            let bound = (6 / Double(fanIn + fanOut)).squareRoot()
            for index in target.indices { target[index] = Float(bound) * (2 * stream.nextFloat() - 1) }
        case .uniform(let bound):
            for index in target.indices { target[index] = Float(bound) * (2 * stream.nextFloat() - 1) }
        case .normal(let standardDeviation):
            for index in target.indices { target[index] = Float(standardDeviation * stream.nextNormal()) }
        case .positions(let grid):
            _ = target.update(fromContentsOf: Positions.sineCosine(width: parameter.shape.last ?? 0, grid: grid))
        }
    }
}

extension RandomStream {
    /// A standard normal number (Box and Muller, 1958; one of the pair is used).
    mutating func nextNormal() -> Double {
        let radius = (-2 * log(1 - nextDouble())).squareRoot()
        return radius * cos(2 * .pi * nextDouble())
    }
}
