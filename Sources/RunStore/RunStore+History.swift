/// What happened in a run: events, previews, checkpoints, and going back to a checkpoint.
extension RunStore {
    // MARK: Events

    /// Appends a line to a run's history and returns its id. The time is filled in when it is 0.
    @discardableResult
    public func append(_ event: RunEvent, to run: RunID) throws -> Int64 {
        try append([event], to: run).last ?? 0
    }

    @discardableResult
    public func append(_ events: [RunEvent], to run: RunID) throws -> [Int64] {
        try write { database in
            try events.map { try insert($0, run, database) }
        }
    }

    private func insert(_ event: RunEvent, _ run: RunID, _ database: Database) throws -> Int64 {
        try database.run(
            "INSERT INTO event (run, stage, fold, step, time, kind, message) VALUES (?, ?, ?, ?, ?, ?, ?)",
            run, event.stage, event.fold, event.step, event.time == 0 ? clock() : event.time,
            event.kind.rawValue, event.message)
        return database.lastInsertedID
    }

    private static let eventColumns = "SELECT id, stage, fold, step, time, kind, message FROM event "

    private static func readEvent(_ row: inout Row) -> RunEvent {
        let (id, stage, fold, step) = (row.integer(), row.int(), row.optional { $0.int() }, row.integer())
        return RunEvent(
            id: id, stage: stage, fold: fold, time: row.real(), step: step,
            kind: RunEvent.Kind(rawValue: row.text()) ?? .info, message: row.text())
    }

    /// The events of a run after an id, oldest first; at most `limit`, the newest of them.
    public func events(
        of run: RunID, after id: Int64 = 0, kind: RunEvent.Kind? = nil, limit: Int = .max
    ) throws -> [RunEvent] {
        let filter = kind == nil ? "" : "AND kind = ?4 "
        return try withDatabase { database in
            let sql = Self.eventColumns + "WHERE run = ?1 AND id > ?2 \(filter)ORDER BY id DESC LIMIT ?3"
            if let kind {
                return try database.rows(sql, run, id, limit, kind.rawValue) { Self.readEvent(&$0) }
            }
            return try database.rows(sql, run, id, limit) { Self.readEvent(&$0) }
        }.reversed()
    }

    /// The oldest events of a kind.
    public func firstEvents(of run: RunID, kind: RunEvent.Kind, limit: Int) throws -> [RunEvent] {
        try withDatabase { database in
            try database.rows(
                Self.eventColumns + "WHERE run = ? AND kind = ? ORDER BY id LIMIT ?", run, kind.rawValue, limit
            ) { Self.readEvent(&$0) }
        }
    }

    public func eventCount(of run: RunID, kind: RunEvent.Kind) throws -> Int {
        try withDatabase { database in
            try database.first("SELECT count(*) FROM event WHERE run = ? AND kind = ?", run, kind.rawValue) {
                $0.int()
            } ?? 0
        }
    }

    // MARK: Previews

    /// Records a reconstruction sheet, whose file is already written, and returns its id.
    @discardableResult
    public func append(_ preview: PreviewRecord, to run: RunID) throws -> Int64 {
        try write { database in
            try database.run(
                """
                INSERT INTO preview (run, stage, fold, step, epoch, samples, side, file)
                VALUES (?, ?, ?, ?, ?, ?, ?, ?)
                """,
                run, preview.stage, preview.fold, preview.step, preview.epoch, preview.samples, preview.side,
                preview.file)
            return database.lastInsertedID
        }
    }

    private static let previewColumns = "SELECT id, stage, fold, step, epoch, samples, side, file FROM preview "

    private static func readPreview(_ row: inout Row) -> PreviewRecord {
        PreviewRecord(
            id: row.integer(), stage: row.int(), fold: row.optional { $0.int() }, step: row.integer(),
            epoch: row.real(), samples: row.int(), side: row.int(), file: row.text())
    }

    /// The previews of a run after an id, oldest first.
    public func previews(of run: RunID, after id: Int64 = 0) throws -> [PreviewRecord] {
        try withDatabase { database in
            try database.rows(Self.previewColumns + "WHERE run = ? AND id > ? ORDER BY id", run, id) {
                Self.readPreview(&$0)
            }
        }
    }

    // MARK: Checkpoints

    /// Records a checkpoint, whose file is already whole and durable, and returns its id. A file of the same name
    /// replaces the earlier row. The event that tells of it, where given, is recorded in the same transaction.
    @discardableResult
    public func append(_ checkpoint: CheckpointRecord, event: RunEvent? = nil, to run: RunID) throws -> Int64 {
        try write { database in
            if let event { _ = try insert(event, run, database) }
            try database.run("DELETE FROM checkpoint WHERE run = ? AND file = ?", run, checkpoint.file)
            let statement = try database.prepare(
                """
                INSERT INTO checkpoint (run, stage, fold, step, time, file, bytes, reason, score, score_kind)
                VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
                """,
                [
                    run, checkpoint.stage, checkpoint.fold, checkpoint.step,
                    checkpoint.time == 0 ? clock() : checkpoint.time, checkpoint.file, checkpoint.bytes,
                    checkpoint.reason, Double?.none, String?.none,
                ])
            defer { statement.reset() }
            if let score = checkpoint.score { try statement.bind(number: score, at: 9) }
            while try statement.step() {}
            return database.lastInsertedID
        }
    }

