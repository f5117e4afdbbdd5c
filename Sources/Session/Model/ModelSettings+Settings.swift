import JSON5

/// The `model` of a session file.
extension ModelSettings: SettingsRecord {
    /// The encoder has to be given; this one only stands for it until then.
    package static let initial = ModelSettings(
        encoder: TransformerShape(width: 192, depth: 12, heads: 3),
        decoder: TransformerShape(width: 512, depth: 8, heads: 16))

    package static let settings: [Setting<ModelSettings>] = [
        Setting(
            "encoder", \.encoder, .encoder,
            "`vit-micro`, `vit-tiny`, `vit-small`, `vit-base`, `vit-large`; or width, blocks and heads as in "
                + "`192d12b3h`; or `{ width, depth, heads }`"
        ).required("\"vit-tiny\""),
        Setting(
            "decoder", \.decoder, .decoder,
            "width and blocks as in `512d8b` (MAE) or `96d1b`, or with heads as in `512d8b16h`"),
        Setting("image", \.image, .whole(2...4096), "pixels along each side of the input"),
        Setting("patch", \.patch, .whole(1...1024), "pixels along each side of a patch; divides `image`"),
        initSetting,
        Setting(
            "normalisation", \.normalisation, .word,
            "`imageNet`: the mean and deviation that published weights expect; `image`: each image is brought to mean 0 "
                + "and deviation 1 by itself, so that light and contrast do not matter"),
    ]

    private static let initSetting = Setting<ModelSettings>(
        "init", \.initialSetting, .optional(.initialWeights),
        "weights to start from: a file, `{ weights, key }` for one of several models in a file, or a run of the store "
            + "(`run:7`, `run:NAME`, `run:last`)"
    ).standard("random").consequence(.indirect)

    /// The two properties that the key `init` sets.
    fileprivate var initialSetting: InitialWeightsSetting? {
        get { initialWeights.map { InitialWeightsSetting(weights: $0, key: initialKey) } }
        set {
            initialWeights = newValue?.weights
            initialKey = newValue?.key
        }
    }

    /// Notes an image that patches do not fill, or that one patch fills.
    package func check(_ fields: FieldReader) {
        let key = fields.has("patch") ? "patch" : "image"
        guard image.isMultiple(of: patch) else {
            let nearest = [image / patch * patch, (image / patch + 1) * patch].filter { $0 > 0 }
            fields.note(
                key,
                "an image of \(image) pixels cannot be cut into patches of \(patch); "
                    + "\(nearest.map(String.init).joined(separator: " or ")) pixels can")
            return
        }
        if image == patch {
            fields.note(key, "one patch of \(patch) pixels covers the whole image, so nothing is left to mask")
        }
    }
}

/// Weights to start from, as an object: those of one of several models in a file.
fileprivate struct InitialWeightsSetting: SettingsRecord {
    var weights: String
    var key: String?

    static let initial = InitialWeightsSetting(weights: "")

    static let settings: [Setting<InitialWeightsSetting>] = [
        Setting("weights", \.weights, .weights, "the file").required("\"mae_face_pretrain_vit_base.pth\""),
        Setting("key", \.key, .optional(.text), "which of several models in the file").standard("the likeliest"),
    ]

    func check(_ fields: FieldReader) {
        if key != nil, weights.hasPrefix(ModelSettings.runPrefix) {
            fields.note("key", "goes with a file that holds several models; the weights of a run are one model")
        }
    }
}

extension SettingCodec<InitialWeightsSetting> {
    /// A path or a run, or `{ weights, key }`.
    fileprivate static var initialWeights: SettingCodec {
        SettingCodec(
            domain: .other(
                "path, `run:` and a run, or object: `weights`, `key`",
                examples: ["\"/w.pth\"", "\"run:7\"", "{ weights: \"/w.pth\", key: \"ema\" }"]),
            read: { field, _ in
                if case .object = field.node.value, var fields = FieldReader(field) {
                    return InitialWeightsSetting.read(&fields)
                }
                return SettingCodec<String>.weights.read(field, nil).map { InitialWeightsSetting(weights: $0) }
            },
            write: { $0.key == nil ? .path($0.weights) : $0.resolved })
    }
}

