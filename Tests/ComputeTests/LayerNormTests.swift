import Testing

@testable import Compute

@Suite struct LayerNormTests {
    @Test("Forward and backward passes agree with PyTorch", arguments: Engine.all)
    func reference(engine: Engine) throws {
        let pool = engine.pool()
        let (rows, width) = (9, 50)
        let x = referenceNumbers(1, rows * width, scale: 3, shift: 1)
        let gamma = referenceNumbers(2, width)
        let beta = referenceNumbers(3, width)
        let dy = referenceNumbers(4, rows * width)
        let y = FloatBuffer(count: rows * width)
        let mean = FloatBuffer(count: rows)
        let rstd = FloatBuffer(count: rows)
        LayerNormOps.forward(
            x.pointer, rows: rows, width: width, gamma: gamma.pointer, beta: beta.pointer, y: y.pointer,
            mean: mean.pointer, rstd: rstd.pointer, pool: pool)
        try expectClose(y, "norm.y")
        let dx = FloatBuffer(count: rows * width)
        let dgamma = FloatBuffer(count: width)
        let dbeta = FloatBuffer(count: width)
        func backward(accumulate: Bool) {
            LayerNormOps.backward(
                dy.pointer, x: x.pointer, rows: rows, width: width, gamma: gamma.pointer, mean: mean.pointer,
                rstd: rstd.pointer, dx: dx.pointer, accumulateInput: accumulate, dgamma: dgamma.pointer,
                dbeta: dbeta.pointer, accumulate: accumulate, pool: pool)
        }
        backward(accumulate: false)
        try expectClose(dx, "norm.dx")
        try expectClose(dgamma, "norm.dgamma")
        try expectClose(dbeta, "norm.dbeta")
        let once = (dx.array, dgamma.array, dbeta.array)
        backward(accumulate: true)
        #expect(dx.array == once.0.map { 2 * $0 })
        #expect(dgamma.array == once.1.map { 2 * $0 })
        #expect(dbeta.array == once.2.map { 2 * $0 })
    }

    @Test("A large mean costs no precision", arguments: Engine.all)
    func largeMean(engine: Engine) {
        let pool = engine.pool()
        let (rows, width) = (3, 96)
        let x = referenceNumbers(5, rows * width, scale: 1, shift: 1000)
        let gamma = FloatBuffer([Float](repeating: 1, count: width))
        let beta = FloatBuffer(count: width)
        let y = FloatBuffer(count: rows * width)
        LayerNormOps.forward(
            x.pointer, rows: rows, width: width, gamma: gamma.pointer, beta: beta.pointer, y: y.pointer, mean: nil,
            rstd: nil, pool: pool)
        for row in 0..<rows {
            let values = (0..<width).map { Double(y[row * width + $0]) }
            let mean = values.reduce(0, +) / Double(width)
            let variance = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(width)
            #expect(abs(mean) < 1e-3 && abs(variance - 1) < 1e-3)
        }
    }

    @Test("Gradients agree with finite differences, many rows, odd width", arguments: Engine.all)
    func differences(engine: Engine) {
        let pool = engine.pool()
        let (rows, width) = (131, 37)
        let x = referenceNumbers(41, rows * width)
        let gamma = referenceNumbers(42, width, shift: 1)
        let beta = referenceNumbers(43, width)
        let dy = referenceNumbers(44, rows * width)
        let mean = FloatBuffer(count: rows)
        let rstd = FloatBuffer(count: rows)
        func forward(_ x: FloatBuffer, _ gamma: FloatBuffer, _ beta: FloatBuffer) -> [Float] {
            let y = FloatBuffer(count: rows * width)
            LayerNormOps.forward(
                x.pointer, rows: rows, width: width, gamma: gamma.pointer, beta: beta.pointer, y: y.pointer,
                mean: mean.pointer, rstd: rstd.pointer, pool: pool)
            return y.array
        }
        _ = forward(x, gamma, beta)
        let dx = FloatBuffer(count: rows * width)
        let dgamma = FloatBuffer(count: width)
        let dbeta = FloatBuffer(count: width)
        LayerNormOps.backward(
            dy.pointer, x: x.pointer, rows: rows, width: width, gamma: gamma.pointer, mean: mean.pointer,
            rstd: rstd.pointer, dx: dx.pointer, dgamma: dgamma.pointer, dbeta: dbeta.pointer, pool: pool)
        expectDerivative(of: { forward($0, gamma, beta) }, at: x, weights: dy.array, gradient: dx.array)
        expectDerivative(of: { forward(x, $0, beta) }, at: gamma, weights: dy.array, gradient: dgamma.array)
        expectDerivative(of: { forward(x, gamma, $0) }, at: beta, weights: dy.array, gradient: dbeta.array)
    }
}
