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
        let initial = model.node("init").flatMap { absolutePath($0, path: "model.init") }
        model.finish()
        checkGrid(model, image: image, patch: patch)
        guard let encoder, let decoder else { return nil }
        return ModelSettings(
            encoder: encoder, decoder: decoder, image: image, patch: patch, initialWeights: initial)
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
        guard let name = node.text else { return shape(node, path: "model.encoder", of: "an encoder's name") }
        if let shape = TransformerShape.encoder(named: name) { return shape }
        let names = TransformerShape.encoderPresets.map(\.name)
        let advice =
            NearestKey.of(name, among: names).map { "did you mean \"\($0)\"?" }
            ?? "there are \(names.joined(separator: ", ")), or { width: 192, depth: 12, heads: 3 }"
        model.note("encoder", "there is no encoder \"\(name)\"; \(advice)")
        return nil
    }

    private func decoder(_ model: inout FieldReader) -> TransformerShape? {
        guard let node = model.node("decoder") else { return TransformerShape.decoder(named: "512d8b") }
        guard let name = node.text else { return shape(node, path: "model.decoder", of: "a decoder's name") }
        if let shape = TransformerShape.decoder(named: name), shape.width <= 16384, shape.depth <= 256 {
            return shape
        }
        model.note(
            "decoder",
            "\"\(name)\" is not a decoder; write \"512d8b\" for width 512 (a multiple of 32) and 8 blocks, "
                + "or { width: 512, depth: 8, heads: 16 }")
        return nil
    }

    /// `{ width, depth, heads }`.
    private func shape(_ node: JSON5Node, path: String, of what: String) -> TransformerShape? {
        guard case .object = node.value else {
            problems.add(
                node.location, path,
                "expected \(what) or { width: 192, depth: 12, heads: 3 }, found \(node.value.shown)")
            return nil
        }
        guard var fields = FieldReader(node, path: path, problems: problems) else { return nil }
        let width = fields.requiredInteger("width", in: 4...16384, example: "192")
        let depth = fields.requiredInteger("depth", in: 1...256, example: "12")
        let heads = fields.requiredInteger("heads", in: 1...1024, example: "3")
        fields.finish()
        guard let width, let depth, let heads else { return nil }
        guard width.isMultiple(of: 4) else {
            fields.note("width", "must be a multiple of 4 for the sine-cosine positions, found \(width)")
            return nil
        }
        guard width.isMultiple(of: heads) else {
            fields.note("heads", "\(heads) heads cannot share a width of \(width) evenly")
            return nil
        }
        return TransformerShape(width: width, depth: depth, heads: heads)
    }
}
