import Foundation
import Model
import Session
import TestSupport
import Testing

@testable import maeface

@Suite("maeface plan and maeface weights inspect")
struct PlanCommandTests {
    private let text = """
        {
          name: "photos", model: { encoder: "vit-micro", decoder: "64d1b", image: 64, patch: 8 },
          data: { faces: { kind: "rendered", identities: 20, photosPerIdentity: 5 } },
          stages: [{ kind: "pretrain", data: "faces", epochs: 3, warmup: 1, batch: 32, lr: 1e-3 }],
        }
        """

    @Test("A plan says what would run")
    func plan() throws {
        let folder = try TemporaryFolder()
        let path = try folder.write("s.json5", text)
        let result = try Program.run(["plan", path, "--gflops", "1"])
        #expect(result.status == 0)
        #expect(result.output.contains("3 epochs × 3 steps of 32 images = 9 steps"))
        #expect(result.output.contains("masks 48 of 64 patches, l1 loss"))
        #expect(result.output.contains("epoch        0        1        2"))
        #expect(result.output.contains("rate         0 1.00e-03 5.00e-04"))
        #expect(result.output.contains("about 13 seconds, an estimate at 1 GFLOP/s"))
        let json = try Program.run(["plan", path, "--json", "--gflops", "1", "--set", "stages.0.epochs=2"])
        let object = try #require(try JSONSerialization.jsonObject(with: Data(json.output.utf8)) as? [String: Any])
        let stages = try #require(object["stages"] as? [[String: Any]])
        #expect(stages[0]["steps"] as? Int == 6)
        #expect(stages[0]["learning_rates"] as? [Double] == [0, 1e-3])
    }

    @Test("Resolved text is a session again")
    func resolved() throws {
        let folder = try TemporaryFolder()
        let first = try Program.run(["plan", try folder.write("s.json5", text), "--resolved"])
        let second = try Program.run(["plan", try folder.write("t.json5", first.output), "--resolved"])
        #expect(first.status == 0 && first.output == second.output)
    }

    @Test("What is wrong ends with the designed code and a sentence")
    func wrong() throws {
        let folder = try TemporaryFolder()
        let path = try folder.write("s.json5", text)
        let override = try Program.run(["plan", path, "--set", "stages.0.epoch=2"])
        #expect(override.status == 2)
        #expect(
            override.talk.contains(
                "--set stages.0.epoch=2: stages[0].epoch: there is no such key; did you mean `epochs`?"))
        let broken = try Program.run(["plan", try folder.write("b.json5", "{ seed: 1 ")])
        #expect(broken.status == 3)
        let missing = try Program.run([
            "plan", path, "--gflops", "1", "--set", "data.faces={kind:'folder',path:'\(folder.path)/none'}",
        ])
        #expect(missing.status == 3)
        #expect(missing.talk.contains("no such file or folder"))
        #expect(missing.output.contains("an unknown number of steps"))
    }

    @Test("A plan's numbers are the model's own", arguments: ["vit-micro", "vit-tiny", "vit-base", "96d5b3h"])
    func arithmetic(encoder: String) throws {
        let settings = ModelSettings(
            encoder: try #require(TransformerShape.encoder(named: encoder)),
            decoder: TransformerShape(width: 64, depth: 2, heads: 2), image: 96, patch: 8)
        let configuration = try ModelConfiguration(
            image: 96, patch: 8, encoder: EncoderConfiguration.named(encoder),
            decoder: DecoderConfiguration.named(settings.decoder.decoderName), loss: .l1, maskRatio: 0.7)
        #expect(settings.encoder.heads == configuration.encoder.heads)
        #expect(settings.operationsPerImage(maskRatio: 0.7) == Double(configuration.executedFlopsPerImage))
        #expect(
            settings.usualMicroBatch(batch: 100, maskRatio: 0.7)
                == MaskedAutoencoder.defaultMicroBatch(configuration, batch: 100))
    }

    @Test("Tensors are listed, and their names cannot steer the terminal")
    func weights() throws {
        let fixtures = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .appending(path: "CheckpointsTests/Fixtures")
        let file = fixtures.appending(path: "types.safetensors").path
        let result = try Program.run(["weights", "inspect", file])
        #expect(result.status == 0)
        #expect(result.output.contains("2 × 3 × 4  F64           0     0.4099"))
        #expect(result.output.contains("quoted\"\\n"))
        #expect(result.output.contains("13 tensors, 117 parameters, 1.4 kB"))
        let json = try Program.run(["weights", "inspect", file, "--json"])
        let object = try #require(try JSONSerialization.jsonObject(with: Data(json.output.utf8)) as? [String: Any])
        #expect(object["parameters"] as? Int == 117)
        #expect(try Program.run(["weights", "inspect", fixtures.appending(path: "generate.py").path]).status == 3)
        #expect(try Program.run(["weights", "inspect"]).status == 2)
    }
}
