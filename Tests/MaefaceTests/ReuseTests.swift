import Foundation
import RunStore
import TestSupport
import Testing

@Suite("Stages that an earlier run has done")
struct ReuseTests {
    private let distil = "{ kind: \"distil\", epochs: 1, weight: 0.5 }"

    private func train(_ text: String, _ folder: TemporaryFolder, _ more: String...) throws -> Program.Result {
        let result = try Program.run(
            ["train", try folder.write("s.json5", text), "--home", folder.path + "/runs"] + more)
        #expect(result.status == 0, "\(result.talk)")
        return result
    }

    private func reused(_ store: RunStore, _ run: RunID) throws -> [String: String] {
        let facts = try store.facts(of: run).filter { if case .reused = $0.key { true } else { false } }
        return Dictionary(uniqueKeysWithValues: facts.map { ($0.text, $1) })
    }

    @Test("An unchanged stage is taken from there, folds too, and what comes after is the same as if it were trained")
    func taken() throws {
        let folder = try TemporaryFolder()
        try LabelledFaces.write(in: folder)
        let folds = "{ count: 2, group: \"subject\" }"
        func session(_ last: String, rate: String = "1e-3") -> String {
            let finetune = LabelledFaces.finetune.replacingOccurrences(of: "lr: 1e-3", with: "lr: " + rate)
            return LabelledFaces.session([LabelledFaces.pretrain, finetune, last].joined(separator: ","), folds: folds)
        }
        _ = try train(session(distil), folder)
        let longer = distil.replacingOccurrences(of: "epochs: 1", with: "epochs: 2")
        let plan = try Program.run([
            "plan", try folder.write("p.json5", session(longer)), "--home", folder.path + "/runs", "--gflops", "1",
        ])
        #expect(plan.output.contains("reused from run 1 'labelled' in 2 of 2 folds"), "\(plan.output)")
        let second = try train(session(longer), folder)
        #expect(second.talk.contains("pretrain: the same as in run 1 'labelled'"), "\(second.talk)")
        #expect(!second.talk.contains("pretrain epoch") && !second.talk.contains("finetune fold 1 epoch"))
        #expect(second.talk.contains("distil fold 2 epoch 2/2"))
        let fresh = try train(session(longer), folder, "--fresh")
        #expect(fresh.talk.contains("pretrain epoch 1/1"))
        let store = try RunStore.open(home: folder.path + "/runs")
        #expect(
            try reused(store, 2).keys.sorted() == [
                "reused stage 0", "reused stage 1 fold 1", "reused stage 1 fold 2",
            ])
        #expect(try reused(store, 3).isEmpty)
        func file(_ run: Int, _ name: String) -> Data? {
            FileManager.default.contents(atPath: folder.path + "/runs/\(run)/" + name)
        }
        #expect(file(2, "results.json") != nil && file(2, "results.json") == file(3, "results.json"))
        for fold in 1...2 {
            let predictions = "predictions/stage-2-fold-\(fold)-expr.csv"
            #expect(file(2, predictions) != nil && file(2, predictions) == file(3, predictions))
        }
        #expect(try store.predictions(of: 2).count == 4)
        // The curves are there as if they were of this run, also of the folds; what they say of time is what it took then.
        let curves = try store.seriesKeys(of: 3)
        #expect(Set(try store.seriesKeys(of: 2)) == Set(curves))
        for curve in curves where curve.name != SeriesName.seconds {
            let points = try store.points(of: curve, run: 2)
            #expect(try !points.isEmpty && points == store.points(of: curve, run: 3), "\(curve)")
        }
        let shown = try Program.run(["runs", "show", "2", "--home", folder.path + "/runs"])
        #expect(shown.output.contains("reused stage 0") && shown.output.contains("from run 1 'labelled'"))
        // The weights stay when the run that trained them goes.
        try store.delete(1)
        #expect(file(2, "weights.safetensors") != nil)
        // Another setting of the first stage changes all that follow; another of the second leaves the first.
        let third = try train(session(distil, rate: "2e-3"), folder)
        #expect(third.talk.contains("pretrain: the same as in run 2"), "\(third.talk)")
        #expect(third.talk.contains("finetune fold 1 epoch"))
        let resumed = try Program.run(["train", "--resume", "2", "--fresh", "--home", folder.path + "/runs"])
        #expect(resumed.status == 2)
    }

    @Test("A stage with a seed of its own is shared by runs of other seeds")
    func ownSeed() throws {
        let folder = try TemporaryFolder()
        try LabelledFaces.write(in: folder)
        let pretrain = LabelledFaces.pretrain.replacingOccurrences(of: "epochs: 1", with: "seed: 5, epochs: 1")
        let session = LabelledFaces.session(pretrain + "," + LabelledFaces.finetune)
        let result = try train(session, folder, "--seeds", "5,6")
        #expect(result.talk.contains("pretrain: the same as in run 1 'labelled-seed5'"), "\(result.talk)")
        let store = try RunStore.open(home: folder.path + "/runs")
        #expect(try reused(store, 2).keys.sorted() == ["reused stage 0"])
        func weights(_ run: Int, _ name: String) -> Data? {
            FileManager.default.contents(atPath: folder.path + "/runs/\(run)/" + name)
        }
        #expect(weights(1, "weights.safetensors") != nil)
        #expect(weights(1, "weights.safetensors") == weights(2, "weights.safetensors"))
        let last = "weights/stage-1-fold-1.safetensors"
        #expect(weights(1, last) != nil && weights(2, last) != nil && weights(1, last) != weights(2, last))
        // The run's seed, written out, is the same as the stage's.
        let plain = LabelledFaces.session(LabelledFaces.pretrain + "," + LabelledFaces.finetune)
        _ = try train(plain, folder)
        #expect(try reused(store, 3).keys.sorted() == ["reused stage 0", "reused stage 1 fold 1"])
    }

    @Test("Another seed, another label, another image or other classes train anew; upkeep does not")
    func notTaken() throws {
        let folder = try TemporaryFolder()
        try LabelledFaces.write(in: folder)
        let session = LabelledFaces.session(LabelledFaces.finetune)
        _ = try train(session, folder)
        let store = try RunStore.open(home: folder.path + "/runs")
        func isTaken(_ text: String) throws -> Bool {
            _ = try train(text, folder)
            let newest = try #require(try store.runs().first)
            return try !reused(store, newest.id).isEmpty
        }
        #expect(try isTaken(session.replacingOccurrences(of: "epochs: 1", with: "epochs: 1, workers: 2, keep: 1")))
        #expect(try !isTaken(session.replacingOccurrences(of: "seed: 5", with: "seed: 6")))
        #expect(try !isTaken(session.replacingOccurrences(of: "epochs: 1", with: "epochs: 1, flip: false")))
        try LabelledFaces.write(in: folder) { $0[1] = $0[1].replacingOccurrences(of: "calm", with: "glad") }
        #expect(try !isTaken(session))
        try LabelledFaces.write(in: folder)
        #expect(try isTaken(session))
        let image = folder.path + "/faces/identity-000/photo-000.jpg"
        try FileManager.default.setAttributes(
            [.modificationDate: Date(timeIntervalSince1970: 1e9)], ofItemAtPath: image)
        #expect(try !isTaken(session))
    }
}

