import Foundation
import TestSupport
import Testing

@testable import Checkpoints

@Suite("Several models in a file, and models of other programs")
struct SeveralModelsTests {
    private struct Facts: Decodable {
        let taken: [String: String]
        let trained: String
        let average: String
    }

    private let facts: Facts
    private func path(_ name: String) -> String { Reference.path("other/" + name) }

    init() throws {
        facts = try JSONDecoder().decode(
            Facts.self, from: Data(contentsOf: URL(filePath: Reference.path("other/facts.json"))))
    }

    private func weights(_ name: String, _ key: String? = nil) throws -> NamedWeights {
        NamedWeights(try WeightsFile(path: path(name), key: key))
    }

    /// The digest of the class token, which tells the models apart.
    private func token(_ weights: NamedWeights) throws -> String {
        let tensor = try #require(weights["cls_token"]?.first)
        return weights.file.withBytes(of: tensor) { Reference.digest($0) }
    }

    @Test("The running average is taken where timm takes it, and the choice is told")
    func averages() throws {
        for (name, digest) in facts.taken {
            #expect(try token(weights(name)) == digest, "\(name)")
        }
        let choice = try weights("averaged.pth").choice
        #expect(choice?.hasPrefix("of the models in the file, state_dict_ema is taken, not state_dict; ") == true)
        #expect(try weights("no-average.pth").choice == nil)
        #expect(try weights("averaged.pth").file.otherModels == ["state_dict"])
    }

    @Test(
        "A key takes the model that it names: of the dictionary, of the names, or of both",
        arguments: [
            ("averaged.pth", "state_dict", false), ("averaged.pth", "state_dict_ema", true),
            ("model-ema.pth", "model", false), ("two-encoders.pth", "momentum_encoder", true),
            ("two-encoders.pth", "module.base_encoder", false), ("two-encoders.pth", "state_dict", false),
            ("two-encoders.pth", "state_dict.module.momentum_encoder", true), ("teacher-student.pth", "student", false),
            ("teacher-student.pth", "student.module.backbone", false), ("teacher-student.pth", "teacher", true),
        ])
    func keys(name: String, key: String, isAverage: Bool) throws {
        let weights = try weights(name, key)
        #expect(weights.refusal == nil)
        #expect(try token(weights) == (isAverage ? facts.average : facts.trained))
        #expect(try WeightsShape(weights).depth == 1)
    }

    @Test("Without a key: the teacher, and the trained encoder before its average")
    func usual() throws {
        #expect(try token(weights("teacher-student.pth")) == facts.average)
        let two = try weights("two-encoders.pth")
        #expect(try token(two) == facts.trained)
        #expect(two.unexpected.isEmpty)
        #expect(two.choice?.contains("not state_dict.module.momentum_encoder") == true)
    }

