import Affect
import JSON5

/// The stages with labels of a session file.
extension SessionSchema {
    /// - Parameter previous: the stage with labels before this one; a `distil` stage is like it in all that it does not say.
    func supervised(
        _ fields: inout FieldReader, kind: StageKind, dataNames: [String], data: [DataSource],
        previous: SupervisedStage?
    ) -> SupervisedStage? {
        let isDistilling = kind == .distil
        if isDistilling, previous == nil {
            fields.note("kind", "\"distil\" needs a stage before it that trains its teacher, such as a \"finetune\"")
            return nil
        }
        let reference =
            fields.has("data") || previous == nil || !isDistilling
            ? labelledData(&fields, dataNames: dataNames, data: data) : previous?.data
        let tasks = fields.has("task") || previous == nil || !isDistilling ? tasks(&fields) : previous?.tasks
        var stage: SupervisedStage
        if isDistilling, let previous {
            stage = previous
            stage.kind = .distil
            teacher(&fields, &stage, previous: previous, data: reference, tasks: tasks)
        } else {
            stage = SupervisedStage(kind: kind, data: DataReference(name: ""), tasks: [])
        }
        if let reference { stage.data = reference }
        if let tasks { stage.tasks = tasks }
        schedule(&fields, &stage)
        augmentation(&fields, &stage)
        balance(&fields, &stage)
        upkeep(&fields, &stage)
        fields.finish()
        fields.checkSchedule(stage)
        checkFrozen(fields, stage)
        if case .list = stage.classWeights, stage.tasks.filter({ $0 != .valenceArousal }).count != 1 {
            fields.note("classWeights", "a list needs a stage with one head that has classes or units")
        }
        return reference == nil || tasks == nil ? nil : stage
    }

    private func teacher(
        _ fields: inout FieldReader, _ stage: inout SupervisedStage, previous: SupervisedStage, data: DataReference?,
        tasks: [AffectTask]?
    ) {
        if let text = fields.text("teacher"), text != "previous" {
            fields.note("teacher", "must be \"previous\", the stage before, found \"\(text)\"")
        }
        if let data, data != previous.data {
            fields.note("data", "must be the teacher's, \"\(previous.data.text)\"; leave it out")
        }
        if let tasks, tasks != previous.tasks { fields.note("task", "must be the teacher's; leave it out") }
        stage.teacherWeight = fields.number("weight", .notNegative, default: stage.teacherWeight)
        stage.temperature = fields.number("temperature", .positive, default: stage.temperature)
        stage.teacherView = fields.word("view", default: stage.teacherView)
    }

    /// A frozen encoder sees each image once, as it is.
    private func checkFrozen(_ fields: FieldReader, _ stage: SupervisedStage) {
        guard stage.freezesEncoder else { return }
        let key = fields.has("freeze") ? "freeze" : "kind"
        if stage.mixup > 0 || stage.cutmix > 0 {
            fields.note(key, "a frozen encoder sees no mixture of two images; leave out mixup and cutmix")
        }
        if stage.kind == .distil, stage.teacherView == .augmented {
            fields.note(key, "a frozen encoder sees clean images, and so does its teacher: add view: \"clean\"")
        }
    }

    private func schedule(_ fields: inout FieldReader, _ stage: inout SupervisedStage) {
        stage.seed = seed(&fields) ?? stage.seed
        stage.epochs = fields.integer("epochs", in: 1...1_000_000, default: stage.epochs)
        stage.warmup = fields.number("warmup", .notNegative, default: min(stage.warmup, Double(stage.epochs) / 10))
        stage.batch = fields.integer("batch", in: 2...1_048_576, default: stage.batch)
        stage.learningRate = learningRate(&fields, default: stage.learningRate)
        stage.minimumLearningRate = fields.number(
            "minLr", .notNegative, default: min(stage.minimumLearningRate, stage.peakLearningRate))
        stage.weightDecay = fields.number("weightDecay", .notNegative, default: stage.weightDecay)
        if let (first, second) = fields.pair("betas", .belowOne, example: "[0.9, 0.999]") {
            stage.betas = Betas(first: first, second: second)
        }
        stage.epsilon = fields.number("epsilon", .positive, default: stage.epsilon)
        stage.layerDecay = fields.number("layerDecay", .share, default: stage.layerDecay)
        stage.dropPath = fields.number("dropPath", .belowOne, default: stage.dropPath)
        let clip = fields.optionalNumber("clip", .positive)
        if fields.object["clip"] != nil { stage.gradientClip = clip }
        let decay = fields.optionalNumber("ema", .openUnit)
        if fields.object["ema"] != nil { stage.averageDecay = decay }
        stage.freezesEncoder = fields.flag("freeze", default: stage.freezesEncoder)
        stage.epochChoice = fields.word("epochChoice", default: stage.epochChoice)
    }

