import Foundation
import Testing

@testable import RunStore

@Suite struct RoundTripTests {
    @Test func runKeepsWhatItWasMadeOf() throws {
        let fixture = try Fixture()
        let store = try fixture.open()
        let run = try store.createRun(name: "ck-expr", sessionText: "{ // é\u{0}😀\n}", stages: twoStages)
        #expect(run.status == .pending && run.condition == .pending)
        #expect(run.created == fixture.now)
        #expect(run.stageKind == "pretrain" && run.epochs == 40 && run.steps == 4000)
        #expect(try store.sessionText(of: run.id) == "{ // é\u{0}😀\n}")
        #expect(try store.stages(of: run.id) == twoStages)
        #expect(FileManager.default.fileExists(atPath: store.folder(of: run.id)))
        #expect(try fixture.open().run(run.id) == run)
    }

    @Test func progressAndThroughputReachTheRunRow() throws {
        let fixture = try Fixture()
        let store = try fixture.open()
        let run = try store.makeRun()
        fixture.advance(by: 5)
        let throughput = Throughput(
            imagesPerSecond: 31.4, gflops: 148, peakShare: 0.67, residentBytes: 1 << 33, secondsLeft: 2470)
        let progress = RunProgress(
            stage: 1, fold: 3, epoch: 2.5, step: 125, scoreName: .loss, score: .nan, throughput: throughput)
        try store.append(line(1...3), progress: progress, to: run.id)
        let read = try store.run(run.id)
        #expect(read.stage == 1 && read.stageKind == "finetune" && read.fold == 3)
        #expect(read.epoch == 2.5 && read.epochs == 10 && read.step == 125 && read.steps == 500)
        #expect(read.progress == 0.25)
        #expect(read.scoreName == .loss && read.score?.isNaN == true)
        #expect(read.throughput == throughput)
        #expect(read.heartbeat == fixture.now)
        #expect(try store.points(of: loss, run: run.id).count == 3)

        try store.update(RunProgress(epoch: 0, step: 0), of: run.id)
        #expect(try store.run(run.id).score == nil)
        #expect(try store.run(run.id).throughput == Throughput())
    }

    @Test func namesStayUniqueAndMeanOneRun() throws {
        let store = try Fixture().open()
        #expect(try store.makeRun("demo").name == "demo")
        #expect(try store.makeRun("demo").name == "demo-2")
        #expect(try store.makeRun(" demo ").name == "demo-3")
        #expect(try store.makeRun("last").name == "run-last")
        #expect(try store.makeRun("12").name == "run-12")
        #expect(try store.makeRun("").name == "run")
        #expect(try store.runs().map(\.id) == [6, 5, 4, 3, 2, 1])
    }

    @Test func referencesAreIdsNamesOrLast() throws {
        let fixture = try Fixture()
        let store = try fixture.open()
        #expect(throws: RunStoreError.noRuns(home: fixture.home)) { try store.resolve("last") }
        let first = try store.makeRun("faces-tiny")
        let second = try store.makeRun("affectnet")
        #expect(try store.resolve("last").id == second.id)
        #expect(try store.resolve("\(first.id)").name == "faces-tiny")
        #expect(try store.resolve("affectnet").id == second.id)
        for (typed, meant) in [("face-tiny", "faces-tiny"), ("afectnett", "affectnet"), ("tiny", "faces-tiny")] {
            let error = #expect(throws: RunStoreError.self) { try store.resolve(typed) }
            #expect(error == .noSuchRun(reference: typed, near: [meant], home: fixture.home))
        }
        let error = #expect(throws: RunStoreError.self) { try store.resolve("99") }
        #expect(error?.description.contains("runs list") == true)
    }