extension SettingCodec<String> {
    /// A path, or a run, which is looked up where the store is known.
    fileprivate static var weights: SettingCodec {
        SettingCodec(
            domain: .other("path, or `run:` and a run", examples: []),
            read: { field, _ in
                guard let text = field.node.text, text.hasPrefix(ModelSettings.runPrefix) else {
                    return field.absolutePath()
                }
                if text == ModelSettings.runPrefix {
                    field.note("names no run; write \"run:7\", \"run:NAME\" or \"run:last\", or the path of a file")
                    return nil
                }
                return text
            },
            write: { .path($0) })
    }
}

extension SettingCodec<TransformerShape> {
    fileprivate static let encoder = shape(
        named: TransformerShape.encoder, examples: ["\"vit-base\"", "\"60d3b5h\""], write: \.encoderName,
        advice: { name in
            let names = TransformerShape.encoderPresets.map(\.name)
            let advice =
                NearestKey.of(name, among: names).map { "did you mean \"\($0)\"?" }
                ?? "there are \(names.joined(separator: ", ")), or one as \"192d12b3h\" says it"
            return "there is no encoder \"\(name)\"; \(advice)"
        })

    fileprivate static let decoder = shape(
        named: TransformerShape.decoder, examples: ["\"96d1b\"", "\"96d2b12h\""], write: \.decoderName,
        advice: {
            "\"\($0)\" is not a decoder; write \"512d8b\" for width 512 and 8 blocks, or \"512d8b16h\" with heads"
        })

    /// A name, or `{ width, depth, heads }`.
    private static func shape(
        named: @escaping @Sendable (String) -> TransformerShape?, examples: [String],
        write: @escaping @Sendable (TransformerShape) -> String, advice: @escaping @Sendable (String) -> String
    ) -> SettingCodec {
        SettingCodec(
            domain: .other("a name, or object: `width`, `depth`, `heads`", examples: examples),
            read: { field, _ in
                if let name = field.node.text {
                    guard let shape = named(name) else {
                        field.note(advice(name))
                        return nil
                    }
                    if let fault = shape.fault { field.note("\"\(name)\": \(fault.message)") }
                    return shape
                }
                guard case .object = field.node.value, var fields = FieldReader(field) else {
                    field.note(
                        "expected a name or { width: 192, depth: 12, heads: 3 }, found \(field.node.value.shown)")
                    return nil
                }
                return fields.read(TransformerShape.initial)
            },
            write: { .string(write($0)) })
    }
}

extension TransformerShape: SettingsRecord {
    package static let initial = TransformerShape(width: 4, depth: 1, heads: 1)

    package static let settings: [Setting<TransformerShape>] = [
        Setting("width", \.width, .whole(1...Int.max), "channels of a token").required("192"),
        Setting("depth", \.depth, .whole(1...Int.max), "number of blocks").required("12"),
        Setting("heads", \.heads, .whole(1...Int.max), "attention heads of a block").required("3"),
    ]

    package func check(_ fields: FieldReader) {
        if !fields.hasProblem(), let fault { fields.note(fault.key, fault.message) }
    }

    /// What keeps the shape from being built.
    fileprivate var fault: (key: String, message: String)? {
        if !width.isMultiple(of: 4) {
            return ("width", "a width must be a multiple of 4 for the sine-cosine positions, found \(width)")
        }
        if width > 16384 || depth > 256 {
            return (
                depth > 256 ? "depth" : "width",
                "a width of at most 16384 and a depth of at most 256 are supported, found \(width) and \(depth)"
            )
        }
        if !width.isMultiple(of: heads) {
            return ("heads", "\(heads) heads cannot share a width of \(width) evenly")
        }
        return nil
    }
}
