import Testing

@testable import JSON5
@testable import Session

/// A session in which every kind of stage and of data set occurs, so that every setting has a place.
private let everything = """
    {
      name: "all", seed: 1,
      model: { encoder: "vit-micro", decoder: "64d1b", image: 64, patch: 16 },
      data: {
        folder: { kind: "folder", path: "/photos" },
        rendered: { kind: "rendered" },
        classes: { kind: "classes", path: "/classes" },
        table: { kind: "table", path: "/t.csv", expression: "e", valence: "v", arousal: "a", units: ["AU*"] },
        affWild2: { kind: "affWild2", path: "/w", tracks: ["actionUnits"] },
        renderedVideos: { kind: "renderedVideos" },
      },
      folds: { count: 4, group: "subject" },
      stages: [
        {
          kind: "pretrain", data: ["folder", "rendered", "classes", "table", "affWild2", "renderedVideos"], warmup: 1,
        },
        { kind: "supervise", data: ["classes"], task: "expression", warmup: 1, minLr: 0 },
        { kind: "finetune", data: ["table"], task: "expression", warmup: 1, minLr: 0 },
        { kind: "finetune", data: ["table"], task: "expression", warmup: 1, minLr: 0 },
        { kind: "distil" },
      ],
    }
    """

/// A place in the session that has the settings of a table.
private struct Place: CustomTestStringConvertible, Sendable {
    let table: SettingsTable
    /// Keys and, as numbers, positions in lists.
    let path: [String]
    /// The stage whose weights follow from it.
    let stage: Int

    var testDescription: String { table.name }

    static let all: [Place] =
        [
            Place(table: SettingsTable.parts[0], path: [], stage: 0),
            Place(table: SettingsTable.parts[1], path: ["model"], stage: 0),
            Place(table: SettingsTable.parts[2], path: ["folds"], stage: 0),
        ] + zip([0, 1, 2, 4], SettingsTable.stages).map { Place(table: $1, path: ["stages", "\($0)"], stage: $0) }
        + SettingsTable.data.map { Place(table: $0, path: ["data", $0.name], stage: 0) }

    /// The Swift value that has the settings; nil where an enumeration has them.
    func owner(in session: Session) -> Any? {
        switch path.first {
        case nil: return session
        case "model": return session.model
        case "data": return session.source(named: path[1])?.content
        case "stages":
            switch session.stages[stage] {
            case .pretrain(let settings): return settings
            case .supervised(let settings): return settings
            }
        default: return nil
        }
    }
}

@Suite("Every setting")
struct SettingsWalkTests {
    /// Values to try that a domain does not tell.
    private static func more(_ place: Place, _ key: String) -> [String] {
        switch (place.table.name, key) {
        case ("pretrain", "data"): ["[\"folder\"]", "[\"table:train\"]"]
        case ("supervise", "data"), ("finetune", "data"): ["[\"affWild2\"]"]
        case ("session", "name"): ["\"other\""]
        case ("affWild2", "tracks"), ("renderedVideos", "tracks"): ["[\"expression\", \"valenceArousal\"]"]
        default: []
        }
    }

    /// What has its settings walked on its own, follows from the stage before, or needs another setting changed with it
    /// (a frozen encoder's teacher looks at clean images).
    private static let exceptions = [
        "session.model", "session.data", "session.stages", "distil.data", "distil.task", "distil.teacher",
        "distil.freeze",
    ]

    private static func examples(_ domain: SettingDomain) -> [String] {
        let numbers = [0, 1e-5, 0.25, 0.5, 0.95, 1, 2, 7]
        func list(_ domain: SettingDomain) -> [String] { examples(domain).map { "[\($0)]" } }
        switch domain {
        case .flag: return ["true", "false"]
        case .whole(let range): return [2, 3, 8, 32, 96].filter { range.contains($0) }.map { "\($0)" }
        case .number(let bounds): return numbers.filter { bounds.contains($0) }.map { "\($0)" }
        case .pair(let bounds), .range(let bounds):
            let pair = numbers.filter { bounds.contains($0) }
            return ["[\(pair[0]), \(pair[1])]", "[\(pair[1]), \(pair[2])]"]
        case .word(let words): return words.map { "\"\($0)\"" }
        case .text: return ["\"other\"", "\"with \\\"quotes\\\" and \\\\\""]
        case .path: return ["\"/other/place\"", "\"/with/$${braces}/\\\"quotes\\\"\""]
        case .list(let element): return list(element) + [list(element).joined(separator: ",")].filter { $0.isEmpty }
        case .object(let settings):
            return settings.flatMap { setting in examples(setting.domain).map { "{ \(setting.key): \($0) }" } }
        case .other(_, let examples): return examples
        }
    }

