import Affect
import Testing

@testable import RunStore

/// What the store keeps as text means the same when it is read again.
@Suite struct TypedNameTests {
    @Test(
        arguments: [
            ("loss", .loss), ("epoch loss", .epochLoss), ("learning rate", .learningRate),
            ("gradient norm", .gradientNorm), ("seconds", .seconds), ("accuracy", .accuracy),
            ("F1", .score(ScoreName(.f1))), ("CCC", .score(ScoreName(.concordance))),
            ("au F1", .score(ScoreName(.f1, of: .actionUnits))), ("F1 AU12", .channel(ScoreName(.f1), "AU12")),
            ("F1 not sure", .channel(ScoreName(.f1), "not sure")),
            ("n expr F1 fear", .support(ScoreName(.f1, of: .expression), "fear")),
            ("n F1", .other("n F1")), ("n loss", .other("n loss")), ("curve 3", .other("curve 3")), ("", .other("")),
            ("F1x", .other("F1x")), ("va F1", .other("va F1")),
        ] as [(String, SeriesName)])
    func seriesNames(text: String, name: SeriesName) {
        #expect(SeriesName(text) == name)
        #expect(name.text == text)
    }

    @Test func aScoreNamesItsTaskOnlyBesideAnotherOfTheSameMetric() {
        #expect(ScoreName(.expression, among: [.expression, .valenceArousal]).text == "F1")
        #expect(ScoreName(.expression, among: [.expression, .actionUnits]).text == "expr F1")
        #expect(ScoreName(.valenceArousal, among: [.valenceArousal, .actionUnits, .expression]).text == "CCC")
    }

    @Test(
        arguments: [
            ("engine", .engine), ("fresh", .fresh), ("micro-batch 2", .microBatch(stage: 2)),
            ("done stage 0", .done(StageFold(stage: 0))),
            ("identity stage 1 fold 10", .identity(StageFold(stage: 1, fold: 10))),
            ("reused stage 2 fold 1", .reused(StageFold(stage: 2, fold: 1))),
            ("duplicates in stage 1 fold 2", .duplicates(in: "stage 1 fold 2")),
            ("done stage 01", .other("done stage 01")), ("done stage 1 fold", .other("done stage 1 fold")),
            ("done", .other("done")), ("micro-batch x", .other("micro-batch x")),
        ] as [(String, RunFact)])
    func facts(text: String, fact: RunFact) {
        #expect(RunFact(text) == fact)
        #expect(fact.text == text)
    }

    @Test func stagesBeforeTheFoldsComeFirstThenFoldByFold() {
        let parts = [
            StageFold(stage: 0), StageFold(stage: 1, fold: 1), StageFold(stage: 2, fold: 1),
            StageFold(stage: 1, fold: 2),
        ]
        #expect(parts.reversed().sorted() == parts)
        #expect(parts[1].title("finetune") == "finetune fold 1" && parts[0].title(nil) == "stage 0")
    }

    @Test func anImportedRunSaysSo() throws {
        let store = try Fixture().open()
        let imported = try store.createImportedRun(name: "theirs", sessionText: "{}")
        let trained = try store.makeRun()
        #expect(imported.origin == .imported && imported.stageKind == "import")
        #expect(trained.origin == .trained)
        #expect(try store.runs().map(\.origin) == [.trained, .imported])
    }

    @Test func whatALaterVersionPredictsOrDrawsIsPassedOver() throws {
        let store = try Fixture().open()
        let run = try store.makeRun()
        let record = PredictionRecord(task: .expression, channels: ["a"], videos: 1, frames: 1, file: "a.csv")
        for name in ["a", "b", "c"] {
            var copy = record
            copy.file = name
            try store.append(copy, to: run.id)
        }
        try store.append([(SeriesKey(stage: 0, name: .loss), Point(step: 1, value: 1))], to: run.id)
        try store.append([(SeriesKey(stage: 0, name: .seconds), Point(step: 1, value: 1))], to: run.id)
        try store.write { database in
            try database.run("UPDATE prediction SET task = 'gaze' WHERE file = 'b'")
            try database.run("UPDATE prediction SET split = 'live' WHERE file = 'c'")
            try database.run("UPDATE series SET split = 'live' WHERE name = 'loss'")
        }
        #expect(try store.predictions(of: run.id).map(\.file) == ["a"])
        #expect(try store.predictedTasks() == [PredictedTask(run: run.id, task: .expression)])
        #expect(try store.seriesKeys(of: run.id).map(\.name) == [.seconds])
    }
}
