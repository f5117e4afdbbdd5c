import Testing

@testable import Model

@Suite struct ConfigurationTests {
    @Test func presetsHaveThePublishedShapes() throws {
        let base = try EncoderConfiguration.named("vit-base")
        #expect((base.width, base.depth, base.heads) == (768, 12, 12))
        let large = try EncoderConfiguration.named("vit-large")
        #expect((large.width, large.depth, large.heads) == (1024, 24, 16))
        let decoder = try DecoderConfiguration.named("512d8b")
        #expect((decoder.width, decoder.depth, decoder.heads) == (512, 8, 16))
        let small = try DecoderConfiguration.named("96d1b")
        #expect((small.width, small.depth, small.heads) == (96, 1, 3))
    }

    @Test func statedShapesAreRead() throws {
        let decoder = try DecoderConfiguration.named("256d4b8h")
        #expect(decoder.notation == "256d4b8h")
        #expect(try EncoderConfiguration.named("128d2b").heads == 2)
        #expect(try DecoderConfiguration.named("100d2b").heads == 2, "3 heads do not divide 100, 2 do")
        for text in [
            "", "d", "512d", "512b8d", "512d8b16", "512d8b16h1", "-4d1b", "512d8b16hh", "tiny",
            "9999999999999999999d1b",
        ] {
            #expect(throws: ModelError.self, "\(text)") { try DecoderConfiguration.named(text) }
        }
        #expect(throws: ModelError.self) { try DecoderConfiguration.named("0d1b") }
        #expect(throws: ModelError.self) { try DecoderConfiguration.named("64d0b") }
        #expect(throws: ModelError.self) { try DecoderConfiguration.named("64d1b0h") }
    }

    @Test func impossibleShapesAreRefusedWithASentence() throws {
        #expect(throws: ModelError("3 heads do not divide the width 64; choose a number that does")) {
            try TransformerConfiguration(width: 64, depth: 1, heads: 3)
        }
        #expect(throws: ModelError.self) { try TransformerConfiguration(width: 6, depth: 1, heads: 1) }
        let shape = try TransformerConfiguration(width: 8, depth: 1, heads: 1)
        #expect(throws: ModelError("a patch of 16 pixels does not divide an image of 100 pixels")) {
            try ModelConfiguration(image: 100, patch: 16, encoder: shape, decoder: shape)
        }
        for ratio in [-0.1, 1, 1.5, .nan] {
            #expect(throws: ModelError.self) {
                try ModelConfiguration(image: 32, patch: 16, encoder: shape, decoder: shape, maskRatio: ratio)
            }
        }
        #expect(throws: ModelError.self, "nothing would be masked") {
            try ModelConfiguration(image: 32, patch: 16, encoder: shape, decoder: shape, maskRatio: 0.0)
        }
        #expect(throws: ModelError.self, "nothing would be visible") {
            try ModelConfiguration(image: 32, patch: 16, encoder: shape, decoder: shape, maskRatio: 0.9)
        }
    }

    @Test func visiblePatchesAreRoundedDown() throws {
        let shape = try TransformerConfiguration(width: 8, depth: 1, heads: 1)
        let usual = try ModelConfiguration(encoder: shape, decoder: shape)
        #expect((usual.patches, usual.visiblePatches, usual.maskedPatches) == (196, 49, 147))
        let odd = try ModelConfiguration(image: 48, patch: 16, encoder: shape, decoder: shape, maskRatio: 0.5)
        #expect((odd.visiblePatches, odd.maskedPatches) == (4, 5))
    }
}

@Suite struct ParameterTests {
    static func parameters(_ encoder: String, _ decoder: String) throws -> [Parameter] {
        let configuration = try ModelConfiguration(
            encoder: EncoderConfiguration.named(encoder), decoder: DecoderConfiguration.named(decoder))
        return AutoencoderLayout(configuration).layout.parameters
    }

    @Test(arguments: [
        ("vit-tiny", 5_524_416, 25_814_272), ("vit-small", 21_665_664, 25_912_576),
        ("vit-base", 85_798_656, 26_109_184), ("vit-large", 303_301_632, 26_240_256),
    ])
    func countsMatchTheClosedForms(encoder: String, encoderCount: Int, decoderCount: Int) throws {
        let parameters = try Self.parameters(encoder, "512d8b")
        let decoder = parameters.filter { $0.name.hasPrefix("decoder") || $0.name == "mask_token" }
        let decoderSum = decoder.reduce(0) { $0 + $1.count }
        #expect(decoderSum == decoderCount)
        #expect(parameters.reduce(0) { $0 + $1.count } - decoderSum == encoderCount)
    }

