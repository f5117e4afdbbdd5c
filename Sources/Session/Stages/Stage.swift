/// What a stage does.
public enum StageKind: String, Sendable, CaseIterable {
    /// Masked autoencoding on photographs.
    case pretrain
    /// A second, supervised pass of pre-training.
    case supervise
    /// Fine-tuning for a task.
    case finetune
    /// A second pass of fine-tuning with a teacher.
    case distil
}

/// One stage of a session.
public enum Stage: Equatable, Sendable {
    case pretrain(PretrainStage)
    /// `supervise`, `finetune` or `distil`.
    case supervised(SupervisedStage)

    public var kind: StageKind {
        switch self {
        case .pretrain: .pretrain
        case .supervised(let stage): stage.kind
        }
    }

    /// The data sets that the stage reads.
    public var data: [DataReference] {
        switch self {
        case .pretrain(let stage): stage.data
        case .supervised(let stage): [stage.data]
        }
    }

    /// See `OptimisedStage.seed`.
    public var seed: UInt64? {
        switch self {
        case .pretrain(let stage): stage.seed
        case .supervised(let stage): stage.seed
        }
    }

    public var epochs: Int {
        switch self {
        case .pretrain(let stage): stage.epochs
        case .supervised(let stage): stage.epochs
        }
    }
}

extension Stage {
    /// The settings of a stage with labels; nil for pre-training.
    public var supervised: SupervisedStage? {
        if case .supervised(let stage) = self { return stage }
        return nil
    }
}
