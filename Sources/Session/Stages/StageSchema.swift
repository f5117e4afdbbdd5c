import Affect
import JSON5

/// The `stages` of a session file.
extension SessionSchema {
    func stages(_ fields: inout FieldReader, data: [DataSource], model: ModelSettings?) -> [Stage] {
        let example = "[{ kind: \"pretrain\", data: [\"photos\"] }]"
        guard fields.required("stages", example: example), let node = fields.node("stages") else { return [] }
        guard case .array(let elements) = node.value, !elements.isEmpty else {
            fields.note("stages", "expected a list of stages, such as \(example), found \(node.value.shown)")
            return []
        }
        // A data set whose own description is wrong is still a name that a stage may use.
        var names = data.map(\.name)
        if case .object(let object)? = fields.object["data"]?.value { names = object.members.map(\.key) }
        var previous: SupervisedStage?
        return elements.enumerated().compactMap { index, element in
            let stage = stage(
                element, path: "stages[\(index)]", dataNames: names, data: data, model: model, previous: previous)
            if let supervised = stage?.supervised { previous = supervised }
            return stage
        }
    }

    private func stage(
        _ node: JSON5Node, path: String, dataNames: [String], data: [DataSource], model: ModelSettings?,
        previous: SupervisedStage?
    ) -> Stage? {
        guard var fields = FieldReader(node, path: path, problems: problems),
            fields.required("kind", example: "\"pretrain\""), let text = fields.text("kind")
        else { return nil }
        guard let kind = StageKind(rawValue: text) else {
            noteKind(fields, text, known: StageKind.allCases.map(\.rawValue), later: [])
            return nil
        }
        if kind == .pretrain { return .pretrain(pretrain(&fields, dataNames: dataNames, data: data, model: model)) }
        return supervised(&fields, kind: kind, dataNames: dataNames, data: data, previous: previous).map {
            .supervised($0)
        }
    }

    private func pretrain(
        _ fields: inout FieldReader, dataNames: [String], data: [DataSource], model: ModelSettings?
    ) -> PretrainStage {
        var stage = PretrainStage(data: references(&fields, dataNames: dataNames, data: data))
        stage.seed = seed(&fields)
        stage.epochs = fields.integer("epochs", in: 1...1_000_000, default: stage.epochs)
        stage.warmup = fields.number("warmup", .notNegative, default: min(stage.warmup, Double(stage.epochs) / 20))
        stage.batch = fields.integer("batch", in: 1...1_048_576, default: stage.batch)
        stage.learningRate = learningRate(&fields, default: stage.learningRate)
        stage.minimumLearningRate = fields.number("minLr", .notNegative, default: stage.minimumLearningRate)
        stage.weightDecay = fields.number("weightDecay", .notNegative, default: stage.weightDecay)
        if let (first, second) = fields.pair("betas", .belowOne, example: "[0.9, 0.95]") {
            stage.betas = Betas(first: first, second: second)
        }
        stage.epsilon = fields.number("epsilon", .positive, default: stage.epsilon)
        stage.maskRatio = fields.number("mask", .openUnit, default: stage.maskRatio)
        stage.loss = fields.word("loss", default: stage.loss)
        stage.crop = crop(&fields, default: stage.crop)
        stage.flip = fields.flag("flip", default: stage.flip)
        stage.gradientClip = fields.optionalNumber("clip", .positive)
        stage.microBatch = fields.optionalInteger("microBatch", in: 1...1_048_576)
        stage.workers = fields.optionalInteger("workers", in: 1...1024)
        stage.cacheMegabytes = fields.optionalInteger("cacheMegabytes", in: 0...16_777_216)
        stage.reducedDecode = fields.flag("reducedDecode", default: stage.reducedDecode)
        checkpoints(&fields, &stage)
        fields.finish()
        checkTogether(fields, stage, model)
        return stage
    }

    func seed(_ fields: inout FieldReader) -> UInt64? {
        fields.optionalInteger("seed", in: 0...Int.max).map(UInt64.init)
    }

    func learningRate(
        _ fields: inout FieldReader, default standard: LearningRateSetting
    ) -> LearningRateSetting {
        let absolute = fields.optionalNumber("lr", .positive)
        let base = fields.optionalNumber("baseLr", .positive)
        if fields.has("lr"), fields.has("baseLr") {
            fields.note("baseLr", "cannot stand beside `lr`; `lr` is used as it is, `baseLr` is times batch / 256")
        }
        if let absolute { return .absolute(absolute) }
        return base.map { .base($0) } ?? standard
    }

