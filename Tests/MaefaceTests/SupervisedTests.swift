import Checkpoints
import Datasets
import Foundation
import Images
import RenderedFaces
import RunStore
import Session
import TestSupport
import Testing

@testable import Training
@testable import maeface

/// Training with labels in folds, by the built program.
@Suite("maeface train with labels")
struct SupervisedTests {
    /// 48 small faces of 12 subjects with labels of all three tasks.
    private func labels(in folder: TemporaryFolder, _ change: (inout [String]) -> Void = { _ in }) throws {
        let faces = folder.path + "/faces"
        try RenderedFaces.write(to: faces, identities: 12, photosPerIdentity: 4, side: 32, seed: 3)
        let files = try FileManager.default.subpathsOfDirectory(atPath: faces).filter { $0.hasSuffix(".jpg") }.sorted()
        try #require(files.count == 48)
        var rows = ["image,expression,AU1,AU12,valence,arousal,subject"]
        for (number, file) in files.enumerated() {
            let expression = ["calm", "glad", "sad"][number % 3]
            let valence = Double(number % 7) / 4 - 0.75
            rows.append(
                "faces/\(file),\(expression),\(number % 2),\(number % 4 / 2),\(valence),\(-valence / 2),s\(number / 4)")
        }
        change(&rows)
        _ = try folder.write("labels.csv", rows.joined(separator: "\n") + "\n")
    }

    private func session(epochs: Int = 2, stages: String? = nil) -> String {
        """
        {
          name: "folded", seed: 5,
          model: { encoder: { width: 32, depth: 2, heads: 2 }, decoder: { width: 32, depth: 1, heads: 2 }, image: 32, patch: 8 },
          data: {
            faces: { kind: "table", path: "labels.csv", expression: "expression", units: ["AU*"], valence: "valence",
              arousal: "arousal", subject: "subject" },
          },
          folds: { count: 3, group: "subject" },
          stages: [\(stages ?? """
              { kind: "finetune", data: ["faces"], task: ["expression", "actionUnits", "valenceArousal"],
                epochs: \(epochs), warmup: 1, batch: 8, lr: 1e-3, ema: 0.9, checkpointEpochs: 1, mixup: 0.2 },
              { kind: "distil", teacher: "previous", weight: 0.5, epochs: 2 },
              """)],
        }
        """
    }

