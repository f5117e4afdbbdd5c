import Foundation
import RunStore
import TestSupport
import Testing

@Suite("Beginning with weights of a run or a file")
struct InitialRunTests {
    private func begins(_ store: RunStore, _ run: RunID) throws -> [String] {
        try store.events(of: run, kind: .info).map(\.message).filter { $0.hasPrefix("begins with") }
    }

    @Test("`run:NAME` is the last weights of that run, for pre-training and for fine-tuning, and stays that run")
    func run() throws {
        let folder = try TemporaryFolder()
        try LabelledFaces.write(in: folder)
        let home = folder.path + "/runs"
        func train(_ name: String, _ text: String) throws -> Program.Result {
            try Program.run(["train", try folder.write(name + ".json5", text), "--home", home])
        }
        let first = try train("first", LabelledFaces.session(LabelledFaces.pretrain, name: "first"))
        #expect(first.status == 0, "\(first.talk)")
        let second = try train(
            "second", LabelledFaces.session(LabelledFaces.finetune, name: "second", model: "init: \"run:first\""))
        #expect(second.status == 0, "\(second.talk)")
        let third = try train(
            "third", LabelledFaces.session(LabelledFaces.pretrain, name: "third", model: "init: \"run:last\""))
        #expect(third.status == 0, "\(third.talk)")
        let store = try RunStore.open(home: home)
        #expect(try begins(store, 2) == ["begins with \(home)/1/weights.safetensors: 28 tensors"])
        let weights = home + "/2/weights/stage-0-fold-1.safetensors"
        #expect(try begins(store, 3).first?.hasPrefix("begins with \(weights)") == true)
        // `last` meant run 2 when the run was made.
        #expect(try store.sessionText(of: 3).contains(weights))
        let file = try train(
            "file",
            LabelledFaces.session(
                LabelledFaces.finetune, name: "file", model: "init: \"runs/2/weights/stage-0-fold-1.safetensors\""))
        #expect(file.status == 0, "\(file.talk)")
        // fc_norm is carried on, the head is new.
        #expect(try begins(store, 4) == ["begins with \(weights): 30 tensors"])
        let plan = try Program.run(["plan", folder.path + "/second.json5", "--home", home, "--gflops", "1"])
        #expect(plan.status == 0, "\(plan.talk)")
        #expect(plan.output.contains("starting from \(home)/1/weights.safetensors"))
    }

    @Test("No such run, one without last weights, one of several folds, and another size: exit 3 and a sentence")
    func refused() throws {
        let folder = try TemporaryFolder()
        try LabelledFaces.write(in: folder)
        let home = folder.path + "/runs"
        func train(_ text: String) throws -> Program.Result {
            try Program.run(["train", try folder.write("s.json5", text), "--home", home])
        }
        func begun(_ run: String, width: Int = 32) throws -> Program.Result {
            let result = try train(
                LabelledFaces.session(
                    LabelledFaces.finetune, name: "begun", model: "init: \"run:\(run)\"", width: width))
            #expect(result.status == 3, "\(run): \(result.talk)")
            return result
        }
        #expect(try begun("folded").talk.contains("model.init: There are no runs"))
        let folds = LabelledFaces.session(
            LabelledFaces.finetune, name: "folded", folds: "{ count: 2, group: \"subject\" }")
        #expect(try train(folds).status == 0)
        #expect(try begun("fold").talk.contains("Did you mean folded?"))
        #expect(try begun("folded").talk.contains("ended in 2 folds"))
        #expect(try train(LabelledFaces.session(LabelledFaces.pretrain, name: "narrow")).status == 0)
        let other = try begun("narrow", width: 64)
        #expect(other.talk.contains("2/weights.safetensors: is a 32d2b"), "\(other.talk)")
        #expect(other.talk.contains("does not fit the session's model"), "\(other.talk)")
        let plan = try Program.run(["plan", folder.path + "/s.json5", "--home", home, "--gflops", "1"])
        #expect(plan.status == 3)
        #expect(plan.talk.contains("does not fit the session's model"), "\(plan.talk)")
        let store = try RunStore.open(home: home)
        #expect(try store.runs().count == 2, "what is refused leaves no run")
        _ = try store.createRun(
            name: "begun-only", sessionText: try store.sessionText(of: 2), stages: try store.stages(of: 2))
        #expect(try begun("begun-only").talk.contains("has not finished its last stage (pretrain)"))
        let empty = try train(LabelledFaces.session(LabelledFaces.pretrain, model: "init: \"run:\""))
        #expect(empty.status == 3 && empty.talk.contains("model.init: names no run"), "\(empty.talk)")
    }
}
