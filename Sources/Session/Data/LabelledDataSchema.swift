import Affect
import JSON5

/// The kinds of `data` that have labels.
extension SessionSchema {
    func classFolderData(_ fields: inout FieldReader) -> ClassFolderData {
        ClassFolderData(path: requiredPath(&fields, example: "\"affectnet\""), classes: classes(&fields))
    }

    func tableData(_ fields: inout FieldReader) -> TableData {
        var table = TableData(path: requiredPath(&fields, example: "\"labels.csv\""))
        table.validation = optionalPath(&fields, "validation")
        table.images = optionalPath(&fields, "images")
        table.image = column(&fields, "image") ?? table.image
        table.expression = column(&fields, "expression")
        table.units = texts(&fields, "units", example: "[\"AU*\"]") ?? []
        table.rules = labelRules(&fields)
        table.valence = column(&fields, "valence")
        table.arousal = column(&fields, "arousal")
        table.subject = column(&fields, "subject")
        table.video = column(&fields, "video")
        table.frame = column(&fields, "frame")
        table.split = column(&fields, "split")
        table.classes = classes(&fields)
        table.missingImages = fields.word("missingImages", default: table.missingImages)
        if (table.valence == nil) != (table.arousal == nil) {
            fields.note(
                table.valence == nil ? "arousal" : "valence",
                "valence and arousal go together; name both columns, or neither")
        }
        if table.validation != nil, table.split != nil {
            fields.note("split", "cannot stand beside `validation`; both say what is held out")
        }
        if fields.has("classes") || fields.has("drop"), !fields.has("expression") {
            fields.note(fields.has("classes") ? "classes" : "drop", "needs the column of the `expression`")
        }
        return table
    }

    func affWild2Data(_ fields: inout FieldReader) -> AffWild2Data {
        AffWild2Data(
            path: requiredPath(&fields, example: "\"aff-wild2\""), tracks: tracks(&fields, isRequired: true),
            images: paths(&fields, "images"), drop: texts(&fields, "drop", example: "[\"Other\"]") ?? [],
            partialFrames: fields.word("partialFrames", default: PartialFrames.drop))
    }

    func renderedVideoData(_ fields: inout FieldReader) -> RenderedVideoData {
        let videos = fields.integer("videos", in: 2...10_000, default: 16)
        let frames = fields.integer("frames", in: 1...99_999, default: 100)
        let side = fields.integer("side", in: 16...2048, default: 96)
        let tracks = tracks(&fields, isRequired: false)
        let seed = fields.integer("seed", in: 0...Int.max, default: 1)
        return RenderedVideoData(
            videos: videos, frames: frames, side: side,
            tracks: tracks.isEmpty ? AbawLayout.tracks : tracks, seed: UInt64(seed),
            path: optionalPath(&fields, "path"))
    }

    // MARK: Parts

    /// What the numbers of a table's labels mean.
    private func labelRules(_ fields: inout FieldReader) -> LabelRules {
        var rules = LabelRules()
        rules.unitThreshold = fields.optionalNumber("unitThreshold", .positive)
        if let node = fields.node("unknown") {
            var elements = [node]
            if case .array(let several) = node.value { elements = several }
            rules.unknown = elements.compactMap(\.value.number)
            if rules.unknown.count != elements.count {
                fields.note("unknown", "expected numbers such as [9, 999], found \(node.value.shown)")
            }
        }
        if fields.node("scale") != nil, let (low, high) = fields.pair("scale", .finite, example: "[1, 9]") {
            if low < high {
                rules.scale = low...high
            } else {
                fields.note("scale", "the lowest rating comes first, as in [1, 9]")
            }
        }
        rules.partialFrames = fields.word("partialFrames", default: rules.partialFrames)
        return rules
    }

    private func requiredPath(_ fields: inout FieldReader, example: String) -> String {
        guard fields.required("path", example: example) else { return "" }
        return optionalPath(&fields, "path") ?? ""
    }

    private func optionalPath(_ fields: inout FieldReader, _ key: String) -> String? {
        fields.node(key).flatMap { absolutePath($0, path: fields.path(of: key)) }
    }

    private func paths(_ fields: inout FieldReader, _ key: String) -> [String]? {
        guard let node = fields.node(key) else { return nil }
        if case .array(let elements) = node.value, !elements.isEmpty {
            return elements.enumerated().compactMap { index, element in
                absolutePath(element, path: fields.path(of: key) + "[\(index)]")
            }
        }
        return absolutePath(node, path: fields.path(of: key)).map { [$0] }
    }

    private func column(_ fields: inout FieldReader, _ key: String) -> String? {
        guard let name = fields.text(key) else { return nil }
        if name.isEmpty { fields.note(key, "is empty; it names a column") }
        return name
    }