    @Test("Folds, two passes and three heads end in tables, predictions and weights; killed in fold 3, the same")
    func killedInTheThirdFold() throws {
        let folder = try TemporaryFolder()
        try labels(in: folder)
        let path = try folder.write("folded.json5", session(epochs: 12))
        let calm = try Program.run(["train", path, "--home", folder.path + "/calm"])
        #expect(calm.status == 0, "\(calm.talk)")
        let home = folder.path + "/killed"
        let process = try Program.start(["train", path, "--home", home], output: folder.path + "/log")
        try Program.kill(process) {
            let run = try? RunStore.open(home: home).run(1)
            return run.map { $0.fold == 3 && $0.step > 10 } ?? false
        }
        let store = try RunStore.open(home: home)
        #expect(try store.run(1).condition == .lost)
        #expect(try store.predictions(of: 1).contains { $0.fold == 2 })
        let resumed = try Program.run(["train", "--resume", "1", "--home", home])
        #expect(resumed.status == 0, "\(resumed.talk)")
        #expect(!resumed.talk.contains("fold 1"), "finished folds are kept")
        func file(_ home: String, _ name: String) -> Data? {
            FileManager.default.contents(atPath: home + "/1/" + name)
        }
        let table = try #require(file(folder.path + "/calm", "results.json"))
        #expect(file(home, "results.json") == table)
        let names = (1...3).flatMap { fold in
            (0...1).flatMap { stage in
                ["weights/stage-\(stage)-fold-\(fold).safetensors"]
                    + ["expr", "au", "va"].map { "predictions/stage-\(stage)-fold-\(fold)-\($0).csv" }
            }
        }
        for name in names {
            #expect(file(home, name) != nil, "\(name)")
            #expect(file(home, name) == file(folder.path + "/calm", name), "\(name)")
        }
        #expect(try store.predictions(of: 1).count == 18)
        #expect(try store.predictions(of: 1).filter { $0.fold == 3 && $0.stage == 1 }.map(\.frames) == [16, 16, 16])
        let keys = try store.seriesKeys(of: 1)
        #expect(
            keys.contains(
                SeriesKey(stage: 1, fold: 2, split: .validation, name: .channel(ScoreName(.concordance), "valence"))))
        #expect(
            keys.contains(
                SeriesKey(
                    stage: 0, fold: 3, split: .validation, name: .channel(ScoreName(.f1, of: .expression), "glad"))))
        let shown = try Program.run(["runs", "show", "1", "--home", home])
        for text in ["F1 by class", "F1 by action unit", "CCC", "fold 3", "pooled", "chosen on the other folds"] {
            #expect(shown.output.contains(text), "\(text)")
        }
    }

    @Test("A pre-trained encoder is carried into a supervised pass and into every fold")
    func passes() throws {
        let folder = try TemporaryFolder()
        try labels(in: folder)
        let path = try folder.write(
            "passes.json5",
            session(
                stages: """
                    { kind: "pretrain", data: ["faces"], epochs: 1, warmup: 0, batch: 16, lr: 1e-3 },
                    { kind: "finetune", data: ["faces"], task: "valenceArousal", epochs: 1, batch: 16, crop: null,
                      lastBatch: "keep", evaluation: "crop" },
                    """))
        let result = try Program.run(["train", path, "--home", folder.path + "/runs"])
        #expect(result.status == 0, "\(result.talk)")
        let store = try RunStore.open(home: folder.path + "/runs")
        let begins = try store.events(of: 1, kind: .info).map(\.message).filter { $0.contains("begins with") }
        #expect(begins.count == 3)
        #expect(begins.allSatisfy { $0.contains("1/weights.safetensors") })
        // What was fine-tuned is used like anyone's file: it says its heads of attention and its outputs itself.
        let weights = folder.path + "/runs/1/weights/stage-1-fold-1.safetensors"
        let predicted = try Program.run([
            "predict", "--weights", weights, "--task", "valenceArousal", folder.path + "/faces", "-o",
            folder.path + "/predicted.csv",
        ])
        #expect(predicted.status == 0, "\(predicted.talk)")
        let plan = try Program.run(["plan", path])
        #expect(plan.status == 0, "\(plan.talk)")
        #expect(plan.output.contains("3 folds"), "\(plan.output)")
        let resolved = try folder.write("again.json5", try store.sessionText(of: 1))
        #expect(try Program.run(["plan", resolved]).status == 0)
    }

    @Test("Pre-training goes on with the images of each fold's training side, whole model and all; killed, the same")
    func pretrainingInFolds() throws {
        let folder = try TemporaryFolder()
        try labels(in: folder)
        func session(rate: Double = 1e-3) throws -> String {
            try folder.write(
                "rate-\(rate).json5",
                self.session(
                    stages: """
                        { kind: "pretrain", data: ["faces"], epochs: 1, warmup: 0, batch: 16, lr: 1e-3 },
                        { kind: "pretrain", data: ["faces:train"], epochs: 30, warmup: 0, batch: 16, lr: \(rate),
                          weightDecay: 0, previewEpochs: 10 },
                        { kind: "finetune", data: ["faces"], task: "valenceArousal", epochs: 1, batch: 16 },
                        """))
        }
        func tensors(_ file: String) throws -> [String: [Float]] {
            let weights = try WeightsFile(path: file)
            return Dictionary(
                uniqueKeysWithValues: weights.tensors.map { ($0.name, weights.floats(of: $0)) })
        }
        let path = try session()
        let calm = folder.path + "/calm"
        let result = try Program.run(["train", path, "--home", calm])
        #expect(result.status == 0, "\(result.talk)")
        let store = try RunStore.open(home: calm)
        let events = try store.events(of: 1, kind: .info)
        for fold in 1...3 {
            let texts = events.filter { $0.fold == fold }.map(\.message)
            #expect(texts.contains { $0.contains("begins with") && $0.contains("1/weights.safetensors") })
            #expect(
                texts.contains { $0.contains("begins with") && $0.contains("weights/stage-1-fold-\(fold).safetensors") }
            )
        }
        let begins = try store.events(of: 1, kind: .state).map(\.message).filter { $0.hasPrefix("begins: ") }
        #expect(begins.map { $0.prefix(10) } == ["begins: 48", "begins: 32", "begins: 32", "begins: 32"])
        #expect(try Set(store.previews(of: 1).map(\.fold)) == [nil, 1, 2, 3])
        let plan = try Program.run(["plan", path])
        #expect(plan.output.contains("3 folds × 30 epochs × 2 steps of 16 images = 180 steps"), "\(plan.output)")

        // Where nothing is learned any more, the encoder and the decoder are those of the stage before.
        let still = try Program.run(["train", try session(rate: 1e-30), "--home", folder.path + "/still"])
        #expect(still.status == 0, "\(still.talk)")
        let before = try tensors(folder.path + "/still/1/weights.safetensors")
        #expect(before.keys.contains { $0.hasPrefix("decoder_blocks.") })
        for fold in 1...3 {
            #expect(try tensors(folder.path + "/still/1/weights/stage-1-fold-\(fold).safetensors") == before)
        }

        let home = folder.path + "/killed"
        let process = try Program.start(["train", path, "--home", home], output: folder.path + "/log")
        try Program.kill(process) {
            let run = try? RunStore.open(home: home).run(1)
            return run.map { $0.fold == 3 && $0.stage == 1 && $0.step > 5 } ?? false
        }
        let resumed = try Program.run(["train", "--resume", "1", "--home", home])
        #expect(resumed.status == 0, "\(resumed.talk)")
        for name in ["results.json"] + (1...3).map({ "weights/stage-1-fold-\($0).safetensors" }) {
            let files = [home, calm].map { FileManager.default.contents(atPath: "\($0)/1/\(name)") }
            #expect(files[0] != nil && files[0] == files[1], "\(name)")
        }
    }

    @Test("What a fold holds out is never among the photographs that it pre-trains on")
    func heldOutImages() throws {
        let folder = try TemporaryFolder()
        try labels(in: folder)
        let file = try folder.write(
            "folds.json5",
            session(
                stages: """
                    { kind: "pretrain", data: ["faces:train"], epochs: 1, batch: 16, lr: 1e-3 },
                    { kind: "finetune", data: ["faces"], task: "expression", epochs: 1, batch: 16 },
                    """))
        let session = try TrainCommand.readSession(file, [])
        let folded = FoldedData(session, home: folder.path) { _ in }
        let entry = try folded.entry("faces")
        var seen: Set<ImageReference> = []
        for fold in 1...3 {
            let photos = try PhotoSet(session.stages[0].data, of: folded, fold: fold)
            let held = Set(entry.folds[fold - 1].validation.map(entry.set.image))
            #expect(held.count == 16)
            #expect(photos.images.count == 32 && held.isDisjoint(with: photos.images))
            seen.formUnion(held)
        }
        #expect(seen.count == 48)
    }

    @Test("A stage between folded ones trains on a set that is not cut, the same in every fold")
    func otherDataInsideFolds() throws {
        let folder = try TemporaryFolder()
        try labels(in: folder)
        func stage(_ kind: String, _ data: String) -> String {
            """
            { kind: "\(kind)", data: ["\(data)"], task: "expression", epochs: 1, warmup: 0, batch: 8, lr: 1e-3,
              crop: null, randAug: null }
            """
        }
        let text = session(
            stages: [stage("finetune", "faces"), stage("supervise", "whole"), stage("finetune", "faces")].joined(
                separator: ", ")
        )
        .replacingOccurrences(
            of: "data: {\n",
            with: "data: {\n    whole: { kind: \"table\", path: \"labels.csv\", expression: \"expression\" },\n")
        let path = try folder.write("between.json5", text)
        let result = try Program.run(["train", path, "--home", folder.path + "/runs"])
        #expect(result.status == 0, "\(result.talk)")
        for fold in 1...3 {
            #expect(result.talk.contains("supervise fold \(fold): 48 images, 0 held out"), "\(result.talk)")
        }
    }

    @Test("Images normalised one by one, in every stage; the weights say so, and predict does the same")
    func normalisation() throws {
        let folder = try TemporaryFolder()
        try labels(in: folder)
        let path = try folder.write(
            "image.json5",
            session(
                stages: """
                    { kind: "pretrain", data: ["faces:train"], epochs: 1, batch: 16, lr: 1e-3 },
                    { kind: "finetune", data: ["faces"], task: "valenceArousal", epochs: 4, batch: 8, lr: 1e-3 },
                    """))
        let home = folder.path + "/runs"
        for setting in ["image", "imageNet"] {
            let result = try Program.run(
                ["train", path, "--home", home, "--set", "model.normalisation=\(setting)", "--set", "name=\(setting)"])
            #expect(result.status == 0, "\(result.talk)")
        }
        let weights = home + "/1/weights/stage-1-fold-1.safetensors"
        #expect(try WeightsFile(path: weights).metadata["maeface.normalisation"] == "image")
        let store = try RunStore.open(home: home)
        let record = try #require(try store.predictions(of: 1).first { $0.fold == 1 })
        #expect(record.frames == 16)
        let converted = folder.path + "/converted.safetensors"
        #expect(try Program.run(["weights", "convert", weights, converted]).status == 0)
        for (number, file) in [weights, converted].enumerated() {
            let output = folder.path + "/predicted-\(number).csv"
            let predicted = try Program.run([
                "predict", "--weights", file, "--task", "valenceArousal", "--whole", folder.path + "/faces", "-o",
                output,
            ])
            #expect(predicted.status == 0, "\(predicted.talk)")
            let table = try String(contentsOfFile: output, encoding: .utf8).split(separator: "\n").dropFirst()
            let valences = Set(table.compactMap { Double($0.split(separator: ",")[1]).map { Float($0) } })
            // What the run predicted for the images it held out is among what `predict` gives for all.
            let rows = try String(contentsOfFile: home + "/1/" + record.file, encoding: .utf8).split(separator: "\n")
            let column = try #require(rows[0].split(separator: ",").firstIndex(of: "valence"))
            for row in rows.dropFirst() {
                let held = try #require(Float(row.split(separator: ",")[column]))
                #expect(valences.contains { abs($0 - held) < 1e-5 }, "\(held)")
            }
        }
    }

    @Test(
        "Bad labels end with exit 3, the file and the row, before anything is kept",
        arguments: [
            (2, "calm,2,", "AU1"), (3, "glad,0,1,7,", "valence"), (4, "sad,no,", "AU1"),
        ])
    func badLabels(line: Int, cells: String, column: String) throws {
        let folder = try TemporaryFolder()
        try labels(in: folder) { rows in
            let image = rows[line - 1].split(separator: ",")[0]
            let rest = rows[line - 1].split(separator: ",").dropFirst(1 + cells.split(separator: ",").count)
            rows[line - 1] = "\(image),\(cells)" + rest.joined(separator: ",")
        }
        let path = try folder.write("bad.json5", session())
        let result = try Program.run(["train", path, "--home", folder.path + "/runs"])
        #expect(result.status == 3, "\(result.talk)")
        #expect(result.talk.contains("labels.csv:\(line)"), "\(result.talk)")
        #expect(result.talk.contains(column), "\(result.talk)")
        #expect(try RunStore.open(home: folder.path + "/runs").runs().isEmpty)
    }

    @Test("A missing image, a class that is nowhere trained on, and a task without labels are refused")
    func otherBadData() throws {
        let folder = try TemporaryFolder()
        let path = try folder.write("bad.json5", session())
        try labels(in: folder) { $0[4] = "faces/nowhere.jpg,calm,0,1,0,0,s1" }
        let missing = try Program.run(["train", path, "--home", folder.path + "/runs"])
        #expect(missing.status == 3)
        #expect(missing.talk.contains("labels.csv:5") && missing.talk.contains("nowhere.jpg"), "\(missing.talk)")
        // Only one subject shows the class, so the fold that holds it out cannot learn it.
        try labels(in: folder) { $0[1] = $0[1].replacingOccurrences(of: "calm", with: "rare") }
        let rare = try Program.run(["train", path, "--home", folder.path + "/runs"])
        #expect(rare.status == 3)
        #expect(rare.talk.contains("rare"), "\(rare.talk)")
        try labels(in: folder) { $0[0] = $0[0].replacingOccurrences(of: "valence,arousal", with: "v,a") }
        let columns = try Program.run(["train", path, "--home", folder.path + "/runs"])
        #expect(columns.status == 3)
        #expect(columns.talk.contains("valence"), "\(columns.talk)")
    }
}
