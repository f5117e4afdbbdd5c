import Testing

@testable import Compute

@Suite struct LinearTests {
    @Test("Forward and backward passes agree with PyTorch", arguments: Engine.all)
    func reference(engine: Engine) throws {
        let pool = engine.pool()
        let (rows, inputs, outputs) = (37, 29, 53)
        let x = referenceNumbers(1, rows * inputs)
        let w = referenceNumbers(2, outputs * inputs)
        let b = referenceNumbers(3, outputs)
        let dy = referenceNumbers(4, rows * outputs)
        let residual = referenceNumbers(5, rows * outputs)
        let weight = PackedWeight(outputs: outputs, inputs: inputs, pool: pool)
        weight.pack(w.pointer, pool: pool)
        let y = FloatBuffer(count: rows * outputs)
        LinearOps.forward(x.pointer, rows: rows, weight: weight, bias: b.pointer, y: y.pointer, pool: pool)
        try expectClose(y, "linear.y")
        LinearOps.forwardAdding(
            x.pointer, rows: rows, weight: weight, bias: b.pointer, residual: residual.pointer, y: residual.pointer,
            pool: pool)
        try expectClose(residual, "linear.residual")
        let derivative = FloatBuffer(count: rows * outputs)
        LinearOps.forwardGELU(
            x.pointer, rows: rows, weight: weight, bias: b.pointer, y: y.pointer, derivative: derivative.pointer,
            pool: pool)
        try expectClose(y, "linear.gelu")
        try expectClose(derivative, "linear.gelu.derivative")

        let dx = FloatBuffer(count: rows * inputs)
        LinearOps.backwardInput(dy.pointer, rows: rows, weight: weight, dx: dx.pointer, pool: pool)
        try expectClose(dx, "linear.dx")
        let dw = FloatBuffer(count: outputs * inputs)
        let db = FloatBuffer(count: outputs)
        LinearOps.backwardWeight(
            dy.pointer, x: x.pointer, rows: rows, outputs: outputs, inputs: inputs, dW: dw.pointer, db: db.pointer,
            pool: pool)
        try expectClose(dw, "linear.dw")
        try expectClose(db, "linear.db")
    }

    @Test("GELU and its derivative are exact from -12 to 12", arguments: Engine.all)
    func gelu(engine: Engine) throws {
        let pool = engine.pool()
        let count = 481
        // A product with the identity leaves only the activation.
        let x = FloatBuffer(count: count)
        for i in 0..<count { x[i] = -12 + 24 * Float(i) / 480 }
        let one = FloatBuffer([1])
        let weight = PackedWeight(outputs: 1, inputs: 1, pool: pool)
        weight.pack(one.pointer, pool: pool)
        let y = FloatBuffer(count: count)
        let derivative = FloatBuffer(count: count)
        LinearOps.forwardGELU(
            x.pointer, rows: count, weight: weight, bias: nil, y: y.pointer, derivative: derivative.pointer, pool: pool)
        try expectClose(y, "gelu.y", within: 2e-7)
        try expectClose(derivative, "gelu.derivative", within: 2e-7)
        let exact = try Reference.values("gelu.y")
        let worst = zip(y.array, exact).map { abs($0 - $1) / max(abs($1), 1e-3) }.max() ?? .infinity
        #expect(worst < 2e-4, "worst relative error \(worst)")
        let exactDerivative = try Reference.values("gelu.derivative")
        let worstDerivative = zip(derivative.array, exactDerivative).map { abs($0 - $1) }.max() ?? .infinity
        #expect(worstDerivative < 5e-7, "worst error of the derivative \(worstDerivative)")
    }

    /// rows, inputs, outputs: whole blocks, one more, one less, tails in every direction, several depth blocks.
    static let shapes = [
        (1, 1, 1), (2, 3, 1), (1, 5, 17), (13, 7, 31), (14, 256, 32), (15, 257, 33), (28, 16, 48), (50, 96, 96),
        (61, 300, 70), (29, 520, 40), (197, 40, 64), (263, 24, 200), (530, 40, 24), (3, 770, 130), (5, 9, 1630),
    ]

