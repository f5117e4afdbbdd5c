import Affect
import Compute
import Datasets
import Foundation
import Images
import Session
import TestSupport
import Testing

@testable import Training

/// From a session's labelled data to the samples and targets of a stage in a fold.
@Suite("Labelled data of a stage")
struct LabelledDataTests {
    private func fixture(
        _ stages: String, folds: String = #"{ count: 3, group: "subject" }"#,
        _ change: (inout [String]) -> Void = { _ in }
    ) throws -> RunFixture {
        let folder = try TemporaryFolder()
        try LabelledPictures.write(in: folder, change)
        return try RunFixture(RunFixture.labelled(stages, folds: folds), in: folder)
    }

    private func data(_ fixture: RunFixture, stage: Int = 0, fold: Int? = 1) throws -> LabelledStageData {
        try LabelledStageData(try #require(fixture.session.stages[stage].supervised), fold: fold, of: fixture.data)
    }

    static let allTasks = #"["expression", "actionUnits", "valenceArousal"]"#

    // MARK: FoldedData

    @Test("Stages before the folded ones run once, those from there on once in each fold")
    func parts() throws {
        let fixture = try fixture(
            #"{ kind: "pretrain", data: ["faces"], epochs: 1, batch: 4 }, "# + RunFixture.finetune() + ", "
                + RunFixture.distil)
        let data = fixture.data
        let parts = try data.parts()
        #expect(parts.map(\.stage) == [0, 1, 2, 1, 2, 1, 2])
        #expect(parts.map(\.fold) == [nil, 1, 1, 2, 2, 3, 3])
        #expect(data.part(stage: 1, besides: parts[4]) == parts[3])
        #expect(data.part(stage: 0, besides: parts[4]) == parts[0])
        #expect(data.weightsFile(parts[0]) == "weights.safetensors")
        #expect(data.weightsFile(parts[4]) == "weights/stage-2-fold-2.safetensors")
        #expect(try data.data(of: parts[0]).images.count == 12)
        #expect(try data.data(of: parts[3]).images.count == 8)
    }

    @Test("A data set is read once, and one that is not there is said by name")
    func entries() throws {
        let fixture = try fixture(RunFixture.finetune())
        let data = fixture.data
        #expect(try data.entry("faces").folds.count == 3)
        try FileManager.default.removeItem(atPath: fixture.folder.file("labels.csv"))
        #expect(try data.entry("faces").set.count == 12)
        #expect(try data.trainingImages("faces", fold: 2).count == 8)
        let error = #expect(throws: TrainingError.self) { try data.entry("others") }
        #expect(error?.isBadData == true && error?.description.contains("'others'") == true)
        #expect(throws: TrainingError.self) { try fixture.data.entry("faces") }
    }

    // MARK: StageSamples

    @Test("What is trained on, chosen on and held out are different subjects, and all that are labelled")
    func innerSplit() throws {
        let data = try data(fixture(RunFixture.finetune(#"epochChoice: "inner""#)))
        let samples = data.samples
        #expect(!samples.inner.isEmpty && samples.heldOut.count == 4)
        #expect((samples.training + samples.inner + samples.heldOut).sorted() == Array(0..<12))
        let subjects = [samples.training, samples.inner, samples.heldOut].map { Set($0.map { $0 / 2 }) }
        #expect(subjects[0].isDisjoint(with: subjects[1]) && subjects[0].isDisjoint(with: subjects[2]))
        #expect(data.images == (samples.training + samples.inner).map(data.set.image))
    }

    @Test("Samples without a label of the task are nobody's; none at all is bad data with its fold")
    func unlabelled() throws {
        let some = try fixture(RunFixture.finetune(task: #""valenceArousal""#)) { rows in
            for row in [1, 2] { rows[row] = rows[row].replacingOccurrences(of: ",0.\(row - 1),-0.5,", with: ",,,") }
        }
        let folds = try (1...3).map { try data(some, fold: $0).samples }
        #expect(folds.flatMap(\.heldOut).sorted() == Array(2..<12))
        #expect(folds.allSatisfy { !$0.training.contains(0) && !$0.training.contains(1) })
    }

    @Test("Every n-th frame of a video is trained on, and all frames are held out")
    func frameStride() throws {
        let folder = try TemporaryFolder()
        try LabelledPictures.write(in: folder) { rows in
            rows[0] += ",frame"
            for row in 1..<rows.count { rows[row] += ",\(row - 1)" }
        }
        let text = RunFixture.labelled(RunFixture.finetune("frameStride: 3"))
            .replacingOccurrences(of: #"subject: "subject""#, with: #"subject: "subject", frame: "frame""#)
        let samples = try data(RunFixture(text, in: folder)).samples
        #expect(!samples.training.isEmpty && samples.training.allSatisfy { $0.isMultiple(of: 3) })
        #expect(samples.heldOut.count == 4)
    }

    // MARK: TaskHeads

    @Test("Heads lie side by side in the order of the tasks, with targets as the losses read them")
    func targets() throws {
        let data = try data(fixture(RunFixture.finetune(task: Self.allTasks)) { $0[2] = "faces/11.png,,1,,,-0.5,s0" })
        let heads = data.heads
        #expect(heads.heads.map(\.column) == [0, 3, 5] && heads.outputs == 7)
        #expect(heads.heads.map(\.channels) == [["calm", "glad", "sad"], ["AU1", "AU12"], ["valence", "arousal"]])
        let buffer = FloatBuffer(count: 14)
        heads.copyTargets([3, 1], of: data.set, into: buffer.pointer)
        let rows = buffer.array
        #expect(rows[..<7].elementsEqual([0, 1, 0, 1, 1, 0.3, -0.5]))
        let missing = rows[7...].map(\.isNaN)
        #expect(missing == [true, true, true, false, true, true, false] && rows[10] == 1 && rows[13] == -0.5)
        #expect(heads.isLabelled(1, in: data.set))
        #expect(heads.truth(heads.heads[0], 3, of: data.set) == [1])
        #expect(heads.truth(heads.heads[1], 1, of: data.set)[0] == 1)
        #expect(heads.truth(heads.heads[1], 1, of: data.set)[1].isNaN)
    }

    @Test("A set without the labels of a task, and weights that do not fit its classes, are bad data")
    func missingLabels() throws {
        let fixture = try fixture(RunFixture.finetune(task: #""expression""#)) { rows in
            for row in rows.indices {
                var cells = rows[row].split(separator: ",", omittingEmptySubsequences: false)
                cells[2...3] = []
                rows[row] = cells.joined(separator: ",")
            }
        }
        let text = RunFixture.labelled(RunFixture.finetune(task: #""actionUnits""#))
            .replacingOccurrences(of: #"units: ["AU*"], "#, with: "")
        let unitless = try RunFixture(text, in: fixture.folder)
        let error = #expect(throws: TrainingError.self) { try data(unitless) }
        #expect(error?.isBadData == true && error?.description.contains("'faces' has no action units") == true)
        let weighted = try RunFixture(
            RunFixture.labelled(RunFixture.finetune("classWeights: [1, 2]")).replacingOccurrences(
                of: #"units: ["AU*"], "#, with: ""),
            in: fixture.folder)
        let stage = try #require(weighted.session.stages[0].supervised)
        let count = #expect(throws: TrainingError.self) { try stage.stepsPerEpoch(of: weighted.data) }
        #expect(count?.description.contains("2 numbers for 3 classes") == true)
    }

    // MARK: HeadOutputs

    @Test("A file of weights says its heads, as it does now and as the first files did")
    func headOutputs() {
        let heads = [
            HeadOutputs(task: .expression, channels: ["a", "b"]), HeadOutputs(task: .actionUnits, channels: ["AU1"]),
        ]
        #expect(HeadOutputs.read([HeadOutputs.key: HeadOutputs.text(heads)]) == heads)
        #expect(HeadOutputs.read([HeadOutputs.key: "expression: a,b; actionUnits: AU1"]) == heads)
        #expect(HeadOutputs.read([HeadOutputs.key: "something else"]) == nil)
        #expect(HeadOutputs.read([:]) == nil)
    }

    // MARK: The factory

    @Test("Each kind of stage says its steps, and whether it has a teacher")
    func factory() throws {
        let fixture = try fixture(
            RunFixture.pretrain + ", " + RunFixture.finetune(batch: 3) + ", "
                + RunFixture.finetune(#"lastBatch: "keep""#, batch: 3) + ", " + RunFixture.distil)
        let stages = fixture.session.stages.map(\.trainable)
        #expect(stages.map(\.hasTeacher) == [false, false, false, true])
        #expect(try stages.map { try $0.stepsPerEpoch(of: fixture.data) } == [2, 2, 3, 3])
        #expect(stages.map(\.kind) == [.pretrain, .finetune, .finetune, .distil])
    }
}