    private static let checkpointColumns = """
        SELECT id, stage, fold, step, time, file, bytes, reason, score, score_kind FROM checkpoint

        """

    private static func readCheckpoint(_ row: inout Row) -> CheckpointRecord {
        CheckpointRecord(
            id: row.integer(), stage: row.int(), fold: row.optional { $0.int() }, step: row.integer(),
            time: row.real(), file: row.text(), bytes: row.integer(), reason: row.text(), score: row.number())
    }

    /// The checkpoints of a run in the order of the training.
    public func checkpoints(of run: RunID) throws -> [CheckpointRecord] {
        try withDatabase { database in
            try database.rows(
                Self.checkpointColumns + "WHERE run = ? ORDER BY ifnull(fold, -1), stage, step, id", run
            ) { Self.readCheckpoint(&$0) }
        }
    }

    /// Changes why a checkpoint is kept: the last one may become the best.
    public func setReason(_ reason: String, ofCheckpoint id: Int64) throws {
        try write { database in
            try database.run("UPDATE checkpoint SET reason = ? WHERE id = ?", reason, id)
        }
    }

    /// Forgets a checkpoint; its file is the caller's. The row goes first, so that no row ever names a missing file.
    public func deleteCheckpoint(_ id: Int64) throws {
        try write { database in
            try database.run("DELETE FROM checkpoint WHERE id = ?", id)
        }
    }

    // MARK: Going back

    /// What a roll-back took away. The files of the previews, checkpoints and predictions are the caller's to delete.
    public struct RolledBack: Equatable, Sendable {
        public var points = 0
        public var events = 0
        public var previews: [PreviewRecord] = []
        public var checkpoints: [CheckpointRecord] = []
        public var predictions: [PredictionRecord] = []
    }

    /// Makes the run as it was after a step of a stage, in one transaction: everything that came later is deleted, so
    /// that a resumed training writes no point twice and misses none.
    ///
    /// Later means: a later step of the same stage, or a later stage of the same fold, or a later fold. Stages before
    /// the folds have no fold.
    @discardableResult
    public func rollBack(_ run: RunID, stage: Int, fold: Int? = nil, toStep step: Int64) throws -> RolledBack {
        try write { database in
            let fold = fold ?? -1
            let later = "run = ?1 AND (ifnull(fold, -1), stage, step) > (?2, ?3, ?4)"
            var result = RolledBack()
            result.previews = try database.rows(Self.previewColumns + "WHERE \(later)", run, fold, stage, step) {
                Self.readPreview(&$0)
            }
            result.checkpoints = try database.rows(Self.checkpointColumns + "WHERE \(later)", run, fold, stage, step) {
                Self.readCheckpoint(&$0)
            }
            result.predictions = try database.rows(
                Self.predictionColumns + "WHERE \(later)", run, fold, stage, step
            ) { try Self.readPrediction(&$0) }
            try database.run("DELETE FROM prediction WHERE \(later)", run, fold, stage, step)
            try database.run("DELETE FROM preview WHERE \(later)", run, fold, stage, step)
            try database.run("DELETE FROM checkpoint WHERE \(later)", run, fold, stage, step)
            try database.run("DELETE FROM event WHERE \(later)", run, fold, stage, step)
            result.events = database.changes
            // By series, so that every deletion is a range of the points' key.
            let series = try database.rows(
                "SELECT id, ifnull(fold, -1), stage FROM series WHERE run = ?1 AND (ifnull(fold, -1), stage) >= (?2, ?3)",
                run, fold, stage
            ) { (id: $0.integer(), isSame: $0.int() == fold && $0.int() == stage) }
            for series in series {
                try database.run(
                    "DELETE FROM point WHERE run = ? AND series = ? AND step > ?", run, series.id,
                    series.isSame ? step : -1)
                result.points += database.changes
                try database.run(
                    """
                    DELETE FROM series WHERE id = ?1
                        AND NOT EXISTS (SELECT 1 FROM point WHERE run = ?2 AND series = ?1)
                    """,
                    series.id, run)
            }
            try database.run(
                """
                UPDATE run SET stage = ?1, fold = ?2, step = ?3, revision = revision + 1, seconds_left = NULL,
                    epoch = ifnull((SELECT 1.0 * ?3 / steps_per_epoch FROM stage
                        WHERE stage.run = ?4 AND number = ?1 AND steps_per_epoch > 0), 0)
                WHERE id = ?4
                """,
                stage, fold < 0 ? nil : fold, step, run)
            return result
        }
    }
}
