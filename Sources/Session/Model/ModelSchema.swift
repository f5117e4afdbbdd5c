import JSON5

/// The `model` of a session file.
extension SessionSchema {
    func model(_ fields: inout FieldReader) -> ModelSettings? {
        guard fields.required("model", example: "{ encoder: \"vit-tiny\" }"), let node = fields.node("model"),
            var model = FieldReader(node, path: "model", problems: problems)
        else { return nil }
        let encoder = encoder(&model)
        let decoder = decoder(&model)
        let image = model.integer("image", in: 2...4096, default: 224)
        let patch = model.integer("patch", in: 1...1024, default: 16)
        let initial = model.node("init").map { initialWeights($0, model) }
        let normalisation = model.word("normalisation", default: NormalisationSetting.imageNet)
        model.finish()
        checkGrid(model, image: image, patch: patch)
        guard let encoder, let decoder else { return nil }
        return ModelSettings(
            encoder: encoder, decoder: decoder, image: image, patch: patch, initialWeights: initial?.weights,
            initialKey: initial?.key, normalisation: normalisation)
    }

    /// A path or a run, or `{ weights, key }` for one of several models in a file.
    private func initialWeights(_ node: JSON5Node, _ model: FieldReader) -> (weights: String?, key: String?) {
        guard case .object = node.value, var fields = FieldReader(node, path: "model.init", problems: problems) else {
            return (weights(node, model), nil)
        }
        let key = fields.text("key")
        let weights: String? =
            if fields.required("weights", example: "\"mae_face_pretrain_vit_base.pth\""),
                let node = fields.node("weights")
            {
                self.weights(node, model)
            } else {
                nil
            }
        if key != nil, weights?.hasPrefix(ModelSettings.runPrefix) == true {
            fields.note("key", "goes with a file that holds several models; the weights of a run are one model")
        }
        fields.finish()
        return (weights, key)
    }

    /// A path, or a run, which is looked up where the store is known.
    private func weights(_ node: JSON5Node, _ model: FieldReader) -> String? {
        guard let text = node.text, text.hasPrefix(ModelSettings.runPrefix) else {
            return absolutePath(node, path: "model.init")
        }
        if text == ModelSettings.runPrefix {
            model.note("init", "names no run; write \"run:7\", \"run:NAME\" or \"run:last\", or the path of a file")
            return nil
        }
        return text
    }

    private func checkGrid(_ model: FieldReader, image: Int, patch: Int) {
        let key = model.has("patch") ? "patch" : "image"
        guard image.isMultiple(of: patch) else {
            let nearest = [image / patch * patch, (image / patch + 1) * patch].filter { $0 > 0 }
            model.note(
                key,
                "an image of \(image) pixels cannot be cut into patches of \(patch); "
                    + "\(nearest.map(String.init).joined(separator: " or ")) pixels can")
            return
        }
        if image == patch {
            model.note(key, "one patch of \(patch) pixels covers the whole image, so nothing is left to mask")
        }
    }

    private func encoder(_ model: inout FieldReader) -> TransformerShape? {
        guard model.required("encoder", example: "\"vit-tiny\""), let node = model.node("encoder") else { return nil }
        let names = TransformerShape.encoderPresets.map(\.name)
        return shape(
            node, path: "model.encoder", named: TransformerShape.encoder,
            advice: { name in
                let advice =
                    NearestKey.of(name, among: names).map { "did you mean \"\($0)\"?" }
                    ?? "there are \(names.joined(separator: ", ")), or one as \"192d12b3h\" says it"
                return "there is no encoder \"\(name)\"; \(advice)"
            })
    }

    private func decoder(_ model: inout FieldReader) -> TransformerShape? {
        guard let node = model.node("decoder") else { return TransformerShape.decoder(named: "512d8b") }
        return shape(
            node, path: "model.decoder", named: TransformerShape.decoder,
            advice: {
                "\"\($0)\" is not a decoder; write \"512d8b\" for width 512 and 8 blocks, or \"512d8b16h\" with heads"
            })
    }

    /// A name, or `{ width, depth, heads }`.
    private func shape(
        _ node: JSON5Node, path: String, named: (String) -> TransformerShape?, advice: (String) -> String
    ) -> TransformerShape? {
        if let name = node.text {
            guard let shape = named(name) else {
                problems.add(node.location, path, advice(name))
                return nil
            }
            return checked(shape) { _, message in problems.add(node.location, path, "\"\(name)\": \(message)") }
        }
        guard case .object = node.value, var fields = FieldReader(node, path: path, problems: problems) else {
            problems.add(
                node.location, path,
                "expected a name or { width: 192, depth: 12, heads: 3 }, found \(node.value.shown)")
            return nil
        }
        let whole = 1...Int.max
        let width = fields.requiredInteger("width", in: whole, example: "192")
        let depth = fields.requiredInteger("depth", in: whole, example: "12")
        let heads = fields.requiredInteger("heads", in: whole, example: "3")
        fields.finish()
        guard let width, let depth, let heads else { return nil }
        return checked(TransformerShape(width: width, depth: depth, heads: heads)) { fields.note($0, $1) }
    }

    private func checked(_ shape: TransformerShape, note: (String, String) -> Void) -> TransformerShape? {
        guard shape.width.isMultiple(of: 4) else {
            note("width", "a width must be a multiple of 4 for the sine-cosine positions, found \(shape.width)")
            return nil
        }
        guard shape.width <= 16384, shape.depth <= 256 else {
            note(
                shape.depth > 256 ? "depth" : "width",
                "a width of at most 16384 and a depth of at most 256 are supported, found \(shape.width) and \(shape.depth)"
            )
            return nil
        }
        guard shape.width.isMultiple(of: shape.heads) else {
            note("heads", "\(shape.heads) heads cannot share a width of \(shape.width) evenly")
            return nil
        }
        return shape
    }
}
