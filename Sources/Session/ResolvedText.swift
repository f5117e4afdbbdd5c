import JSON5

/// Writing sessions.
extension Session {
    /// The session as JSON with every default written out and every path absolute: what the store keeps of a run.
    ///
    /// Reading it gives this session again, on any machine and with any environment.
    public var resolvedText: String {
        JSON5Writer.text(
            .record([
                ("name", .string(name)),
                ("seed", .integer(Int64(clamping: seed))),
                ("model", model.resolved),
                ("data", .record(data.map { ($0.name, $0.resolved) })),
                ("folds", folds.map(\.resolved) ?? .null),
                ("stages", .list(stages.map(\.resolved))),
            ]))
    }
}

extension Session {
    /// The settings that the weights of a stage follow from, of that stage alone, as text: where it begins, how it is
    /// watched and how many threads read images is left out.
    public func consequentialText(ofStage index: Int) -> String {
        let inconsequential: Set<String> = [
            "seed",  // which stands before
            "workers", "cacheMegabytes", "checkpointMinutes", "checkpointEpochs", "keep", "previewEpochs",
            "previewSamples",
        ]
        var model = model
        model.initialWeights = nil
        model.initialKey = nil
        let stage = stages[index]
        let names = Set(stage.data.map(\.name))
        return JSON5Writer.text(
            .record([
                ("seed", .integer(Int64(clamping: seed(ofStage: index)))), ("model", model.resolved),
                ("data", .record(data.filter { names.contains($0.name) }.map { ($0.name, $0.resolved) })),
                ("stage", stage.resolved.without(inconsequential)),
            ]))
    }
}

extension ModelSettings {
    var resolved: JSON5Value {
        .record([
            ("encoder", .string(encoder.encoderName)),
            ("decoder", .string(decoder.decoderName)),
            ("image", .whole(image)),
            ("patch", .whole(patch)),
            (
                "init",
                initialKey.map { .record([("weights", .path(initialWeights)), ("key", .string($0))]) }
                    ?? .path(initialWeights)
            ),
            ("normalisation", .string(normalisation.rawValue)),
        ])
    }
}

extension DataSource {
    var resolved: JSON5Value {
        let members: [(String, JSON5Value)] =
            switch content {
            case .folder(let folder): [("paths", .list(folder.paths.map { .path($0) }))]
            case .rendered(let rendered):
                [
                    ("identities", .whole(rendered.identities)),
                    ("photosPerIdentity", .whole(rendered.photosPerIdentity)),
                    ("side", .whole(rendered.side)),
                    ("seed", .integer(Int64(clamping: rendered.seed))),
                    ("path", .path(rendered.path)),
                ]
            case .classes(let classes): classes.resolved
            case .table(let table): table.resolved
            case .affWild2(let copy): copy.resolved
            case .renderedVideos(let rendered): rendered.resolved
            }
        return .record([("kind", .string(kind))] + members)
    }
}

extension FoldSettings {
    var resolved: JSON5Value {
        switch self {
        case .grouped(let count, let group, let seed):
            .record([
                ("count", .whole(count)), ("group", .string(group)), ("seed", .integer(Int64(clamping: seed))),
            ])
        case .official: .string("official")
        case .file(let path): .path(path)
        }
    }
}

extension Stage {
    var resolved: JSON5Value {
        switch self {
        case .pretrain(let stage): stage.resolved
        case .supervised(let stage): stage.resolved
        }
    }
}

extension OptimisedStage {
    var resolvedSeed: JSON5Value { seed.map { .integer(Int64(clamping: $0)) } ?? .null }
}

extension PretrainStage {
    var resolved: JSON5Value {
        let rate: (String, JSON5Value) =
            switch learningRate {
            case .absolute(let value): ("lr", .number(value))
            case .base(let value): ("baseLr", .number(value))
            }
        return .record([
            ("kind", .string(StageKind.pretrain.rawValue)),
            ("data", .list(data.map { .string($0.text) })),
            ("seed", resolvedSeed),
            ("epochs", .whole(epochs)),
            ("warmup", .number(warmup)),
            ("batch", .whole(batch)),
            rate,
            ("minLr", .number(minimumLearningRate)),
            ("weightDecay", .number(weightDecay)),
            ("betas", .list([.number(betas.first), .number(betas.second)])),
            ("epsilon", .number(epsilon)),
            ("mask", .number(maskRatio)),
            ("loss", .string(loss.rawValue)),
            ("crop", .record([("scale", .range(crop.scale)), ("ratio", .range(crop.ratio))])),
            ("flip", .boolean(flip)),
            ("clip", gradientClip.map { .number($0) } ?? .null),
            ("microBatch", microBatch.map { .whole($0) } ?? .null),
            ("workers", workers.map { .whole($0) } ?? .null),
            ("cacheMegabytes", cacheMegabytes.map { .whole($0) } ?? .null),
            ("reducedDecode", .boolean(reducedDecode)),
            ("checkpointMinutes", checkpointMinutes.map { .number($0) } ?? .null),
            ("checkpointEpochs", checkpointEpochs.map { .whole($0) } ?? .null),
            ("keep", .whole(keep)),
            ("previewEpochs", .whole(previewEpochs)),
            ("previewSamples", .whole(previewSamples)),
        ])
    }
}

extension JSON5Value {
    static func record(_ members: [(String, JSON5Value)]) -> JSON5Value {
        let nowhere = SourceLocation(file: "")
        return .object(
            JSON5Object(
                uniqueMembers: members.map {
                    JSON5Object.Member(key: $0.0, keyLocation: nowhere, node: JSON5Node($0.1, at: nowhere))
                }))
    }

    /// An object without some of its keys.
    func without(_ keys: Set<String>) -> JSON5Value {
        guard case .object(let object) = self else { return self }
        return .object(JSON5Object(uniqueMembers: object.members.filter { !keys.contains($0.key) }))
    }

    static func list(_ elements: [JSON5Value]) -> JSON5Value { .array(elements.map { JSON5Node($0) }) }

    static func whole(_ number: Int) -> JSON5Value { .integer(Int64(number)) }

    static func range(_ range: ClosedRange<Double>) -> JSON5Value {
        .list([.number(range.lowerBound), .number(range.upperBound)])
    }

    static func path(_ path: String?) -> JSON5Value { path.map { .string(SessionPath.escaped($0)) } ?? .null }
}
