import JSON5

/// One setting of a session, declared once: its key, where it lies in the value that holds it, how it is written, what it
/// is, and its default. Reading, the resolved text, the identity of a stage, forms and the tables of the documents all
/// come from it.
package struct Setting<Owner: Sendable>: Sendable {
    private(set) var description: SettingDescription
    /// Sets the default that depends on settings before it.
    private var prepare: (@Sendable (inout Owner, FieldReader) -> Void)?
    private var applies: @Sendable (Owner) -> Bool = { _ in true }
    private var isWritten: @Sendable (Owner) -> Bool = { _ in true }
    private let take: @Sendable (inout FieldReader, inout Owner) -> Void
    private let give: @Sendable (Owner) -> [(String, JSON5Value)]

    /// A setting with one key and one value.
    init<Value: Sendable>(
        _ key: String, _ place: WritableKeyPath<Owner, Value> & Sendable, _ codec: SettingCodec<Value>,
        _ summary: String
    ) {
        description = SettingDescription(
            keys: [key], summary: summary, domain: codec.domain, takesNull: codec.null != nil)
        take = { fields, owner in
            guard let node = fields.object[key] else { return }
            if node.value != .null {
                let field = SettingField(node: node, path: fields.path(of: key), context: fields.context)
                if let value = codec.read(field, owner[keyPath: place]) { owner[keyPath: place] = value }
            } else if let null = codec.null {
                owner[keyPath: place] = null
            } else {
                fields.note(key, "expected a value, found null; leave the key out for the default")
            }
        }
        give = { [(key, codec.write($0[keyPath: place]))] }
    }

    /// A setting with keys that exclude each other, or one whose value is read with others in view.
    init(
        keys: [String], _ domain: SettingDomain, _ summary: String,
        read: @escaping @Sendable (inout FieldReader, inout Owner) -> Void,
        write: @escaping @Sendable (Owner) -> (key: String, value: JSON5Value)
    ) {
        description = SettingDescription(keys: keys, summary: summary, domain: domain)
        take = read
        give = { owner in
            let (key, value) = write(owner)
            return [(key, value)]
        }
    }

    /// Reads the setting into its owner, or notes what is wrong with it and leaves the owner as it is.
    func read(_ fields: inout FieldReader, into owner: inout Owner) {
        guard applies(owner) else { return }
        description.keys.forEach { fields.expect($0) }
        prepare?(&owner, fields)
        if let example = description.required {
            guard fields.required(description.key, example: example) else { return }
        }
        take(&fields, &owner)
    }

    /// The member that the resolved text has for it; none where it has no meaning for its owner.
    func members(of owner: Owner) -> [(String, JSON5Value)] {
        applies(owner) && isWritten(owner) ? give(owner) : []
    }

    /// What it is, with its value in `owner` as the default; nil where it has no meaning for the owner.
    func description(in owner: Owner) -> SettingDescription? {
        guard applies(owner) else { return nil }
        var description = description
        if let (key, value) = give(owner).first {
            description.standardKey = key
            description.standard = value
        }
        return description
    }

    // MARK: What few settings need

    private func with(_ change: (inout Setting) -> Void) -> Setting {
        var setting = self
        change(&setting)
        return setting
    }

    /// It has no default; the example stands in the message when it is missing.
    func required(_ example: String) -> Setting { with { $0.description.required = example } }

    /// What its default is in words, where a value does not say it.
    func standard(_ words: String) -> Setting { with { $0.description.standardWords = words } }

    /// Its default follows from what was read before it.
    func standard(_ words: String? = nil, _ prepare: @escaping @Sendable (inout Owner, FieldReader) -> Void) -> Setting
    {
        with {
            $0.description.standardWords = words
            $0.prepare = prepare
        }
    }

    func consequence(_ consequence: Consequence) -> Setting { with { $0.description.consequence = consequence } }

    /// It is a setting of some owners only; for the others its key does not exist.
    func only(_ applies: @escaping @Sendable (Owner) -> Bool) -> Setting { with { $0.applies = applies } }

    /// It has a default only in some owners, for which the resolved text has it.
    func written(_ isWritten: @escaping @Sendable (Owner) -> Bool) -> Setting { with { $0.isWritten = isWritten } }
}

/// Whether the weights that a stage leaves follow from a setting.
public enum Consequence: Sendable {
    /// They do, so that it is part of what a stage is reused by.
    case weights
    /// They do not: it says how training is watched, kept or sped up.
    case none
    /// They do, and what a stage is reused by has what follows from it: the seed, the content of a file, the images of a fold.
    case indirect
}

/// A value of the session whose settings are declared one by one.
package protocol SettingsRecord: Sendable {
    /// In the order of the resolved text.
    static var settings: [Setting<Self>] { get }
    /// With all defaults; what has to be given is empty.
    static var initial: Self { get }
    /// Notes what single settings cannot tell.
    func check(_ fields: FieldReader)
}

extension SettingsRecord {
    package func check(_ fields: FieldReader) {}

    /// What the settings are, for forms and documents.
    static var descriptions: [SettingDescription] { initial.descriptions }

    /// The same, of the settings that this value has, which are the defaults.
    var descriptions: [SettingDescription] { Self.settings.compactMap { $0.description(in: self) } }

    /// The members of the resolved text.
    /// - Parameter isIncluded: of the settings' consequences.
    func members(where isIncluded: (Consequence) -> Bool = { _ in true }) -> [(String, JSON5Value)] {
        Self.settings.filter { isIncluded($0.description.consequence) }.flatMap { $0.members(of: self) }
    }

    var resolved: JSON5Value { .record(members()) }

    static func read(_ fields: inout FieldReader) -> Self { fields.read(initial) }
}
