import Foundation
import TestSupport
import Testing

@testable import Checkpoints
@testable import maeface

@Suite("maeface weights, embed and predict")
struct WeightsCommandTests {
    private static let fixtures = URL(filePath: #filePath).deletingLastPathComponent()
        .appending(path: "../CheckpointsTests/Reference").standardizedFileURL.path

    private func fixture(_ name: String) -> String { Self.fixtures + "/" + name }

    /// Photographs of the image tests.
    private let photos = ["colour.png", "grey.jpg", "orientation-6.jpg", "webp.jpg"].map {
        URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../ImagesTests/Reference/\($0)")
            .standardizedFileURL.path
    }

    private func rows(_ path: String) throws -> [[String]] {
        try String(contentsOfFile: path, encoding: .utf8).split(separator: "\n").map {
            $0.split(separator: ",").map(String.init)
        }
    }

    @Test("inspect tells of any file what it holds")
    func inspect() throws {
        let text = try Program.run(["weights", "inspect", fixture("full.pth"), "--check"])
        #expect(text.status == 0)
        #expect(text.output.contains("blocks.0.attn.qkv.weight"))
        #expect(
            text.output.contains(
                "beside the weights: optimizer (6 tensors), epoch 799, scaler, args (argparse.Namespace)"))
        #expect(text.output.contains("a 16d2b (16 channels, 2 blocks, patches of 4) for 16 pixels, decoder 8d1b"))
        #expect(text.output.contains("PyTorch (zip), weights under `model`: 50 tensors"))
        let json = try Program.run(["weights", "inspect", fixture("sharded"), "--json"])
        #expect(json.status == 0)
        let object = try #require(
            try JSONSerialization.jsonObject(with: Data(json.output.utf8)) as? [String: Any])
        #expect(object["format"] as? String == "an index of shards")
        #expect((object["model"] as? [String: Any])?["decoder"] as? String == "8d1b")
        let tensors = try #require(object["tensors"] as? [[String: Any]])
        #expect(tensors.allSatisfy { $0["mean"] is Double && $0["type"] as? String == "F16" })
        let script = try Program.run(["weights", "inspect", fixture("script.pt")])
        #expect(script.status == 3)
        #expect(script.talk.contains("is a TorchScript archive"))
    }

    @Test("convert writes what another program reads, and says what it leaves out")
    func convert() throws {
        let folder = try TemporaryFolder()
        let (hf, back) = (folder.path + "/hf.safetensors", folder.path + "/back.pth")
        let there = try Program.run(
            ["weights", "convert", fixture("full.pth"), hf, "--names", "huggingface", "--heads", "2"])
        #expect(there.status == 0, "\(there.talk)")
        #expect(there.talk.contains("left behind: optimizer (6 tensors)"))
        #expect(try WeightsFile(path: hf)["vit.encoder.layer.1.attention.attention.key.bias"]?.shape == [16])
        #expect(try WeightsFile(path: hf).metadata["maeface.heads"] == "2")
        #expect(try Program.run(["weights", "convert", hf, back, "--names", "mae"]).status == 0)
        let (original, copy) = (try WeightsFile(path: fixture("full.pth")), try WeightsFile(path: back))
        #expect(copy.tensors.count == original.tensors.count)
        for tensor in original.tensors {
            let other = try #require(copy[tensor.name])
            #expect(copy.withBytes(of: other) { Array($0) } == original.withBytes(of: tensor) { Array($0) })
        }
        let timm = try Program.run(["weights", "convert", back, folder.path + "/t.pth", "--names", "timm", "--json"])
        #expect(timm.talk.contains("left out 20, which these names have no place for: "))
        #expect(timm.talk.contains("decoder_embed.weight"))
        #expect(try Program.run(["weights", "convert", back, folder.path + "/t.txt"]).status == 2)
        #expect(
            try Program.run(["weights", "convert", back, folder.path + "/t.pth", "--names", "timn"]).talk.contains(
                "Did you mean timm?"))
        #expect(try Program.run(["weights", "convert", back, "/nowhere/t.pth"]).status == 1)
        #expect(try Program.run(["weights", "convert", fixture("script.pt"), folder.path + "/s.pth"]).status == 3)
    }

    @Test("embed writes a row an image, and passes over what is none")
    func embed() throws {
        let folder = try TemporaryFolder()
        let table = folder.path + "/features.csv"
        let result = try Program.run(
            ["embed", "--weights", fixture("classifier.pth"), "--heads", "2", "-o", table] + photos)
        #expect(result.status == 0, "\(result.talk)")
        #expect(result.output.contains("3 images, 1 skipped"))
        #expect(result.talk.contains("skipped \(photos[3])"))
        #expect(result.talk.contains("left out 2: head.weight, head.bias"))
        let rows = try rows(table)
        #expect(rows[0].count == 17 && rows[0][0] == "image" && rows[0][16] == "f15")
        #expect(rows.dropFirst().map { $0[0] } == Array(photos.prefix(3)))
        // Another number of threads and another batch: the same features.
        let again = try Program.run(
            ["embed", "--weights", fixture("classifier.pth"), "--heads", "2", "-o", table, "--threads", "1"] + photos)
        #expect(again.status == 0)
        #expect(try self.rows(table) == rows)
        let asked = try Program.run(["embed", "--weights", fixture("classifier.pth"), "-o", table] + photos)
        #expect(asked.status == 3)
        #expect(asked.talk.contains("--heads N"))
        let none = try Program.run([
            "embed", "--weights", fixture("classifier.pth"), "--heads", "2", "-o", folder.path + "/none.csv", photos[3],
        ])
        #expect(none.status == 3)
        #expect(!FileManager.default.fileExists(atPath: folder.path + "/none.csv"))
        #expect(try Program.run(["embed", photos[0], "-o", table]).status == 2)
        #expect(try Program.run(["embed", "--weights", fixture("classifier.pth"), photos[0]]).status == 2)
    }

    @Test("Features of real photographs equal PyTorch's through Pillow")
    func realPhotographs() throws {
        guard let data = SharedData.folder("faces").map({ ($0 as NSString).deletingLastPathComponent }) else {
            print("skipped: no shared data beside the checkout (../shared/data, or MAEFACE_SHARED)")
            return
        }
        let expected = try JSONDecoder().decode(
            [String: [Double]].self, from: Data(contentsOf: URL(filePath: fixture("photos.json"))))
        let folder = try TemporaryFolder()
        let names = expected.keys.sorted()
        let result = try Program.run(
            [
                "embed", "--weights", fixture("classifier.pth"), "--heads", "2", "--evaluation", "crop", "-o",
                folder.path + "/f.csv",
            ]
                + names.map { data + "/" + $0 })
        #expect(result.status == 0, "\(result.talk)")
        let rows = try rows(folder.path + "/f.csv").dropFirst()
        #expect(rows.count == names.count)
        var worst = 1.0
        for (name, row) in zip(names, rows) {
            let (a, b) = (row.dropFirst().compactMap(Double.init), expected[name] ?? [])
            func dot(_ x: [Double], _ y: [Double]) -> Double { zip(x, y).reduce(0) { $0 + $1.0 * $1.1 } }
            worst = min(worst, dot(a, b) / (dot(a, a) * dot(b, b)).squareRoot())
        }
        print("features of \(names.count) photographs: smallest cosine \(worst)")
        #expect(worst > 0.9999)
    }

    @Test("predict writes scores of the task, and refuses another task's")
    func predict() throws {
        let folder = try TemporaryFolder()
        let table = folder.path + "/scores.csv"
        let arguments = ["predict", "--weights", fixture("classifier.pth"), "--heads", "2", "-o", table]
        let result = try Program.run(arguments + ["--task", "expression", "--classes", "a,b,c,d,e"] + photos)
        #expect(result.status == 0, "\(result.talk)")
        let rows = try rows(table)
        #expect(rows[0] == ["image", "a", "b", "c", "d", "e"])
        // The image that cannot be read has a row without scores.
        #expect(rows.dropFirst().count { $0.count == 1 } == 1)
        for row in rows.dropFirst() where row.count > 1 {
            let sum = row.dropFirst().compactMap(Double.init).reduce(0, +)
            #expect(abs(sum - 1) < 1e-5)
        }
        #expect(
            try Program.run(arguments + ["--task", "expression", photos[0]]).talk.contains("does not name its classes"))
        let other = try Program.run(arguments + ["--task", "va", photos[0]])
        #expect(other.status == 3)
        #expect(other.talk.contains("the head has 5 outputs, and valenceArousal has 2"))
        #expect(try Program.run(arguments + ["--task", "mood", photos[0]]).status == 2)
        let headless = try Program.run(
            ["predict", "--weights", fixture("full.pth"), "--heads", "2", "--task", "expr", "-o", table, photos[0]])
        #expect(headless.status == 3)
        #expect(headless.talk.contains("has no head: it was pre-trained"))
    }

    @Test("One of several models in a file is chosen by its key, and the choice is told")
    func weightsKey() throws {
        let folder = try TemporaryFolder()
        let file = fixture("other/averaged.pth")
        let usual = try Program.run(["weights", "inspect", file])
        #expect(usual.output.contains("weights under `state_dict_ema`"))
        #expect(usual.output.contains("state_dict_ema is taken, not state_dict; --weights-key KEY chooses"))
        let other = try Program.run(["weights", "inspect", file, "--weights-key", "state_dict"])
        #expect(other.output.contains("weights under `state_dict`"))
        var tables: [[[String]]] = []
        for key in [[], ["--weights-key", "state_dict_ema"], ["--weights-key", "state_dict"]] {
            let table = folder.path + "/features.csv"
            let result = try Program.run(["embed", "--weights", file, "--heads", "2", "-o", table, photos[0]] + key)
            #expect(result.status == 0, "\(result.talk)")
            #expect(result.talk.contains("of the models in the file, "))
            tables.append(try rows(table))
        }
        #expect(tables[0] == tables[1] && tables[1] != tables[2])
        let trained = folder.path + "/trained.pth"
        #expect(try Program.run(["weights", "convert", file, trained, "--weights-key", "state_dict"]).status == 0)
        let (copy, original) = (try WeightsFile(path: trained), try WeightsFile(path: file, key: "state_dict"))
        #expect(copy.floats(of: try #require(copy["cls_token"])) == original.floats(of: original.tensors[0]))
        let wrong = try Program.run(["weights", "inspect", file, "--weights-key", "model"])
        #expect(wrong.status == 3 && wrong.talk.contains("it has state_dict_ema, state_dict"))
        let run = try Program.run([
            "embed", "--run", "1", "--weights-key", "a", "-o", folder.path + "/t.csv", photos[0],
        ])
        #expect(run.status == 2)
    }

    @Test("A head on the class token predicts, and convert leaves no foreign name")
    func otherPrograms() throws {
        let folder = try TemporaryFolder()
        let token = try Program.run([
            "predict", "--weights", fixture("other/timm-token.safetensors"), "--heads", "2", "--task", "expression",
            "--classes", "a,b,c,d,e", "-o", folder.path + "/s.csv", photos[0],
        ])
        #expect(token.status == 0 && token.talk.contains("head of 5 outputs on the class token"), "\(token.talk)")
        let (input, out) = (fixture("classifier.pth"), folder.path + "/hf.safetensors")
        let foreign = try Program.run(["weights", "convert", input, out, "--names", "huggingface"])
        #expect(foreign.status == 3 && foreign.talk.contains("--leave-out"))
        #expect(!FileManager.default.fileExists(atPath: out))
        #expect(
            try Program.run(["weights", "convert", input, out, "--names", "huggingface", "--leave-out"]).status == 0)
        let memory = fixture("other/transformers-memory.safetensors")
        #expect(try Program.run(["weights", "convert", memory, out, "--names", "mae"]).status == 0)
        #expect(try WeightsFile(path: out).tensors.allSatisfy { WeightNames.mae.names(for: $0.name) == [$0.name] })
        #expect(try WeightsFile(path: out)["decoder_blocks.0.attn.qkv.bias"] != nil)
    }

    @Test("Weights and predictions that are not finite are refused by name")
    func notFinite() throws {
        let folder = try TemporaryFolder()
        func write(_ name: String, _ tensor: String, _ value: Float) throws -> String {
            let original = try WeightsFile(path: fixture("classifier.pth"))
            var writer = SafetensorsWriter()
            let copies = original.tensors.map { other in
                let values =
                    other.name == tensor
                    ? [Float](repeating: value, count: other.count) : original.floats(of: other)
                let copy = UnsafeMutableBufferPointer<Float>.allocate(capacity: values.count)
                _ = copy.initialize(from: values)
                writer.add(other.name, shape: other.shape, values: copy)
                return copy
            }
            defer { copies.forEach { $0.deallocate() } }
            try writer.write(to: folder.path + "/" + name)
            return folder.path + "/" + name
        }
        let table = folder.path + "/scores.csv"
        let arguments = ["--heads", "2", "-o", table, photos[0]]
        let nan = try write("nan.safetensors", "blocks.1.mlp.fc1.bias", .nan)
        for command in [["predict", "--task", "expression"], ["embed"]] {
            let result = try Program.run(command + ["--weights", nan] + arguments)
            #expect(result.status == 3)
            #expect(result.talk.contains("NaN or infinite (64 in blocks.1.mlp.fc1.bias)"), "\(result.talk)")
        }
        // Finite weights whose products are not.
        let large = try write("large.safetensors", "head.weight", 3e38)
        let result = try Program.run(["predict", "--task", "expression", "--weights", large] + arguments)
        #expect(result.status == 3)
        #expect(result.talk.contains("gives \(photos[0]) numbers that are NaN or infinite"), "\(result.talk)")
        #expect(!FileManager.default.fileExists(atPath: table))
    }

    @Test("A session begins with weights, and a bad file is refused before a run is made")
    func initialWeights() throws {
        let folder = try TemporaryFolder()
        func session(_ file: String, encoder: String = "{ width: 16, depth: 2, heads: 2 }") throws -> String {
            try folder.write(
                "s.json5",
                """
                { name: "begun", seed: 5,
                  model: { encoder: \(encoder), decoder: { width: 8, depth: 1, heads: 2 }, image: 16, patch: 4, init: "\(file)" },
                  data: { faces: { kind: "rendered", identities: 4, photosPerIdentity: 2, side: 48 } },
                  stages: [{ kind: "pretrain", data: ["faces"], epochs: 1, batch: 4, lr: 1e-9, previewEpochs: 0 }] }
                """)
        }
        let home = folder.path + "/runs"
        let result = try Program.run(["train", try session(fixture("full.pth")), "--home", home])
        #expect(result.status == 0, "\(result.talk)")
        #expect(result.talk.contains("loaded 50: cls_token, pos_embed"))
        let weights = try WeightsFile(path: home + "/1/weights.safetensors")
        #expect(weights.metadata["maeface.heads"] == "2")
        let original = try WeightsFile(path: fixture("full.pth"))
        for tensor in original.tensors {
            // A rate this small moves nothing that single precision could show.
            let (a, b) = (original.floats(of: tensor), weights.floats(of: try #require(weights[tensor.name])))
            #expect(zip(a, b).allSatisfy { abs($0 - $1) < 1e-6 }, "\(tensor.name)")
        }
        let wrong = try Program.run(
            ["train", try session(fixture("full.pth"), encoder: "\"vit-tiny\""), "--home", home])
        #expect(wrong.status == 3)
        #expect(wrong.talk.contains("16d2b fits"))
        #expect(!FileManager.default.fileExists(atPath: home + "/2"))
        let plan = try Program.run(["plan", try session(fixture("encoder.pth")), "--gflops", "1"])
        #expect(plan.status == 0)
        #expect(plan.talk.contains("the file has no decoder: that begins random"))
        #expect(try Program.run(["plan", try session("nowhere.pth"), "--gflops", "1"]).status == 3)
    }
}
