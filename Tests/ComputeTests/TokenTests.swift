import Testing

@testable import Compute

@Suite struct TokenTests {
    static let order: [[Int32]] = [[3, 5, 0, 1, 6, 2, 4], [6, 0, 1, 2, 3, 4, 5], [2, 4, 6, 0, 5, 3, 1]]
    static let restore: [Int32] = order.flatMap { order in
        (0..<7).map { patch in Int32(order.firstIndex(of: Int32(patch)) ?? -1) }
    }
    static let visible: [Int32] = order.flatMap { $0.prefix(3) }
    static let masked: [Int32] = order.flatMap { $0.dropFirst(3) }

    @Test("Encoder sequences agree with PyTorch", arguments: Engine.all)
    func assemble(engine: Engine) throws {
        let pool = engine.pool()
        let (n, patches, kept, width) = (3, 7, 3, 20)
        let x = referenceNumbers(1, n * kept * width)
        let token = referenceNumbers(2, width)
        let positions = referenceNumbers(3, (1 + patches) * width)
        let dy = referenceNumbers(4, n * (1 + kept) * width)
        let y = FloatBuffer(count: dy.count)
        TokenOps.assemble(
            x.pointer, images: n, kept: kept, width: width, classToken: token.pointer, positions: positions.pointer,
            indices: Self.visible, y: y.pointer, pool: pool)
        try expectClose(y, "assemble.y")
        let dx = FloatBuffer(count: x.count)
        let dClass = FloatBuffer(count: width)
        let dPositions = FloatBuffer(count: positions.count)
        func backward(accumulate: Bool) {
            TokenOps.assembleBackward(
                dy.pointer, images: n, patches: patches, kept: kept, width: width, indices: Self.visible,
                dx: dx.pointer, dClass: dClass.pointer, dPositions: dPositions.pointer, accumulate: accumulate,
                pool: pool)
        }
        backward(accumulate: false)
        try expectClose(dx, "assemble.dx", within: 0)
        try expectClose(dClass, "assemble.dclass")
        try expectClose(dPositions, "assemble.dpositions")
        let once = (dClass.array, dPositions.array)
        backward(accumulate: true)
        #expect(distance(dClass.array, once.0.map { 2 * $0 }) < 1e-6)
        #expect(distance(dPositions.array, once.1.map { 2 * $0 }) < 1e-6)
    }

    @Test("Decoder sequences agree with PyTorch", arguments: Engine.all)
    func unshuffle(engine: Engine) throws {
        let pool = engine.pool()
        let (n, patches, kept, width) = (3, 7, 3, 20)
        let x = referenceNumbers(5, n * (1 + kept) * width)
        let token = referenceNumbers(6, width)
        let positions = referenceNumbers(3, (1 + patches) * width)
        let dy = referenceNumbers(7, n * (1 + patches) * width)
        let y = FloatBuffer(count: dy.count)
        TokenOps.unshuffle(
            x.pointer, images: n, patches: patches, kept: kept, width: width, maskToken: token.pointer,
            positions: positions.pointer, restore: Self.restore, y: y.pointer, pool: pool)
        try expectClose(y, "unshuffle.y")
        let dx = FloatBuffer(count: x.count)
        let dMask = FloatBuffer(count: width)
        TokenOps.unshuffleBackward(
            dy.pointer, images: n, patches: patches, kept: kept, width: width, restore: Self.restore, dx: dx.pointer,
            dMask: dMask.pointer, pool: pool)
        try expectClose(dx, "unshuffle.dx", within: 0)
        try expectClose(dMask, "unshuffle.dmask")
    }

    @Test("Gathering masked tokens and the mean over patches agree with PyTorch", arguments: Engine.all)
    func gatherAndMean(engine: Engine) throws {
        let pool = engine.pool()
        let (n, patches, masked, width) = (3, 7, 4, 20)
        let x = referenceNumbers(8, n * (1 + patches) * width)
        let dy = referenceNumbers(9, n * masked * width)
        let y = FloatBuffer(count: dy.count)
        TokenOps.gather(
            x.pointer, images: n, patches: patches, kept: masked, width: width, indices: Self.masked, y: y.pointer,
            pool: pool)
        try expectClose(y, "gather.y", within: 0)
        let dx = referenceNumbers(1, x.count)
        TokenOps.scatter(
            dy.pointer, images: n, patches: patches, kept: masked, width: width, indices: Self.masked, y: dx.pointer,
            pool: pool)
        try expectClose(dx, "gather.dx", within: 0)

        let all = referenceNumbers(10, n * (1 + patches) * width)
        let mean = FloatBuffer(count: n * width)
        TokenOps.mean(all.pointer, images: n, patches: patches, width: width, y: mean.pointer, pool: pool)
        try expectClose(mean, "mean.y")
        let dMean = referenceNumbers(11, n * width)
        TokenOps.meanBackward(
            dMean.pointer, images: n, patches: patches, width: width, dx: dx.pointer,
            pool: pool)
        try expectClose(dx, "mean.dx")
    }

