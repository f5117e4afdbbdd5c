import Affect
import JSON5

extension Setting {
    /// The settings of expression classes, which lie beside the others of a data set.
    static func classes(
        _ place: WritableKeyPath<Owner, ExpressionClasses> & Sendable,
        drop: WritableKeyPath<Owner, [String]> & Sendable
    ) -> [Setting] {
        [
            Setting(
                "classes", place, .classes,
                "the classes in the order of the model's outputs, or an object from what the labels write to the class"
            ).standard("those that the labels hold"),
            Setting(
                "drop", drop, .texts(example: "[\"contempt\"]"),
                "classes whose images are left out"),
        ]
    }
}

extension SettingCodec<ExpressionClasses> {
    /// `classes` of a data set: a list of names in order, or an object from what is written to the name.
    fileprivate static var classes: SettingCodec {
        SettingCodec(
            domain: .other(
                "list of texts, or object of texts",
                examples: ["[\"x\", \"y\"]", "{ \"0\": \"x\", \"7\": \"y\", \"8\": \"y\" }"]),
            null: ExpressionClasses(),
            read: { field, current in
                var classes = current ?? ExpressionClasses()
                guard case .object(let object) = field.node.value else {
                    classes.names = field.texts(example: "[\"neutral\", \"happy\"]")
                    return classes
                }
                var names: [String] = []
                for member in object.members {
                    let field = SettingField(
                        node: member.node, path: "\(field.path).\(member.key)", context: field.context)
                    guard let name = member.node.text, !name.isEmpty else {
                        field.note("expected the class's name in quotes, found \(member.node.value.shown)")
                        continue
                    }
                    classes.written[member.key] = name
                    if !names.contains(name) { names.append(name) }
                }
                classes.names = names
                return classes
            },
            write: { classes in
                guard !classes.written.isEmpty else {
                    return classes.names.map { .list($0.map { .string($0) }) } ?? .null
                }
                // In the order of the names, which the object's order gives back.
                let order = classes.names ?? []
                let pairs = classes.written.sorted {
                    let a = order.firstIndex(of: $0.value) ?? 0
                    let b = order.firstIndex(of: $1.value) ?? 0
                    return a != b ? a < b : $0.key < $1.key
                }
                return .record(pairs.map { ($0.key, .string($0.value)) })
            })
    }
}

extension ExpressionClasses {
    /// Notes classes that leave nothing to tell apart.
    func check(_ fields: FieldReader) {
        if let names, names.filter({ !drop.contains($0) }).count < 2 {
            fields.note("classes", "should leave two classes at least")
        }
    }
}
