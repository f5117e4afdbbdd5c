import CKernels
import Foundation
import Testing

@testable import Compute

@Suite struct OptimiserTests {
    @Test("Three steps of AdamW agree with PyTorch", arguments: Engine.all)
    func adamW(engine: Engine) throws {
        let pool = engine.pool()
        let p = referenceNumbers(1, 71)
        let first = FloatBuffer(count: 71)
        let second = FloatBuffer(count: 71)
        for step in 1...3 {
            let gradient = referenceNumbers(UInt32(9 + step), 71)
            AdamWOps.step(
                parameters: p.pointer, gradients: gradient.pointer, first: first.pointer, second: second.pointer,
                count: 71, step: step, learningRate: 3e-3, beta1: 0.9, beta2: 0.95, epsilon: 1e-8, weightDecay: 0.05,
                gradientScale: 0.5, pool: pool)
        }
        try expectClose(p, "adamw.p", within: 2e-7)
        try expectClose(first, "adamw.first", within: 2e-7)
        try expectClose(second, "adamw.second", within: 2e-7)
    }

    /// The definition of AdamW for one parameter, in double precision, in terms of the whole history of gradients: no
    /// running moments, so that nothing is shared with the kernel.
    private static func defined(
        _ start: Double, gradients: [Double], rate: (Int) -> Double, beta1: Double, beta2: Double, epsilon: Double,
        decay: Double
    ) -> Double {
        var value = start
        for t in 1...gradients.count {
            func moment(_ beta: Double, _ power: Double) -> Double {
                let sum = (1...t).reduce(0) { $0 + pow(beta, Double(t - $1)) * pow(gradients[$1 - 1], power) }
                return (1 - beta) * sum / (1 - pow(beta, Double(t)))
            }
            value -= rate(t) * decay * value
            value -= rate(t) * moment(beta1, 1) / (moment(beta2, 2).squareRoot() + epsilon)
        }
        return value
    }

    @Test("Many steps of AdamW follow its definition: decay, corrections, scale", arguments: Engine.all)
    func definition(engine: Engine) {
        let pool = engine.pool()
        // More than one block, and an end that fills no vector.
        let count = Int(CK_BLOCK) + 77
        let steps = 12
        func rate(_ step: Int) -> Double { 4e-3 / Double(step) }
        for (decay, scale, beta1, beta2, epsilon) in [
            (0.05, Float(0.5), 0.9, 0.95, 1e-8), (0, 1, 0.9, 0.999, 1e-8), (0.3, 0.125, 0.5, 0.8, 1e-2),
        ] {
            let p = referenceNumbers(101, count)
            let start = p.array
            let first = FloatBuffer(count: count)
            let second = FloatBuffer(count: count)
            var history: [[Float]] = []
            for step in 1...steps {
                let gradient = referenceNumbers(UInt32(101 + step), count)
                // A parameter without a gradient only decays.
                gradient[3] = 0
                history.append(gradient.array)
                AdamWOps.step(
                    parameters: p.pointer, gradients: gradient.pointer, first: first.pointer, second: second.pointer,
                    count: count, step: step, learningRate: rate(step), beta1: beta1, beta2: beta2, epsilon: epsilon,
                    weightDecay: decay, gradientScale: scale, pool: pool)
            }
            // The first and the last of blocks and vectors, and some between.
            let chosen = [0, 3, 15, 16, 1000, Int(CK_BLOCK) - 1, Int(CK_BLOCK), Int(CK_BLOCK) + 64, count - 1]
            for i in chosen {
                let exact = Self.defined(
                    Double(start[i]), gradients: history.map { Double($0[i]) * Double(scale) }, rate: rate,
                    beta1: beta1, beta2: beta2, epsilon: epsilon, decay: decay)
                #expect(abs(Double(p[i]) - exact) < 1e-6, "parameter \(i): \(p[i]), by definition \(exact)")
            }
        }
    }

    @Test("Sums, scaling and the search for NaN cover every element", arguments: Engine.all)
    func vectors(engine: Engine) {
        let pool = engine.pool()
        let count = 3 * 16384 + 77
        let x = referenceNumbers(61, count)
        let y = referenceNumbers(62, count)
        let exact = x.array.reduce(0) { $0 + Double($1) * Double($1) }
        #expect(abs(VectorOps.sumOfSquares(x.pointer, count: count, pool: pool) - exact) < 1e-9 * exact)
        #expect(VectorOps.nonFiniteCount(x.pointer, count: count, pool: pool) == 0)
        let before = x.array
        VectorOps.scale(x.pointer, by: -3, count: count, pool: pool)
        #expect(x.array == before.map { -3 * $0 })
        VectorOps.add(x.pointer, y.pointer, scale: 2, count: count, pool: pool)
        #expect(distance(x.array, zip(before, y.array).map { -3 * $0 + 2 * $1 }) < 1e-7)
        x[0] = .nan
        x[16384] = .infinity
        x[count - 1] = -.infinity
        #expect(VectorOps.nonFiniteCount(x.pointer, count: count, pool: pool) == 3)
    }
}