    private func augmentation(_ fields: inout FieldReader, _ stage: inout SupervisedStage) {
        if fields.node("crop") != nil {
            stage.crop = crop(&fields, default: stage.crop ?? CropSettings(scale: 0.08...1))
        } else if fields.object["crop"] != nil {
            stage.crop = nil
        }
        stage.flip = fields.flag("flip", default: stage.flip)
        // Null switches it off, so it is not the same as leaving the key out.
        if fields.node("randAug") != nil {
            if let (magnitude, deviation) = fields.pair("randAug", .notNegative, example: "[9, 0.5]") {
                stage.randAugment = RandAugmentSetting(magnitude: magnitude, deviation: deviation)
            }
        } else if fields.object["randAug"] != nil {
            stage.randAugment = nil
        }
        stage.affine = fields.flag("affine", default: stage.affine)
        let gamma = fields.optionalNumber("gamma", .positive)
        if fields.object["gamma"] != nil { stage.gamma = gamma }
        stage.erasing = fields.number("erasing", .belowOne, default: stage.erasing)
        stage.mixup = fields.number("mixup", .notNegative, default: stage.mixup)
        stage.cutmix = fields.number("cutmix", .notNegative, default: stage.cutmix)
        if stage.mixup > 0 || stage.cutmix > 0, stage.kind == .distil, stage.teacherView == .clean {
            fields.note("view", "a teacher that looks at the clean image cannot answer for a mixture of two")
        }
        stage.frameStride = fields.integer("frameStride", in: 1...100_000, default: stage.frameStride)
        stage.lastBatch = fields.word("lastBatch", default: stage.lastBatch)
        stage.evaluation = fields.word("evaluation", default: stage.evaluation)
    }

    private func balance(_ fields: inout FieldReader, _ stage: inout SupervisedStage) {
        stage.labelSmoothing = fields.number("labelSmoothing", .belowOne, default: stage.labelSmoothing)
        stage.positiveWeights = fields.flag("posWeight", default: stage.positiveWeights)
        guard let node = fields.node("classWeights") else { return }
        if case .array(let elements) = node.value {
            let weights = elements.compactMap(\.value.number)
            if weights.count != elements.count || !weights.allSatisfy({ $0 >= 0 && $0.isFinite }) || weights.isEmpty {
                fields.note(
                    "classWeights", "expected numbers of at least 0, such as [1, 2.5], found \(node.value.shown)")
            }
            stage.classWeights = .list(weights)
        } else if node.text == "inverse" {
            stage.classWeights = .inverse
        } else if node.text == "none" {
            stage.classWeights = .none
        } else {
            fields.note("classWeights", "must be \"inverse\", \"none\" or a list of numbers, found \(node.value.shown)")
        }
    }

    private func upkeep(_ fields: inout FieldReader, _ stage: inout SupervisedStage) {
        stage.microBatch = fields.optionalInteger("microBatch", in: 1...1_048_576) ?? stage.microBatch
        stage.workers = fields.optionalInteger("workers", in: 1...1024) ?? stage.workers
        stage.cacheMegabytes = fields.optionalInteger("cacheMegabytes", in: 0...16_777_216) ?? stage.cacheMegabytes
        let minutes = fields.optionalNumber("checkpointMinutes", .positive)
        if fields.object["checkpointMinutes"] != nil { stage.checkpointMinutes = minutes }
        stage.checkpointEpochs = fields.optionalInteger("checkpointEpochs", in: 1...1_000_000) ?? stage.checkpointEpochs
        stage.keep = fields.integer("keep", in: 0...1000, default: stage.keep)
    }

