import Affect

/// Training with labels: the second pass of pre-training (`supervise`), fine-tuning (`finetune`), and fine-tuning with a
/// teacher (`distil`). Defaults are the paper's, and MAE's where the paper is silent.
public struct SupervisedStage: OptimisedStage, Equatable {
    /// `supervise`, `finetune` or `distil`.
    public var kind: StageKind
    public var data: DataReference
    public var references: [DataReference] { [data] }
    /// The heads, in this order of the outputs.
    public var tasks: [AffectTask]
    public var seed: UInt64?
    public var epochs = 50
    /// Epochs of linear warm-up.
    public var warmup = 5.0
    /// Images of one optimizer step.
    public var batch = 512
    public var learningRate = LearningRateSetting.absolute(2e-4)
    /// The learning rate that the cosine ends at.
    public var minimumLearningRate = 1e-6
    public var weightDecay = 0.05
    public var betas = Betas(first: 0.9, second: 0.999)
    public var epsilon = 1e-8
    /// What each layer's learning rate is of the one above it.
    public var layerDecay = 0.75
    /// The rate at which the last block's branches are left out.
    public var dropPath = 0.1
    /// Nil takes the whole image, straight to the square.
    public var crop: CropSettings? = CropSettings(scale: 0.08...1)
    public var flip = true
    /// RandAug's magnitude and its deviation; nil for none.
    public var randAugment: RandAugmentSetting? = RandAugmentSetting(magnitude: 9, deviation: 0.5)
    /// Whether small random rotations, shifts and scalings are on.
    public var affine = false
    /// The largest random gamma; nil for none.
    public var gamma: Double?
    /// The probability of random erasing.
    public var erasing = 0.0
    public var labelSmoothing = 0.0
    /// α of mixup and of CutMix; 0 for none.
    public var mixup = 0.0
    public var cutmix = 0.0
    public var classWeights = ClassWeightSetting.inverse
    /// Whether the positives of a unit weigh as much as its negatives; eq. 2 has no such balance.
    public var positiveWeights = false
    /// The decay of the average of the weights; nil for none.
    public var averageDecay: Double?
    /// Whether the encoder stays as it is: each image goes through it once, without augmentation, and the head is
    /// trained on what comes out.
    public var freezesEncoder = false
    /// Which epoch's weights count.
    public var epochChoice = EpochChoice.last
    /// Every n-th frame of a video is trained on.
    public var frameStride = 1
    public var lastBatch = LastBatch.drop
    public var evaluation = EvaluationSetting.resize
    /// Of `distil`: the weight of the teacher's part of the loss, its temperature, and what the teacher looks at.
    public var teacherWeight = 0.5
    public var temperature = 1.0
    public var teacherView = TeacherView.augmented
    /// The largest norm of the gradient; nil does not clip.
    public var gradientClip: Double?
    public var microBatch: Int?
    public var workers: Int?
    public var cacheMegabytes: Int?
    public var checkpointMinutes: Double? = 10
    public var checkpointEpochs: Int?
    /// How many checkpoints stay besides the last, the best and the requested ones.
    public var keep = 0

    public init(kind: StageKind, data: DataReference, tasks: [AffectTask]) {
        self.kind = kind
        self.data = data
        self.tasks = tasks
    }
}

/// RandAug's two numbers.
public struct RandAugmentSetting: Equatable, Sendable {
    public var magnitude: Double
    public var deviation: Double
    public init(magnitude: Double, deviation: Double) {
        self.magnitude = magnitude
        self.deviation = deviation
    }
}

/// Weights of the classes, or units, in the loss.
public enum ClassWeightSetting: Equatable, Sendable {
    case none
    /// Inversely proportional to the training counts, 1 for the most frequent.
    case inverse
    /// One for each class or unit, for a stage with one such head.
    case list([Double])
}

/// What becomes of images that do not fill a batch.
public enum LastBatch: String, Sendable, CaseIterable {
    case drop
    case keep
}

/// Which epoch's weights are kept and scored.
public enum EpochChoice: String, Sendable, CaseIterable {
    case last
    /// The best on a fifth of the training groups, which is not trained on.
    case inner
}

/// How held-out images come to the model's size.
public enum EvaluationSetting: String, Sendable, CaseIterable {
    /// Straight to the square: for aligned faces.
    case resize
    /// The shorter side to 8/7 of the size, above 224 pixels to the size itself, then the centre: MAE's.
    case crop
}

/// What a teacher looks at.
public enum TeacherView: String, Sendable, CaseIterable {
    /// The student's own augmented image.
    case augmented
    /// The image as in evaluation, looked at once.
    case clean
}
