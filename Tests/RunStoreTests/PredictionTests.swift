import Foundation
import Testing

@testable import RunStore

@Suite struct PredictionTests {
    private func record(_ fold: Int?, step: Int64 = 50, file: String = "predictions/1-val.csv") -> PredictionRecord {
        PredictionRecord(
            stage: 1, fold: fold, step: step, task: .valenceArousal, channels: ["valence", "arousal"],
            framesPerSecond: 30, videos: 3, frames: 900, time: 7, file: file)
    }

    @Test func predictionsComeBackInTheOrderOfTheTraining() throws {
        let fixture = try Fixture()
        let store = try fixture.open()
        let (run, other) = (try store.makeRun(), try store.makeRun("other"))
        try store.append(record(1, file: "predictions/b.csv"), to: run.id)
        let id = try store.append(record(0, file: "predictions/a.csv"), to: run.id)
        var expected = record(0, file: "predictions/a.csv")
        expected.id = id
        #expect(try store.predictions(of: run.id).map(\.fold) == [0, 1])
        #expect(try store.predictions(of: run.id).first == expected)
        #expect(try store.predictions(of: other.id).isEmpty)
        var units = record(0, file: "predictions/units.csv")
        units.task = .actionUnits
        try store.append(units, to: other.id)
        try store.append(record(0), to: other.id)
        #expect(
            try store.predictedTasks() == [
                PredictedTask(run: other.id, task: .actionUnits), PredictedTask(run: other.id, task: .valenceArousal),
                PredictedTask(run: run.id, task: .valenceArousal),
            ])
        try store.delete(other.id)
        // A file written anew replaces its row.
        try store.append(record(0, step: 60, file: "predictions/a.csv"), to: run.id)
        #expect(try store.predictions(of: run.id).map(\.step) == [60, 50])
        try store.delete(run.id)
        #expect(try store.predictedTasks().isEmpty)
    }

    @Test func rollBackTakesLaterPredictionsAway() throws {
        let fixture = try Fixture()
        let store = try fixture.open()
        let run = try store.makeRun()
        try store.append(record(0, step: 50, file: "early"), to: run.id)
        try store.append(record(0, step: 100, file: "late"), to: run.id)
        try store.append(record(1, step: 50, file: "later fold"), to: run.id)
        let gone = try store.rollBack(run.id, stage: 1, fold: 0, toStep: 60)
        #expect(gone.predictions.map(\.file) == ["late", "later fold"])
        #expect(try store.predictions(of: run.id).map(\.file) == ["early"])
    }

    @Test func keptSmoothingComesBackAndIsReplacedAsAWhole() throws {
        let fixture = try Fixture()
        let store = try fixture.open()
        let run = try store.makeRun()
        #expect(try store.keptSmoother(of: run.id) == nil)
        var kept = KeptSmoother(
            channels: [
                KeptSmoothing(channel: "AU1", sigma1: 29, sigma2: 8, sigma3: 3.5, threshold: 0.3),
                KeptSmoothing(channel: "AU12", sigma1: 2, sigma2: 0, sigma3: 0, threshold: nil),
            ], edge: "nearest", gaps: "hold", result: "kept", domain: "logits", clips: false, raw: 0.5, smoothed: 0.56,
            leftOut: 0.55, time: 11)
        try store.keep(kept, of: run.id)
        #expect(try store.keptSmoother(of: run.id) == kept)
        #expect(try store.keptSmoother(of: run.id, fold: 2) == nil)
        var ofFold = kept
        ofFold.channels.removeLast()
        try store.keep(ofFold, fold: 2, of: run.id)
        kept.channels[0].sigma1 = 30
        kept.leftOut = nil
        try store.keep(kept, of: run.id)
        #expect(try store.keptSmoother(of: run.id) == kept)
        #expect(try store.keptSmoother(of: run.id, fold: 2) == ofFold)
        #expect(try store.withDatabase { try $0.integer("SELECT count(*) FROM smoothing_channel") } == 3)
        // Another task's channels go beside these.
        var other = kept
        other.channels = [KeptSmoothing(channel: "valence", sigma1: 3, sigma2: 0, sigma3: 0)]
        try store.keep(other, of: run.id)
        #expect(try store.keptSmoother(of: run.id)?.channels.map(\.channel) == ["valence", "AU1", "AU12"])
        try store.forgetSmoother(of: run.id)
        #expect(try store.keptSmoother(of: run.id) == nil)
        try store.delete(run.id)
        #expect(try store.withDatabase { try $0.integer("SELECT count(*) FROM smoothing_channel") } == 0)
    }

    @Test func storeOfTheFirstVersionGetsTheTablesAndKeepsItsRuns() throws {
        let fixture = try Fixture()
        do {
            let database = try Database(path: fixture.path, access: .create)
            try database.execute(Schema.migrations[0])
            try database.execute("PRAGMA application_id = \(Schema.applicationID); PRAGMA user_version = 1")
            try database.run("INSERT INTO run (name, status, created) VALUES ('old', 'finished', 1)")
        }
        let store = try fixture.open()
        let run = try store.resolve("old")
        try store.append(record(nil), to: run.id)
        try store.keep(
            KeptSmoother(channels: [KeptSmoothing(channel: "valence", sigma1: 4, sigma2: 0, sigma3: 0)]), of: run.id)
        #expect(try store.predictions(of: run.id).count == 1)
        #expect(try store.keptSmoother(of: run.id)?.channels.first?.sigma1 == 4)
    }
}
