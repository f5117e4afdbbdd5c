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

    /// What every kind of stage says.
    public var settings: any OptimisedStage {
        switch self {
        case .pretrain(let stage): stage
        case .supervised(let stage): stage
        }
    }

    public var kind: StageKind { settings.kind }
    public var data: [DataReference] { settings.references }
    public var seed: UInt64? { settings.seed }
    public var epochs: Int { settings.epochs }
}

extension Stage {
    /// The settings of a stage with labels; nil for pre-training.
    public var supervised: SupervisedStage? {
        if case .supervised(let stage) = self { return stage }
        return nil
    }
}