    @Test(
        "A key that names nothing is refused with those that there are, and so are two models that nothing tells apart")
    func refused() throws {
        let error = #expect(throws: CheckpointError.self) { try weights("averaged.pth", "mdoel") }
        #expect(error?.message == "has nothing under the key \"mdoel\"; it has state_dict_ema, state_dict")
        let folder = try TemporaryFolder()
        let file = folder.file("w.safetensors")
        try rewrite("encoder.pth", to: file, { "rgb." + $0 }) { writer, ones in
            writer.add("depth.patch_embed.proj.weight", shape: [1, 3, 1, 1], values: .init(rebasing: ones[..<3]))
            writer.add("depth.blocks.0.attn.qkv.weight", shape: [3, 1], values: .init(rebasing: ones[..<3]))
        }
        let both = #expect(throws: CheckpointError.self) {
            try WeightsShape(NamedWeights(WeightsFile(path: file)))
        }
        #expect(both?.message.hasPrefix("holds several models (rgb, depth), and nothing says which is meant; ") == true)
        #expect(try WeightsShape(NamedWeights(WeightsFile(path: file, key: "rgb"))).width == 16)
        #expect(try WeightsShape(NamedWeights(WeightsFile(path: file, key: "depth"))).width == 1)
    }

    @Test(
        "A prefix before any part, of any depth, is seen through",
        arguments: [
            ["model.mae.encoder.", "model.mae.decoder.", "model.mae."], ["encoder.", "decoder.", ""],
            ["a.b.c.d.e.", "a.b.c.d.e.", "a.b.c.d.e."], ["", "decoder.", ""],
            ["student_model.0.", "1.", "student_model."],
        ])
    func prefixes(parts: [String]) throws {
        let folder = try TemporaryFolder()
        let file = folder.file("w.safetensors")
        try rewrite("full.pth", to: file) { name in
            let isDecoder = name.hasPrefix("decoder_") || name == "mask_token"
            return parts[isDecoder ? 1 : name.hasPrefix("patch_embed") ? 2 : 0] + name
        }
        let weights = NamedWeights(try WeightsFile(path: file))
        #expect(weights.unexpected.isEmpty, "\(weights.unexpected)")
        #expect(Set(weights.entries.map(\.name)) == Set(try #require(Reference.expected["full.pth"]).keys))
        #expect(try WeightsShape(weights).decoderName == "8d1b")
    }

    @Test("A decoder of another design is not taken for the encoder")
    func otherDecoder() throws {
        let folder = try TemporaryFolder()
        let file = folder.file("w.safetensors")
        try rewrite("encoder.pth", to: file, { $0.hasPrefix("norm") ? nil : "encoder." + $0 }) { writer, ones in
            writer.add("decoder.norm.weight", shape: [16], values: ones)
            writer.add("decoder.blocks.0.attn.qkv.weight", shape: [4, 4], values: ones)
            writer.add("mask_token", shape: [1, 1, 16], values: ones)
        }
        let weights = NamedWeights(try WeightsFile(path: file))
        #expect(weights["norm.weight"] == nil && weights["mask_token"] == nil && weights.choice == nil)
        #expect(
            weights.unexpected.sorted() == ["decoder.blocks.0.attn.qkv.weight", "decoder.norm.weight", "mask_token"])
        // They are of no use, but do not make the encoder another one.
        let wanted = weights.entries.map { WantedTensor(name: $0.name, shape: $0.shape, isRequired: true) }
        #expect(try weights.check(wanted, of: "m").unexpected.count == 3)
    }

    @Test("Biases of query and value alone are a bias with zeros for the key")
    func separateBiases() throws {
        let weights = try weights("timm-beit.safetensors")
        #expect(weights.unexpected.isEmpty)
        let entry = try #require(weights["blocks.1.attn.qkv.bias"])
        #expect(entry.shape == [48])
        let values = [Float](unsafeUninitializedCapacity: 48) { buffer, count in
            weights.read(entry, into: buffer)
            count = 48
        }
        let (query, value) = try (
            #require(weights.file["blocks.1.attn.q_bias"]), #require(weights.file["blocks.1.attn.v_bias"])
        )
        #expect(
            values == weights.file.floats(of: query) + [Float](repeating: 0, count: 16) + weights.file.floats(of: value)
        )
        let folder = try TemporaryFolder()
        for (name, names) in [("w.pth", WeightNames.mae), ("w.safetensors", .timm)] {
            _ = try WeightsConversion(weights).write(
                to: folder.file(name), format: WeightsConversion.format(ofName: name) ?? .torch, names: names)
            let copy = try WeightsFile(path: folder.file(name))
            #expect(copy.floats(of: try #require(copy["blocks.1.attn.qkv.bias"])) == values)
        }
    }

    @Test(
        "transformers 5: what it saves and what it holds in memory are MAE's model, and come back as it reads them",
        arguments: ["transformers-saved.safetensors", "transformers-memory.safetensors"])
    func transformers(name: String) throws {
        let full = try #require(Reference.expected["full.pth"])
        let weights = try weights(name)
        #expect(weights.unexpected.isEmpty, "\(weights.unexpected)")
        #expect(Set(weights.entries.map(\.name)) == Set(full.keys))
        let folder = try TemporaryFolder()
        _ = try WeightsConversion(weights).write(to: folder.file("mae.pth"), format: .torch, names: .mae)
        Reference.compare(try WeightsFile(path: folder.file("mae.pth")), full)
        // The generator holds that transformers 5 reads this file without a missing or unexpected name.
        _ = try WeightsConversion(weights).write(
            to: folder.file("hf.safetensors"), format: .safetensors, names: .huggingface)
        Reference.compare(
            try WeightsFile(path: folder.file("hf.safetensors")),
            try #require(Reference.expected["huggingface.safetensors"]))
    }
}

