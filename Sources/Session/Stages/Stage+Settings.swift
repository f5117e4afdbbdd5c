import JSON5

extension SettingCodec<[Stage]> {
    /// The `stages` of a session: a list, each with the settings of its kind.
    static var stages: SettingCodec {
        let example = "[{ kind: \"pretrain\", data: [\"photos\"] }]"
        return SettingCodec(
            domain: .other("list of stages", examples: []),
            read: { field, _ in
                guard let elements = field.elements, !elements.isEmpty else {
                    field.note("expected a list of stages, such as \(example), found \(field.node.value.shown)")
                    return nil
                }
                var context = field.context
                return elements.compactMap { element in
                    let stage = Stage(SettingField(node: element.node, path: element.path, context: context))
                    if let supervised = stage?.supervised { context.previous = supervised }
                    return stage
                }
            },
            write: { .list($0.map(\.resolved)) })
    }
}

extension Stage {
    /// Reads a stage; nil after a problem with its kind, data or tasks, which leaves nothing to compare later stages with.
    fileprivate init?(_ field: SettingField) {
        guard var fields = FieldReader(field), fields.required("kind", example: "\"pretrain\""),
            let text = fields.field("kind")?.text()
        else { return nil }
        guard let kind = StageKind(rawValue: text) else {
            fields.noteKind(text, known: StageKind.allCases.map(\.rawValue))
            return nil
        }
        if kind == .pretrain {
            self = .pretrain(PretrainStage.read(&fields))
            return
        }
        var stage = SupervisedStage.initial
        if kind == .distil {
            // It is like the stage before in all that it does not say.
            guard let previous = fields.context.previous else {
                fields.note(
                    "kind", "\"distil\" needs a stage before it that trains its teacher, such as a \"finetune\"")
                return nil
            }
            stage = previous
        }
        stage.kind = kind
        stage = fields.read(stage)
        if stage.data.name.isEmpty || stage.tasks.isEmpty { return nil }
        self = .supervised(stage)
    }

    /// - Parameter isIncluded: of the settings' consequences.
    func resolved(where isIncluded: (Consequence) -> Bool) -> JSON5Value {
        let members =
            switch self {
            case .pretrain(let stage): stage.members(where: isIncluded)
            case .supervised(let stage): stage.members(where: isIncluded)
            }
        return .record([("kind", .string(kind.rawValue))] + members)
    }

    var resolved: JSON5Value { resolved { _ in true } }
}
