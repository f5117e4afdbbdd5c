import Datasets
import Evaluation
import Foundation
import RenderedFaces
import RunStore
import TestSupport
import Testing

@testable import maeface

/// From training with labels to predictions, tables and comparisons, by the built program.
@Suite("Scores of runs")
struct ScoresTests {
    /// 36 small faces of 9 subjects in folders of their own, and their labels.
    private func data(in folder: TemporaryFolder) throws -> [String] {
        let faces = folder.path + "/faces"
        try RenderedFaces.write(to: faces, identities: 9, photosPerIdentity: 4, side: 32, seed: 4)
        let files = try FileManager.default.subpathsOfDirectory(atPath: faces).filter { $0.hasSuffix(".jpg") }.sorted()
        try #require(files.count == 36)
        var rows = ["image,expression,AU1,AU12,subject"]
        for (number, file) in files.enumerated() {
            rows.append("faces/\(file),\(["calm", "glad"][number % 2]),\(number % 2),\(number % 4 / 2),s\(number / 4)")
        }
        _ = try folder.write("labels.csv", rows.joined(separator: "\n") + "\n")
        return files
    }

    private func session(in folder: TemporaryFolder, folds: String = "folds: { count: 3, group: \"subject\" },") throws
        -> String
    {
        try folder.write(
            "folded.json5",
            """
            {
              name: "folded", seed: 5,
              model: { encoder: { width: 32, depth: 2, heads: 2 }, decoder: { width: 32, depth: 1, heads: 2 }, image: 32, patch: 8 },
              data: {
                faces: { kind: "table", path: "labels.csv", expression: "expression", units: ["AU*"], subject: "subject" },
              },
              \(folds)
              stages: [
                { kind: "finetune", data: ["faces"], task: ["expression", "actionUnits"], epochs: 2, warmup: 1, batch: 8,
                  lr: 1e-3 },
                { kind: "distil", teacher: "previous", epochs: 1 },
              ],
            }
            """)
    }

    private func lines(_ path: String) throws -> [[String]] {
        try String(contentsOfFile: path, encoding: .utf8).split(separator: "\n").map {
            $0.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
        }
    }

