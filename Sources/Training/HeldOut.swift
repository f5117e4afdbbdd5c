import Compute
import Datasets
import Evaluation
import Faces
import Model
import RunStore

/// The held-out samples of a fold: scored after every epoch, and predicted frame by frame in the end.
final class HeldOut {
    let samples: [Int]
    private let set: LabelledSet
    private let heads: TaskHeads
    private let loader: ImageLoader
    /// (samples, outputs) of the last look; NaN where an image cannot be read.
    private let outputs: FloatBuffer
    private let places: [Int: Int]

    init(
        _ samples: [Int], of set: LabelledSet, heads: TaskHeads, transform: EvaluationTransform, image: Int,
        normalisation: Normalisation, batch: Int, workers: Int, cacheBytes: Int,
        onSkip: @escaping @Sendable (SkippedFile) -> Void
    ) {
        self.samples = samples
        self.set = set
        self.heads = heads
        loader = ImageLoader(
            evaluating: set, samples: samples, transform: transform, image: image, normalisation: normalisation,
            batch: batch,
            workers: workers, cacheBytes: cacheBytes, onSkip: onSkip)
        outputs = FloatBuffer(count: samples.count * heads.outputs)
        places = Dictionary(uniqueKeysWithValues: samples.enumerated().map { ($1, $0) })
    }

    deinit { loader.stop() }

    /// The outputs of the model as it is now.
    func look(_ model: Classifier) throws {
        let width = heads.outputs
        outputs.pointer.update(repeating: .nan, count: outputs.count)
        let row = FloatBuffer(count: loader.batch * width)
        loader.start()
        for _ in 0..<loader.stepsPerEpoch {
            let batch = try loader.next()
            model.outputs(images: batch.images, batch: batch.count, into: row.pointer)
            // Another image in the place of a bad one answers for nobody.
            for place in 0..<batch.count where batch.sources[place] == batch.indices[place] {
                guard let sample = places[batch.indices[place]] else { continue }
                (outputs.pointer + sample * width).update(from: row.pointer + place * width, count: width)
            }
            loader.recycle(batch)
        }
        loader.stop()
    }

    /// Scores of a head, every unit at the threshold ½.
    func score(_ head: TaskHeads.Head) -> Score {
        let (scores, truth) = columns(head, Array(samples.indices))
        return ScoreTally(task: head.task, scores: scores, truth: truth).score
    }

    /// Scores (channels, rows) and truth of some places among the samples.
    private func columns(_ head: TaskHeads.Head, _ rows: [Int]) -> (scores: [[Double]], truth: [[Double]]) {
        var scores = head.channels.map { _ in [Double](repeating: .nan, count: rows.count) }
        let truths = head.task == .expression ? 1 : head.channels.count
        var truth = [[Double]](repeating: [Double](repeating: .nan, count: rows.count), count: truths)
        for (column, row) in rows.enumerated() {
            let values = outputs.pointer + row * heads.outputs
            if !values[head.column].isNaN {
                for (channel, value) in heads.score(head, values).enumerated() { scores[channel][column] = value }
            }
            for (channel, value) in heads.truth(head, samples[row], of: set).enumerated() {
                truth[channel][column] = value
            }
        }
        return (scores, truth)
    }

    /// The predictions of a head by video. Single images come under their subject, numbered in the order of the set.
    func predictions(_ head: TaskHeads.Head, name: String, fold: Int?) throws -> PredictionSet {
        var order: [String] = []
        var rows: [String: [Int]] = [:]
        let subjects = set.groupings["subject"]
        for (row, sample) in samples.enumerated() {
            let subject = subjects.map { $0.names[Int($0.of[sample])] }
            let name =
                switch (subject, set.sequence(sample)) {
                case (let subject?, let sequence?): "\(subject)/\(sequence)"
                case (let subject?, nil): subject
                case (nil, let sequence?): sequence
                case (nil, nil): "images"
                }
            if rows[name] == nil { order.append(name) }
            rows[name, default: []].append(row)
        }
        let videos = try order.map { video in
            let rows = rows[video] ?? []
            let frames = rows.map { set.frame(samples[$0]) }
            let numbers = frames.contains { $0 == nil } ? Array(1...rows.count) : frames.compactMap { $0 }
            let (scores, truth) = columns(head, rows)
            return try PredictionVideo(name: video, fold: fold, frames: numbers, scores: scores, truth: truth)
        }
        return PredictionSet(name: name, task: head.task, channels: head.channels, videos: videos)
    }
}
