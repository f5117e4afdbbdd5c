import Affect
import JSON5

/// The stages with labels of a session file.
extension SupervisedStage: SettingsRecord {
    package static let initial = SupervisedStage(kind: .finetune, data: DataReference(name: ""), tasks: [])

    package static let settings: [Setting<SupervisedStage>] =
        [dataSetting, taskSetting] + schedule(batch: 2...1_048_576, warmupShare: 10, standardWarmup: 5) + [
            Setting(
                "layerDecay", \.layerDecay, .number(.share),
                "the learning rate of each layer as a share of that of the layer above"),
            Setting(
                "dropPath", \.dropPath, .number(.belowOne),
                "drop path: the probability that a branch of the last block is left out; it rises linearly from 0 at the "
                    + "first block"),
            clipSetting,
            Setting(
                "ema", \.averageDecay, .optional(.number(.openUnit)),
                "decay of the moving average of the weights, which is then scored and kept"
            ).standard("off"),
            Setting(
                "freeze", \.freezesEncoder, .flag,
                "trains the head alone, on features that are computed once"),
            Setting(
                "epochChoice", \.epochChoice, .word,
                "the weights that count: of the `last` epoch, or of the best on a fifth of the training groups, kept out of "
                    + "training (`inner`)"),
        ] + augmentation + [
            Setting(
                "frameStride", \.frameStride, .whole(1...100_000), "trains on every n-th frame of a video"),
            Setting("lastBatch", \.lastBatch, .word, "`drop` or `keep` the images that do not fill a batch"),
            Setting(
                "evaluation", \.evaluation, .word,
                "`resize` resizes an image straight to the square, for aligned faces; `crop` resizes its shorter side and "
                    + "cuts out the centre, as MAE does"),
            Setting(
                "labelSmoothing", \.labelSmoothing, .number(.belowOne),
                "share of the label that is spread over all classes"),
            Setting(
                "posWeight", \.positiveWeights, .flag, "also balances the positives within each action unit"),
            Setting(
                "classWeights", \.classWeights, .classWeights,
                "`inverse`: inversely proportional to the training counts, 1 for the most frequent; `none`; or a list of "
                    + "numbers"),
        ] + memory + checkpoints + teacher.map { $0.only { $0.kind == .distil } }

    private static let augmentation: [Setting<SupervisedStage>] = [
        Setting(
            "crop", \.crop, .optional(.object(from: CropSettings(scale: 0.08...1))),
            "the random crop: `scale` is its share of the area, `ratio` its width over its height; `null` takes the whole "
                + "image"),
        flipSetting,
        Setting(
            "randAug", \.randAugment,
            .optional(
                .pair(
                    .notNegative, example: { _ in "[9, 0.5]" },
                    make: { RandAugmentSetting(magnitude: $0, deviation: $1) },
                    parts: { ($0.magnitude, $0.deviation) })),
            "RandAug's magnitude and its deviation; `null` turns it off"),
        Setting("affine", \.affine, .flag, "small random rotations, shifts, scalings and slants"),
        Setting(
            "gamma", \.gamma, .optional(.number(.positive)), "the largest exponent of a random gamma curve"
        ).standard("off"),
        Setting("erasing", \.erasing, .number(.belowOne), "the probability of random erasing"),
        Setting("mixup", \.mixup, .number(.notNegative), "the α of mixup"),
        Setting("cutmix", \.cutmix, .number(.notNegative), "the α of CutMix"),
    ]

    private static let teacher: [Setting<SupervisedStage>] = [
        Setting(
            keys: ["teacher"], .word(["previous"]), "`previous`: the model of the stage before",
            read: { fields, _ in
                guard let field = fields.field("teacher"), let text = field.text(), text != "previous" else { return }
                field.note("must be \"previous\", the stage before, found \"\(text)\"")
            },
            write: { _ in ("teacher", .string("previous")) }),
        Setting("weight", \.teacherWeight, .number(.notNegative), "the weight of the teacher's term"),
        Setting(
            "temperature", \.temperature, .number(.positive),
            "T of the softmax that the teacher's and the student's outputs go through"),
        Setting(
            "view", \.teacherView, .word,
            "`augmented`: the teacher sees the student's augmented image; `clean`: it sees the image as in evaluation, "
                + "once, which is faster"),
    ]