    func crop(_ fields: inout FieldReader, default standard: CropSettings) -> CropSettings {
        guard let node = fields.node("crop"),
            var inner = FieldReader(node, path: fields.path(of: "crop"), problems: problems)
        else { return standard }
        let crop = CropSettings(
            scale: inner.range("scale", .share, default: standard.scale),
            ratio: inner.range("ratio", .positive, default: standard.ratio))
        inner.finish()
        return crop
    }

    private func checkpoints(_ fields: inout FieldReader, _ stage: inout PretrainStage) {
        // Null switches checkpoints by time off, so it is not the same as leaving the key out.
        let minutes = fields.optionalNumber("checkpointMinutes", .positive)
        if fields.object["checkpointMinutes"] != nil { stage.checkpointMinutes = minutes }
        stage.checkpointEpochs = fields.optionalInteger("checkpointEpochs", in: 1...1_000_000)
        stage.keep = fields.integer("keep", in: 0...1000, default: stage.keep)
        stage.previewEpochs = fields.integer("previewEpochs", in: 0...1_000_000, default: stage.previewEpochs)
        stage.previewSamples = fields.integer("previewSamples", in: 1...64, default: stage.previewSamples)
    }

    /// What single keys cannot tell.
    private func checkTogether(_ fields: FieldReader, _ stage: PretrainStage, _ model: ModelSettings?) {
        fields.checkSchedule(stage)
        if let microBatch = stage.microBatch, microBatch > stage.batch {
            fields.note("microBatch", "is larger than the batch of \(stage.batch)")
        }
        if let model, model.image.isMultiple(of: model.patch), model.patches > 1 {
            let visible = model.visiblePatches(maskRatio: stage.maskRatio)
            if visible == 0 || visible == model.patches {
                fields.note(
                    "mask",
                    "leaves \(visible == 0 ? "no patch" : "every patch") of \(model.patches) visible; "
                        + "choose a \(visible == 0 ? "smaller" : "larger") share")
            }
        }
    }

    /// The `data` of a stage: a list of names, or one name.
    private func references(
        _ fields: inout FieldReader, dataNames: [String], data: [DataSource]
    ) -> [DataReference] {
        guard fields.required("data", example: "[\"photos\"]"), let node = fields.node("data") else { return [] }
        let entries: [(node: JSON5Node, path: String)]
        switch node.value {
        case .array(let elements) where !elements.isEmpty:
            entries = elements.enumerated().map { ($1, fields.path(of: "data") + "[\($0)]") }
        case .string:
            entries = [(node, fields.path(of: "data"))]
        default:
            fields.note("data", "expected a list of names, such as [\"photos\"], found \(node.value.shown)")
            return []
        }
        var references: [DataReference] = []
        for entry in entries {
            guard let reference = reference(entry.node, path: entry.path, dataNames: dataNames, data: data) else {
                continue
            }
            if references.contains(reference) {
                problems.add(entry.node.location, entry.path, "names \"\(reference.text)\" a second time")
            } else {
                references.append(reference)
            }
        }
        return references
    }

    private func reference(
        _ node: JSON5Node, path: String, dataNames: [String], data: [DataSource]
    ) -> DataReference? {
        guard let text = node.text else {
            problems.add(node.location, path, "expected the name of a data set, found \(node.value.shown)")
            return nil
        }
        let parts = text.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
        guard dataNames.contains(parts[0]) else {
            let advice =
                NearestKey.of(parts[0], among: dataNames).map { "did you mean \"\($0)\"?" }
                ?? "`data` has \(dataNames.isEmpty ? "none" : dataNames.joined(separator: ", "))"
            problems.add(node.location, path, "there is no data set \"\(parts[0])\"; \(advice)")
            return nil
        }
        guard parts.count == 2 else { return DataReference(name: parts[0]) }
        guard let source = data.first(where: { $0.name == parts[0] }) else { return nil }
        guard source.isLabelled else {
            problems.add(
                node.location, path,
                "\"\(parts[0])\" has no splits, since it has no labels; write \"\(parts[0])\" alone")
            return nil
        }
        guard parts[1] == Split.training.rawValue else {
            problems.add(
                node.location, path,
                "pre-training knows \"\(parts[0]):\(Split.training.rawValue)\", what is trained on, and "
                    + "\"\(parts[0])\", all of it")
            return nil
        }
        return DataReference(name: parts[0], split: .training)
    }
}

extension FieldReader {
    /// What single keys of a stage cannot tell of its learning rates.
    func checkSchedule(_ stage: some OptimisedStage) {
        if stage.warmup > Double(stage.epochs) {
            note(
                has("warmup") ? "warmup" : "epochs",
                "a warm-up of \(JSON5Writer.shortNumber(stage.warmup)) epochs is longer than the stage's \(stage.epochs)"
            )
        }
        if stage.minimumLearningRate > stage.peakLearningRate {
            note("minLr", "is above the highest learning rate, \(stage.peakLearningRate)")
        }
    }
}
