import JSON5

/// What all stages say of their steps and checkpoints.
public protocol OptimisedStage: Sendable {
    var kind: StageKind { get }
    /// The data sets that the stage reads.
    var references: [DataReference] { get }
    /// The root of the stage's random numbers; nil for the run's. With a seed of its own a stage is the same in runs of
    /// different seeds, so that they share it.
    var seed: UInt64? { get set }
    var epochs: Int { get set }
    /// Epochs of linear warm-up.
    var warmup: Double { get set }
    /// Images of one optimizer step.
    var batch: Int { get set }
    var learningRate: LearningRateSetting { get set }
    /// The learning rate that the cosine ends at.
    var minimumLearningRate: Double { get set }
    var weightDecay: Double { get set }
    /// The two decay rates of AdamW's moments.
    var betas: Betas { get set }
    /// Added to the root of AdamW's second moment.
    var epsilon: Double { get set }
    /// The largest norm of the gradient; nil does not clip.
    var gradientClip: Double? { get set }
    /// Whether half of the images are mirrored.
    var flip: Bool { get set }
    /// How many images go through the model at once; nil lets the trainer measure it.
    var microBatch: Int? { get set }
    /// Background threads that decode and crop; nil lets the trainer choose.
    var workers: Int? { get set }
    /// The most memory for decoded photographs, in MiB; nil lets the trainer choose, 0 keeps none.
    var cacheMegabytes: Int? { get set }
    /// Minutes between checkpoints; nil writes none by time.
    var checkpointMinutes: Double? { get set }
    /// Epochs between checkpoints; nil writes none by epoch.
    var checkpointEpochs: Int? { get set }
    /// How many checkpoints stay besides the last, the best and the requested ones.
    var keep: Int { get set }
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

/// The random resized crop: its area as a share of the photograph's, and its width over its height.
public struct CropSettings: Equatable, Sendable {
    public var scale: ClosedRange<Double>
    public var ratio: ClosedRange<Double>
    public init(scale: ClosedRange<Double> = 0.2...1, ratio: ClosedRange<Double> = 3.0 / 4.0...4.0 / 3.0) {
        self.scale = scale
        self.ratio = ratio
    }
}

extension CropSettings: SettingsRecord {
    package static let initial = CropSettings()

    package static let settings: [Setting<CropSettings>] = [
        Setting("scale", \.scale, .range(.share), "its area as a share of the photograph's"),
        Setting("ratio", \.ratio, .range(.positive), "its width over its height"),
    ]
}

// MARK: Settings

/// The settings that all stages have. Ranges and defaults in which the kinds differ are theirs to say.
extension OptimisedStage {
    /// - Parameter warmupShare: the default warm-up is at most this part of the epochs: 20 for a twentieth.
    static func schedule(
        batch batches: ClosedRange<Int>, warmupShare: Int, standardWarmup: Int
    ) -> [Setting<Self>] {
        [
            Setting(
                "seed", \.seed, .optional(.seed),
                "a seed of its own, which makes the stage the same in runs of different seeds"
            ).standard("the run's").consequence(.indirect),
            Setting("epochs", \.epochs, .whole(1...1_000_000), "passes over the data"),
            Setting(
                "warmup", \.warmup, .number(.notNegative), "epochs in which the learning rate rises from 0"
            ).standard("\(standardWarmup), but at most `epochs` / \(warmupShare)") { stage, _ in
                stage.warmup = min(stage.warmup, Double(stage.epochs) / Double(warmupShare))
            },
            Setting(
                "batch", \.batch, .whole(batches),
                "images of one optimizer step; it may be larger than memory, see `microBatch`"),
            learningRateSetting,
            Setting(
                "minLr", \.minimumLearningRate, .number(.notNegative), "the learning rate that the cosine ends at"
            ).standard { stage, _ in
                stage.minimumLearningRate = min(stage.minimumLearningRate, stage.peakLearningRate)
            },
            Setting("weightDecay", \.weightDecay, .number(.notNegative), "AdamW's decay of the weights"),
            Setting(
                "betas", \.betas,
                .pair(
                    .belowOne,
                    example: { JSON5Value.list([.number($0?.first ?? 0), .number($0?.second ?? 0)]).onOneLine },
                    make: { Betas(first: $0, second: $1) }, parts: { ($0.first, $0.second) }),
                "AdamW's decay rates of the two moments"),
            Setting("epsilon", \.epsilon, .number(.positive), "added to the root of AdamW's second moment"),
        ]
    }

    private static var learningRateSetting: Setting<Self> {
        Setting(
            keys: ["lr", "baseLr"], .number(.positive),
            "the highest learning rate; `baseLr` is multiplied by `batch` / 256",
            read: { fields, stage in
                let absolute = fields.field("lr")?.number(.positive)
                let base = fields.field("baseLr")?.number(.positive)
                if fields.has("lr"), fields.has("baseLr") {
                    fields.note(
                        "baseLr", "cannot stand beside `lr`; `lr` is used as it is, `baseLr` is times batch / 256")
                }
                if let absolute {
                    stage.learningRate = .absolute(absolute)
                } else if let base {
                    stage.learningRate = .base(base)
                }
            },
            write: { stage in
                switch stage.learningRate {
                case .absolute(let value): ("lr", .number(value))
                case .base(let value): ("baseLr", .number(value))
                }
            })
    }

    static var flipSetting: Setting<Self> {
        Setting("flip", \.flip, .flag, "whether half of the images are mirrored")
    }

    static var clipSetting: Setting<Self> {
        Setting("clip", \.gradientClip, .optional(.number(.positive)), "the largest norm of the gradient")
            .standard("no limit")
    }

    static var memory: [Setting<Self>] {
        [
            Setting(
                "microBatch", \.microBatch, .optional(.whole(1...1_048_576)),
                "images that go through the model at once; it does not change what a step means"
            ).standard("measured"),
            Setting("workers", \.workers, .optional(.whole(1...1024)), "threads that read images")
                .standard("chosen").consequence(.none),
            Setting(
                "cacheMegabytes", \.cacheMegabytes, .optional(.whole(0...16_777_216)),
                "memory for decoded images in MiB; 0 keeps none"
            ).standard("chosen").consequence(.none),
        ]
    }

    static var checkpoints: [Setting<Self>] {
        [
            Setting(
                "checkpointMinutes", \.checkpointMinutes, .optional(.number(.positive)),
                "minutes between checkpoints; `null` writes none by time"
            ).consequence(.none),
            Setting(
                "checkpointEpochs", \.checkpointEpochs, .optional(.whole(1...1_000_000)), "epochs between checkpoints"
            ).standard("none by epoch").consequence(.none),
            Setting(
                "keep", \.keep, .whole(0...1000), "checkpoints kept besides the last, the best and the requested ones"
            ).consequence(.none),
        ]
    }

    /// Notes what single settings cannot tell of the learning rates.
    func checkSchedule(_ fields: FieldReader) {
        if warmup > Double(epochs) {
            fields.note(
                fields.has("warmup") ? "warmup" : "epochs",
                "a warm-up of \(JSON5Writer.shortNumber(warmup)) epochs is longer than the stage's \(epochs)")
        }
        if minimumLearningRate > peakLearningRate {
            fields.note("minLr", "is above the highest learning rate, \(peakLearningRate)")
        }
    }
}
