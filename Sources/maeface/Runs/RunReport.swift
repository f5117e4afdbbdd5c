import Basics
import Foundation
import Results
import RunStore
import Training

/// Everything the store knows of one run, as text for a person or JSON for a script.
struct RunReport {
    var run: Run
    var folder: String
    var stages: [StageRecord]
    var facts: [RunFact: String]
    var curves: [(key: SeriesKey, last: Point)]
    var checkpoints: [CheckpointRecord]
    var previews: Int
    var skipped: Int
    var firstSkipped: [RunEvent]
    var events: [RunEvent]
    var sessionText: String
    /// Scores over folds, for runs that were trained with labels.
    var results: [StageResults]
    /// Seconds since 1970.
    var now: Double
    var timeZone = TimeZone.current
    /// Whether every class and fold is listed, and whether confusion matrices are.
    var isVerbose = false
    var showsConfusion = false

    /// How many skipped images and how many of the latest events are listed.
    static let listed = 10

    init(_ run: Run, in store: RunStore, now: Double) throws {
        self.run = run
        self.now = now
        folder = store.folder(of: run.id)
        stages = try store.stages(of: run.id)
        facts = try store.facts(of: run.id)
        curves = try store.seriesKeys(of: run.id).compactMap { key in
            try store.lastPoint(of: key, run: run.id).map { (key, $0) }
        }
        checkpoints = try store.checkpoints(of: run.id)
        previews = try store.previews(of: run.id).count
        skipped = try store.eventCount(of: run.id, kind: .skip)
        firstSkipped = try store.firstEvents(of: run.id, kind: .skip, limit: Self.listed)
        events = try store.events(of: run.id, limit: Self.listed)
        sessionText = try store.sessionText(of: run.id)
        // Runs of earlier versions have other files, and one that still trains has none.
        results = (try? StageResults.kept(of: run.id, in: store)) ?? []
    }

    var text: String {
        var sections = ["run \(run.id)  \(run.name)\n" + RunTable.aligned(facts(of: run).map { ["  " + $0.0, $0.1] })]
        func add(_ title: String, _ rows: [[String]], right: Set<Int> = []) {
            if !rows.isEmpty {
                sections.append(
                    title + "\n" + RunTable.aligned(rows.map { ["  " + $0[0]] + $0.dropFirst() }, right: right))
            }
        }
        add(
            "stages",
            stages.map {
                ["\($0.index)", $0.kind, "\($0.epochs) epochs of \($0.stepsPerEpoch) steps"]
            })
        for result in results { sections.append(ResultsTable(result, isVerbose: isVerbose).text) }
        if showsConfusion { sections += results.compactMap { ResultsTable($0).confusion } }
        add(
            "curves, last value",
            curves.map { [name(of: $0.key), RunTable.number($0.last.value), "step \($0.last.step)"] })
        add(
            "checkpoints",
            checkpoints.map {
                [
                    "step \($0.step)", $0.reason, $0.score.map(RunTable.number) ?? "-", ByteCount.text($0.bytes),
                    RunTable.moment($0.time, timeZone), $0.file,
                ]
            })
        var skips = firstSkipped.map { [$0.message] }
        if skipped > skips.count { skips.append(["and \(skipped - skips.count) more"]) }
        add(skipped == 1 ? "1 image skipped" : "\(skipped) images skipped", skips)
        add(
            "latest events",
            events.map {
                [RunTable.moment($0.time, timeZone), "step \($0.step)", $0.kind.rawValue, $0.message]
            })
        return sections.joined(separator: "\n\n")
    }

    private func facts(of run: Run) -> [(String, String)] {
        var rows = [("state", run.condition.rawValue + (advice.map { ": " + $0 } ?? ""))]
        if let failure = run.failure { rows.append(("failure", failure)) }
        let stage = RunTable.stage(run)
        rows.append(("stage", "\(stage)  epoch \(RunTable.epoch(run))  step \(run.step)/\(run.steps)"))
        if run.score != nil { rows.append(("score", RunTable.score(run))) }
        if let speed { rows.append(("speed", speed)) }
        if let seconds = run.throughput.secondsLeft, run.condition == .running {
            rows.append(("left", TimeSpan.text(seconds)))
        }
        rows.append(("created", RunTable.moment(run.created, timeZone)))
        if let started = run.started { rows.append(("started", RunTable.moment(started, timeZone))) }
        if let ended = run.ended { rows.append(("ended", RunTable.moment(ended, timeZone))) }
        if let elapsed = RunTable.elapsed(run, now: now) { rows.append(("time", TimeSpan.text(elapsed))) }
        if let process = run.processID, let host = run.host {
            let age = run.heartbeat.map { ", heard of \(TimeSpan.text(now - $0)) ago" } ?? ""
            rows.append(("trainer", "process \(process) on \(host)\(age)"))
        }
        // What the trainer notes for itself tells a person nothing.
        rows += self.facts.filter { fact in
            switch fact.key {
            case .done, .identity: false
            default: true
            }
        }.map { ($0.key.text, $0.value) }.sorted { $0.0 < $1.0 }
        if !run.tags.isEmpty { rows.append(("tags", run.tags.joined(separator: " "))) }
        if !run.note.isEmpty { rows.append(("note", run.note)) }
        rows.append(("previews", "\(previews)"))
        rows.append(("folder", folder))
        return rows
    }

