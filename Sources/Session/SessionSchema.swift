import JSON5

/// Turns the values of a session file into a `Session`, noting every problem on the way.
struct SessionSchema {
    let problems: ProblemList
    let file: String
    let folder: String
    let surroundings: Surroundings

    /// Nil after a problem, which `problems` has.
    func session(_ root: JSON5Node) -> Session? {
        guard var fields = FieldReader(root, path: "", problems: problems) else { return nil }
        let name = name(&fields)
        let seed = fields.integer("seed", in: 0...Int.max, default: 0)
        let model = model(&fields)
        let data = data(&fields)
        let folds = folds(&fields, data: data)
        let stages = stages(&fields, data: data, model: model)
        fields.finish()
        guard let model, let name else { return nil }
        return Session(name: name, seed: UInt64(seed), model: model, data: data, folds: folds, stages: stages)
    }

    // MARK: Name

    /// Runs are asked for by name, so it has to be a plain word that no number and no other meaning has.
    private func name(_ fields: inout FieldReader) -> String? {
        guard fields.has("name") else {
            _ = fields.text("name")
            return nameOfFile
        }
        guard let name = fields.text("name") else { return nil }
        let plain = name.unicodeScalars.allSatisfy {
            $0.properties.isAlphabetic || Self.isDigit($0) || "-_.".contains(Character($0))
        }
        if name.isEmpty || name.count > 64 || !plain || name.hasPrefix("-") || name.hasPrefix(".") {
            fields.note(
                "name", "must be up to 64 letters, digits, `-`, `_` and `.`, not beginning with `-` or `.`")
            return nil
        }
        if name == "last" || name.unicodeScalars.allSatisfy(Self.isDigit) {
            fields.note("name", "cannot be \"\(name)\": runs are also asked for by number and as `last`")
            return nil
        }
        return name
    }

    /// The file's name without folder and extension, made a plain word.
    private var nameOfFile: String {
        let last = file.split(separator: "/").last.map(String.init) ?? ""
        let stem = last.lastIndex(of: ".").map { String(last[..<$0]) } ?? last
        let plain = String(
            stem.map { character in
                character.unicodeScalars.allSatisfy {
                    $0.properties.isAlphabetic || Self.isDigit($0) || "-_".contains(Character($0))
                }
                    ? character : "-"
            }.drop { $0 == "-" }.prefix(64))
        let isTaken = plain.isEmpty || plain == "last" || plain.unicodeScalars.allSatisfy(Self.isDigit)
        return isTaken ? "session" : plain
    }

    private static func isDigit(_ scalar: Unicode.Scalar) -> Bool { ("0"..."9").contains(scalar) }

    // MARK: Data

    private func data(_ fields: inout FieldReader) -> [DataSource] {
        let example = "{ photos: { kind: \"folder\", path: \"...\" } }"
        guard fields.required("data", example: example), let node = fields.node("data") else { return [] }
        guard case .object(let object) = node.value else {
            fields.note("data", "expected named data sets in braces, such as \(example), found \(node.value.shown)")
            return []
        }
        if object.members.isEmpty {
            fields.note("data", "names no data set; for example \(example)")
        }
        return object.members.compactMap { member in
            let path = "data.\(member.key)"
            if member.key.isEmpty || member.key.contains(where: { ":.[]=\"".contains($0) || $0.isNewline }) {
                problems.add(
                    member.keyLocation, path, "a data set's name may not be empty or contain : . [ ] = or quotes")
                return nil
            }
            return source(member.key, member.node, path: path)
        }
    }

    private func source(_ name: String, _ node: JSON5Node, path: String) -> DataSource? {
        guard var fields = FieldReader(node, path: path, problems: problems),
            fields.required("kind", example: "\"folder\""), let kind = fields.text("kind")
        else { return nil }
        let content: DataSource.Content
        switch kind {
        case "folder": content = .folder(folderData(&fields))
        case "rendered": content = .rendered(renderedData(&fields))
        case "classes": content = .classes(classFolderData(&fields))
        case "table": content = .table(tableData(&fields))
        case "affWild2": content = .affWild2(affWild2Data(&fields))
        case "renderedVideos": content = .renderedVideos(renderedVideoData(&fields))
        default:
            noteKind(fields, kind, known: DataSource.kinds, later: [])
            return nil
        }
        fields.finish()
        return DataSource(name: name, content: content)
    }

