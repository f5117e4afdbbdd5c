import Testing

@testable import Compute

@Suite struct AttentionTests {
    struct Shape: Sendable, CustomTestStringConvertible {
        let name: String
        let images: Int
        let tokens: Int
        let heads: Int
        let width: Int
        var testDescription: String { name }
    }

    static let shapes = [
        Shape(name: "small", images: 2, tokens: 13, heads: 3, width: 8),
        Shape(name: "odd", images: 1, tokens: 19, heads: 2, width: 20),
        Shape(name: "tokens50", images: 1, tokens: 50, heads: 1, width: 64),
        Shape(name: "tokens67", images: 1, tokens: 67, heads: 1, width: 32),
        Shape(name: "long", images: 1, tokens: 261, heads: 1, width: 8),
    ]

    @Test("Forward and backward passes agree with PyTorch", arguments: Engine.all, shapes)
    func reference(engine: Engine, shape: Shape) throws {
        let pool = engine.pool()
        let count = shape.images * shape.tokens * shape.heads * shape.width
        let qkv = referenceNumbers(1, 3 * count, scale: 2)
        let dy = referenceNumbers(2, count)
        let y = FloatBuffer(count: count)
        let lse = FloatBuffer(count: shape.images * shape.heads * shape.tokens)
        let dqkv = FloatBuffer(count: 3 * count)
        AttentionOps.forward(
            qkv.pointer, images: shape.images, tokens: shape.tokens, heads: shape.heads, headWidth: shape.width,
            y: y.pointer, logSumExp: lse.pointer, pool: pool)
        AttentionOps.backward(
            dy.pointer, qkv: qkv.pointer, y: y.pointer, logSumExp: lse.pointer, images: shape.images,
            tokens: shape.tokens, heads: shape.heads, headWidth: shape.width, dqkv: dqkv.pointer, pool: pool)
        try expectClose(y, "attention.\(shape.name).y", within: 1e-6)
        try expectClose(lse, "attention.\(shape.name).lse", within: 1e-6)
        try expectClose(dqkv, "attention.\(shape.name).dqkv", within: 2e-6)
    }

    @Test("Large scores neither overflow nor lose the winner", arguments: Engine.all)
    func largeScores(engine: Engine) {
        let pool = engine.pool()
        let (tokens, width) = (18, 8)
        let qkv = FloatBuffer(count: tokens * 3 * width)
        for t in 0..<tokens {
            qkv[t * 3 * width] = 200
            qkv[t * 3 * width + width] = Float(t)
            qkv[t * 3 * width + 2 * width] = Float(t)
        }
        let y = FloatBuffer(count: tokens * width)
        AttentionOps.forward(
            qkv.pointer, images: 1, tokens: tokens, heads: 1, headWidth: width, y: y.pointer, logSumExp: nil, pool: pool
        )
        for t in 0..<tokens { #expect(abs(y[t * width] - 17) < 1e-4) }
    }

    @Test("A NaN in one head spoils that head only", arguments: Engine.all)
    func notANumber(engine: Engine) {
        let pool = engine.pool()
        let (tokens, width) = (20, 16)
        let qkv = referenceNumbers(3, tokens * 3 * 2 * width)
        qkv[5] = .nan
        let y = FloatBuffer(count: tokens * 2 * width)
        let lse = FloatBuffer(count: 2 * tokens)
        AttentionOps.forward(
            qkv.pointer, images: 1, tokens: tokens, heads: 2, headWidth: width, y: y.pointer, logSumExp: lse.pointer,
            pool: pool)
        #expect(y[0].isNaN && lse[0].isNaN)
        for t in 0..<tokens { #expect(y[t * 2 * width + width].isFinite) }
    }

    @Test("Gradients agree with finite differences", arguments: Engine.all)
    func differences(engine: Engine) {
        let pool = engine.pool()
        let (images, tokens, heads, width) = (2, 21, 2, 16)
        let count = images * tokens * heads * width
        let qkv = referenceNumbers(31, 3 * count)
        let dy = referenceNumbers(32, count)
        let lse = FloatBuffer(count: images * heads * tokens)
        let dqkv = FloatBuffer(count: 3 * count)
        func forward(_ x: FloatBuffer) -> FloatBuffer {
            let y = FloatBuffer(count: count)
            AttentionOps.forward(
                x.pointer, images: images, tokens: tokens, heads: heads, headWidth: width, y: y.pointer,
                logSumExp: lse.pointer, pool: pool)
            return y
        }
        let y = forward(qkv)
        AttentionOps.backward(
            dy.pointer, qkv: qkv.pointer, y: y.pointer, logSumExp: lse.pointer, images: images, tokens: tokens,
            heads: heads, headWidth: width, dqkv: dqkv.pointer, pool: pool)
        expectDerivative(of: { forward($0).array }, at: qkv, weights: dy.array, gradient: dqkv.array)
    }

    @Test("Cutting the queries of few heads changes no bits", arguments: KernelLevel.supported)
    func cut(level: KernelLevel) {
        let (tokens, width) = (197, 64)
        let qkv = referenceNumbers(5, tokens * 3 * width)
        let results = [1, 2, 3, 4].map { threads in
            let y = FloatBuffer(count: tokens * width)
            let lse = FloatBuffer(count: tokens)
            AttentionOps.forward(
                qkv.pointer, images: 1, tokens: tokens, heads: 1, headWidth: width, y: y.pointer,
                logSumExp: lse.pointer, pool: ThreadPool(threads: threads, level: level))
            return y.array + lse.array
        }
        #expect(AttentionOps.rowTiles(sequences: 1, threads: 3) == 3)
        #expect(AttentionOps.rowTiles(sequences: 3, threads: 2) == 2)
        #expect(AttentionOps.rowTiles(sequences: 12, threads: 2) == 1)
        for result in results.dropFirst() { #expect(result == results[0]) }
    }
}
