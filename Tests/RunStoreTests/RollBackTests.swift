import Testing

@testable import RunStore

@Suite struct RollBackTests {
    @Test func resumedRunHasEveryPointOnce() throws {
        let fixture = try Fixture()
        let store = try fixture.open()
        let run = try store.makeRun()
        let rate = SeriesKey(stage: 0, name: .learningRate)
        try store.append(line(1...137) + line(1...137, rate), to: run.id)
        try store.append(RunEvent(time: 1, step: 100, kind: .checkpoint, message: "at 100"), to: run.id)
        try store.append(RunEvent(time: 2, step: 120, kind: .skip, message: "after"), to: run.id)
        try store.append(PreviewRecord(step: 100, epoch: 1, samples: 4, side: 8, file: "a"), to: run.id)
        try store.append(PreviewRecord(step: 101, epoch: 1, samples: 4, side: 8, file: "b"), to: run.id)
        try store.append(CheckpointRecord(step: 100, time: 1, file: "c", bytes: 1, reason: "last"), to: run.id)
        try store.append(CheckpointRecord(step: 130, time: 2, file: "d", bytes: 1, reason: "last"), to: run.id)
        let revision = try store.run(run.id).revision

        let gone = try store.rollBack(run.id, stage: 0, toStep: 100)
        #expect(gone.points == 74 && gone.events == 1)
        #expect(gone.previews.map(\.file) == ["b"] && gone.checkpoints.map(\.file) == ["d"])
        #expect(try store.events(of: run.id).map(\.message) == ["at 100"])
        #expect(try store.previews(of: run.id).map(\.file) == ["a"])
        #expect(try store.checkpoints(of: run.id).map(\.file) == ["c"])
        let read = try store.run(run.id)
        #expect(read.step == 100 && read.epoch == 1 && read.revision == revision + 1)

        try store.append(line(101...200) + line(101...200, rate), to: run.id)
        for key in [loss, rate] {
            #expect(try store.points(of: key, run: run.id) == line(1...200, key).map(\.1))
        }
        #expect(try store.withDatabase { try $0.integer("SELECT count(*) FROM point") } == 400)
    }

    @Test func rollingBackTwiceChangesNothingMore() throws {
        let store = try Fixture().open()
        let run = try store.makeRun()
        try store.append(line(1...10), to: run.id)
        try store.rollBack(run.id, stage: 0, toStep: 4)
        #expect(try store.rollBack(run.id, stage: 0, toStep: 4) == RunStore.RolledBack())
        #expect(try store.points(of: loss, run: run.id).map(\.step) == [1, 2, 3, 4])
    }

    @Test func laterStagesAndFoldsGoEarlierStay() throws {
        let store = try Fixture().open()
        let (run, other) = (try store.makeRun(), try store.makeRun())
        let places: [(stage: Int, fold: Int?)] = [(0, nil), (1, nil), (2, 0), (3, 0), (2, 1), (3, 1), (2, 2)]
        for place in places {
            let key = SeriesKey(stage: place.stage, fold: place.fold, name: .loss)
            for id in [run.id, other.id] {
                try store.append(line(1...10, key), to: id)
                try store.append(
                    RunEvent(
                        stage: place.stage, fold: place.fold, time: 1, step: 1, kind: .info,
                        message: "\(place.stage)/\(place.fold ?? -1)"), to: id)
            }
        }
        try store.rollBack(run.id, stage: 2, fold: 1, toStep: 5)
        let counts = try places.map {
            try store.points(of: SeriesKey(stage: $0.stage, fold: $0.fold, name: .loss), run: run.id).count
        }
        #expect(counts == [10, 10, 10, 10, 5, 0, 0])
        #expect(try store.events(of: run.id).map(\.message) == ["0/-1", "1/-1", "2/0", "3/0", "2/1"])
        // A curve that has no point left is not listed.
        #expect(try store.seriesKeys(of: run.id).count == 5)
        #expect(try store.events(of: other.id).count == places.count)
        #expect(try store.seriesKeys(of: other.id).count == places.count)

        try store.rollBack(run.id, stage: 0, toStep: 0)
        #expect(try store.seriesKeys(of: run.id).isEmpty)
        #expect(try store.integrityProblems().isEmpty)
    }
}