    /// The one data set of a stage with labels: its name, or a list of that name.
    private func labelledData(
        _ fields: inout FieldReader, dataNames: [String], data: [DataSource]
    ) -> DataReference? {
        guard fields.required("data", example: "[\"faces\"]"), let node = fields.node("data") else { return nil }
        var named = node
        if case .array(let elements) = node.value {
            guard elements.count == 1 else {
                fields.note("data", "a stage with labels has one data set, found \(node.value.shown)")
                return nil
            }
            named = elements[0]
        }
        guard let name = named.text else {
            fields.note("data", "expected the name of a data set, found \(named.value.shown)")
            return nil
        }
        guard dataNames.contains(name) else {
            let advice =
                NearestKey.of(name, among: dataNames).map { "did you mean \"\($0)\"?" }
                ?? "`data` has \(dataNames.isEmpty ? "none" : dataNames.joined(separator: ", "))"
            fields.note("data", "there is no data set \"\(name)\"; \(advice)")
            return nil
        }
        // A data set whose own description is wrong was complained about there.
        guard let source = data.first(where: { $0.name == name }) else { return nil }
        guard source.isLabelled else {
            fields.note("data", "\"\(name)\" has no labels; use kind \"table\", \"classes\" or \"affWild2\"")
            return nil
        }
        return DataReference(name: name)
    }

    /// `task`: a word, or a list of words for several heads.
    private func tasks(_ fields: inout FieldReader) -> [AffectTask]? {
        let words = AffectTask.allCases.map { "\"\($0.rawValue)\"" }.joined(separator: ", ")
        guard fields.required("task", example: "\"expression\""), let node = fields.node("task") else { return nil }
        var elements = [node]
        if case .array(let several) = node.value { elements = several }
        let tasks = elements.compactMap { $0.text.flatMap(AffectTask.init(rawValue:)) }
        guard tasks.count == elements.count, !tasks.isEmpty, Set(tasks).count == tasks.count else {
            fields.note("task", "must be of \(words), or a list of different ones, found \(node.value.shown)")
            return nil
        }
        return tasks
    }
}

extension SupervisedStage {
    var resolved: JSON5Value {
        let rate: (String, JSON5Value) =
            switch learningRate {
            case .absolute(let value): ("lr", .number(value))
            case .base(let value): ("baseLr", .number(value))
            }
        let weights: JSON5Value =
            switch classWeights {
            case .none: .string("none")
            case .inverse: .string("inverse")
            case .list(let values): .list(values.map { .number($0) })
            }
        func optional(_ value: Double?) -> JSON5Value { value.map { .number($0) } ?? .null }
        func whole(_ value: Int?) -> JSON5Value { value.map { .whole($0) } ?? .null }
        var members: [(String, JSON5Value)] = [
            ("kind", .string(kind.rawValue)),
            ("data", .list([.string(data.text)])),
            ("task", .list(tasks.map { .string($0.rawValue) })),
            ("seed", resolvedSeed),
            ("epochs", .whole(epochs)), ("warmup", .number(warmup)), ("batch", .whole(batch)), rate,
            ("minLr", .number(minimumLearningRate)), ("weightDecay", .number(weightDecay)),
            ("betas", .list([.number(betas.first), .number(betas.second)])), ("epsilon", .number(epsilon)),
            ("layerDecay", .number(layerDecay)), ("dropPath", .number(dropPath)), ("clip", optional(gradientClip)),
            ("ema", optional(averageDecay)), ("freeze", .boolean(freezesEncoder)),
            ("epochChoice", .string(epochChoice.rawValue)),
            (
                "crop",
                crop.map { .record([("scale", .range($0.scale)), ("ratio", .range($0.ratio))]) } ?? .null
            ),
            ("flip", .boolean(flip)),
            ("randAug", randAugment.map { .list([.number($0.magnitude), .number($0.deviation)]) } ?? .null),
            ("affine", .boolean(affine)), ("gamma", optional(gamma)), ("erasing", .number(erasing)),
            ("mixup", .number(mixup)), ("cutmix", .number(cutmix)), ("frameStride", .whole(frameStride)),
            ("lastBatch", .string(lastBatch.rawValue)), ("evaluation", .string(evaluation.rawValue)),
            ("labelSmoothing", .number(labelSmoothing)), ("posWeight", .boolean(positiveWeights)),
            ("classWeights", weights), ("microBatch", whole(microBatch)), ("workers", whole(workers)),
            ("cacheMegabytes", whole(cacheMegabytes)), ("checkpointMinutes", optional(checkpointMinutes)),
            ("checkpointEpochs", whole(checkpointEpochs)), ("keep", .whole(keep)),
        ]
        if kind == .distil {
            members += [
                ("teacher", .string("previous")), ("weight", .number(teacherWeight)),
                ("temperature", .number(temperature)), ("view", .string(teacherView.rawValue)),
            ]
        }
        return .record(members)
    }
}
