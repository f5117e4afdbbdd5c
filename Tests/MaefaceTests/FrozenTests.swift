import Checkpoints
import Foundation
import RunStore
import TestSupport
import Testing

@Suite("Frozen encoders and chosen epochs")
struct FrozenTests {
    private func floats(_ file: WeightsFile, _ name: String) throws -> [Float] {
        file.floats(of: try #require(file[name]))
    }

    @Test("freeze trains the head alone on features computed once; killed and resumed it ends with the same weights")
    func frozen() throws {
        let folder = try TemporaryFolder()
        try LabelledFaces.write(in: folder)
        func stages(_ epochs: Int) -> String {
            LabelledFaces.pretrain + """
                , { kind: "finetune", data: ["faces"], task: ["expression", "valenceArousal"], epochs: \(epochs), batch: 8, lr: 1e-2,
                    freeze: true, ema: 0.9, checkpointEpochs: 20 },
                  { kind: "distil", epochs: 2, view: "clean", weight: 0.5 }
                """
        }
        let path = try folder.write("s.json5", LabelledFaces.session(stages(1000)))
        let result = try Program.run(["train", path, "--home", folder.path + "/calm"])
        #expect(result.status == 0, "\(result.talk)")
        #expect(result.talk.contains("steps of the head alone"))
        let store = try RunStore.open(home: folder.path + "/calm")
        let losses = try store.points(
            of: SeriesKey(stage: 1, fold: 1, split: "train", name: SeriesName.epochLoss), run: 1)
        #expect(try #require(losses.last).value < 0.9 * (try #require(losses.first).value))
        let held = try store.points(of: SeriesKey(stage: 1, fold: 1, split: "val", name: SeriesName.loss), run: 1)
        #expect(held.count == 1000 && held.allSatisfy { $0.value.isFinite })
        let before = try WeightsFile(path: folder.path + "/calm/1/weights.safetensors")
        for stage in 1...2 {
            let after = try WeightsFile(path: folder.path + "/calm/1/weights/stage-\(stage)-fold-1.safetensors")
            for name in ["pos_embed", "cls_token", "patch_embed.proj.weight", "blocks.1.mlp.fc2.bias"] {
                #expect(try floats(before, name) == floats(after, name), "\(name)")
            }
            #expect(try floats(after, "fc_norm.bias").contains { $0 != 0 })
            // Predictions with the whole model are those that training made with the features.
            #expect(try store.predictions(of: 1).filter { $0.stage == stage }.count == 2)
        }
        let home = folder.path + "/killed"
        let process = try Program.start(["train", path, "--home", home], output: folder.path + "/log")
        try Program.kill(process) {
            let run = try? RunStore.open(home: home).run(1)
            return run.map { $0.stage == 1 && $0.step > 20 } ?? false
        }
        let resumed = try Program.run(["train", "--resume", "1", "--home", home])
        #expect(resumed.status == 0, "\(resumed.talk)")
        func data(_ home: String, _ name: String) -> Data? {
            FileManager.default.contents(atPath: folder.path + "/\(home)/1/" + name)
        }
        let name = "weights/stage-2-fold-1.safetensors"
        #expect(data("calm", name) != nil && data("calm", name) == data("killed", name))
        #expect(data("calm", "results.json") == data("killed", "results.json"))
    }

    @Test("What a frozen encoder cannot do is refused with the key, and plan counts one look at the images")
    func refused() throws {
        let folder = try TemporaryFolder()
        try LabelledFaces.write(in: folder)
        func plan(_ change: String, _ more: String = "") throws -> Program.Result {
            let finetune = LabelledFaces.finetune.replacingOccurrences(
                of: "epochs: 1", with: "epochs: 1000000, " + change)
            return try Program.run([
                "plan", try folder.write("s.json5", LabelledFaces.session(finetune + more)), "--gflops", "0.001",
                "--home",
                folder.path + "/runs",
            ])
        }
        let mixing = try plan("freeze: true, mixup: 0.2")
        #expect(mixing.status == 3 && mixing.talk.contains("stages[0].freeze"), "\(mixing.talk)")
        let teacher = try plan("freeze: true", ", { kind: \"distil\" }")
        #expect(teacher.status == 3 && teacher.talk.contains("view: \"clean\""), "\(teacher.talk)")
        let frozen = try plan("freeze: true")
        #expect(frozen.output.contains("frozen encoder: the head alone is trained"), "\(frozen.output)")
        #expect(!frozen.output.contains("`freeze: true` trains"))
        let slow = try plan("flip: true")
        #expect(slow.output.contains("days here; `freeze: true` trains the head alone"), "\(slow.output)")
    }

    @Test("An epoch chosen on groups held aside is the one that is scored, and the table says so")
    func chosen() throws {
        let folder = try TemporaryFolder()
        try LabelledFaces.write(in: folder)
        let finetune = LabelledFaces.finetune.replacingOccurrences(
            of: "epochs: 1",
            with: "epochs: 30, epochChoice: \"inner\", ema: 0.5, lastBatch: \"keep\", checkpointEpochs: 1")
        let path = try folder.write("s.json5", LabelledFaces.session(finetune))
        let result = try Program.run(["train", path, "--home", folder.path + "/calm"])
        #expect(result.status == 0, "\(result.talk)")
        // Six subjects of three images are trained on; one or two of them are aside.
        #expect(result.talk.contains("held aside for the choice of the epoch"), "\(result.talk)")
        let store = try RunStore.open(home: folder.path + "/calm")
        let inner = try store.points(of: SeriesKey(stage: 0, fold: 1, split: "inner", name: "F1"), run: 1)
        #expect(inner.count == 30)
        let best = try #require(inner.max { $0.value < $1.value })
        let first = try #require(inner.first { $0.value == best.value })
        let held = try store.points(of: SeriesKey(stage: 0, fold: 1, split: "val", name: "F1"), run: 1)
        let score = try #require(held.first { $0.step == first.step }?.value)
        #expect(try store.predictions(of: 1).map(\.step) == [first.step])
        let run = try store.run(1)
        #expect(abs(try #require(run.score) - score) < 1e-12)
        let shown = try Program.run(["runs", "show", "1", "--home", folder.path + "/calm"])
        #expect(shown.output.contains("held out, epoch chosen on an inner split"), "\(shown.output)")
        let home = folder.path + "/killed"
        let process = try Program.start(["train", path, "--home", home], output: folder.path + "/log")
        try Program.kill(process) { (try? RunStore.open(home: home).run(1).step) ?? 0 >= 5 }
        if try RunStore.open(home: home).run(1).status != .finished {
            #expect(try Program.run(["train", "--resume", "1", "--home", home]).status == 0)
        }
        for name in ["results.json", "weights/stage-0-fold-1.safetensors", "predictions/stage-0-fold-1-expr.csv"] {
            let files = ["calm", "killed"].map {
                FileManager.default.contents(atPath: folder.path + "/\($0)/1/" + name)
            }
            #expect(files[0] != nil && files[0] == files[1], "\(name)")
        }
    }
}
