import JSON5

/// What reading a session needs to know besides its text.
struct ReadingContext {
    let problems: ProblemList
    /// What errors call the text.
    let file: String
    /// The absolute folder that relative paths are relative to.
    let folder: String
    let surroundings: Surroundings
    /// Of stages: the data sets of the session, the names that `data` has (of faulty ones, too), the model, and the stage
    /// with labels before this one.
    var data: [DataSource] = []
    var dataNames: [String] = []
    var model: ModelSettings?
    var previous: SupervisedStage?
}

/// Reads the keys of one object of a session, and notes a problem for every key that is wrong, missing or unknown.
package struct FieldReader {
    let object: JSON5Object
    let location: SourceLocation
    let path: String
    let context: ReadingContext
    /// The keys that were asked for, in that order.
    private var known: [String] = []

    /// The object of a value, or nil after a problem.
    init?(_ field: SettingField) {
        guard case .object(let object) = field.node.value else {
            field.note("expected an object in braces, found \(field.node.value.shown)")
            return nil
        }
        self.object = object
        location = field.node.location
        path = field.path
        context = field.context
    }

    /// Reads the settings of a record, whose values stay where the keys are left out or wrong.
    mutating func read<Record: SettingsRecord>(_ initial: Record) -> Record {
        var record = initial
        for setting in Record.settings { setting.read(&self, into: &record) }
        noteUnknownKeys()
        record.check(self)
        return record
    }

    func path(of key: String) -> String { path.isEmpty ? key : "\(path).\(key)" }

    func note(_ key: String, _ message: String) {
        context.problems.add(object[key]?.location ?? location, path(of: key), message)
    }

    /// Whether the key is there with a value other than null.
    func has(_ key: String) -> Bool {
        object[key].map { $0.value != .null } ?? false
    }

    /// The value of a key; null counts as absent.
    func field(_ key: String) -> SettingField? {
        guard let node = object[key], node.value != .null else { return nil }
        return SettingField(node: node, path: path(of: key), context: context)
    }

    /// Whether something in this object, or in a key of it, is wrong so far.
    func hasProblem(_ key: String? = nil) -> Bool {
        context.problems.hasProblem(in: key.map(path(of:)) ?? path)
    }

    mutating func expect(_ key: String) {
        if !known.contains(key) { known.append(key) }
    }

    /// Whether a key that has no default is there; notes a problem when not.
    mutating func required(_ key: String, example: String) -> Bool {
        expect(key)
        if !has(key) { noteMissing(key, example: example) }
        return has(key)
    }

    func noteMissing(_ key: String, example: String) {
        note(key, "is missing; for example \(key): \(example)")
    }

    private func noteUnknownKeys() {
        for member in object.members where !known.contains(member.key) {
            let advice =
                NearestKey.of(member.key, among: known).map { "did you mean `\($0)`?" }
                ?? "known here: \(known.joined(separator: ", "))"
            let location = member.node.location
            context.problems.add(
                location.isOption ? location : member.keyLocation, path(of: member.key),
                "there is no such key; \(advice)")
        }
    }

    /// Says that `kind` is none of those known.
    func noteKind(_ kind: String, known: [String]) {
        if let nearest = NearestKey.of(kind, among: known) {
            note("kind", "there is no kind \"\(kind)\"; did you mean \"\(nearest)\"?")
        } else {
            let quoted = known.map { "\"\($0)\"" }
            let list = quoted.dropLast().joined(separator: ", ") + " and \(quoted.last ?? "")"
            note("kind", "there is no kind \"\(kind)\"; this version has \(list)")
        }
    }
}

extension JSON5Node {
    /// The text of this value. On the command line quotes are optional, so that `name=7` gives a text as well.
    var text: String? {
        if case .string(let text) = value { return text }
        guard value.isScalar, value != .null, let text = location.optionValue, let first = text.first,
            !"[{".contains(first)
        else { return nil }
        return text
    }
}
