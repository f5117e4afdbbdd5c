import Affect
import JSON5

/// A data set named by a stage: `"photos"`, or one split of it, `"ck:train"`.
public struct DataReference: Equatable, Hashable, Sendable {
    public var name: String
    /// `training`: only what is trained on, of each fold where there are folds; nil: all.
    public var split: Split?

    public init(name: String, split: Split? = nil) {
        self.name = name
        self.split = split
    }

    /// As the session file writes it.
    public var text: String {
        if let split { "\(name):\(split.rawValue)" } else { name }
    }
}

extension SettingCodec<[DataReference]> {
    /// The `data` of a stage of pre-training: a list of names, or one name.
    static var references: SettingCodec {
        SettingCodec(
            domain: .other("list of names of `data`, or one name", examples: []),
            read: { field, _ in
                let entries: [SettingField]
                switch field.node.value {
                case .array(let elements) where !elements.isEmpty: entries = field.elements ?? []
                case .string: entries = [field]
                default:
                    field.note("expected a list of names, such as [\"photos\"], found \(field.node.value.shown)")
                    return nil
                }
                var references: [DataReference] = []
                for entry in entries {
                    guard let reference = DataReference(entry) else { continue }
                    if references.contains(reference) {
                        entry.note("names \"\(reference.text)\" a second time")
                    } else {
                        references.append(reference)
                    }
                }
                return references
            },
            write: { .list($0.map { .string($0.text) }) })
    }
}

extension DataReference {
    /// Reads a name with or without a split; nil after a problem.
    fileprivate init?(_ field: SettingField) {
        guard let text = field.dataText() else { return nil }
        let parts = text.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
        guard field.isDataName(parts[0]) else { return nil }
        guard parts.count == 2 else {
            self.init(name: parts[0])
            return
        }
        guard let source = field.context.data.first(where: { $0.name == parts[0] }) else { return nil }
        guard source.isLabelled else {
            field.note("\"\(parts[0])\" has no splits, since it has no labels; write \"\(parts[0])\" alone")
            return nil
        }
        guard parts[1] == Split.training.rawValue else {
            field.note(
                "pre-training knows \"\(parts[0]):\(Split.training.rawValue)\", what is trained on, and \"\(parts[0])\", all of it"
            )
            return nil
        }
        self.init(name: parts[0], split: .training)
    }

    /// Reads the one data set of a stage with labels: its name, or a list of that name; nil after a problem.
    static func labelled(_ field: SettingField) -> DataReference? {
        var named = field
        if let elements = field.elements {
            guard elements.count == 1 else {
                field.note("a stage with labels has one data set, found \(field.node.value.shown)")
                return nil
            }
            // Named by the key, since there is only one.
            named = SettingField(node: elements[0].node, path: field.path, context: field.context)
        }
        guard let name = named.dataText(), named.isDataName(name) else { return nil }
        // A data set whose own description is wrong was complained about there.
        guard let source = field.context.data.first(where: { $0.name == name }) else { return nil }
        guard source.isLabelled else {
            field.note("\"\(name)\" has no labels; use kind \"table\", \"classes\" or \"affWild2\"")
            return nil
        }
        return DataReference(name: name)
    }
}

extension SettingField {
    fileprivate func dataText() -> String? {
        if node.text == nil { note("expected the name of a data set, found \(node.value.shown)") }
        return node.text
    }

    fileprivate func isDataName(_ name: String) -> Bool {
        let names = context.dataNames
        if names.contains(name) { return true }
        let advice =
            NearestKey.of(name, among: names).map { "did you mean \"\($0)\"?" }
            ?? "`data` has \(names.isEmpty ? "none" : names.joined(separator: ", "))"
        note("there is no data set \"\(name)\"; \(advice)")
        return false
    }
}