    /// A `distil` stage has the teacher's, and need not name it.
    private static let dataSetting = Setting<SupervisedStage>(
        keys: ["data"], .other("the name of a data set with labels, or a list of it", examples: []),
        "the data set that is trained on",
        read: { fields, stage in
            guard fields.has("data") || stage.kind != .distil else { return }
            guard fields.required("data", example: "[\"faces\"]"), let field = fields.field("data") else { return }
            stage.data = DataReference.labelled(field) ?? DataReference(name: "")
        },
        write: { ("data", .list([.string($0.data.text)])) }
    ).standard("required")

    private static let taskSetting = Setting<SupervisedStage>(
        keys: ["task"], .list(.word(taskWords)), "the tasks: a word or a list",
        read: { fields, stage in
            guard fields.has("task") || stage.kind != .distil else { return }
            guard fields.required("task", example: "\"expression\""), let field = fields.field("task") else { return }
            let elements = field.elements?.map(\.node) ?? [field.node]
            stage.tasks = elements.compactMap { $0.text.flatMap(AffectTask.init(rawValue:)) }
            if stage.tasks.count != elements.count || stage.tasks.isEmpty || Set(stage.tasks).count != elements.count {
                let words = taskWords.map { "\"\($0)\"" }.joined(separator: ", ")
                field.note("must be of \(words), or a list of different ones, found \(field.node.value.shown)")
                stage.tasks = []
            }
        },
        write: { ("task", .list($0.tasks.map { .string($0.rawValue) })) }
    ).standard("required")

    private static let taskWords = AffectTask.allCases.map(\.rawValue)

    package func check(_ fields: FieldReader) {
        if mixup > 0 || cutmix > 0, kind == .distil, teacherView == .clean {
            fields.note("view", "a teacher that looks at the clean image cannot answer for a mixture of two")
        }
        checkTeacher(fields)
        checkSchedule(fields)
        checkFrozen(fields)
        if case .list = classWeights, tasks.filter({ $0 != .valenceArousal }).count != 1 {
            fields.note("classWeights", "a list needs a stage with one head that has classes or units")
        }
    }

    private func checkTeacher(_ fields: FieldReader) {
        guard kind == .distil, let previous = fields.context.previous else { return }
        if fields.has("data"), !data.name.isEmpty, data != previous.data {
            fields.note("data", "must be the teacher's, \"\(previous.data.text)\"; leave it out")
        }
        if fields.has("task"), !tasks.isEmpty, tasks != previous.tasks {
            fields.note("task", "must be the teacher's; leave it out")
        }
    }

    /// A frozen encoder sees each image once, as it is.
    private func checkFrozen(_ fields: FieldReader) {
        guard freezesEncoder else { return }
        let key = fields.has("freeze") ? "freeze" : "kind"
        if mixup > 0 || cutmix > 0 {
            fields.note(key, "a frozen encoder sees no mixture of two images; leave out mixup and cutmix")
        }
        if kind == .distil, teacherView == .augmented {
            fields.note(key, "a frozen encoder sees clean images, and so does its teacher: add view: \"clean\"")
        }
    }
}

extension SettingCodec<ClassWeightSetting> {
    fileprivate static var classWeights: SettingCodec {
        SettingCodec(
            domain: .other("`inverse`, `none`, or list of numbers", examples: ["\"none\"", "\"inverse\"", "[1, 2.5]"]),
            read: { field, _ in
                if let elements = field.elements {
                    let weights = elements.compactMap(\.node.value.number)
                    if weights.count != elements.count || !weights.allSatisfy({ $0 >= 0 && $0.isFinite })
                        || weights.isEmpty
                    {
                        field.note("expected numbers of at least 0, such as [1, 2.5], found \(field.node.value.shown)")
                    }
                    return .list(weights)
                }
                switch field.node.text {
                case "inverse": return .inverse
                case "none": return ClassWeightSetting.none
                default:
                    field.note("must be \"inverse\", \"none\" or a list of numbers, found \(field.node.value.shown)")
                    return nil
                }
            },
            write: { weights in
                switch weights {
                case .none: .string("none")
                case .inverse: .string("inverse")
                case .list(let values): .list(values.map { .number($0) })
                }
            })
    }
}
