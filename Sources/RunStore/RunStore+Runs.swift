import Basics
import Foundation

extension RunStore {
    /// The folder of a run: its lock, checkpoints, previews and log.
    public func folder(of run: RunID) -> String { Self.folder(of: run, in: home) }

    /// The folder of a run in a folder of runs, whose store need not be open.
    public static func folder(of run: RunID, in home: String) -> String { "\(home)/\(run)" }

    /// A new run, pending, with its folder. A name that is taken gets a number, so that a name always means one run.
    public func createRun(name: String, sessionText: String, stages: [StageRecord]) throws -> Run {
        let id = try write { database in
            let name = try Self.freeName(name, database)
            try database.run(
                "INSERT INTO run (name, status, created) VALUES (?, 'pending', ?)", name, clock())
            let id = database.lastInsertedID
            try database.run("INSERT INTO session (run, text) VALUES (?, ?)", id, sessionText)
            for stage in stages {
                try database.run(
                    "INSERT INTO stage (run, number, kind, epochs, steps_per_epoch) VALUES (?, ?, ?, ?, ?)",
                    id, stage.index, stage.kind, stage.epochs, stage.stepsPerEpoch)
            }
            // Before the commit: a run in the store always has its folder.
            do {
                try FileManager.default.createDirectory(atPath: folder(of: id), withIntermediateDirectories: true)
            } catch {
                throw RunStoreError.noFolder(path: folder(of: id), reason: error.localizedDescription)
            }
            return id
        }
        return try run(id)
    }

    /// A new run for predictions of a model that was trained elsewhere.
    public func createImportedRun(name: String, sessionText: String) throws -> Run {
        let stage = StageRecord(index: 0, kind: RunOrigin.importedStage, epochs: 0, stepsPerEpoch: 0)
        return try createRun(name: name, sessionText: sessionText, stages: [stage])
    }

    /// `last` and whole numbers mean something else where a run is asked for.
    private static func freeName(_ wanted: String, _ database: Database) throws -> String {
        var base = wanted.trimmingCharacters(in: .whitespacesAndNewlines)
        if base.isEmpty || base == "last" || Int64(base) != nil { base = base.isEmpty ? "run" : "run-\(base)" }
        var name = base
        var number = 1
        while try database.first("SELECT 1 FROM run WHERE name = ?", name, read: { $0.integer() }) != nil {
            number += 1
            name = "\(base)-\(number)"
        }
        return name
    }

    private static let columns = """
        SELECT run.id, run.name, run.status, run.created, run.started, run.ended, run.heartbeat, run.host, run.process,
            run.stage, ifnull(stage.kind, ''), run.fold, run.epoch, ifnull(stage.epochs, 0), run.step,
            ifnull(stage.epochs * stage.steps_per_epoch, 0), run.score_name, run.score, run.score_kind, run.failure,
            run.images_per_second, run.gflops, run.peak_share, run.resident_bytes, run.seconds_left,
            run.revision, run.starred, run.note,
            (SELECT group_concat(name, char(31)) FROM tag WHERE tag.run = run.id),
            EXISTS (SELECT 1 FROM stage WHERE stage.run = run.id AND kind = '\(RunOrigin.importedStage)')
        FROM run LEFT JOIN stage ON stage.run = run.id AND stage.number = run.stage

        """

    private static func read(_ row: inout Row) -> Run {
        var run = Run(
            id: row.integer(), name: row.text(), status: RunStatus(rawValue: row.text()) ?? .failed,
            condition: .pending, created: row.real(), started: row.optional { $0.real() },
            ended: row.optional { $0.real() }, heartbeat: row.optional { $0.real() },
            host: row.optional { $0.text() }, processID: row.optional { Int32(truncatingIfNeeded: $0.integer()) },
            stage: row.int(), stageKind: row.text(), fold: row.optional { $0.int() }, epoch: row.real(),
            epochs: row.int(), step: row.integer(), steps: row.integer(),
            scoreName: row.optional { SeriesName($0.text()) },
            score: row.number(), failure: row.optional { $0.text() },
            throughput: Throughput(
                imagesPerSecond: row.optional { $0.real() }, gflops: row.optional { $0.real() },
                peakShare: row.optional { $0.real() }, residentBytes: row.optional { $0.integer() },
                secondsLeft: row.optional { $0.real() }),
            revision: row.integer(), starred: row.integer() != 0, note: row.text(),
            tags: row.optional { $0.text() }?.split(separator: "\u{1f}").map(String.init) ?? [])
        if row.integer() != 0 { run.origin = .imported }
        return run
    }

    /// Fills in what the run is now. Only a run whose trainer should be alive costs a look at its lock.
    private func withCondition(_ run: Run) -> Run {
        var run = run
        let active = run.status == .running || run.status == .paused
        run.condition = RunCondition.derive(
            status: run.status, lock: active ? RunLock.probe(path: lockPath(of: run.id)) : .free,
            heartbeatAge: run.heartbeat.map { clock() - $0 }, sameHost: run.host == nil || run.host == host)
        return run
    }

