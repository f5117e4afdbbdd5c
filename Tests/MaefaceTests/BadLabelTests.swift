import Foundation
import RunStore
import TestSupport
import Testing

/// Labels and splits that mean nothing, through the command.
@Suite("Bad labels")
struct BadLabelTests {
    /// Trains on the table after a change and expects a refusal that leaves no run.
    private func refusal(
        _ session: String = LabelledFaces.session(LabelledFaces.finetune), _ change: (inout [String]) -> Void
    ) throws -> String {
        let folder = try TemporaryFolder()
        try LabelledFaces.write(in: folder, change)
        let path = try folder.write("bad.json5", session)
        let result = try Program.run(["train", path, "--home", folder.path + "/runs"])
        #expect(result.status == 3, "\(result.talk)")
        #expect(try RunStore.open(home: folder.path + "/runs").runs().isEmpty)
        return result.talk
    }

    private func row(_ row: inout String, _ column: Int, _ value: String) {
        var cells = row.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
        cells[column] = value
        row = cells.joined(separator: ",")
    }

    @Test("A class that the session does not have")
    func unknownClass() throws {
        let session = LabelledFaces.session(
            LabelledFaces.finetune, table: "classes: [\"calm\", \"glad\", \"sad\"]")
        let talk = try refusal(session) { row(&$0[6], 1, "gald") }
        #expect(talk.contains("labels.csv:7") && talk.contains("gald"), "\(talk)")
    }

    @Test("All bad rows are named at once, and a missing image is passed over where the session says so")
    func severalRows() throws {
        let talk = try refusal {
            row(&$0[1], 2, "2")
            row(&$0[2], 4, "7")
            row(&$0[3], 5, "very")
            row(&$0[4], 0, "faces/nowhere.jpg")
        }
        for (line, word) in [(2, "AU1"), (3, "valence"), (4, "arousal"), (5, "nowhere.jpg")] {
            #expect(talk.contains("labels.csv:\(line)") && talk.contains(word), "\(talk)")
        }
        let folder = try TemporaryFolder()
        try LabelledFaces.write(in: folder) { row(&$0[4], 0, "faces/nowhere.jpg") }
        let path = try folder.write(
            "s.json5", LabelledFaces.session(LabelledFaces.finetune, table: "missingImages: \"skip\""))
        let skipped = try Program.run(["train", path, "--home", folder.path + "/runs"])
        #expect(skipped.status == 0, "\(skipped.talk)")
        #expect(skipped.talk.contains("1 row without an image left out"), "\(skipped.talk)")
    }

    @Test("A subject on both sides of the official split")
    func bothSides() throws {
        let talk = try refusal { row(&$0[1], 7, "val") }
        #expect(talk.contains("labels.csv:2") && talk.contains("subject s0"), "\(talk)")
        #expect(talk.contains("belongs to one side"), "\(talk)")
    }

    @Test("A split that trains on nothing, or holds out nothing")
    func emptySide() throws {
        for (side, words) in [("val", "trains on no sample"), ("train", "holds out no sample")] {
            let talk = try refusal { rows in
                for index in rows.indices.dropFirst() { row(&rows[index], 7, side) }
            }
            #expect(talk.contains("labels.csv") && talk.contains(words), "\(talk)")
        }
    }

    @Test("A class, and a unit, that no training sample has")
    func noPositive() throws {
        let expression = try refusal { rows in
            for index in 19..<rows.count { row(&rows[index], 1, "rare") }
        }
        #expect(expression.contains("labels.csv") && expression.contains("\"rare\""), "\(expression)")
        let units = LabelledFaces.session(
            LabelledFaces.finetune.replacing("\"expression\"", with: "\"actionUnits\""))
        let unit = try refusal(units) { rows in
            for index in 1..<19 { row(&rows[index], 2, "0") }
        }
        #expect(unit.contains("trains on no sample with AU1 active"), "\(unit)")
    }
}