    /// The tree with a value at a place, in which the other keys of the setting are left out.
    private static func setting(
        _ value: JSON5Node?, _ key: String, of setting: SettingDescription, at path: ArraySlice<String>,
        in node: JSON5Node
    ) throws -> JSON5Node {
        var node = node
        guard let step = path.first else {
            guard case .object(var object) = node.value else { throw JSON5Error(at: node.location, "no object") }
            for other in setting.keys where other != key { object.remove(other) }
            if let value {
                object.set(JSON5Object.Member(key: key, keyLocation: value.location, node: value))
            } else {
                object.remove(key)
            }
            node.value = .object(object)
            return node
        }
        switch node.value {
        case .array(var elements):
            let index = try #require(Int(step))
            elements[index] = try Self.setting(value, key, of: setting, at: path.dropFirst(), in: elements[index])
            node.value = .array(elements)
        case .object(var object):
            let inner = try #require(object[step])
            let changed = try Self.setting(value, key, of: setting, at: path.dropFirst(), in: inner)
            object.set(JSON5Object.Member(key: step, keyLocation: inner.location, node: changed))
            node.value = .object(object)
        default: Issue.record("no place \(path)")
        }
        return node
    }

    /// The sessions that differ from `base` in this setting, as they are read from a file.
    private static func variants(of base: Session, _ setting: SettingDescription, _ place: Place) throws -> [Session] {
        let tree = try JSON5Reader.read(base.resolvedText, file: "base")
        var candidates = more(place, setting.key) + examples(setting.domain)
        if setting.takesNull { candidates.append("null") }
        var variants: [Session] = []
        for key in setting.keys {
            for candidate in candidates {
                let value = try JSON5Reader.read(candidate, file: "value")
                let changed = try Self.setting(value, key, of: setting, at: place.path[...], in: tree)
                // A value that does not go with the others is refused, which other tests are about.
                guard let session = try? read(JSON5Writer.text(changed.value)), session != base else { continue }
                variants.append(session)
            }
        }
        return variants
    }

    @Test(
        """
        Another value is read, written, and read back; the weights follow from it unless it says otherwise; and no \
        property is without a setting, so that none can be missing in the resolved text
        """, arguments: Place.all)
    private func walk(place: Place) throws {
        let base = try read(everything)
        #expect(try read(base.resolvedText) == base)
        let before = base.consequentialText(ofStage: place.stage)
        let values = Self.properties(place.owner(in: base))
        var changed: Set<String> = []
        for setting in place.table.settings {
            let name = "\(place.table.name).\(setting.key)"
            if Self.exceptions.contains(name) { continue }
            let variants = try Self.variants(of: base, setting, place)
            #expect(!variants.isEmpty, "no other value of \(name) is taken")
            for variant in variants {
                #expect(try read(variant.resolvedText) == variant, "\(name) is not written as it is read")
                let after = variant.consequentialText(ofStage: place.stage)
                switch setting.consequence {
                case .weights: #expect((before == after) == false, "\(name) is not in the identity of a stage")
                case .none: #expect((before == after) == true, "\(name) is in the identity of a stage")
                case .indirect: break
                }
                let new = Self.properties(place.owner(in: variant))
                changed.formUnion(values.keys.filter { values[$0] != new[$0] })
            }
        }
        #expect(Set(values.keys).subtracting(changed).subtracting(Self.others(place)).isEmpty, "\(changed)")
    }

    /// The stored properties of a value, as text.
    private static func properties(_ owner: Any?) -> [String: String] {
        guard let owner else { return [:] }
        return Dictionary(
            Mirror(reflecting: owner).children.map { ($0.label ?? "", "\($0.value)") }, uniquingKeysWith: { a, _ in a })
    }

    /// Properties that say which settings there are, that only another kind of stage has, or that are walked elsewhere.
    private static func others(_ place: Place) -> Set<String> {
        switch place.table.name {
        case "session": ["model", "data", "stages"]
        case "supervise", "finetune": ["kind", "teacherWeight", "temperature", "teacherView"]
        case "distil": ["kind", "data", "tasks", "freezesEncoder"]
        default: []
        }
    }

    @Test("A key that is left out has the default that the table shows", arguments: Place.all)
    private func defaults(place: Place) throws {
        // A stage that distils has what the stage before has.
        guard place.table.name != "distil" else { return }
        let base = try read(everything)
        let tree = try JSON5Reader.read(base.resolvedText, file: "base")
        for setting in place.table.settings where setting.required == nil {
            guard let standard = setting.standard, setting.standardWords == nil else { continue }
            let without = try Self.setting(nil, setting.key, of: setting, at: place.path[...], in: tree)
            let with = try Self.setting(
                JSON5Node(standard), setting.standardKey, of: setting, at: place.path[...], in: tree)
            let (left, right) = (JSON5Writer.text(without.value), JSON5Writer.text(with.value))
            #expect(try read(left) == read(right), "\(place.table.name).\(setting.key)")
        }
    }

    @Test("Every setting has a key of its own, a phrase that says what it is, and a table entry for its values")
    func descriptions() {
        for table in SettingsTable.all {
            let keys = table.settings.flatMap(\.keys)
            #expect(Set(keys).count == keys.count, "\(table.name)")
            for setting in table.settings {
                #expect(!setting.summary.isEmpty && !setting.summary.hasSuffix("."), "\(table.name).\(setting.key)")
                #expect(!setting.domain.words.isEmpty && !setting.standardText.isEmpty)
            }
        }
    }
}
