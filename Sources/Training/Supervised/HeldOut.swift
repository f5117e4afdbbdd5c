import Compute
import Datasets
import Evaluation
import Images
import Model
import RunStore

/// The held-out samples of a fold: scored after every epoch, and predicted frame by frame in the end.
final class HeldOut {
    let samples: [Int]
    private let set: LabelledSet
    private let heads: TaskHeads
    private let pass: EvaluationPass
    /// Of an encoder that never changes.
    private let frozen: FrozenFeatures?
    /// (samples, outputs) of the last evaluation; NaN where an image cannot be read.
    private let outputs: FloatBuffer
    /// (samples, outputs) as the losses read them.
    private let targets: FloatBuffer

    /// - Parameter isFrozen: whether the encoder never changes, so that its features are computed once.
    init(_ pass: EvaluationPass, of set: LabelledSet, heads: TaskHeads, isFrozen: Bool) {
        self.pass = pass
        samples = pass.samples
        self.set = set
        self.heads = heads
        frozen = isFrozen ? FrozenFeatures(pass) : nil
        outputs = FloatBuffer(count: samples.count * heads.outputs)
        targets = FloatBuffer(count: samples.count * heads.outputs)
    }

    /// Computes the outputs of the model as it is now.
    func evaluate(_ model: Classifier) throws {
        guard let frozen else {
            try pass.fill(outputs.pointer, width: heads.outputs) { model.outputs(images: $0, batch: $1, into: $2) }
            return
        }
        // Features that are missing are NaN, and so are the outputs then.
        model.outputs(pooled: try frozen.all(model), batch: samples.count, into: outputs.pointer)
    }

    /// The loss of the last evaluation on the labels, of all samples as one batch.
    func loss(_ loss: TaskLoss) -> Double {
        heads.copyTargets(samples, of: set, into: targets.pointer)
        let width = heads.outputs
        let unread = samples.indices.filter { outputs.pointer[$0 * width].isNaN }
        for row in unread {
            (outputs.pointer + row * width).update(repeating: 0, count: width)
            (targets.pointer + row * width).update(repeating: .nan, count: width)
        }
        defer {
            for row in unread { (outputs.pointer + row * width).update(repeating: .nan, count: width) }
        }
        loss.begin(targets: targets.pointer, batch: samples.count)
        return loss.add(outputs: outputs.pointer, rows: samples.indices, gradient: nil)
    }

    /// Scores of a head, every unit at the threshold ½.
    func score(_ head: TaskHeads.Head) -> Score {
        let (scores, truth) = columns(head, Array(samples.indices))
        return ScoreTally(task: head.task, scores: scores, truth: truth).score
    }

    /// In how many samples each class or unit of a head is true; empty for valence and arousal.
    func support(_ head: TaskHeads.Head) -> [Int] {
        switch head.task {
        case .expression: set.expressionCounts(samples)
        case .actionUnits: set.unitCounts(samples.filter(set.isScored)).map(\.active)
        case .valenceArousal: []
        }
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
        let groups = subjects ?? set.groupings["video"]
        for (row, sample) in samples.enumerated() {
            let subject = subjects.map { $0.names[Int($0.of[sample])] }
            let name =
                switch (subject, set.sequence(sample)) {
                case (let subject?, let sequence?): "\(subject)/\(sequence)"
                case (let subject?, nil): subject
                case (nil, let sequence?): sequence
                case (nil, nil): PredictionVideo.singleImages
                }
            if rows[name] == nil { order.append(name) }
            rows[name, default: []].append(row)
        }
        let videos = try order.map { video in
            let rows = rows[video] ?? []
            let frames = rows.map { set.frame(samples[$0]) }
            let numbers = frames.contains { $0 == nil } ? Array(1...rows.count) : frames.compactMap { $0 }
            let (scores, truth) = columns(head, rows)
            // Frames that are known by their numbers need no names.
            let names = frames.contains { $0 == nil } || !set.namesAreFrames
            return try PredictionVideo(
                name: video, fold: fold, group: groups.map { $0.names[Int($0.of[samples[rows[0]]])] }, frames: numbers,
                scores: scores, truth: truth, images: names ? rows.map { set.imageName(samples[$0]) } : [])
        }
        return PredictionSet(name: name, task: head.task, channels: head.channels, videos: videos)
    }
}
