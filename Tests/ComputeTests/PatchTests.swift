import Testing

@testable import Compute

@Suite struct PatchTests {
    static let shape = PatchShape(images: 2, height: 8, width: 12, patch: 4)
    static let chosen: [Int32] = [4, 0, 3, 5, 2, 1, 5, 0]

    @Test("Rows of pixels agree with PyTorch in both orders, and go back", arguments: Engine.all)
    func rows(engine: Engine) throws {
        let pool = engine.pool()
        let shape = Self.shape
        let images = referenceNumbers(1, 2 * 3 * 8 * 12)
        let rows = FloatBuffer(count: 8 * shape.pixels)
        PatchOps.extract(
            images.pointer, shape: shape, indices: Self.chosen, kept: 4, rows: rows.pointer, pool: pool)
        try expectClose(rows, "patches.rows", within: 0)
        PatchOps.patchify(
            images.pointer, shape: shape, indices: Self.chosen, kept: 4, rows: rows.pointer, pool: pool)
        try expectClose(rows, "patches.targets", within: 0)

        let all = FloatBuffer(count: shape.images * shape.patches * shape.pixels)
        let back = FloatBuffer(count: images.count)
        PatchOps.patchify(
            images.pointer, shape: shape, indices: nil, kept: shape.patches, rows: all.pointer, pool: pool)
        PatchOps.unpatchify(
            all.pointer, shape: shape, indices: nil, kept: shape.patches, pixels: back.pointer, pool: pool)
        #expect(back.array == images.array)
    }

    @Test("Losses and their gradients agree with PyTorch", arguments: Engine.all)
    func loss(engine: Engine) throws {
        let pool = engine.pool()
        let shape = Self.shape
        let images = referenceNumbers(1, 2 * 3 * 8 * 12)
        let prediction = referenceNumbers(2, 8 * shape.pixels, scale: 2)
        for (name, normalised) in [("normalised", true), ("raw", false)] {
            for (kind, squared) in [("l1", false), ("l2", true)] {
                let gradient = FloatBuffer(count: prediction.count)
                let sum = PatchOps.reconstructionLoss(
                    prediction: prediction.pointer, pixels: images.pointer, shape: shape, indices: Self.chosen, kept: 4,
                    squared: squared, normalised: normalised, gradient: gradient.pointer, gradientScale: 0.25,
                    pool: pool)
                let expected = try Reference.values("loss.\(name).\(kind)")
                #expect(abs(Float(sum) - expected[0]) <= 1e-6 * expected[0])
                try expectClose(gradient, "loss.\(name).\(kind).gradient")
            }
        }
    }

    @Test("A flat patch has a finite target of zero", arguments: Engine.all)
    func flat(engine: Engine) {
        let pool = engine.pool()
        let images = FloatBuffer([Float](repeating: 0.7, count: 3 * 16))
        let prediction = FloatBuffer(count: 48)
        let sum = PatchOps.reconstructionLoss(
            prediction: prediction.pointer, pixels: images.pointer,
            shape: PatchShape(images: 1, height: 4, width: 4, patch: 4), indices: nil, kept: 1, squared: false,
            gradient: nil, gradientScale: 1, pool: pool)
        #expect(sum < 1e-2)
    }

    @Test("The gradient agrees with finite differences, patch of 16", arguments: Engine.all)
    func differences(engine: Engine) {
        let pool = engine.pool()
        let shape = PatchShape(images: 2, height: 32, width: 32, patch: 16)
        let images = referenceNumbers(51, 2 * 3 * 32 * 32)
        let chosen: [Int32] = [3, 1, 0, 2]
        let prediction = referenceNumbers(52, 4 * shape.pixels)
        let gradient = FloatBuffer(count: prediction.count)
        func loss(_ prediction: FloatBuffer) -> [Float] {
            [
                Float(
                    PatchOps.reconstructionLoss(
                        prediction: prediction.pointer, pixels: images.pointer, shape: shape, indices: chosen, kept: 2,
                        squared: true, gradient: gradient.pointer, gradientScale: 1, pool: pool))
            ]
        }
        _ = loss(prediction)
        let analytic = gradient.array
        expectDerivative(of: loss, at: prediction, weights: [1], gradient: analytic)
    }

    /// L1 has a kink where the prediction meets the target, so predictions keep away from it.
    @Test("Gradients of every loss agree with finite differences", arguments: Engine.all)
    func everyLoss(engine: Engine) {
        let pool = engine.pool()
        let shape = Self.shape
        let images = referenceNumbers(53, shape.images * 3 * shape.height * shape.width)
        let prediction = referenceNumbers(54, 8 * shape.pixels)
        for i in 0..<prediction.count { prediction[i] = prediction[i] < 0 ? prediction[i] - 4 : prediction[i] + 4 }
        for (squared, normalised) in [(false, false), (false, true), (true, false), (true, true)] {
            let gradient = FloatBuffer(count: prediction.count)
            func sum(_ prediction: FloatBuffer, _ gradient: FloatBuffer?) -> Double {
                PatchOps.reconstructionLoss(
                    prediction: prediction.pointer, pixels: images.pointer, shape: shape, indices: Self.chosen, kept: 4,
                    squared: squared, normalised: normalised, gradient: gradient?.pointer, gradientScale: 1,
                    pool: pool)
            }
            let here = sum(prediction, gradient)
            // The change alone keeps its digits in single precision. Away from the kink central differences are exact for
            // both losses, so that the step may be long.
            expectDerivative(
                of: { [Float(sum($0, nil) - here)] }, at: prediction, weights: [1], gradient: gradient.array,
                within: 1e-4, step: 0.25)
        }
    }
}