    /// Every run, newest first.
    public func runs() throws -> [Run] {
        try withDatabase { database in
            try database.rows(Self.columns + "ORDER BY run.id DESC") { Self.read(&$0) }
        }.map(withCondition)
    }

    public func run(_ id: RunID) throws -> Run {
        let found = try withDatabase { database in
            try database.first(Self.columns + "WHERE run.id = ?", id) { Self.read(&$0) }
        }
        guard let found else { throw RunStoreError.noSuchRunID(id) }
        return withCondition(found)
    }

    /// The run that a person means by an id, a name, or `last` (the newest).
    public func resolve(_ reference: String) throws -> Run {
        let names = try withDatabase { database in
            try database.rows("SELECT id, name FROM run ORDER BY id DESC") { (id: $0.integer(), name: $0.text()) }
        }
        guard let newest = names.first else { throw RunStoreError.noRuns(home: home) }
        if reference == "last" { return try run(newest.id) }
        let found = names.first { $0.name == reference } ?? names.first { $0.id == Int64(reference) }
        if let found { return try run(found.id) }
        let near = Self.nearest(reference, names.map(\.name))
        throw RunStoreError.noSuchRun(reference: reference, near: near, home: home)
    }

    /// Up to three names that begin or end like a word, contain it, or are few letters away from it.
    private static func nearest(_ word: String, _ names: [String]) -> [String] {
        let word = word.lowercased()
        let ranked: [(name: String, distance: Int)] = names.compactMap { name in
            let other = name.lowercased()
            if !word.isEmpty, other.contains(word) || word.contains(other) { return (name, 0) }
            let distance = Spelling.distance(word, other)
            return distance <= Spelling.tolerance(for: word) ? (name, distance) : nil
        }
        return ranked.sorted { $0.distance < $1.distance }.prefix(3).map(\.name)
    }

    /// The resolved session file of a run.
    public func sessionText(of run: RunID) throws -> String {
        let text = try withDatabase { database in
            try database.first("SELECT text FROM session WHERE run = ?", run) { $0.text() }
        }
        guard let text else { throw RunStoreError.noSuchRunID(run) }
        return text
    }

    public func stages(of run: RunID) throws -> [StageRecord] {
        try withDatabase { database in
            try database.rows(
                "SELECT number, kind, epochs, steps_per_epoch FROM stage WHERE run = ? ORDER BY number", run
            ) {
                StageRecord(index: $0.int(), kind: $0.text(), epochs: $0.int(), stepsPerEpoch: $0.int())
            }
        }
    }

    // MARK: Facts, tags, notes

    /// Something measured or chosen once for a run, such as the engine's fingerprint. The latest value stands.
    public func setFact(_ fact: RunFact, to value: String, of run: RunID) throws {
        try write { database in
            try database.run(
                "INSERT INTO fact (run, name, value) VALUES (?, ?, ?) ON CONFLICT DO UPDATE SET value = excluded.value",
                run, fact.text, value)
        }
    }

    public func facts(of run: RunID) throws -> [RunFact: String] {
        let rows = try withDatabase { database in
            try database.rows("SELECT name, value FROM fact WHERE run = ?", run) { (RunFact($0.text()), $0.text()) }
        }
        return Dictionary(rows) { _, last in last }
    }

    /// The runs of which a fact has this value, oldest first.
    public func runs(withFact fact: RunFact, value: String) throws -> [RunID] {
        try withDatabase { database in
            try database.rows("SELECT run FROM fact WHERE name = ? AND value = ? ORDER BY run", fact.text, value) {
                $0.integer()
            }
        }
    }

    public func setNote(_ note: String, starred: Bool, tags: [String], of run: RunID) throws {
        try write { database in
            try database.run("UPDATE run SET note = ?, starred = ? WHERE id = ?", note, starred ? 1 : 0, run)
            try database.run("DELETE FROM tag WHERE run = ?", run)
            for tag in Set(tags) {
                try database.run("INSERT INTO tag (run, name) VALUES (?, ?)", run, tag)
            }
        }
    }

    // MARK: Deleting

    /// Deletes a run, everything kept of it and its folder. Refused while a trainer holds it.
    public func delete(_ run: RunID) throws {
        let found = try self.run(run)
        // A trainer on another machine may hold a lock that cannot be seen from here.
        if [.running, .paused, .stalled].contains(found.condition) { throw lockedError(found) }
        // A person may have removed the folder by hand.
        try FileManager.default.createDirectory(atPath: folder(of: run), withIntermediateDirectories: true)
        let lock = try lock(run)
        try write { database in
            try database.run("DELETE FROM point WHERE run = ?", run)
            try database.run("DELETE FROM run WHERE id = ?", run)
        }
        try withExtendedLifetime(lock) {
            try FileManager.default.removeItem(atPath: folder(of: run))
        }
    }
}
