import Compute
import Datasets
import Model

/// Samples as evaluation sees them, without augmentation, gone through as often as asked.
final class EvaluationPass {
    let samples: [Int]
    private let loader: ImageLoader
    /// Where each sample stands among `samples`.
    let places: [Int: Int]

    init(_ samples: [Int], loader: ImageLoader) {
        self.samples = samples
        self.loader = loader
        places = Dictionary(uniqueKeysWithValues: samples.enumerated().map { ($1, $0) })
    }

    deinit { loader.stop() }

    /// Fills (samples, width); NaN where an image cannot be read.
    /// - Parameter body: makes the rows (count, width) of some images (count, 3, H, W).
    func fill(
        _ rows: UnsafeMutablePointer<Float>, width: Int,
        _ body: (_ images: UnsafePointer<Float>, _ count: Int, _ rows: UnsafeMutablePointer<Float>) -> Void
    ) throws {
        rows.update(repeating: .nan, count: samples.count * width)
        let batchRows = FloatBuffer(count: loader.batch * width)
        loader.start()
        defer { loader.stop() }
        for _ in 0..<loader.stepsPerEpoch {
            let batch = try loader.next()
            body(batch.images, batch.count, batchRows.pointer)
            // Another image in the place of a bad one belongs to no sample.
            for place in 0..<batch.count where batch.sources[place] == batch.indices[place] {
                guard let sample = places[batch.indices[place]] else { continue }
                (rows + sample * width).update(from: batchRows.pointer + place * width, count: width)
            }
            loader.recycle(batch)
        }
    }
}

/// What a frozen encoder makes of some samples, the mean of their patch tokens, computed once.
final class FrozenFeatures {
    private let pass: EvaluationPass
    /// (samples, D)
    private var features: FloatBuffer?

    init(_ pass: EvaluationPass) { self.pass = pass }

    /// The features of all samples (samples, D); NaN where an image cannot be read.
    func all(_ model: Classifier) throws -> UnsafePointer<Float> {
        if let features { return UnsafePointer(features.pointer) }
        let width = model.configuration.encoder.width
        let features = FloatBuffer(count: pass.samples.count * width)
        try pass.fill(features.pointer, width: width) { model.pooled(images: $0, batch: $1, into: $2) }
        self.features = features
        return UnsafePointer(features.pointer)
    }

    /// Copies the features (batch, D) of some samples. One without any gets zeros, and no label among the targets
    /// (batch, outputs), so that it has no part in the loss.
    func copy(
        _ samples: some Collection<Int>, _ model: Classifier, into rows: UnsafeMutablePointer<Float>,
        targets: UnsafeMutablePointer<Float>
    ) throws {
        let (width, outputs) = (model.configuration.encoder.width, model.configuration.outputs)
        let all = try all(model)
        for (row, sample) in samples.enumerated() {
            let target = rows + row * width
            if let place = pass.places[sample], !all[place * width].isNaN {
                target.update(from: all + place * width, count: width)
            } else {
                target.update(repeating: 0, count: width)
                (targets + row * outputs).update(repeating: .nan, count: outputs)
            }
        }
    }
}