    @Test func everyKindOfNumberSurvives() throws {
        let store = try Fixture().open()
        let run = try store.makeRun()
        let values: [Double] = [
            0, 1, -1.5, .nan, .infinity, -.infinity, .leastNonzeroMagnitude, .greatestFiniteMagnitude,
            Double(Float(0.1)), 1 / 3,
        ]
        try store.append(values.enumerated().map { (loss, Point(step: Int64($0), value: $1)) }, to: run.id)
        let read = try store.points(of: loss, run: run.id)
        #expect(read.map(\.step) == Array(0..<Int64(values.count)))
        for (value, point) in zip(values, read) {
            #expect(point.value.isNaN == value.isNaN)
            if !value.isNaN { #expect(point.value == value) }
        }
        // The answer to "which run diverged" is one query.
        let diverged = try store.withDatabase { try $0.integer("SELECT count(*) FROM point WHERE kind IS NOT NULL") }
        #expect(diverged == 3)
    }

    @Test func seriesDifferByEveryPartOfTheirKey() throws {
        let store = try Fixture().open()
        let (run, other) = (try store.makeRun(), try store.makeRun())
        let keys = [
            loss, SeriesKey(stage: 1, name: .loss), SeriesKey(stage: 0, fold: 0, name: .loss),
            SeriesKey(stage: 0, fold: 1, name: .loss), SeriesKey(stage: 0, split: .validation, name: .loss),
            SeriesKey(stage: 0, name: .learningRate),
        ]
        for (index, key) in keys.enumerated() {
            try store.append([(key, Point(step: 1, value: Double(index)))], to: run.id)
            try store.append([(key, Point(step: 1, value: -1))], to: other.id)
        }
        #expect(try store.seriesKeys(of: run.id) == keys)
        for (index, key) in keys.enumerated() {
            #expect(try store.points(of: key, run: run.id) == [Point(step: 1, value: Double(index))])
        }
        #expect(try store.points(of: SeriesKey(stage: 9, name: .other("none")), run: run.id).isEmpty)
    }

    @Test func hundredThousandPointsAndTheirTail() throws {
        let store = try Fixture().open()
        let run = try store.makeRun()
        let rate = SeriesKey(stage: 0, name: .learningRate)
        try store.append(line(1...50_000) + line(1...50_000, rate), to: run.id)
        let all = try store.points(of: loss, run: run.id)
        #expect(all == line(1...50_000).map(\.1))
        #expect(try store.points(of: rate, run: run.id, after: 49_990) == line(49_991...50_000).map(\.1))
        #expect(try store.points(of: rate, run: run.id, after: 50_000).isEmpty)
        #expect(try store.lastPoint(of: loss, run: run.id) == Point(step: 50_000, value: 50_000))
        // A point written again takes the new value and does not stand twice.
        try store.append([(loss, Point(step: 50_000, value: 7))], to: run.id)
        #expect(try store.points(of: loss, run: run.id, after: 49_999) == [Point(step: 50_000, value: 7)])
    }

    @Test func tailQueryIsOneIndexedSearch() throws {
        let store = try Fixture().open()
        let plan = try store.withDatabase {
            try $0.rows(
                """
                EXPLAIN QUERY PLAN SELECT step, value, kind FROM point
                WHERE run = 1 AND series = 1 AND step > 5 ORDER BY step
                """
            ) { row -> String in
                _ = (row.int(), row.int(), row.int())
                return row.text()
            }
        }
        #expect(plan == ["SEARCH point USING PRIMARY KEY (run=? AND series=? AND step>?)"])
    }

    @Test func eventsTail() throws {
        let fixture = try Fixture()
        let store = try fixture.open()
        let run = try store.makeRun()
        let ids = try store.append(
            [
                RunEvent(time: 0, step: 0, kind: .state, message: "started"),
                RunEvent(time: 5, step: 3, kind: .skip, message: "a.jpg: not a JPEG"),
                RunEvent(stage: 1, fold: 2, time: 6, step: 4, kind: .skip, message: "b.jpg: truncated"),
            ], to: run.id)
        let events = try store.events(of: run.id)
        #expect(events.map(\.id) == ids)
        #expect(events[0].time == fixture.now && events[1].time == 5)
        #expect(events[2].stage == 1 && events[2].fold == 2 && events[2].kind == .skip)
        let last = try store.append(RunEvent(time: 7, step: 9, kind: .alert, message: "loss is NaN"), to: run.id)
        #expect(try store.events(of: run.id, after: ids[2]).map(\.id) == [last])
        #expect(try store.events(of: run.id, limit: 2).map(\.id) == [ids[2], last])
        #expect(try store.events(of: run.id, kind: .skip, limit: 1).map(\.id) == [ids[2]])
        #expect(try store.firstEvents(of: run.id, kind: .skip, limit: 1).map(\.id) == [ids[1]])
        #expect(try store.eventCount(of: run.id, kind: .skip) == 2)
    }

    @Test func previewsAndCheckpoints() throws {
        let fixture = try Fixture()
        let store = try fixture.open()
        let run = try store.makeRun()
        var preview = PreviewRecord(step: 10, epoch: 0.1, samples: 4, side: 64, file: "previews/10.png")
        preview.id = try store.append(preview, to: run.id)
        #expect(try store.previews(of: run.id) == [preview])
        #expect(try store.previews(of: run.id, after: preview.id).isEmpty)

        var last = CheckpointRecord(
            step: 100, time: 0, file: "checkpoints/last.safetensors", bytes: 1 << 40, reason: "last", score: .infinity)
        last.id = try store.append(last, to: run.id)
        last.time = fixture.now
        #expect(try store.checkpoints(of: run.id) == [last])
        // A file written again replaces its row.
        last.step = 200
        let told = RunEvent(time: 1, step: 200, kind: .checkpoint, message: "at 200")
        last.id = try store.append(last, event: told, to: run.id)
        #expect(try store.events(of: run.id).map(\.message) == ["at 200"])
        try store.setReason("best", ofCheckpoint: last.id)
        last.reason = "best"
        #expect(try store.checkpoints(of: run.id) == [last])
        try store.deleteCheckpoint(last.id)
        #expect(try store.checkpoints(of: run.id).isEmpty)
    }

    @Test func factsNotesAndTags() throws {
        let store = try Fixture().open()
        let run = try store.makeRun()
        try store.setFact(.engine, to: "avx2", of: run.id)
        try store.setFact(.engine, to: "avx512", of: run.id)
        #expect(try store.facts(of: run.id) == [.engine: "avx512"])
        try store.setNote("the good one", starred: true, tags: ["paper", "va", "va"], of: run.id)
        let read = try store.run(run.id)
        #expect(read.note == "the good one" && read.starred && read.tags.sorted() == ["paper", "va"])
    }

    @Test func deletedRunLeavesNothing() throws {
        let store = try Fixture().open()
        let (run, kept) = (try store.makeRun(), try store.makeRun())
        for id in [run.id, kept.id] {
            try store.append(line(1...10), to: id)
            try store.append(RunEvent(time: 1, step: 1, kind: .info, message: "x"), to: id)
            try store.send(.pause, to: id)
        }
        try store.delete(run.id)
        #expect(throws: RunStoreError.noSuchRunID(run.id)) { try store.run(run.id) }
        #expect(!FileManager.default.fileExists(atPath: store.folder(of: run.id)))
        for table in ["run", "session", "point", "series", "event", "command"] {
            let rows = try store.withDatabase { try $0.integer("SELECT count(*) FROM \(table)") }
            #expect(rows == (table == "point" ? 10 : 1), "\(table)")
        }
        #expect(try store.points(of: loss, run: kept.id).count == 10)
        #expect(try store.integrityProblems().isEmpty)
        // Its number is not given to another run.
        try store.delete(kept.id)
        #expect(try store.makeRun().id == 3)
    }
}
