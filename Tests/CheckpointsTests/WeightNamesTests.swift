import Archives
import Basics
import Foundation
import TestSupport
import Testing

@testable import Checkpoints

@Suite("Names of tensors")
struct WeightNamesTests {
    @Test(
        "Every dialect, under every wrapper",
        arguments: [
            ("blocks.11.attn.qkv.weight", "blocks.11.attn.qkv.weight", ""),
            ("module.blocks.0.norm1.bias", "blocks.0.norm1.bias", "module"),
            ("_orig_mod.module.encoder.cls_token", "cls_token", "_orig_mod.module.encoder"),
            ("backbone.pos_embed", "pos_embed", "backbone"),
            ("model.mae.encoder.blocks.3.mlp.fc1.bias", "blocks.3.mlp.fc1.bias", "model.mae.encoder"),
            ("whatever.0.it.is.patch_embed.proj.bias", "patch_embed.proj.bias", "whatever.0.it.is"),
            ("decoder.decoder_blocks.0.norm2.bias", "decoder_blocks.0.norm2.bias", "decoder"),
            ("vit.encoder.layer.3.layernorm_before.weight", "blocks.3.norm1.weight", "vit"),
            ("encoder.layer.3.output.dense.bias", "blocks.3.mlp.fc2.bias", ""),
            ("vit.encoder.layer.3.attention.output.dense.bias", "blocks.3.attn.proj.bias", "vit"),
            ("decoder.decoder_layers.7.intermediate.dense.weight", "decoder_blocks.7.mlp.fc1.weight", ""),
            ("decoder.decoder_encoder.layer.7.output.dense.bias", "decoder_blocks.7.mlp.fc2.bias", ""),
            ("vit.layers.0.attention.o_proj.weight", "blocks.0.attn.proj.weight", "vit"),
            ("decoder.mask_token", "mask_token", ""),
            ("module.vit.layernorm.weight", "norm.weight", "module.vit"),
            ("classifier.bias", "head.bias", ""),
        ])
    func recognised(name: String, expected: String, prefix: String) {
        let found = WeightNames.recognise(name)
        #expect(found?.name.name == expected)
        #expect(found?.name.piece == nil)
        #expect(found?.prefix == prefix[...])
    }

    @Test("Query, key and value are pieces of qkv")
    func pieces() {
        let names = ["query", "key", "value"].map { "vit.encoder.layer.2.attention.attention.\($0).bias" }
        #expect(names.map { WeightNames.recognise($0)?.name.piece } == [0, 1, 2])
        #expect(WeightNames.huggingface.names(for: "blocks.2.attn.qkv.bias") == names)
        let apart = ["blocks.2.attn.q_bias", "m.blocks.2.attn.v_bias", "vit.layers.2.attention.k_proj.bias"]
        #expect(apart.map { WeightNames.recognise($0)?.name.piece } == [0, 2, 1])
        #expect(apart.allSatisfy { WeightNames.recognise($0)?.name.name == "blocks.2.attn.qkv.bias" })
    }

    @Test(
        "Names that mean nothing are nothing",
        arguments: [
            "blocks.0.ls1.gamma", "blocks.x.norm1.weight", "blocks.0.norm1", "fc.weight", "encoder.", "",
            "pooler.dense.weight", "blocks.0.attn.qkv.weight.extra", "norm.running_mean", "blocks.0.norm.weight",
            "layers.0.blocks.0.mlp.fc1.weight",
        ])
    func unknown(name: String) {
        #expect(WeightNames.recognise(name) == nil)
    }