    @Test func namesAreThoseOfThePublicCheckpoints() throws {
        let names = try Self.parameters("192d2b", "96d1b").map(\.name)
        let block = [
            "norm1.weight", "norm1.bias", "attn.qkv.weight", "attn.qkv.bias", "attn.proj.weight", "attn.proj.bias",
            "norm2.weight", "norm2.bias", "mlp.fc1.weight", "mlp.fc1.bias", "mlp.fc2.weight", "mlp.fc2.bias",
        ]
        #expect(
            names == ["cls_token", "pos_embed", "patch_embed.proj.weight", "patch_embed.proj.bias"]
                + block.map { "blocks.0." + $0 } + block.map { "blocks.1." + $0 } + ["norm.weight", "norm.bias"]
                + ["decoder_embed.weight", "decoder_embed.bias", "mask_token", "decoder_pos_embed"]
                + block.map { "decoder_blocks.0." + $0 }
                + ["decoder_norm.weight", "decoder_norm.bias", "decoder_pred.weight", "decoder_pred.bias"])
    }

    @Test func shapesAreThoseOfThePublicCheckpoints() throws {
        let shapes = Dictionary(
            uniqueKeysWithValues: try Self.parameters("vit-base", "512d8b").map { ($0.name, $0.shape) })
        #expect(shapes["cls_token"] == [1, 1, 768])
        #expect(shapes["pos_embed"] == [1, 197, 768])
        #expect(shapes["patch_embed.proj.weight"] == [768, 3, 16, 16])
        #expect(shapes["blocks.11.attn.qkv.weight"] == [2304, 768])
        #expect(shapes["blocks.11.mlp.fc2.weight"] == [768, 3072])
        #expect(shapes["decoder_embed.weight"] == [512, 768])
        #expect(shapes["mask_token"] == [1, 1, 512])
        #expect(shapes["decoder_pred.weight"] == [768, 512])
    }

    @Test func decayFollowsTheRuleOfTheRecipe() throws {
        let parameters = try Self.parameters("192d1b", "96d1b")
        #expect(
            parameters.filter(\.decays).map(\.name) == [
                "cls_token", "patch_embed.proj.weight", "blocks.0.attn.qkv.weight", "blocks.0.attn.proj.weight",
                "blocks.0.mlp.fc1.weight", "blocks.0.mlp.fc2.weight", "decoder_embed.weight", "mask_token",
                "decoder_blocks.0.attn.qkv.weight", "decoder_blocks.0.attn.proj.weight",
                "decoder_blocks.0.mlp.fc1.weight", "decoder_blocks.0.mlp.fc2.weight", "decoder_pred.weight",
            ])
        #expect(parameters.filter { !$0.trainable }.map(\.name) == ["pos_embed", "decoder_pos_embed"])
    }

    @Test func parametersAreAlignedAndDisjoint() throws {
        var end = 0
        for parameter in try Self.parameters("20d1b", "12d1b") {
            #expect(parameter.offset % 16 == 0)
            #expect(parameter.offset >= end)
            end = parameter.range.upperBound
        }
    }
}

@Suite struct InitialisationTests {
    static func set(_ encoder: String = "128d2b", seed: UInt64 = 3) throws -> ParameterSet {
        let configuration = try ModelConfiguration(
            encoder: EncoderConfiguration.named(encoder), decoder: DecoderConfiguration.named("96d1b"))
        let set = ParameterSet(layout: AutoencoderLayout(configuration).layout)
        set.initialise(seed: seed)
        return set
    }

    /// Largest magnitude and standard deviation.
    static func spread(_ set: ParameterSet, _ name: String) throws -> (largest: Float, deviation: Double) {
        let values = set.values(of: try #require(set[name]))
        let mean = values.reduce(0.0) { $0 + Double($1) } / Double(values.count)
        let variance = values.reduce(0.0) { $0 + (Double($1) - mean) * (Double($1) - mean) } / Double(values.count)
        return (values.map(abs).max() ?? 0, variance.squareRoot())
    }

    @Test func distributionsAreThoseOfMAE() throws {
        let set = try Self.set()
        for (name, fanIn, fanOut) in [
            ("blocks.0.attn.qkv.weight", 128, 384), ("patch_embed.proj.weight", 768, 128),
            ("decoder_pred.weight", 96, 768),
        ] {
            let bound = (6 / Double(fanIn + fanOut)).squareRoot()
            let (largest, deviation) = try Self.spread(set, name)
            #expect(Double(largest) <= bound && Double(largest) > 0.99 * bound, "\(name)")
            #expect(abs(deviation / (bound / 3.0.squareRoot()) - 1) < 0.02, "\(name)")
        }
        let bias = try Self.spread(set, "patch_embed.proj.bias")
        #expect(bias.largest <= 1 / Float(768).squareRoot() && bias.largest > 0.9 / Float(768).squareRoot())
        for token in ["cls_token", "mask_token"] {
            let deviation = try Self.spread(set, token).deviation
            #expect(abs(deviation - 0.02) < 0.005, "\(token)")
        }
        for (name, value) in [
            ("blocks.1.norm2.weight", 1 as Float), ("blocks.1.norm2.bias", 0), ("blocks.1.mlp.fc1.bias", 0),
        ] {
            let parameter = try #require(set[name])
            #expect(set.values(of: parameter).allSatisfy { $0 == value }, "\(name)")
        }
    }

    @Test func theSeedDecides() throws {
        let name = "blocks.0.mlp.fc1.weight"
        let first = try Self.set(seed: 3)
        let same = try Self.set(seed: 3)
        let other = try Self.set(seed: 4)
        let parameter = try #require(first[name])
        #expect(Array(first.values(of: parameter)) == Array(same.values(of: parameter)))
        #expect(Array(first.values(of: parameter)) != Array(other.values(of: parameter)))
        let next = try #require(first["blocks.1.mlp.fc1.weight"])
        #expect(first.values(of: parameter)[0] != first.values(of: next)[0])
    }

    @Test func positionsHaveTheColumnFirst() throws {
        let table = Positions.sineCosine(width: 192, grid: 14)
        #expect(table.count == 197 * 192)
        #expect(table[..<192].allSatisfy { $0 == 0 })
        let row1column2 = table[(17 * 192)..<(18 * 192)].map { Double($0) }
        for (channel, expected) in [
            (0, 0.909297), (1, 0.996801), (48, -0.416147), (96, 0.841471), (144, 0.540302),
        ] {
            #expect(abs(row1column2[channel] - expected) < 1e-6, "channel \(channel)")
        }
    }
}
