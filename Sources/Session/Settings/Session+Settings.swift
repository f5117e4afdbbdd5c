import JSON5

/// The settings of a session file.
extension Session: SettingsRecord {
    package static let initial = Session(name: "", model: .initial, data: [], stages: [])

    package static let settings: [Setting<Session>] = [
        Setting(
            "name", \.name, .runName, "the name of the run: up to 64 letters, digits, `-`, `_` and `.`"
        ).standard("the name of the file") { session, fields in
            session.name = RunName.ofFile(fields.context.file)
        }.consequence(.none),
        Setting("seed", \.seed, .seed, "the root of all random numbers of the run"),
        Setting("model", \.model, .object, "the model").required("{ encoder: \"vit-tiny\" }"),
        Setting("data", \.data, .sources, "named data sets")
            .required("{ photos: { kind: \"folder\", path: \"...\" } }"),
        Setting(
            "folds", \.folds, .optional(.folds),
            "how labelled data is cut into folds"
        ).standard("none").consequence(.indirect),
        stagesSetting,
    ]

    /// Stages are read with the model and the data sets in view.
    private static let stagesSetting = Setting<Session>(
        keys: ["stages"], SettingCodec.stages.domain, "a list of stages, run in this order",
        read: { fields, session in
            guard let field = fields.field("stages") else { return }
            var context = fields.context
            context.data = session.data
            // A data set whose own description is wrong is still a name that a stage may use.
            context.dataNames = session.data.map(\.name)
            if case .object(let object)? = fields.object["data"]?.value {
                context.dataNames = object.members.map(\.key)
            }
            if fields.has("model") { context.model = session.model }
            let stages = SettingField(node: field.node, path: field.path, context: context)
            session.stages = SettingCodec.stages.read(stages, nil) ?? []
        },
        write: { ("stages", SettingCodec.stages.write($0.stages)) }
    ).required("[{ kind: \"pretrain\", data: [\"photos\"] }]")

    package func check(_ fields: FieldReader) {
        if folds != nil, !data.isEmpty, !data.contains(where: \.isLabelled) {
            fields.note("folds", "no data set here has labels to fold by; leave the key out")
        }
    }
}

extension SettingCodec<String> {
    fileprivate static var runName: SettingCodec {
        SettingCodec(
            domain: .text,
            read: { field, _ in
                guard let name = field.text() else { return nil }
                if let fault = RunName.fault(of: name) { field.note(fault) }
                return name
            },
            write: { .string($0) })
    }
}

/// Runs are asked for by name, so it has to be a plain word that no number and no other meaning has.
enum RunName {
    /// Why a text is no name; nil when it is one.
    static func fault(of name: String) -> String? {
        let plain = name.unicodeScalars.allSatisfy { isPlain($0) || $0 == "." }
        if name.isEmpty || name.count > 64 || !plain || name.hasPrefix("-") || name.hasPrefix(".") {
            return "must be up to 64 letters, digits, `-`, `_` and `.`, not beginning with `-` or `.`"
        }
        if name == "last" || name.unicodeScalars.allSatisfy(isDigit) {
            return "cannot be \"\(name)\": runs are also asked for by number and as `last`"
        }
        return nil
    }

    /// The file's name without folder and extension, made a plain word.
    static func ofFile(_ file: String) -> String {
        let last = file.split(separator: "/").last.map(String.init) ?? ""
        let stem = last.lastIndex(of: ".").map { String(last[..<$0]) } ?? last
        let plain = String(
            stem.map { $0.unicodeScalars.allSatisfy(isPlain) ? $0 : "-" }.drop { $0 == "-" }.prefix(64))
        let isTaken = plain.isEmpty || plain == "last" || plain.unicodeScalars.allSatisfy(isDigit)
        return isTaken ? "session" : plain
    }

    private static func isPlain(_ scalar: Unicode.Scalar) -> Bool {
        scalar.properties.isAlphabetic || isDigit(scalar) || scalar == "-" || scalar == "_"
    }

    private static func isDigit(_ scalar: Unicode.Scalar) -> Bool { ("0"..."9").contains(scalar) }
}