    @Test("Products of any shape agree with double precision", arguments: Engine.all, shapes)
    func products(engine: Engine, shape: (Int, Int, Int)) {
        let pool = engine.pool()
        let (rows, inputs, outputs) = shape
        let x = referenceNumbers(11, rows * inputs)
        let w = referenceNumbers(12, outputs * inputs)
        let b = referenceNumbers(13, outputs)
        let dy = referenceNumbers(14, rows * outputs)
        let factor = referenceNumbers(15, rows * inputs)
        let weight = PackedWeight(outputs: outputs, inputs: inputs, pool: pool)
        weight.pack(w.pointer, pool: pool)
        let y = FloatBuffer(count: rows * outputs)
        let dx = FloatBuffer(count: rows * inputs)
        let scaled = FloatBuffer(count: rows * inputs)
        let dw = FloatBuffer(count: outputs * inputs)
        let db = FloatBuffer(count: outputs)
        LinearOps.forward(x.pointer, rows: rows, weight: weight, bias: b.pointer, y: y.pointer, pool: pool)
        LinearOps.backwardInput(dy.pointer, rows: rows, weight: weight, dx: dx.pointer, pool: pool)
        LinearOps.backwardInput(
            dy.pointer, rows: rows, weight: weight, dx: scaled.pointer, derivative: factor.pointer, pool: pool)
        LinearOps.backwardWeight(
            dy.pointer, x: x.pointer, rows: rows, outputs: outputs, inputs: inputs, dW: dw.pointer, db: db.pointer,
            pool: pool)

        let exactY = exactProduct(rows, outputs, inputs, x, (inputs, 1), w, (1, inputs))
        let biased = exactY.enumerated().map { $1 + b[$0 % outputs] }
        #expect(distance(y.array, biased) < 1e-6)
        let exactDx = exactProduct(rows, inputs, outputs, dy, (outputs, 1), w, (inputs, 1))
        #expect(distance(dx.array, exactDx) < 1e-6)
        #expect(distance(scaled.array, zip(exactDx, factor.array).map { $0 * $1 }) < 1e-6)
        let exactDw = exactProduct(outputs, inputs, rows, dy, (1, outputs), x, (inputs, 1))
        #expect(distance(dw.array, exactDw) < 1e-6)
        let ones = FloatBuffer([Float](repeating: 1, count: rows))
        let exactDb = exactProduct(1, outputs, rows, ones, (0, 1), dy, (outputs, 1))
        #expect(distance(db.array, exactDb) < 2e-6)

        // Accumulation adds the same once more.
        LinearOps.backwardInput(
            dy.pointer, rows: rows, weight: weight, dx: dx.pointer, accumulate: true, pool: pool)
        #expect(distance(dx.array, exactDx.map { 2 * $0 }) < 1e-6)
        LinearOps.backwardWeight(
            dy.pointer, x: x.pointer, rows: rows, outputs: outputs, inputs: inputs, dW: dw.pointer, db: db.pointer,
            accumulate: true, pool: pool)
        #expect(distance(dw.array, exactDw.map { 2 * $0 }) < 1e-6)
        #expect(distance(db.array, exactDb.map { 2 * $0 }) < 2e-6)
    }

    /// Σ a[i, l] b[l, j] in double precision; strides are (row, column).
    private func exactProduct(
        _ m: Int, _ n: Int, _ k: Int, _ a: FloatBuffer, _ aStride: (Int, Int), _ b: FloatBuffer, _ bStride: (Int, Int)
    ) -> [Float] {
        let (ap, bp) = (a.pointer, b.pointer)
        var result = [Float](repeating: 0, count: m * n)
        for i in 0..<m {
            for j in 0..<n {
                var sum = 0.0
                var (x, y) = (i * aStride.0, j * bStride.1)
                for _ in 0..<k {
                    sum += Double(ap[x]) * Double(bp[y])
                    x += aStride.1
                    y += bStride.0
                }
                result[i * n + j] = Float(sum)
            }
        }
        return result
    }