@Suite("What does not fit is said as it is")
struct MisfitTests {
    private func wanted(_ replaced: [String: [Int]]) throws -> [WantedTensor] {
        try #require(Reference.expected["full.pth"]).map {
            WantedTensor(name: $0.key, shape: replaced[$0.key] ?? $0.value.shape, isRequired: true)
        }
    }

    @Test(
        "No error names the same size as both wrong and right",
        arguments: [
            ("blocks.0.mlp.fc1.weight", [48, 16]), ("blocks.1.mlp.fc2.weight", [16, 48]), ("norm.weight", [1, 16]),
            ("decoder_pred.weight", [49, 8]), ("decoder_blocks.0.mlp.fc1.weight", [12, 8]), ("pos_embed", [1, 18, 16]),
            ("patch_embed.proj.weight", [16, 3, 8, 8]), ("mask_token", [8]),
        ])
    func contradictions(name: String, shape: [Int]) throws {
        let weights = NamedWeights(try WeightsFile(path: Reference.path("full.pth")))
        let error = #expect(throws: CheckpointError.self) {
            try weights.check(wanted([name: shape]), of: "a 16d2b with decoder 8d1b")
        }
        let message = try #require(error?.message)
        #expect(message.contains("\(name) is "))
        #expect(!message.contains("16d2b fits") && !message.contains("has the decoder"), "\(message)")
        #expect(message.contains("a model with patches of 4 fits") == (name == "patch_embed.proj.weight"))
    }

    @Test("Positions of an oblong grid are called so, with rows and columns, and no image size is proposed")
    func oblong() throws {
        #expect(Positioned.words(oblong: 25 + 8).contains("32 patches, in rows × columns 4 × 8 or 2 × 16"))
        #expect(Positioned.words(oblong: 198).hasPrefix("198 positions, which are not one for the class token"))
        let folder = try TemporaryFolder()
        let file = folder.file("w.safetensors")
        let positions = [Float](repeating: 0, count: 25 * 16)
        try positions.withUnsafeBufferPointer { positions in
            try rewrite("encoder.pth", to: file, { $0 == "pos_embed" ? nil : $0 }) { writer, _ in
                writer.add("pos_embed", shape: [1, 25, 16], values: positions)
            }
        }
        let weights = NamedWeights(try WeightsFile(path: file))
        let shape = try WeightsShape(weights)
        #expect(shape.grid == nil && shape.oblongGrid?.contains("24 patches, in rows × columns 4 × 6") == true)
        let encoder = try wanted([:]).filter { !$0.name.contains("decoder") && $0.name != "mask_token" }
        let error = #expect(throws: CheckpointError.self) { try weights.check(encoder, of: "the model") }
        #expect(error?.message.hasPrefix("has positions of an oblong grid: 24 patches") == true)
        #expect(error?.message.contains("--image") == false && error?.message.contains("fits") == false)
        #expect(throws: CheckpointError.self) { try shape.requireSquareGrid(path: "w") }
    }

    @Test(
        "Tokens and norms that MAE's encoder does not have are refused by name",
        arguments: ["dist_token", "reg_token", "norm_pre.weight", "rel_pos_bias.relative_position_bias_table"])
    func otherParts(name: String) throws {
        let folder = try TemporaryFolder()
        let file = folder.file("w.safetensors")
        try rewrite("encoder.pth", to: file, { "backbone." + $0 }) {
            $0.add("backbone." + name, shape: [16], values: $1)
        }
        let weights = NamedWeights(try WeightsFile(path: file))
        let wanted = weights.entries.map { WantedTensor(name: $0.name, shape: $0.shape, isRequired: false) }
        let error = #expect(throws: CheckpointError.self) { try weights.check(wanted, of: "m") }
        #expect(error?.message.hasSuffix("it would compute something else: backbone." + name) == true)
    }

    @Test(
        "Values that are NaN or infinite are refused with the tensors that have them",
        arguments: [Float.nan, .infinity])
    func notFinite(value: Float) throws {
        let folder = try TemporaryFolder()
        let file = folder.file("w.safetensors")
        var bias = [Float](repeating: 0, count: 16)
        bias[3] = -value
        bias[15] = value
        try bias.withUnsafeBufferPointer { bias in
            try rewrite("encoder.pth", to: file, { $0 == "blocks.1.norm1.bias" ? nil : $0 }) { writer, _ in
                writer.add("blocks.1.norm1.bias", shape: [16], values: bias)
            }
        }
        let weights = NamedWeights(try WeightsFile(path: file))
        let wanted = weights.entries.map { WantedTensor(name: $0.name, shape: $0.shape, isRequired: true) }
        let buffers = wanted.map { UnsafeMutableBufferPointer<Float>.allocate(capacity: $0.shape.reduce(1, *)) }
        defer { buffers.forEach { $0.deallocate() } }
        let error = #expect(throws: CheckpointError.self) { try weights.load(wanted, of: "m") { buffers[$0] } }
        #expect(error?.message.hasPrefix("has values that are NaN or infinite (2 in blocks.1.norm1.bias)") == true)
    }
}