    @Test("Units of any name, and classes with numbers for names, come out in the tables and in the smoother")
    func anyNames() throws {
        let folder = try TemporaryFolder()
        _ = try data(in: folder)
        let path = try session(in: folder)
        var text = try String(contentsOfFile: folder.path + "/labels.csv", encoding: .utf8)
        for (old, new) in [("AU12", "smile"), ("AU1", "AU01_r"), (",calm,", ",6,"), (",glad,", ",1,")] {
            text = text.replacingOccurrences(of: old, with: new)
        }
        _ = try folder.write("labels.csv", text)
        let home = ["--home", folder.path + "/runs"]
        let trained = try Program.run(
            ["train", path, "--set", "data.faces.units=['AU01_r', 'smile']", "--set", "stages.1=null"] + home)
        #expect(trained.status == 0, "\(trained.talk)")
        // Every third label of 36 and so on, as they were written.
        let object = try #require(
            try JSONSerialization.jsonObject(
                with: Data(try Program.run(["runs", "show", "last", "--json"] + home).output.utf8)) as? [String: Any])
        let results = try #require(object["results"] as? [[String: Any]])
        func support(_ task: String) throws -> [Int] {
            let result = try #require(results.first { $0["task"] as? String == task }, "\(results)")
            return try #require((result["pooled"] as? [String: Any])?["support"] as? [Int], "\(result)")
        }
        #expect(try support("expression") == [18, 18])
        #expect(try support("actionUnits") == [18, 18])
        for task in ["au", "expr"] {
            let smoothed = try Program.run(["smooth", "--run", "last", "--task", task, "--sigma", "1"] + home)
            #expect(smoothed.status == 0 && smoothed.output.contains("F1"), "\(smoothed.talk)\(smoothed.output)")
        }
    }

    @Test("Seeds are a group; predict, compare and import work on its runs")
    func everything() throws {
        let folder = try TemporaryFolder()
        let files = try data(in: folder)
        let path = try session(in: folder)
        let home = ["--home", folder.path + "/runs"]
        let trained = try Program.run(["train", path, "--seeds", "0,1"] + home)
        #expect(trained.status == 0, "\(trained.talk)")

        // The list and the group.
        let list = try Program.run(["runs", "list"] + home)
        #expect(list.output.contains("F1 0."), "\(list.output)")
        let group = try Program.run(["runs", "show", "folded"] + home)
        #expect(group.status == 0, "\(group.talk)")
        for text in ["2 runs", "mean over folds and seeds", "fold 3", "distil, expression", "finetune, actionUnits"] {
            #expect(group.output.contains(text), "\(text)\n\(group.output)")
        }
        let shown = try Program.run(["runs", "show", "folded-seed0", "--verbose", "--confusion"] + home)
        for text in [
            "precision", "recall", "top-1", "confusion matrix of all folds", "thresholds, each chosen", "calm",
        ] {
            #expect(shown.output.contains(text), "\(text)\n\(shown.output)")
        }
        let store = try RunStore.open(home: folder.path + "/runs", readOnly: true)
        let run = try store.resolve("folded-seed0")
        let json = try Program.run(["runs", "show", "folded-seed0", "--json"] + home)
        let object = try #require(try JSONSerialization.jsonObject(with: Data(json.output.utf8)) as? [String: Any])
        let results = try #require(object["results"] as? [[String: Any]])
        #expect(results.count == 4)
        let distilled = try #require(
            results.first { $0["kind"] as? String == "distil" && $0["task"] as? String == "expression" })
        let mean = try #require((distilled["summary"] as? [String: Any])?["mean"] as? Double)
        #expect(abs((run.score ?? 0) - mean) < 1e-12 && run.scoreName == .score(ScoreName(.f1)))
        #expect(try store.seriesKeys(of: run.id).contains { $0.name.text == "n expr F1 calm" })

        // A seed that is trained again does not count twice, and of other settings only the newest do.
        #expect(try Program.run(["train", path, "--seeds", "1"] + home).status == 0)
        let again = try Program.run(["runs", "show", "folded"] + home).output
        #expect(again.contains("folded: 2 runs") && again.contains("2 of 2 runs"), "\(again)")
        #expect(again.contains("or the seed repeats): 2 folded-seed1"), "\(again)")
        try RunStore.open(home: folder.path + "/runs").delete(3)

        // Kept predictions go with the truth of another file, whose columns are named otherwise, and with other options.
        var truth = ["video,frame,AU1,AU12"]
        for fold in 1...3 {
            let rows = try lines(folder.path + "/runs/\(run.id)/predictions/stage-1-fold-\(fold)-au.csv")
            let places = try ["video", "frame", "AU1_truth", "AU12_truth"].map {
                try #require(rows[0].firstIndex(of: $0))
            }
            truth += rows.dropFirst().map { row in places.map { row[$0] }.joined(separator: ",") }
        }
        let truthFile = try folder.write("truth.csv", truth.joined(separator: "\n") + "\n")
        func smoothed(_ more: String...) throws -> String {
            let result = try Program.run(
                ["smooth", "--run", "folded-seed0", "--task", "au", "--sigma", "0"] + more + home)
            #expect(result.status == 0, "\(result.talk)")
            return result.output
        }
        let plain = try smoothed()
        #expect(try plain.contains("F1") && smoothed("--truth", truthFile) == plain)
        #expect(try smoothed("--logits") != plain)

        // Predictions of the run: the model of a fold says of its held-out images what the run kept.
        let output = folder.path + "/out.csv"
        let undecided = try Program.run(
            ["predict", "--run", "folded-seed0", folder.path + "/faces", "-o", output] + home)
        #expect(
            undecided.status == 2 && undecided.talk.contains("--ensemble mean") && undecided.talk.contains("1, 2, 3"))
        let predicted = try Program.run(
            ["predict", "--run", "folded-seed0", "--fold", "2", folder.path + "/faces", "-o", output] + home)
        #expect(predicted.status == 0, "\(predicted.talk)")
        let rows = try lines(output)
        #expect(rows[0] == ["image", "calm", "glad", "AU1", "AU12"])
        let kept = try lines(folder.path + "/runs/\(run.id)/predictions/stage-1-fold-2-expr.csv")
        #expect(kept[0] == ["fold", "group", "video", "frame", "image", "calm", "glad", "expression_truth"])
        #expect(kept.count > 5)
        for row in kept.dropFirst() {
            let same = try #require(rows.first { $0[0].hasSuffix(row[4]) })
            // To the bit: one rule makes the scores of both.
            #expect(try #require(Double(same[1])) == (try #require(Double(row[5]))), "\(row[4])")
        }
        let ensemble = try Program.run(
            [
                "predict", "--run", "folded-seed0", "--ensemble", "mean", folder.path + "/faces", "-o",
                folder.path + "/all.csv",
            ]
                + home)
        #expect(ensemble.status == 0, "\(ensemble.talk)")
        var sum = 0.0
        for fold in 1...3 {
            let file = folder.path + "/fold-\(fold).csv"
            try Program.run(
                ["predict", "--run", "folded-seed0", "--fold", "\(fold)", folder.path + "/faces", "-o", file] + home)
            sum += try #require(Double(try lines(file)[7][1]))
        }
        #expect(abs(try #require(Double(try lines(folder.path + "/all.csv")[7][1])) - sum / 3) < 1e-5)
        for (words, text) in [
            (["folded", "--fold", "1"], "2 runs"), (["folded-seed0", "--fold", "7"], "it has folds 1, 2, 3"),
            (["folded-seed0@pretrain", "--fold", "1"], "no stage 'pretrain'"),
        ] {
            let refused = try Program.run(
                ["predict", "--run"] + words + [folder.path + "/faces", "-o", output] + home)
            #expect(refused.status == 2 && refused.talk.contains(text), "\(refused.talk)")
        }
        let features = try Program.run(
            ["embed", "--run", "folded-seed0@finetune", "--fold", "1", folder.path + "/faces", "-o", output] + home)
        #expect(features.status == 0, "\(features.talk)")
        #expect(try lines(output)[0].count == 33)

        // A baseline from elsewhere: every second image is right, no folds, no subjects.
        var table = ["image,calm,glad,expression"]
        for (number, file) in files.enumerated() where number != 5 {
            table.append(
                "faces/\(file),\(number % 4 < 2 ? 0.9 : 0.1),\(number % 4 < 2 ? 0.1 : 0.9),\(["calm", "glad"][number % 2])"
            )
        }
        let baseline = try folder.write(
            "baseline.csv", ([table[0]] + table.dropFirst().reversed()).joined(separator: "\n"))
        let imported = try Program.run(
            ["runs", "import", baseline, "--task", "expr", "--images", "--name", "base"] + home)
        #expect(imported.status == 0, "\(imported.talk)")
        let compared = try Program.run(["runs", "compare", "base", "folded", "folded-seed1@finetune"] + home)
        #expect(compared.status == 0, "\(compared.talk)")
        for text in [
            "expression: 35 images", "9 subjects or videos", "3 folds", "folded less base", "macro F1", "accuracy",
            "95 %",
        ] {
            #expect(compared.output.contains(text), "\(text)\n\(compared.output)")
        }
        #expect(compared.output.contains("folded (folded-seed0) predicts 1 of its 36"), "\(compared.output)")
        let script = try Program.run(["runs", "compare", "base", "folded", "--json"] + home)
        let comparison = try #require(
            (try JSONSerialization.jsonObject(with: Data(script.output.utf8)) as? [[String: Any]])?.first)
        let accuracy = try #require(
            (comparison["rows"] as? [[String: Any]])?.first { $0["name"] as? String == "accuracy" })
        let pooled = try #require((accuracy["scores"] as? [[String: Any]])?.first?["pooled"] as? Double)
        #expect(abs(pooled - 18.0 / 35) < 1e-12)
        let units = try Program.run(
            ["runs", "compare", "folded-seed0", "folded-seed1", "--task", "au", "--verbose"] + home)
        #expect(
            units.output.contains("thresholds of other folds") && units.output.contains("F1 AU12"), "\(units.output)")
        let none = try Program.run(["runs", "compare", "base", "folded", "--task", "au"] + home)
        #expect(none.status == 3 && none.talk.contains("base expression"), "\(none.talk)")
        #expect(try Program.run(["runs", "compare", "base", "nobody"] + home).status == 2)
        let weights = try Program.run(["predict", "--run", "base", folder.path + "/faces", "-o", output] + home)
        #expect(weights.status == 3 && weights.talk.contains("was imported"), "\(weights.talk)")
    }

    @Test("A run without folds predicts without being asked for one")
    func plain() throws {
        let folder = try TemporaryFolder()
        _ = try data(in: folder)
        let path = try session(in: folder, folds: "")
        let home = ["--home", folder.path + "/runs"]
        let trained = try Program.run(["train", path] + home)
        #expect(trained.status == 0, "\(trained.talk)")
        let output = folder.path + "/out.csv"
        let predicted = try Program.run(["predict", "--run", "last", folder.path + "/faces", "-o", output] + home)
        #expect(predicted.status == 0, "\(predicted.talk)")
        #expect(try lines(output)[0] == ["image", "calm", "glad", "AU1", "AU12"])
        let fold = try Program.run(
            ["predict", "--run", "last", "--fold", "1", folder.path + "/faces", "-o", output] + home)
        #expect(fold.status == 2 && fold.talk.contains("no folds"), "\(fold.talk)")
        // The file says its heads itself.
        let file = folder.path + "/runs/1/weights/stage-1.safetensors"
        let direct = try Program.run(
            ["predict", "--weights", file, "--whole", folder.path + "/faces", "-o", folder.path + "/direct.csv"])
        #expect(direct.status == 0, "\(direct.talk)")
        #expect(try lines(folder.path + "/direct.csv") == (try lines(output)))
        // The whole image is the default.
        for (words, isSame) in [([], true), (["--evaluation", "resize"], true), (["--evaluation", "crop"], false)] {
            let again = try Program.run(
                ["predict", "--weights", file] + words + [folder.path + "/faces", "-o", folder.path + "/direct.csv"])
            #expect(again.status == 0, "\(again.talk)")
            #expect(try (lines(folder.path + "/direct.csv") == lines(output)) == isSame, "\(words)")
        }
        let refused = try Program.run(
            ["predict", "--weights", file, "--evaluation", "fit", folder.path + "/faces", "-o", output])
        #expect(refused.status == 2 && refused.talk.contains("resize or crop"), "\(refused.talk)")
    }

    @Test("Valence and arousal are clipped once: predict says what the run kept, to the bit, and none is beyond 1")
    func clippedOnce() throws {
        let folder = try TemporaryFolder()
        let files = try data(in: folder)
        let rows = files.enumerated().map { number, file in
            "faces/\(file),\(number % 2 == 0 ? 1 : -1),\(number % 4 < 2 ? 1 : -1),s\(number / 4)"
        }
        _ = try folder.write("labels.csv", (["image,valence,arousal,subject"] + rows).joined(separator: "\n") + "\n")
        // A learning rate at which outputs leave [-1, 1].
        let path = try folder.write(
            "va.json5",
            """
            {
              name: "va", seed: 5,
              model: { encoder: { width: 32, depth: 1, heads: 2 }, decoder: { width: 32, depth: 1, heads: 2 }, image: 32, patch: 8 },
              data: {
                faces: { kind: "table", path: "labels.csv", valence: "valence", arousal: "arousal", subject: "subject" },
              },
              folds: { count: 3, group: "subject" },
              stages: [
                { kind: "finetune", data: ["faces"], task: "valenceArousal", epochs: 4, warmup: 0, batch: 8, lr: 0.2,
                  layerDecay: 1, randAug: null },
              ],
            }
            """)
        let home = ["--home", folder.path + "/runs"]
        let trained = try Program.run(["train", path] + home)
        #expect(trained.status == 0, "\(trained.talk)")
        let output = folder.path + "/out.csv"
        var clipped = 0
        for fold in 1...3 {
            let predicted = try Program.run(
                ["predict", "--run", "va", "--fold", "\(fold)", folder.path + "/faces", "-o", output] + home)
            #expect(predicted.status == 0, "\(predicted.talk)")
            let rows = try lines(output)
            let kept = try lines(folder.path + "/runs/1/predictions/stage-0-fold-\(fold)-va.csv")
            #expect(kept[0][5...6] == ["valence", "arousal"] && kept.count == 13)
            for row in kept.dropFirst() {
                let same = try #require(rows.first { $0[0].hasSuffix(row[4]) })
                for (mine, theirs) in zip(same[1...2], row[5...6]) {
                    let score = try #require(Double(mine))
                    #expect(score == (try #require(Double(theirs))) && abs(score) <= 1)
                    if abs(score) == 1 { clipped += 1 }
                }
            }
        }
        #expect(clipped > 0, "nothing had to be clipped, so nothing was tested")
    }
}
