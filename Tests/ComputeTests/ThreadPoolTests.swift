import Testing

@testable import Compute

@Suite struct ThreadPoolTests {
    @Test("Every tile runs exactly once", arguments: [1, 2, 3, 5])
    func tiles(threads: Int) {
        let pool = ThreadPool(threads: threads)
        for tiles in [0, 1, 2, 7, 100] {
            let counts = FloatBuffer(count: 128)
            let target = counts.pointer
            for _ in 0..<50 { pool.run(tiles: tiles) { target[$0] += 1 } }
            #expect(counts.array == (0..<128).map { $0 < tiles ? 50 : 0 })
        }
    }

    @Test("Numbers of threads give the same bits", arguments: KernelLevel.supported)
    func sameBits(level: KernelLevel) {
        let results = [1, 2, 3, 16].map { Self.everything(ThreadPool(threads: $0, level: level)) }
        #expect(results[0] == results[1])
        #expect(results[0] == results[2])
        #expect(results[0] == results[3])
    }

    /// The bits of every operation with a reduction, on shapes of several tiles.
    static func everything(_ pool: ThreadPool) -> [UInt32] {
        let (images, tokens, heads, width, hidden) = (5, 67, 3, 96, 200)
        let rows = images * tokens
        var bits = [UInt32]()
        func keep(_ buffer: FloatBuffer) { bits += buffer.array.map(\.bitPattern) }
        let x = referenceNumbers(71, rows * width)
        let w = referenceNumbers(72, hidden * width)
        let b = referenceNumbers(73, hidden)
        let weight = PackedWeight(outputs: hidden, inputs: width, pool: pool)
        weight.pack(w.pointer, pool: pool)
        let y = FloatBuffer(count: rows * hidden)
        let derivative = FloatBuffer(count: rows * hidden)
        LinearOps.forwardGELU(
            x.pointer, rows: rows, weight: weight, bias: b.pointer, y: y.pointer, derivative: derivative.pointer,
            pool: pool)
        keep(y)
        keep(derivative)
        let dx = FloatBuffer(count: rows * width)
        LinearOps.backwardInput(y.pointer, rows: rows, weight: weight, dx: dx.pointer, pool: pool)
        keep(dx)
        let dw = FloatBuffer(count: hidden * width)
        let db = FloatBuffer(count: hidden)
        LinearOps.backwardWeight(
            y.pointer, x: x.pointer, rows: rows, outputs: hidden, inputs: width, dW: dw.pointer, db: db.pointer,
            pool: pool)
        keep(dw)
        keep(db)
        let mean = FloatBuffer(count: rows)
        let rstd = FloatBuffer(count: rows)
        let normal = FloatBuffer(count: rows * width)
        LayerNormOps.forward(
            x.pointer, rows: rows, width: width, gamma: b.pointer, beta: b.pointer, y: normal.pointer,
            mean: mean.pointer, rstd: rstd.pointer, pool: pool)
        keep(normal)
        LayerNormOps.backward(
            dx.pointer, x: x.pointer, rows: rows, width: width, gamma: b.pointer, mean: mean.pointer,
            rstd: rstd.pointer, dx: normal.pointer, dgamma: db.pointer, dbeta: db.pointer + width, pool: pool)
        keep(normal)
        keep(db)
        let qkv = referenceNumbers(74, rows * 3 * width)
        let attended = FloatBuffer(count: rows * width)
        let lse = FloatBuffer(count: rows * heads)
        AttentionOps.forward(
            qkv.pointer, images: images, tokens: tokens, heads: heads, headWidth: width / heads, y: attended.pointer,
            logSumExp: lse.pointer, pool: pool)
        keep(attended)
        let dqkv = FloatBuffer(count: qkv.count)
        AttentionOps.backward(
            x.pointer, qkv: qkv.pointer, y: attended.pointer, logSumExp: lse.pointer, images: images, tokens: tokens,
            heads: heads, headWidth: width / heads, dqkv: dqkv.pointer, pool: pool)
        keep(dqkv)
        let sum = VectorOps.sumOfSquares(dqkv.pointer, count: dqkv.count, pool: pool)
        bits.append(UInt32(truncatingIfNeeded: sum.bitPattern))
        bits.append(UInt32(truncatingIfNeeded: sum.bitPattern >> 32))
        return bits
    }

    @Test("The peak is measured above one GFLOP/s")
    func peak() {
        #expect(peakGflops(pool: ThreadPool(threads: 1), bursts: 1) > 1)
    }
}