    @Test("Every file of the model has the same tensors under MAE's names")
    func catalogues() throws {
        let full = try #require(Reference.expected["full.pth"])
        for name in ["full.pth", "deflated.pth", "legacy.pth.tar", "huggingface.safetensors"] {
            let weights = NamedWeights(try WeightsFile(path: Reference.path(name)))
            #expect(weights.unexpected.isEmpty, "\(name): \(weights.unexpected)")
            #expect(Set(weights.entries.map(\.name)) == Set(full.keys), "\(name)")
            for entry in weights.entries {
                let bytes = entry.pieces.compactMap { $0 }.reduce(into: [UInt8]()) { bytes, piece in
                    bytes += weights.file.withBytes(of: piece) { Array($0) }
                }
                #expect(
                    bytes.withUnsafeBytes { Reference.digest($0) } == full[entry.name]?.digest, "\(name) \(entry.name)")
                #expect(entry.shape == full[entry.name]?.shape)
            }
        }
        for name in ["encoder.pth", "first-format.tar", "prefixed.safetensors", "teacher.pth", "compiled.pth"] {
            let weights = NamedWeights(try WeightsFile(path: Reference.path(name)))
            #expect(weights.unexpected.isEmpty, "\(name): \(weights.unexpected)")
            #expect(weights.entries.count == Reference.expected[name]?.count)
        }
    }

    @Test("The shape of the model is read from its tensors")
    func shapes() throws {
        let full = try WeightsShape(NamedWeights(try WeightsFile(path: Reference.path("full.pth"))))
        #expect(full.width == 16 && full.depth == 2 && full.patch == 4 && full.grid == 4)
        #expect(full.decoderName == "8d1b" && full.outputs == nil && !full.hasMeanNorm)
        #expect(full.words == "16d2b (16 channels, 2 blocks, patches of 4)")
        let fine = try WeightsShape(NamedWeights(try WeightsFile(path: Reference.path("classifier.pth"))))
        #expect(fine.decoder == nil && fine.outputs == 5 && fine.hasMeanNorm)
        let types = NamedWeights(try WeightsFile(path: Reference.path("types.pth")))
        let error = #expect(throws: FileError.self) { try WeightsShape(types) }
        #expect(error?.message.hasPrefix("holds no vision transformer") == true)
    }

    /// The smallest file of a transformer with this width.
    func transformer(_ width: Int, metadata: [String: String] = [:], in folder: TemporaryFolder) throws -> WeightsShape
    {
        let values = [Float](repeating: 0, count: 3 * width * width)
        try values.withUnsafeBufferPointer { values in
            var writer = SafetensorsWriter(metadata: metadata)
            writer.add(
                "patch_embed.proj.weight", shape: [width, 3, 1, 1], values: .init(rebasing: values[..<(3 * width)]))
            writer.add("blocks.0.attn.qkv.weight", shape: [3 * width, width], values: values)
            try writer.write(to: folder.file("model.safetensors"))
        }
        return try WeightsShape(NamedWeights(try WeightsFile(path: folder.file("model.safetensors"))))
    }

    @Test("Heads are taken from what states them, and asked for where nothing does")
    func heads() throws {
        let folder = try TemporaryFolder()
        let tiny = try transformer(192, in: folder)
        let error = #expect(throws: FileError.self) { try tiny.heads(asked: nil, path: "w") }
        #expect(error?.message.contains("say which with --heads 3 or --heads 12") == true)
        #expect(try tiny.heads(asked: 12, path: "w") == 12)
        #expect(throws: FileError.self) { try tiny.heads(asked: 5, path: "w") }
        #expect(try transformer(384, in: folder).heads(asked: nil, path: "w") == 6)
        #expect(throws: FileError.self) { try transformer(32, in: folder).heads(asked: nil, path: "w") }
        let stated = try transformer(192, metadata: ["maeface.heads": "12"], in: folder)
        #expect(try stated.heads(asked: nil, path: "w") == 12)
        let contradicted = #expect(throws: FileError.self) { try stated.heads(asked: 3, path: "w") }
        #expect(contradicted?.message == "was trained with 12 heads, as it says itself, not with 3")
        _ = try folder.write(
            "config.json",
            Array("{\"hidden_size\": 192, \"list\": [1, {}], \"num_attention_heads\": 4, \"eps\": 1e-6}".utf8))
        #expect(try transformer(192, in: folder).heads(asked: nil, path: "w") == 4)
        #expect(try transformer(384, in: folder).heads(asked: nil, path: "w") == 6)
    }
}

