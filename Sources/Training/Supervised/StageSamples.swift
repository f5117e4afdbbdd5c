import Checkpoints
import Compute
import Datasets
import Images
import Session

/// The samples of a data set that a stage works with in a fold.
struct StageSamples: Equatable {
    /// Those with a label that are trained on, of videos every n-th frame.
    let training: [Int]
    /// Those with a label that the epoch is chosen on; empty where the last one counts.
    let inner: [Int]
    /// Those with a label that are held out.
    let heldOut: [Int]

    /// - Parameter fold: from 1; nil for data that is not cut.
    /// - Throws: `TrainingError` with `isBadData` when there are too few groups for an inner split.
    init(_ settings: SupervisedStage, _ entry: FoldedData.Entry, fold number: Int?, heads: TaskHeads) throws {
        let set = entry.set
        let fold = entry.fold(number)
        var training = fold.training.filter { heads.isLabelled($0, in: set) }
        if settings.epochChoice == .inner, !training.isEmpty {
            do {
                let split = try InnerSplit(training, of: set, by: entry.group)
                (training, inner) = (split.training, split.validation)
            } catch {
                throw TrainingError("data set '\(settings.data.name)': \(error)", isBadData: true)
            }
        } else {
            inner = []
        }
        self.training = set.thinned(training, frameStride: settings.frameStride)
        heldOut = fold.validation.filter { heads.isLabelled($0, in: set) }
    }
}

/// What a stage with labels trains on in a fold, and what it is scored on.
struct LabelledStageData: StageData {
    let settings: SupervisedStage
    let set: LabelledSet
    let heads: TaskHeads
    let samples: StageSamples

    /// - Parameter fold: from 1; nil for data that is not cut.
    /// - Throws: `TrainingError` with `isBadData` for a set without labels of the stage's tasks, or without training samples.
    init(_ settings: SupervisedStage, fold: Int?, of data: FoldedData) throws {
        let entry = try data.entry(settings.data.name)
        self.settings = settings
        set = entry.set
        heads = try TaskHeads(settings.tasks, of: set, named: settings.data.name)
        samples = try StageSamples(settings, entry, fold: fold, heads: heads)
        guard !samples.training.isEmpty else {
            throw TrainingError(
                "data set '\(settings.data.name)': fold \(entry.fold(fold).name) trains on no sample with a label of its "
                    + "task.", isBadData: true)
        }
    }

    var images: [ImageReference] { (samples.training + samples.inner).map(set.image) }

    func identify(in fingerprint: inout Fingerprint) {
        for head in heads.heads { fingerprint.add(head.channels.joined(separator: ",")) }
        let target = FloatBuffer(count: heads.outputs)
        // What is held out decides the predictions that the stage leaves.
        for samples in [samples.training, samples.inner, samples.heldOut] {
            fingerprint.add("\(samples.count) samples")
            for sample in samples {
                fingerprint.add(set.image(sample))
                fingerprint.add(set.sequence(sample) ?? "")
                if !set.isScored(sample) { fingerprint.add("unscored") }
                heads.copyTargets([sample], of: set, into: target.pointer)
                fingerprint.add(UnsafeBufferPointer(start: target.pointer, count: heads.outputs))
            }
        }
    }

    func train(_ task: PartTask, in context: RunContext) throws -> StageEnd {
        try SupervisedTraining(task, data: self, in: context).run()
    }
}

extension SupervisedStage: TrainableStage {
    var hasTeacher: Bool { kind == .distil }

    func check(_ initial: InitialWeights, of model: ModelSettings) throws -> WeightsReport {
        try initial.check(model.classifierConfiguration())
    }

    func stepsPerEpoch(of data: FoldedData) throws -> Int {
        let entry = try data.entry(self.data.name)
        for note in entry.notes { data.report(.message(note)) }
        let folds = try entry.folds.indices.map { try LabelledStageData(self, fold: $0 + 1, of: data) }
        guard let first = folds.first else { return 0 }
        _ = try first.heads.loss(self, of: first.set, samples: [])
        let count = first.samples.training.count
        let batch = min(batch, count)
        return lastBatch == .keep ? (count + batch - 1) / batch : count / batch
    }

    func data(inFold fold: Int?, of data: FoldedData) throws -> any StageData {
        try LabelledStageData(self, fold: fold, of: data)
    }
}