    @Test("Gradients of encoder sequences agree with finite differences", arguments: Engine.all)
    func assembleDifferences(engine: Engine) {
        let pool = engine.pool()
        let (n, patches, kept, width) = (3, 7, 3, 37)
        let x = referenceNumbers(81, n * kept * width)
        let token = referenceNumbers(82, width)
        let positions = referenceNumbers(83, (1 + patches) * width)
        let dy = referenceNumbers(84, n * (1 + kept) * width)
        func forward(_ x: FloatBuffer, _ token: FloatBuffer, _ positions: FloatBuffer) -> [Float] {
            let y = FloatBuffer(count: dy.count)
            TokenOps.assemble(
                x.pointer, images: n, kept: kept, width: width, classToken: token.pointer,
                positions: positions.pointer, indices: Self.visible, y: y.pointer, pool: pool)
            return y.array
        }
        let dx = FloatBuffer(count: x.count)
        let dClass = FloatBuffer(count: width)
        let dPositions = FloatBuffer(count: positions.count)
        TokenOps.assembleBackward(
            dy.pointer, images: n, patches: patches, kept: kept, width: width, indices: Self.visible, dx: dx.pointer,
            dClass: dClass.pointer, dPositions: dPositions.pointer, pool: pool)
        let linear = Self.linearBound
        expectDerivative(
            of: { forward($0, token, positions) }, at: x, weights: dy.array, gradient: dx.array, within: linear)
        expectDerivative(
            of: { forward(x, $0, positions) }, at: token, weights: dy.array, gradient: dClass.array, within: linear)
        expectDerivative(
            of: { forward(x, token, $0) }, at: positions, weights: dy.array, gradient: dPositions.array, within: linear)
    }

    @Test("Gradients of decoder sequences agree with finite differences", arguments: Engine.all)
    func unshuffleDifferences(engine: Engine) {
        let pool = engine.pool()
        let (n, patches, kept, width) = (3, 7, 3, 37)
        let x = referenceNumbers(85, n * (1 + kept) * width)
        let token = referenceNumbers(86, width)
        let positions = referenceNumbers(87, (1 + patches) * width)
        let dy = referenceNumbers(88, n * (1 + patches) * width)
        func forward(_ x: FloatBuffer, _ token: FloatBuffer) -> [Float] {
            let y = FloatBuffer(count: dy.count)
            TokenOps.unshuffle(
                x.pointer, images: n, patches: patches, kept: kept, width: width, maskToken: token.pointer,
                positions: positions.pointer, restore: Self.restore, y: y.pointer, pool: pool)
            return y.array
        }
        let dx = FloatBuffer(count: x.count)
        let dMask = FloatBuffer(count: width)
        TokenOps.unshuffleBackward(
            dy.pointer, images: n, patches: patches, kept: kept, width: width, restore: Self.restore, dx: dx.pointer,
            dMask: dMask.pointer, pool: pool)
        expectDerivative(
            of: { forward($0, token) }, at: x, weights: dy.array, gradient: dx.array, within: Self.linearBound)
        expectDerivative(
            of: { forward(x, $0) }, at: token, weights: dy.array, gradient: dMask.array, within: Self.linearBound)
    }

    @Test("Scatter and the mean's gradient agree with finite differences", arguments: Engine.all)
    func gatherAndMeanDifferences(engine: Engine) {
        let pool = engine.pool()
        let (n, patches, masked, width) = (3, 7, 4, 37)
        let x = referenceNumbers(91, n * (1 + patches) * width)
        let dGathered = referenceNumbers(92, n * masked * width)
        let dMean = referenceNumbers(93, n * width)
        // The gradients overwrite whatever stands there.
        let dx = referenceNumbers(94, x.count)
        TokenOps.scatter(
            dGathered.pointer, images: n, patches: patches, kept: masked, width: width, indices: Self.masked,
            y: dx.pointer, pool: pool)
        func gathered(_ x: FloatBuffer) -> [Float] {
            let y = FloatBuffer(count: dGathered.count)
            TokenOps.gather(
                x.pointer, images: n, patches: patches, kept: masked, width: width, indices: Self.masked,
                y: y.pointer, pool: pool)
            return y.array
        }
        expectDerivative(
            of: gathered, at: x, weights: dGathered.array, gradient: dx.array, within: Self.linearBound)
        TokenOps.meanBackward(
            dMean.pointer, images: n, patches: patches, width: width, dx: dx.pointer, pool: pool)
        func mean(_ x: FloatBuffer) -> [Float] {
            let y = FloatBuffer(count: dMean.count)
            TokenOps.mean(x.pointer, images: n, patches: patches, width: width, y: y.pointer, pool: pool)
            return y.array
        }
        expectDerivative(of: mean, at: x, weights: dMean.array, gradient: dx.array, within: Self.linearBound)
    }

    /// These operations are linear: differences are exact but for rounding.
    static let linearBound = 1e-4

    @Test("A branch is added with the factor of its image, in place too", arguments: Engine.all)
    func residual(engine: Engine) {
        let pool = engine.pool()
        let (images, tokens, width) = (3, 5, 7)
        let x = referenceNumbers(1, images * tokens * width)
        let branch = referenceNumbers(2, x.count)
        let y = FloatBuffer(count: x.count)
        let scales: [Float] = [0, 1.25, -2]
        let expected = (0..<x.count).map { x[$0] + scales[$0 / (tokens * width)] * branch[$0] }
        TokenOps.residual(
            x.pointer, branch: branch.pointer, scales: scales, images: images, tokens: tokens, width: width,
            y: y.pointer, pool: pool)
        #expect(distance(y.array, expected) < 1e-7)
        TokenOps.residual(
            nil, branch: branch.pointer, scales: scales, images: images, tokens: tokens, width: width, y: y.pointer,
            pool: pool)
        #expect(y.array == (0..<x.count).map { scales[$0 / (tokens * width)] * branch[$0] })
        TokenOps.residual(
            x.pointer, branch: branch.pointer, scales: scales, images: images, tokens: tokens, width: width,
            y: branch.pointer, pool: pool)
        #expect(distance(branch.array, expected) < 1e-7)
    }
}