@Suite("The same image on both sides")
struct DuplicateTests {
    @Test("A pass with labels of another data set that holds what is held out later")
    func otherData() throws {
        let folder = try TemporaryFolder()
        try LabelledFaces.write(in: folder)
        try FileManager.default.copyItem(
            atPath: folder.path + "/labels.csv", toPath: folder.path + "/other.csv")
        let supervise = LabelledFaces.finetune.replacing("finetune", with: "supervise")
            .replacing("[\"faces\"]", with: "[\"other\"]")
        let session = LabelledFaces.session(supervise + "," + LabelledFaces.finetune)
            .replacing(
                "data: {\n",
                with: "data: {\n other: { kind: \"table\", path: \"other.csv\", expression: \"expression\" },\n")
        let result = try Program.run(
            ["train", try folder.write("s.json5", session), "--home", folder.path + "/runs"])
        #expect(result.status == 0, "\(result.talk)")
        #expect(result.talk.contains("supervise sees 6 images that are held out later"), "\(result.talk)")
    }

    @Test("Counted and named when the run begins, and in runs show; also between pre-training and what is held out")
    func duplicates() throws {
        let folder = try TemporaryFolder()
        try LabelledFaces.write(in: folder)
        let faces = folder.path + "/faces/"
        let photos = folder.path + "/photos"
        try FileManager.default.createDirectory(atPath: photos, withIntermediateDirectories: true)
        // The last subjects are held out.
        for (number, name) in ["identity-000/photo-001", "identity-001/photo-000"].enumerated() {
            let held = faces + "identity-007/photo-00\(number).jpg"
            try FileManager.default.removeItem(atPath: held)
            try FileManager.default.copyItem(atPath: faces + name + ".jpg", toPath: held)
        }
        try FileManager.default.copyItem(atPath: faces + "identity-006/photo-002.jpg", toPath: photos + "/copy.jpg")
        for photo in 0..<3 {
            try FileManager.default.copyItem(
                atPath: faces + "identity-002/photo-00\(photo).jpg", toPath: photos + "/\(photo).jpg")
        }
        let session = LabelledFaces.session(LabelledFaces.pretrain + "," + LabelledFaces.finetune)
            .replacingOccurrences(
                of: "kind: \"pretrain\", data: [\"faces\"]", with: "kind: \"pretrain\", data: [\"photos\"]"
            )
            .replacingOccurrences(
                of: "data: {\n", with: "data: {\n photos: { kind: \"folder\", path: \"photos\" },\n")
        let home = folder.path + "/runs"
        let result = try Program.run(["train", try folder.write("s.json5", session), "--home", home])
        #expect(result.status == 0, "\(result.talk)")
        let split = "2 images are on both sides of the split, such as "
        let seen = "pre-training sees 1 image that is held out later, such as "
        let shown = try Program.run(["runs", "show", "1", "--home", home]).output
        let alerts = try RunStore.open(home: home).events(of: 1, kind: .alert).map(\.message)
        #expect(alerts.count == 2, "\(alerts)")
        for text in [result.talk, shown, alerts.joined(separator: "\n")] {
            #expect(text.contains(split) && text.contains(seen), "\(text)")
            #expect(text.contains("identity-007/photo-000.jpg and ") && text.contains("identity-000/photo-001.jpg"))
            #expect(text.contains("photos/copy.jpg"))
        }
        #expect(shown.contains("duplicates in faces"))
    }
}