    /// What to do about the state, where there is something to do.
    private var advice: String? {
        switch run.condition {
        case .lost: "the trainer is gone; 'maeface train --resume \(run.id)' continues from the last checkpoint"
        case .stalled: "no heartbeat from the trainer for a while"
        case .stopped, .failed: "'maeface train --resume \(run.id)' continues from the last checkpoint"
        default: nil
        }
    }

    private var speed: String? {
        let throughput = run.throughput
        var parts: [String] = []
        if let rate = throughput.imagesPerSecond { parts.append("\(RunTable.number(rate)) images/s") }
        if let rate = throughput.gflops { parts.append("\(RunTable.number(rate)) GFLOP/s") }
        if let share = throughput.peakShare { parts.append("\(RunTable.shortened(share * 100, 0)) % of peak") }
        if let bytes = throughput.residentBytes { parts.append(ByteCount.text(bytes)) }
        return parts.isEmpty ? nil : parts.joined(separator: "  ")
    }

    private func name(of key: SeriesKey) -> String {
        let kind = stages.first { $0.index == key.stage }?.kind
        return "\(key.part.title(kind)) \(key.split.rawValue) \(key.name.text)"
    }
}

extension RunReport {
    /// A run as `runs list --json` prints it.
    static func json(_ run: Run) -> [String: JSONValue] {
        [
            "id": .integer(run.id), "name": .text(run.name), "status": .text(run.status.rawValue),
            "condition": .text(run.condition.rawValue), "created": .number(run.created),
            "started": JSONValue(run.started), "ended": JSONValue(run.ended), "heartbeat": JSONValue(run.heartbeat),
            "host": JSONValue(run.host), "process": JSONValue(run.processID.map(Int.init)),
            "stage": .integer(Int64(run.stage)), "stage_kind": .text(run.stageKind), "fold": JSONValue(run.fold),
            "epoch": .number(run.epoch), "epochs": .integer(Int64(run.epochs)), "step": .integer(run.step),
            "steps": .integer(run.steps), "score_name": JSONValue(run.scoreName?.text), "score": JSONValue(run.score),
            "failure": JSONValue(run.failure), "images_per_s": JSONValue(run.throughput.imagesPerSecond),
            "gflops": JSONValue(run.throughput.gflops), "peak_share": JSONValue(run.throughput.peakShare),
            "resident_bytes": JSONValue(run.throughput.residentBytes),
            "seconds_left": JSONValue(run.throughput.secondsLeft), "starred": .flag(run.starred),
            "note": .text(run.note), "tags": .list(run.tags.map { .text($0) }),
        ]
    }

    /// The whole report, the same keys as the list and more.
    var json: JSONValue {
        var object = Self.json(run)
        object["folder"] = .text(folder)
        object["session"] = .text(sessionText)
        object["facts"] = .object(Dictionary(uniqueKeysWithValues: facts.map { ($0.text, .text($1)) }))
        object["previews"] = .integer(Int64(previews))
        object["results"] = .list(results.map(\.json))
        object["stages"] = .list(
            stages.map {
                .object([
                    "index": .integer(Int64($0.index)), "kind": .text($0.kind), "epochs": .integer(Int64($0.epochs)),
                    "steps_per_epoch": .integer(Int64($0.stepsPerEpoch)),
                ])
            })
        object["curves"] = .list(
            curves.map { key, last in
                .object([
                    "stage": .integer(Int64(key.stage)), "fold": JSONValue(key.fold),
                    "split": .text(key.split.rawValue),
                    "name": .text(key.name.text), "step": .integer(last.step), "value": .number(last.value),
                ])
            })
        object["checkpoints"] = .list(
            checkpoints.map {
                .object([
                    "stage": .integer(Int64($0.stage)), "fold": JSONValue($0.fold), "step": .integer($0.step),
                    "time": .number($0.time), "file": .text($0.file), "bytes": .integer($0.bytes),
                    "reason": .text($0.reason), "score": JSONValue($0.score),
                ])
            })
        object["skipped"] = .integer(Int64(skipped))
        object["first_skipped"] = .list(firstSkipped.map { .text($0.message) })
        object["events"] = .list(
            events.map {
                .object([
                    "stage": .integer(Int64($0.stage)), "fold": JSONValue($0.fold), "step": .integer($0.step),
                    "time": .number($0.time), "kind": .text($0.kind.rawValue), "message": .text($0.message),
                ])
            })
        return .object(object)
    }
}