    private func folderData(_ fields: inout FieldReader) -> FolderData {
        let single = fields.node("path")
        let several = fields.node("paths")
        if single != nil, several != nil {
            fields.note("paths", "cannot stand beside `path`; list every folder in `paths`")
            return FolderData(paths: [])
        }
        if let single {
            return FolderData(paths: absolutePath(single, path: fields.path(of: "path")).map { [$0] } ?? [])
        }
        guard let several else {
            problems.add(fields.location, fields.path(of: "path"), "is missing; for example path: \"photos\"")
            return FolderData(paths: [])
        }
        guard case .array(let elements) = several.value, !elements.isEmpty else {
            fields.note("paths", "expected a list of folders, such as [\"a\", \"b\"], found \(several.value.shown)")
            return FolderData(paths: [])
        }
        let paths = elements.enumerated().map { index, element in
            absolutePath(element, path: fields.path(of: "paths") + "[\(index)]")
        }
        return FolderData(paths: paths.compactMap { $0 })
    }

    private func renderedData(_ fields: inout FieldReader) -> RenderedData {
        let identities = fields.integer("identities", in: 1...1_000_000, default: 64)
        let photos = fields.integer("photosPerIdentity", in: 1...10_000, default: 8)
        let side = fields.integer("side", in: 16...2048, default: 96)
        let seed = fields.integer("seed", in: 0...Int.max, default: 1)
        let path = fields.node("path").flatMap { absolutePath($0, path: fields.path(of: "path")) }
        return RenderedData(
            identities: identities, photosPerIdentity: photos, side: side, seed: UInt64(seed), path: path)
    }

    func absolutePath(_ node: JSON5Node, path: String) -> String? {
        guard let text = node.text else {
            problems.add(node.location, path, "expected a path in quotes, found \(node.value.shown)")
            return nil
        }
        let isOverride = Override.isLocation(node.location)
        do {
            return try SessionPath.absolute(
                text, folder: isOverride ? surroundings.workingFolder : folder, surroundings: surroundings)
        } catch {
            problems.add(node.location, path, error.message)
            return nil
        }
    }

    /// Says that a kind is unknown, or known and not there yet.
    func noteKind(_ fields: FieldReader, _ kind: String, known: [String], later: [String]) {
        let quoted = known.map { "\"\($0)\"" }
        let list =
            quoted.count < 3
            ? quoted.joined(separator: " and ")
            : quoted.dropLast().joined(separator: ", ") + " and \(quoted[quoted.count - 1])"
        if later.contains(kind) {
            fields.note("kind", "\"\(kind)\" is not there yet; this version has \(list)")
        } else {
            let nearest = NearestKey.of(kind, among: known + later).map { "; did you mean \"\($0)\"?" } ?? ""
            fields.note(
                "kind", "there is no kind \"\(kind)\"\(nearest.isEmpty ? "; this version has \(list)" : nearest)")
        }
    }

    // MARK: Folds

    private func folds(_ fields: inout FieldReader, data: [DataSource]) -> FoldSettings? {
        guard let node = fields.node("folds") else { return nil }
        let settings: FoldSettings
        switch node.value {
        case .string("official"):
            settings = .official
        case .string:
            guard let path = absolutePath(node, path: "folds") else { return nil }
            settings = .file(path)
        case .object:
            guard var inner = FieldReader(node, path: "folds", problems: problems) else { return nil }
            let count = inner.requiredInteger("count", in: 2...1000, example: "5")
            let group = inner.required("group", example: "\"subject\"") ? inner.text("group") : nil
            let seed = inner.integer("seed", in: 0...Int.max, default: 0)
            inner.finish()
            guard let count, let group else { return nil }
            settings = .grouped(count: count, group: group, seed: UInt64(seed))
        default:
            fields.note(
                "folds",
                "expected { count: 5, group: \"subject\" }, \"official\" or a file's path, found \(node.value.shown)")
            return nil
        }
        if !data.isEmpty, !data.contains(where: \.isLabelled) {
            fields.note("folds", "no data set here has labels to fold by; leave the key out")
        }
        return settings
    }
}