    @Test("Gradients agree with finite differences", arguments: Engine.all)
    func differences(engine: Engine) {
        let pool = engine.pool()
        let (rows, inputs, outputs) = (23, 31, 45)
        let x = referenceNumbers(21, rows * inputs)
        let w = referenceNumbers(22, outputs * inputs, scale: 0.3)
        let b = referenceNumbers(23, outputs)
        let dy = referenceNumbers(24, rows * outputs)
        let weight = PackedWeight(outputs: outputs, inputs: inputs, pool: pool)
        let derivative = FloatBuffer(count: rows * outputs)
        func forward(_ x: FloatBuffer, _ w: FloatBuffer, _ b: FloatBuffer) -> [Float] {
            let y = FloatBuffer(count: rows * outputs)
            weight.pack(w.pointer, pool: pool)
            LinearOps.forwardGELU(
                x.pointer, rows: rows, weight: weight, bias: b.pointer, y: y.pointer, derivative: derivative.pointer,
                pool: pool)
            return y.array
        }
        _ = forward(x, w, b)
        let dv = FloatBuffer(count: rows * outputs)
        for i in 0..<dv.count { dv[i] = dy[i] * derivative[i] }
        let dx = FloatBuffer(count: rows * inputs)
        let dw = FloatBuffer(count: outputs * inputs)
        let db = FloatBuffer(count: outputs)
        LinearOps.backwardInput(dv.pointer, rows: rows, weight: weight, dx: dx.pointer, pool: pool)
        LinearOps.backwardWeight(
            dv.pointer, x: x.pointer, rows: rows, outputs: outputs, inputs: inputs, dW: dw.pointer, db: db.pointer,
            pool: pool)
        expectDerivative(of: { forward($0, w, b) }, at: x, weights: dy.array, gradient: dx.array)
        expectDerivative(of: { forward(x, $0, b) }, at: w, weights: dy.array, gradient: dw.array)
        expectDerivative(of: { forward(x, w, $0) }, at: b, weights: dy.array, gradient: db.array)
    }

    @Test("Gradients of a product added to a residual agree with finite differences", arguments: Engine.all)
    func residualDifferences(engine: Engine) {
        let pool = engine.pool()
        let (rows, inputs, outputs) = (23, 31, 45)
        let x = referenceNumbers(25, rows * inputs)
        let w = referenceNumbers(26, outputs * inputs, scale: 0.3)
        let b = referenceNumbers(27, outputs)
        let residual = referenceNumbers(28, rows * outputs)
        let dy = referenceNumbers(29, rows * outputs)
        let weight = PackedWeight(outputs: outputs, inputs: inputs, pool: pool)
        weight.pack(w.pointer, pool: pool)
        func forward(_ x: FloatBuffer, _ residual: FloatBuffer) -> [Float] {
            let y = FloatBuffer(count: rows * outputs)
            LinearOps.forwardAdding(
                x.pointer, rows: rows, weight: weight, bias: b.pointer, residual: residual.pointer, y: y.pointer,
                pool: pool)
            return y.array
        }
        let dx = FloatBuffer(count: rows * inputs)
        LinearOps.backwardInput(dy.pointer, rows: rows, weight: weight, dx: dx.pointer, pool: pool)
        expectDerivative(
            of: { forward($0, residual) }, at: x, weights: dy.array, gradient: dx.array, within: 1e-4)
        // The residual passes through: its gradient is dy itself.
        expectDerivative(
            of: { forward(x, $0) }, at: residual, weights: dy.array, gradient: dy.array, within: 1e-4)
    }
}
