/// Masked autoencoding: what the paper's pre-training is made of. Defaults are the paper's, and MAE's where the paper
/// is silent.
public struct PretrainStage: OptimisedStage, Equatable {
    public var kind: StageKind { .pretrain }
    public var references: [DataReference] { data }
    public var data: [DataReference]
    public var seed: UInt64?
    public var epochs = 800
    public var warmup = 40.0
    public var batch = 4096
    public var learningRate = LearningRateSetting.base(1.5e-4)
    public var minimumLearningRate = 0.0
    public var weightDecay = 0.05
    public var betas = Betas(first: 0.9, second: 0.95)
    public var epsilon = 1e-8
    /// The share of patches that are hidden from the encoder, in (0, 1).
    public var maskRatio = 0.75
    public var loss = LossSetting.l1
    public var crop = CropSettings()
    public var flip = true
    public var gradientClip: Double?
    public var microBatch: Int?
    public var workers: Int?
    public var cacheMegabytes: Int?
    /// Whether JPEGs may be decoded at a reduced scale where the crop allows it.
    public var reducedDecode = false
    public var checkpointMinutes: Double? = 10
    public var checkpointEpochs: Int?
    public var keep = 3
    /// Epochs between reconstruction previews; 0 makes none.
    public var previewEpochs = 1
    /// How many images a preview shows.
    public var previewSamples = 8

    public init(data: [DataReference]) {
        self.data = data
    }
}

/// What is averaged over the values of the masked patches.
public enum LossSetting: String, Sendable, CaseIterable {
    /// |prediction - target|, the paper's.
    case l1
    /// (prediction - target)², MAE's.
    case l2
}

extension PretrainStage: SettingsRecord {
    package static let initial = PretrainStage(data: [])

    package static let settings: [Setting<PretrainStage>] =
        [
            Setting(
                "data", \.data, .references,
                "names of data sets; `\"ck:train\"` means the images of each fold that are trained on"
            ).required("[\"photos\"]")
        ] + schedule(batch: 1...1_048_576, warmupShare: 20, standardWarmup: 40) + [
            Setting(
                "mask", \.maskRatio, .number(.openUnit), "the mask ratio: the share of patches hidden from the encoder"),
            Setting(
                "loss", \.loss, .word, "`l1` (the paper) or `l2` (MAE), over the values of the masked patches"),
            Setting(
                "crop", \.crop, .object,
                "the random crop: `scale` is its share of the area, `ratio` its width over its height"),
            flipSetting, clipSetting,
        ] + memory + [
            Setting(
                "reducedDecode", \.reducedDecode, .flag,
                "whether large JPEG files may be decoded at a reduced scale where the crop allows it")
        ] + checkpoints + [
            Setting(
                "previewEpochs", \.previewEpochs, .whole(0...1_000_000),
                "epochs between pictures of reconstructions; 0 makes none"
            ).consequence(.none),
            Setting("previewSamples", \.previewSamples, .whole(1...64), "images of one preview").consequence(.none),
        ]

    package func check(_ fields: FieldReader) {
        checkSchedule(fields)
        if let microBatch, microBatch > batch {
            fields.note("microBatch", "is larger than the batch of \(batch)")
        }
        if let model = fields.context.model, model.image.isMultiple(of: model.patch), model.patches > 1 {
            let visible = model.visiblePatches(maskRatio: maskRatio)
            if visible == 0 || visible == model.patches {
                fields.note(
                    "mask",
                    "leaves \(visible == 0 ? "no patch" : "every patch") of \(model.patches) visible; "
                        + "choose a \(visible == 0 ? "smaller" : "larger") share")
            }
        }
    }
}