    /// A text, or a list of texts.
    private func texts(_ fields: inout FieldReader, _ key: String, example: String) -> [String]? {
        guard let node = fields.node(key) else { return nil }
        let elements: [JSON5Node]
        if case .array(let several) = node.value { elements = several } else { elements = [node] }
        var texts: [String] = []
        for (index, element) in elements.enumerated() {
            let path = fields.path(of: key) + "[\(index)]"
            guard let text = element.text, !text.isEmpty else {
                problems.add(
                    element.location, path, "expected a text such as in \(example), found \(element.value.shown)")
                continue
            }
            if texts.contains(text) {
                problems.add(element.location, path, "names \"\(text)\" a second time")
            } else {
                texts.append(text)
            }
        }
        return texts
    }

    private func tracks(_ fields: inout FieldReader, isRequired: Bool) -> [AffectTask] {
        let example = "[\"actionUnits\"]"
        if isRequired, !fields.required("tracks", example: example) { return [] }
        guard let names = texts(&fields, "tracks", example: example) else { return [] }
        return names.compactMap { name in
            if let track = AffectTask(rawValue: name) { return track }
            let known = AbawLayout.tracks.map { "\"\($0.rawValue)\"" }.joined(separator: ", ")
            fields.note("tracks", "must be of \(known), found \"\(name)\"")
            return nil
        }
    }

    /// `classes`: a list of names in order, or an object from what is written to the name; and `drop`.
    private func classes(_ fields: inout FieldReader) -> ClassSettings {
        var settings = ClassSettings()
        if let node = fields.node("classes"), case .object(let object) = node.value {
            var names: [String] = []
            for member in object.members {
                guard let name = member.node.text, !name.isEmpty else {
                    problems.add(
                        member.node.location, fields.path(of: "classes") + ".\(member.key)",
                        "expected the class's name in quotes, found \(member.node.value.shown)")
                    continue
                }
                settings.written[member.key] = name
                if !names.contains(name) { names.append(name) }
            }
            settings.names = names
        } else {
            settings.names = texts(&fields, "classes", example: "[\"neutral\", \"happy\"]")
        }
        settings.drop = texts(&fields, "drop", example: "[\"contempt\"]") ?? []
        if let names = settings.names, names.filter({ !settings.drop.contains($0) }).count < 2 {
            fields.note("classes", "should leave two classes at least")
        }
        return settings
    }
}

// MARK: Writing

extension ClassSettings {
    var resolved: [(String, JSON5Value)] {
        let classes: JSON5Value
        if written.isEmpty {
            classes = names.map { .list($0.map { .string($0) }) } ?? .null
        } else {
            // In the order of the names, which the object's order gives back.
            let order = names ?? []
            let pairs = written.sorted {
                let a = order.firstIndex(of: $0.value) ?? 0
                let b = order.firstIndex(of: $1.value) ?? 0
                return a != b ? a < b : $0.key < $1.key
            }
            classes = .record(pairs.map { ($0.key, .string($0.value)) })
        }
        return [("classes", classes), ("drop", .list(drop.map { .string($0) }))]
    }
}

extension ClassFolderData {
    var resolved: [(String, JSON5Value)] { [("path", .path(path))] + classes.resolved }
}

extension TableData {
    var resolved: [(String, JSON5Value)] {
        func text(_ text: String?) -> JSON5Value { text.map { .string($0) } ?? .null }
        var members: [(String, JSON5Value)] = [
            ("path", .path(path)), ("validation", .path(validation)), ("images", .path(images)),
            ("image", .string(image)), ("expression", text(expression)),
            ("units", .list(units.map { .string($0) })),
            ("unitThreshold", rules.unitThreshold.map { .number($0) } ?? .null),
            ("unknown", .list(rules.unknown.map { .number($0) })), ("valence", text(valence)),
            ("arousal", text(arousal)), ("scale", rules.scale.map { .range($0) } ?? .null),
            ("partialFrames", .string(rules.partialFrames.rawValue)), ("subject", text(subject)),
            ("video", text(video)), ("frame", text(frame)),
            ("split", text(split)),
        ]
        if expression != nil { members += classes.resolved }
        return members + [("missingImages", .string(missingImages.rawValue))]
    }
}

extension AffWild2Data {
    var resolved: [(String, JSON5Value)] {
        [
            ("path", .path(path)), ("tracks", .list(tracks.map { .string($0.rawValue) })),
            ("images", images.map { .list($0.map { .path($0) }) } ?? .null),
            ("drop", .list(drop.map { .string($0) })), ("partialFrames", .string(partialFrames.rawValue)),
        ]
    }
}

extension RenderedVideoData {
    var resolved: [(String, JSON5Value)] {
        [
            ("videos", .whole(videos)), ("frames", .whole(frames)), ("side", .whole(side)),
            ("tracks", .list(tracks.map { .string($0.rawValue) })), ("seed", .integer(Int64(clamping: seed))),
            ("path", .path(path)),
        ]
    }
}
