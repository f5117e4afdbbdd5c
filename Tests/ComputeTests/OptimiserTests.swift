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
