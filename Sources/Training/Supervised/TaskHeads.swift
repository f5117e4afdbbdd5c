import Affect
import Datasets
import Evaluation
import Model
import Session

/// The heads of a classifier side by side: which columns of the outputs are which task's, and their names.
struct TaskHeads {
    struct Head {
        let task: AffectTask
        /// The first column.
        let column: Int
        let channels: [String]
    }

    let heads: [Head]
    /// Columns of all heads.
    let outputs: Int

    /// - Throws: `TrainingError` with `isBadData` when the set lacks the labels of a task.
    init(_ tasks: [AffectTask], of set: LabelledSet, named name: String) throws {
        var heads: [Head] = []
        var column = 0
        for task in tasks {
            let channels: [String]
            let what: String
            switch task {
            case .expression: (channels, what) = (set.classes, "expressions; name the column with `expression`")
            case .actionUnits: (channels, what) = (set.units, "action units; name the columns with `units`")
            case .valenceArousal:
                channels = set.hasValenceArousal ? AffectTask.valenceArousal.standardChannels : []
                what = "valence and arousal; name the columns with `valence` and `arousal`"
            }
            guard !channels.isEmpty else {
                throw TrainingError("data set '\(name)' has no \(what).", isBadData: true)
            }
            heads.append(Head(task: task, column: column, channels: channels))
            column += channels.count
        }
        self.heads = heads
        outputs = column
    }

    /// Whether a sample has a label for one of the heads.
    func isLabelled(_ sample: Int, in set: LabelledSet) -> Bool {
        heads.contains { head in
            switch head.task {
            case .expression: set.expression(sample) != nil
            case .actionUnits: set.units.indices.contains { set.unit($0, of: sample) != nil }
            case .valenceArousal: set.valence(sample) != nil || set.arousal(sample) != nil
            }
        }
    }

    /// Writes the targets (samples, outputs) as the losses read them: one-hot classes, units and numbers, NaN where one
    /// is missing.
    func copyTargets(
        _ samples: some Collection<Int>, of set: LabelledSet, into targets: UnsafeMutablePointer<Float>
    ) {
        for (row, sample) in samples.enumerated() {
            let start = targets + row * outputs
            for head in heads {
                switch head.task {
                case .expression:
                    let expression = set.expression(sample)
                    for column in head.channels.indices {
                        start[head.column + column] = expression.map { $0 == column ? 1 : 0 } ?? .nan
                    }
                case .actionUnits:
                    for column in head.channels.indices {
                        start[head.column + column] = set.unit(column, of: sample).map { $0 ? 1 : 0 } ?? .nan
                    }
                case .valenceArousal:
                    start[head.column] = set.valence(sample) ?? .nan
                    start[head.column + 1] = set.arousal(sample) ?? .nan
                }
            }
        }
    }

    /// The loss on the labels and, with a teacher, on its answers.
    /// - Parameter samples: those that are trained on; classes and units are weighted by how often they occur in them.
    func loss(
        _ settings: SupervisedStage, of set: LabelledSet, samples: [Int], withTeacher: Bool = true
    ) throws -> TaskLoss {
        var terms: [TaskLoss.Term] = []
        for head in heads {
            let count = head.channels.count
            switch head.task {
            case .expression:
                let counts = set.expressionCounts(samples)
                let weights = try weights(settings, count) { ClassWeights.inverse(counts: counts) }
                terms.append(
                    .init(ExpressionLoss(weights: weights, smoothing: settings.labelSmoothing), column: head.column))
            case .actionUnits:
                let counts = set.unitCounts(samples)
                let active = counts.map(\.active)
                let weights = try weights(settings, count) { ClassWeights.inverse(positives: active) }
                let positive =
                    settings.positiveWeights
                    ? ClassWeights.positive(positives: active, labelled: counts.map { $0.active + $0.inactive }) : nil
                terms.append(.init(ActionUnitLoss(weights: weights, positiveWeights: positive), column: head.column))
            case .valenceArousal:
                terms.append(.init(ConcordanceLoss(), column: head.column))
            }
            guard withTeacher, settings.kind == .distil, settings.teacherWeight > 0 else { continue }
            let soft: any HeadLoss =
                switch head.task {
                case .expression:
                    SelfDistillation.Expression(classes: count, temperature: settings.temperature)
                case .actionUnits:
                    SelfDistillation.ActionUnits(units: count, temperature: settings.temperature)
                case .valenceArousal: SelfDistillation.ValenceArousal()
                }
            terms.append(
                .init(soft, column: head.column, weight: settings.teacherWeight, targets: .teacher))
        }
        return TaskLoss(terms, outputs: outputs)
    }

    private func weights(
        _ settings: SupervisedStage, _ count: Int, inverse: () -> [Double]
    ) throws -> [Double] {
        switch settings.classWeights {
        case .none: return Array(repeating: 1, count: count)
        case .inverse: return inverse()
        case .list(let weights):
            guard weights.count == count else {
                throw TrainingError(
                    "classWeights has \(weights.count) numbers for \(count) classes or units.", isBadData: true)
            }
            return weights
        }
    }

    /// The scores that a head gives an image.
    func score(_ head: Head, _ outputs: UnsafePointer<Float>) -> [Double] {
        OutputScores.scores(of: head.channels.indices.map { Double(outputs[head.column + $0]) }, task: head.task)
    }

    /// The truth as scores read it: a class number, or one value a channel; NaN where it is missing, and for all units
    /// of a frame that is left out of scores because some of them are marked.
    func truth(_ head: Head, _ sample: Int, of set: LabelledSet) -> [Double] {
        switch head.task {
        case .expression: [set.expression(sample).map(Double.init) ?? .nan]
        case .actionUnits:
            head.channels.indices.map { unit in
                set.isScored(sample) ? set.unit(unit, of: sample).map { $0 ? 1 : 0 } ?? .nan : .nan
            }
        case .valenceArousal:
            [set.valence(sample).map(Double.init) ?? .nan, set.arousal(sample).map(Double.init) ?? .nan]
        }
    }
}