@Suite("A file of weights that is cut while it is mapped")
struct CutFileTests {
    @Test(
        "is an error of loading, inspecting and converting, not the end of the process", arguments: [0, 1000, 20_000])
    func cut(length: Int) throws {
        let folder = try TemporaryFolder()
        let path = folder.file("w.safetensors")
        try rewrite("full.pth", to: path) { $0 }
        let file = try WeightsFile(path: path)
        let weights = NamedWeights(file)
        let tensor = try #require(file.tensors.last)
        #expect(truncate(path, off_t(length)) == 0)
        // Pages that are gone read as zeros.
        _ = file.tensors.map { file.floats(of: $0) }
        _ = file.withBytes(of: tensor) { Array($0) }
        #expect(throws: CheckpointError.self) { try file.requireWhole() }
        let wanted = weights.entries.map { WantedTensor(name: $0.name, shape: $0.shape, isRequired: true) }
        let buffers = wanted.map { UnsafeMutableBufferPointer<Float>.allocate(capacity: $0.shape.reduce(1, *)) }
        defer { buffers.forEach { $0.deallocate() } }
        let load = #expect(throws: CheckpointError.self) { try weights.load(wanted, of: "m") { buffers[$0] } }
        #expect(load?.message.hasPrefix("was cut short by another program while it was read") == true)
        for (name, format) in [("c.pth", WeightsConversion.Format.torch), ("c.safetensors", .safetensors)] {
            let error = #expect(throws: CheckpointError.self) {
                try WeightsConversion(weights).write(to: folder.file(name), format: format, names: .mae)
            }
            #expect(
                error?.path == path && error?.message.hasPrefix("was cut short") == true, "\(String(describing: error))"
            )
        }
        #expect(folder.names == ["w.safetensors"])
    }

    @Test("A mapping's guard ends with it, and there is room for many files one after the other")
    func many() throws {
        let folder = try TemporaryFolder()
        let path = try folder.write("w", [UInt8](repeating: 7, count: 10_000))
        for _ in 0..<3000 { #expect(try !MappedFile(path: path).isCut) }
        let last = try MappedFile(path: path)
        #expect(truncate(path, 0) == 0)
        #expect(last.bytes[9_000] == 0)
        #expect(last.isCut)
    }

    @Test("A pipe in the place of a file is refused at once")
    func pipe() throws {
        let folder = try TemporaryFolder()
        #expect(mkfifo(folder.file("w.pth"), 0o600) == 0)
        let error = #expect(throws: CheckpointError.self) { try WeightsFile(path: folder.file("w.pth")) }
        #expect(error?.message == "is not a regular file")
    }
}
