import Basics
import Foundation
import RunStore
import Testing

@testable import maeface

@Suite struct RunsCommandTests {
    /// A store with a run that is being trained, and one that waits; removed when the fixture goes.
    private final class Fixture {
        let home = NSTemporaryDirectory() + "maeface-runs-\(UUID().uuidString)"
        let store: RunStore
        let lock: RunLock

        init() throws {
            store = try RunStore.open(home: home, clock: { 1_700_000_000 }, host: "box")
            let stages = [StageRecord(index: 0, kind: "pretrain", epochs: 40, stepsPerEpoch: 100)]
            let run = try store.createRun(name: "demo", sessionText: "{ name: \"demo\" }", stages: stages)
            _ = try store.createRun(name: "affectnet", sessionText: "{}", stages: [])
            lock = try store.lock(run.id)
            try store.begin(lock)
            let loss = SeriesKey(stage: 0, name: .loss)
            try store.append(
                [(loss, Point(step: 1, value: 1.08)), (loss, Point(step: 1650, value: .nan))],
                progress: RunProgress(
                    epoch: 16.5, step: 1650, scoreName: .loss, score: 0.53149,
                    throughput: Throughput(
                        imagesPerSecond: 31.42, gflops: 148, peakShare: 0.672, residentBytes: 1_900_000_000,
                        secondsLeft: 2470)), to: run.id)
            try store.append(
                CheckpointRecord(step: 1600, time: 0, file: "checkpoints/last", bytes: 12_345_678, reason: "last"),
                to: run.id)
            try store.append(
                (1...12).map { RunEvent(time: 0, step: $0, kind: .skip, message: "bad-\($0).jpg: not an image") },
                to: run.id)
        }

        deinit { try? FileManager.default.removeItem(atPath: home) }
    }

    private let utc = TimeZone(secondsFromGMT: 0) ?? .current

    @Test func listIsATableNewestFirst() throws {
        let fixture = try Fixture()
        let table = RunTable(runs: try fixture.store.runs(), now: 1_700_003_723, timeZone: utc)
        #expect(
            table.text == """
                id  name       state    stage       epoch  score        started                 time
                 2  affectnet  pending                  -  -            -                          -
                 1  demo       running  pretrain  16.5/40  loss 0.5315  2023-11-14 22:13:20  1:02:03
                """)
    }

    @Test func reportSaysEverything() throws {
        let fixture = try Fixture()
        var report = try RunReport(try fixture.store.resolve("demo"), in: fixture.store, now: 1_700_000_003)
        report.timeZone = utc
        let process = ProcessInfo.processInfo.processIdentifier
        #expect(
            report.text == """
                run 1  demo
                  state     running
                  stage     pretrain  epoch 16.5/40  step 1650/4000
                  score     loss 0.5315
                  speed     31.42 images/s  148 GFLOP/s  67 % of peak  1.9 GB
                  left      0:41:10
                  created   2023-11-14 22:13:20
                  started   2023-11-14 22:13:20
                  time      0:00:03
                  trainer   process \(process) on box, heard of 0:00:03 ago
                  previews  0
                  folder    \(fixture.home)/1

                stages
                  0  pretrain  40 epochs of 100 steps

                curves, last value
                  pretrain train loss  NaN  step 1650

                checkpoints
                  step 1600  last  -  12.3 MB  2023-11-14 22:13:20  checkpoints/last

                12 images skipped
                  bad-1.jpg: not an image
                  bad-2.jpg: not an image
                  bad-3.jpg: not an image
                  bad-4.jpg: not an image
                  bad-5.jpg: not an image
                  bad-6.jpg: not an image
                  bad-7.jpg: not an image
                  bad-8.jpg: not an image
                  bad-9.jpg: not an image
                  bad-10.jpg: not an image
                  and 2 more

                latest events
                \((3...12).map { line($0) }.joined(separator: "\n"))
                """)
    }

    private func line(_ step: Int) -> String {
        let padded = "step \(step)".padding(toLength: 7, withPad: " ", startingAt: 0)
        return "  2023-11-14 22:13:20  \(padded)  skip  bad-\(step).jpg: not an image"
    }

    @Test func jsonHasEveryKeyAndNumbersThatDiverged() throws {
        let fixture = try Fixture()
        let report = try RunReport(try fixture.store.resolve("1"), in: fixture.store, now: 0)
        let encoder = JSONEncoder()
        encoder.nonConformingFloatEncodingStrategy = .convertToString(
            positiveInfinity: "inf", negativeInfinity: "-inf", nan: "nan")
        let object = try #require(
            try JSONSerialization.jsonObject(with: try encoder.encode(report.json)) as? [String: Any])
        #expect(object["condition"] as? String == "running")
        #expect(object["failure"] is NSNull)
        #expect(object["images_per_s"] as? Double == 31.42)
        #expect(object["skipped"] as? Int == 12)
        #expect(object["session"] as? String == "{ name: \"demo\" }")
        let curve = try #require((object["curves"] as? [[String: Any]])?.first)
        #expect(curve["value"] as? String == "nan" && curve["step"] as? Int == 1650)
        // A run in a list has the same keys, apart from what only a report has.
        let listed = Set(RunReport.json(try fixture.store.run(2)).keys)
        #expect(listed.isSubset(of: Set(object.keys)) && listed.contains("seconds_left"))
    }

    @Test func numbersReadWell() {
        #expect(ByteCount.text(999) == "999 bytes")
        #expect(ByteCount.text(1000) == "1 kB")
        #expect(ByteCount.text(1_300_000_000) == "1.3 GB")
        #expect(ByteCount.text(999_999_999) == "1 GB")
        #expect(RunTable.number(-.infinity) == "-infinite")
        #expect(RunTable.number(0.000123456) == "0.0001235")
        #expect(RunTable.moment(0, utc) == "1970-01-01 00:00:00")
    }

    @Test func elapsedTimeStopsWhenTheTrainerDid() {
        var run = Run(id: 1, name: "r", status: .running, condition: .running, created: 0, started: 100)
        run.heartbeat = 150
        #expect(RunTable.elapsed(run, now: 200) == 100)
        run.condition = .lost
        #expect(RunTable.elapsed(run, now: 200) == 50)
        run.condition = .finished
        run.ended = 180
        #expect(RunTable.elapsed(run, now: 900) == 80)
        run.started = nil
        #expect(RunTable.elapsed(run, now: 900) == nil)
    }

    @Test func exitCodes() throws {
        let fixture = try Fixture()
        let home = ["--home", fixture.home]
        #expect(Maeface.run(["runs", "show", "nobody"] + home) == .usage)
        #expect(Maeface.run(["runs", "show"] + home) == .usage)
        #expect(Maeface.run(["runs", "delete", "demo", "--yes"] + home) == .failed)
        #expect(try fixture.store.runs().count == 2)
        #expect(Maeface.run(["runs", "delete", "affectnet", "--yes"] + home) == .done)
        #expect(try fixture.store.runs().map(\.name) == ["demo"])
        #expect(Maeface.run(["runs", "delete", "last", "--home", fixture.home + "/none"]) == .usage)
        #expect(!FileManager.default.fileExists(atPath: fixture.home + "/none"))

        let other = NSTemporaryDirectory() + "maeface-other-\(UUID().uuidString)"
        try FileManager.default.createDirectory(atPath: other, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: other) }
        try Data("not ours".utf8).write(to: URL(fileURLWithPath: other + "/runs.db"))
        #expect(Maeface.run(["runs", "list", "--home", other]) == .badData)
    }
}
