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

/// What all stages say of their steps and checkpoints.
public protocol OptimisedStage: Sendable {
    var kind: StageKind { get }
    /// The data sets that the stage reads.
    var references: [DataReference] { get }
    /// The root of the stage's random numbers; nil for the run's. With a seed of its own a stage is the same in runs of
    /// different seeds, so that they share it.
    var seed: UInt64? { get }
    var epochs: Int { get }
    var warmup: Double { get }
    var batch: Int { get }
    var learningRate: LearningRateSetting { get }
    var minimumLearningRate: Double { get }
    var weightDecay: Double { get }
    var betas: Betas { get }
    var epsilon: Double { get }
    var gradientClip: Double? { get }
    var checkpointMinutes: Double? { get }
    var checkpointEpochs: Int? { get }
    var keep: Int { get }
}

extension OptimisedStage {
    /// The highest learning rate: the one given, or base × batch / 256.
    public var peakLearningRate: Double {
        switch learningRate {
        case .absolute(let rate): rate
        case .base(let rate): rate * Double(batch) / 256
        }
    }
}

/// Masked autoencoding: what the paper's pre-training is made of. Defaults are the paper's, and MAE's where the paper
/// is silent.
public struct PretrainStage: OptimisedStage, Equatable {
    public var kind: StageKind { .pretrain }
    public var references: [DataReference] { data }
    public var data: [DataReference]
    public var seed: UInt64?
    public var epochs: Int
    /// Epochs of linear warm-up.
    public var warmup: Double
    /// Images of one optimizer step.
    public var batch: Int
    public var learningRate: LearningRateSetting
    /// The learning rate that the cosine ends at.
    public var minimumLearningRate: Double
    public var weightDecay: Double
    /// The two decay rates of AdamW's moments.
    public var betas: Betas
    /// Added to the root of AdamW's second moment.
    public var epsilon: Double
    /// The share of patches that are hidden from the encoder, in (0, 1).
    public var maskRatio: Double
    public var loss: LossSetting
    public var crop: CropSettings
    /// Whether half of the crops are mirrored.
    public var flip: Bool
    /// The largest norm of the gradient; nil does not clip.
    public var gradientClip: Double?
    /// How many images go through the model at once; nil lets the trainer measure it.
    public var microBatch: Int?
    /// Background threads that decode and crop; nil lets the trainer choose.
    public var workers: Int?
    /// The most memory for decoded photographs, in MiB; nil lets the trainer choose, 0 keeps none.
    public var cacheMegabytes: Int?
    /// Whether JPEGs may be decoded at a reduced scale where the crop allows it.
    public var reducedDecode: Bool
    /// Minutes between checkpoints; nil writes none by time.
    public var checkpointMinutes: Double?
    /// Epochs between checkpoints; nil writes none by epoch.
    public var checkpointEpochs: Int?
    /// How many checkpoints stay besides the last, the best and the requested ones.
    public var keep: Int
    /// Epochs between reconstruction previews; 0 makes none.
    public var previewEpochs: Int
    /// How many images a preview shows.
    public var previewSamples: Int

    public init(
        data: [DataReference], seed: UInt64? = nil, epochs: Int = 800, warmup: Double = 40, batch: Int = 4096,
        learningRate: LearningRateSetting = .base(1.5e-4), minimumLearningRate: Double = 0,
        weightDecay: Double = 0.05, betas: Betas = Betas(first: 0.9, second: 0.95), epsilon: Double = 1e-8,
        maskRatio: Double = 0.75, loss: LossSetting = .l1, crop: CropSettings = CropSettings(),
        flip: Bool = true, gradientClip: Double? = nil, microBatch: Int? = nil, workers: Int? = nil,
        cacheMegabytes: Int? = nil, reducedDecode: Bool = false, checkpointMinutes: Double? = 10,
        checkpointEpochs: Int? = nil, keep: Int = 3, previewEpochs: Int = 1, previewSamples: Int = 8
    ) {
        self.data = data
        self.seed = seed
        self.epochs = epochs
        self.warmup = warmup
        self.batch = batch
        self.learningRate = learningRate
        self.minimumLearningRate = minimumLearningRate
        self.weightDecay = weightDecay
        self.betas = betas
        self.epsilon = epsilon
        self.maskRatio = maskRatio
        self.loss = loss
        self.crop = crop
        self.flip = flip
        self.gradientClip = gradientClip
        self.microBatch = microBatch
        self.workers = workers
        self.cacheMegabytes = cacheMegabytes
        self.reducedDecode = reducedDecode
        self.checkpointMinutes = checkpointMinutes
        self.checkpointEpochs = checkpointEpochs
        self.keep = keep
        self.previewEpochs = previewEpochs
        self.previewSamples = previewSamples
    }
}

/// The learning rate as the session gives it.
public enum LearningRateSetting: Equatable, Sendable {
    /// `lr`: used as it is.
    case absolute(Double)
    /// `baseLr`: multiplied by batch / 256, so that it survives a change of batch.
    case base(Double)
}

/// The decay rates of AdamW's first and second moments, each in [0, 1).
public struct Betas: Equatable, Sendable {
    public var first: Double
    public var second: Double
    public init(first: Double, second: Double) {
        self.first = first
        self.second = second
    }
}

/// What is averaged over the values of the masked patches.
public enum LossSetting: String, Sendable, CaseIterable {
    /// |prediction - target|, the paper's.
    case l1
    /// (prediction - target)², MAE's.
    case l2
}

/// The random resized crop: its area as a share of the photograph's, and its width over its height.
public struct CropSettings: Equatable, Sendable {
    public var scale: ClosedRange<Double>
    public var ratio: ClosedRange<Double>
    public init(scale: ClosedRange<Double> = 0.2...1, ratio: ClosedRange<Double> = 3.0 / 4.0...4.0 / 3.0) {
        self.scale = scale
        self.ratio = ratio
    }
}