@Suite("Writing weights for other programs")
struct WeightsConversionTests {
    private func convert(
        _ input: String, _ output: String, _ names: WeightNames?
    ) throws -> WeightsConversion.Result {
        let weights = NamedWeights(try WeightsFile(path: input))
        let format = try #require(WeightsConversion.format(ofName: output))
        return try WeightsConversion(weights).write(to: output, format: format, names: names)
    }

    @Test("Round trips through every dialect and format keep every bit", arguments: ["w.pth", "w.safetensors"])
    func roundTrips(name: String) throws {
        let folder = try TemporaryFolder()
        let full = try #require(Reference.expected["full.pth"])
        let there = try convert(Reference.path("legacy.pth.tar"), folder.file("hf-" + name), .huggingface)
        #expect(there.leftOut.isEmpty)
        Reference.compare(
            try WeightsFile(path: folder.file("hf-" + name)),
            try #require(Reference.expected["huggingface.safetensors"]))
        _ = try convert(folder.file("hf-" + name), folder.file(name), .mae)
        let back = try WeightsFile(path: folder.file(name), verifiesChecksums: true)
        Reference.compare(back, full)
        let timm = try convert(folder.file(name), folder.file("timm-" + name), .timm)
        #expect(timm.leftOut.contains("decoder_embed.weight") && timm.leftOut.contains("mask_token"))
        Reference.compare(
            try WeightsFile(path: folder.file("timm-" + name)), try #require(Reference.expected["encoder.pth"]))
    }

    @Test("Any type and layout is kept, under its own name", arguments: ["w.pth", "w.safetensors"])
    func types(name: String) throws {
        let folder = try TemporaryFolder()
        _ = try convert(Reference.path("types.pth"), folder.file(name), nil)
        let copy = try WeightsFile(path: folder.file(name), verifiesChecksums: true)
        Reference.compare(copy, try #require(Reference.expected["types.pth"]))
        if copy.format == .torchZip {
            #expect(copy.part == "model")
            #expect(copy["tied_a"]?.storage == copy["tied_b"]?.storage)
        }
    }

    @Test("A head on fc_norm has no name at Hugging Face: refused, or left out with its fc_norm")
    func foreign() throws {
        let folder = try TemporaryFolder()
        let input = Reference.path("classifier.pth")
        let error = #expect(throws: FileError.self) {
            try convert(input, folder.file("w.bin"), .huggingface)
        }
        #expect(error?.message.contains("no names: fc_norm.weight, fc_norm.bias, head.weight, head.bias;") == true)
        #expect(error?.message.contains("--leave-out") == true)
        #expect(folder.names.isEmpty)
        let result = try WeightsConversion(NamedWeights(WeightsFile(path: input))).write(
            to: folder.file("w.bin"), format: .torch, names: .huggingface, leavesOut: true)
        #expect(Set(result.leftOut) == ["fc_norm.weight", "fc_norm.bias", "head.weight", "head.bias"])
        let file = try WeightsFile(path: folder.file("w.bin"))
        #expect(file.part == "")
        #expect(file.tensors.allSatisfy { $0.name.hasPrefix("vit.") })
    }

    @Test("Names that are known in no dialect never come out of a conversion", arguments: WeightNames.allCases)
    func unknownNames(names: WeightNames) throws {
        let folder = try TemporaryFolder()
        let input = folder.file("in.safetensors")
        try rewrite("encoder.pth", to: input) {
            $0
        } more: {
            $0.add("projector.0.weight", shape: [16], values: $1)
        }
        let error = #expect(throws: FileError.self) { try convert(input, folder.file("out.pth"), names) }
        #expect(error?.message.contains("holds 1 tensors for which \(names.rawValue) has no names: projector") == true)
        #expect(folder.names == ["in.safetensors"])
    }

    @Test("Sizes and offsets in 64 bits, as above 4 GiB")
    func long() throws {
        let folder = try TemporaryFolder()
        let values = (0..<100).map { Float($0) }
        for limit in [1, 300, 5000] {
            try values.withUnsafeBytes { bytes in
                var writer = TorchWriter()
                writer.longFrom = limit
                writer.add("a", type: .float32, shape: [10, 10], bytes: bytes)
                writer.add("b", type: .float32, shape: [5], bytes: .init(rebasing: bytes[40..<60]))
                let size = try writer.write(to: folder.file("w.pth"))
                #expect(try Int(size) == folder.contents("w.pth").count)
            }
            let file = try WeightsFile(path: folder.file("w.pth"), verifiesChecksums: true)
            #expect(try file.floats(of: #require(file["a"])) == values)
            #expect(try file.floats(of: #require(file["b"])) == [10, 11, 12, 13, 14])
        }
        #expect(folder.names == ["w.pth"])
    }

    @Test("Data begin at multiples of 64 bytes, and two tensors of one name are refused")
    func layout() throws {
        let folder = try TemporaryFolder()
        let bytes: [UInt8] = [1, 2, 3]
        try bytes.withUnsafeBytes { bytes in
            var writer = TorchWriter()
            writer.add("x", type: .uint8, shape: [3], bytes: bytes)
            try writer.write(to: folder.file("w.pth"))
            let file = try MappedFile(path: folder.file("w.pth"))
            let archive = try ZipArchive(file: file.bytes, path: "w")
            #expect(archive.entries.allSatisfy { $0.bytes.lowerBound.isMultiple(of: 64) })
            writer.add("x", type: .uint8, shape: [3], bytes: bytes)
            let error = #expect(throws: FileError.self) { try writer.write(to: folder.file("v.pth")) }
            #expect(error?.message == "cannot hold two tensors named \"x\"")
        }
        #expect(folder.names == ["w.pth"])
    }
}

@Suite("Loading weights into a model")
struct WeightsLoadingTests {
    private func load(
        _ name: String, _ wanted: [WantedTensor]
    ) throws -> (report: WeightsReport, values: [String: [Float]]) {
        let weights = NamedWeights(try WeightsFile(path: Reference.path(name)))
        let buffers = wanted.map {
            UnsafeMutableBufferPointer<Float>.allocate(capacity: $0.shape.reduce(1, *))
        }
        defer { buffers.forEach { $0.deallocate() } }
        buffers.forEach { $0.initialize(repeating: .nan) }
        let report = try weights.load(wanted, of: "the model of this test") { buffers[$0] }
        return (report, Dictionary(uniqueKeysWithValues: zip(wanted, buffers).map { ($0.name, Array($1)) }))
    }

    private func failure(_ name: String, _ wanted: [WantedTensor]) -> String? {
        #expect(throws: FileError.self) { try load(name, wanted) }?.message
    }

    private let some = [
        WantedTensor(name: "cls_token", shape: [1, 1, 16], isRequired: true),
        WantedTensor(name: "blocks.0.attn.qkv.bias", shape: [48], isRequired: true),
        WantedTensor(name: "blocks.1.attn.qkv.bias", shape: [48], isRequired: true),
        WantedTensor(name: "fc_norm.weight", shape: [16], isRequired: false),
        WantedTensor(name: "pos_embed", shape: [1, 17, 16], isRequired: true),
    ]

    /// Wants the rest of the encoder's blocks, so that nothing of them is left out.
    private var whole: [WantedTensor] {
        let expected = Reference.expected["encoder.pth"] ?? [:]
        let names = Set(some.map(\.name))
        return some
            + expected.filter { $0.key.hasPrefix("blocks.") && !names.contains($0.key) }.map {
                WantedTensor(name: $0.key, shape: $0.value.shape, isRequired: true)
            }
    }

    @Test("Loaded, missing and left out are told apart, whatever the file's names")
    func report() throws {
        var values: [[Float]?] = []
        for name in ["full.pth", "huggingface.safetensors"] {
            let (report, loaded) = try load(name, whole)
            #expect(report.missing == ["fc_norm.weight"])
            #expect(report.loaded.count == whole.count - 1)
            #expect(report.leftOut.contains("decoder_pred.bias") && report.leftOut.contains("norm.weight"))
            #expect(report.unexpected.isEmpty && report.resized.isEmpty)
            #expect(loaded["fc_norm.weight"]?.allSatisfy(\.isNaN) == true)
            values.append(loaded["blocks.1.attn.qkv.bias"])
        }
        #expect(values[0] != nil && values[0] == values[1])
    }

    @Test("Positions are resized as PyTorch resizes them")
    func resizing() throws {
        let forward = try SafetensorsFile(path: Reference.path("forward.safetensors"))
        for side in [4, 9] {
            var wanted = whole
            wanted.removeAll { $0.name == "pos_embed" }
            wanted.append(WantedTensor(name: "pos_embed", shape: [1, 1 + side * side, 16], isRequired: true))
            let (report, values) = try load("larger-image.pth", wanted)
            #expect(report.resized == [.init(name: "pos_embed", from: [1, 37, 16], to: [1, 1 + side * side, 16])])
            let expected = forward.floats(of: try #require(forward["pos_embed/\(side)"]))
            let found = try #require(values["pos_embed"])
            let worst = zip(found, expected).map { abs($0 - $1) }.max() ?? .infinity
            print("positions 6 to \(side): largest difference \(worst)")
            #expect(worst < 2e-6)
        }
    }

    @Test("A model of another size is refused, and the error says which fits")
    func wrongSize() throws {
        var wider = whole
        wider[0] = WantedTensor(name: "cls_token", shape: [1, 1, 192], isRequired: true)
        #expect(
            failure("full.pth", wider)
                == "is a 16d2b (16 channels, 2 blocks, patches of 4), which does not fit the model of this test "
                + "(cls_token is 1 × 1 × 16 there and 1 × 1 × 192 here); 16d2b fits")
        #expect(failure("full.pth", whole.filter { !$0.name.hasPrefix("blocks.1.") })?.contains("is not in it") == true)
        let deeper = whole + [WantedTensor(name: "blocks.2.norm1.bias", shape: [16], isRequired: true)]
        #expect(failure("full.pth", deeper) == "lacks 1 of the tensors of the model of this test: blocks.2.norm1.bias")
        let decoder = whole + [WantedTensor(name: "decoder_embed.bias", shape: [512], isRequired: false)]
        #expect(failure("full.pth", decoder)?.hasPrefix("has the decoder 8d1b, which does not fit") == true)
        let head = whole + [WantedTensor(name: "head.bias", shape: [8], isRequired: false)]
        #expect(failure("classifier.pth", head)?.hasPrefix("has a head of 5 outputs, which does not fit") == true)
    }

    @Test("Layers that MAE's encoder does not have are refused, not passed over")
    func otherArchitecture() throws {
        let folder = try TemporaryFolder()
        let original = try WeightsFile(path: Reference.path("encoder.pth"))
        var writer = SafetensorsWriter()
        let gamma = [Float](repeating: 1, count: 16)
        try gamma.withUnsafeBufferPointer { gamma in
            for tensor in original.tensors {
                writer.add(
                    tensor.name, type: tensor.type, shape: tensor.shape,
                    bytes: try #require(original.mappedBytes(of: tensor)))
            }
            writer.add("blocks.0.ls1.gamma", shape: [16], values: gamma)
            writer.add("blocks.1.ls1.gamma", shape: [16], values: gamma)
            try writer.write(to: folder.file("w.safetensors"))
        }
        let weights = NamedWeights(try WeightsFile(path: folder.file("w.safetensors")))
        let error = #expect(throws: FileError.self) {
            try weights.load([], of: "m") { _ in .init(start: nil, count: 0) }
        }
        #expect(error?.message.contains("blocks.0") == true)
        let second = #expect(throws: FileError.self) {
            let wanted = weights.entries.map { WantedTensor(name: $0.name, shape: $0.shape, isRequired: false) }
            _ = try weights.load(wanted, of: "m") { _ in .init(start: nil, count: 0) }
        }
        #expect(second?.message.hasSuffix("so it would compute something else: blocks.0-1.ls1.gamma") == true)
    }

    @Test("Lists of names are folded by block")
    func folding() {
        #expect(
            WeightsReport.folded([
                "cls_token", "blocks.0.norm1.bias", "blocks.1.norm1.bias", "blocks.2.norm1.bias", "blocks.0.x",
                "blocks.4.x",
            ])
                == ["cls_token", "blocks.0-2.norm1.bias", "blocks.0+4.x"])
    }
}
