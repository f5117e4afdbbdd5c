import JSON5

extension SettingCodec<[DataSource]> {
    /// The `data` of a session: named data sets, each with the settings of its kind.
    static var sources: SettingCodec {
        let example = "{ photos: { kind: \"folder\", path: \"...\" } }"
        return SettingCodec(
            domain: .other("object: a data set for each name", examples: []),
            read: { field, _ in
                guard case .object(let object) = field.node.value else {
                    field.note(
                        "expected named data sets in braces, such as \(example), found \(field.node.value.shown)")
                    return nil
                }
                if object.members.isEmpty { field.note("names no data set; for example \(example)") }
                return object.members.compactMap { member in
                    let path = "data.\(member.key)"
                    if member.key.isEmpty || member.key.contains(where: { ":.[]=\"".contains($0) || $0.isNewline }) {
                        field.context.problems.add(
                            member.keyLocation, path,
                            "a data set's name may not be empty or contain : . [ ] = or quotes")
                        return nil
                    }
                    return DataSource(
                        member.key, SettingField(node: member.node, path: path, context: field.context))
                }
            },
            write: { .record($0.map { ($0.name, $0.resolved) }) })
    }
}

extension DataSource {
    /// Reads a data set; nil after a problem with its kind.
    fileprivate init?(_ name: String, _ field: SettingField) {
        guard var fields = FieldReader(field), fields.required("kind", example: "\"folder\""),
            let kind = fields.field("kind")?.text()
        else { return nil }
        guard let record = DataKinds.all.first(where: { $0.kind == kind }) else {
            fields.noteKind(kind, known: DataKinds.all.map { $0.kind })
            return nil
        }
        self.init(name: name, content: record.read(&fields))
    }

    var resolved: JSON5Value {
        .record([("kind", .string(kind))] + content.members())
    }
}
