import Affect

/// Frame-wise predictions of a run, which are files indexed here, and the smoothing that was kept with it.
extension RunStore {
    /// Where the prediction files of a run lie; the folder may not be there yet.
    public func predictionsFolder(of run: RunID) -> String { folder(of: run) + "/predictions" }

    /// Records a file of predictions, which is already whole, and returns its id. A file of the same name replaces the
    /// earlier row.
    @discardableResult
    public func append(_ prediction: PredictionRecord, to run: RunID) throws -> Int64 {
        try write { database in
            try database.run("DELETE FROM prediction WHERE run = ? AND file = ?", run, prediction.file)
            try database.run(
                """
                INSERT INTO prediction (run, stage, fold, step, split, task, channels, frames_per_second, videos, frames,
                    time, file)
                VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
                """,
                run, prediction.stage, prediction.fold, prediction.step, prediction.split, prediction.task.rawValue,
                prediction.channels.joined(separator: ","), prediction.framesPerSecond, prediction.videos,
                prediction.frames, prediction.time == 0 ? clock() : prediction.time, prediction.file)
            return database.lastInsertedID
        }
    }

    static let predictionColumns = """
        SELECT id, stage, fold, step, split, task, channels, frames_per_second, videos, frames, time, file
        FROM prediction

        """

    static func readPrediction(_ row: inout Row) throws -> PredictionRecord {
        PredictionRecord(
            id: row.integer(), stage: row.int(), fold: row.optional { $0.int() }, step: row.integer(),
            split: row.text(), task: try task(row.text()), channels: row.text().split(separator: ",").map(String.init),
            framesPerSecond: row.optional { $0.real() }, videos: row.int(), frames: row.int(), time: row.real(),
            file: row.text())
    }

    /// The task that a row names; only a later version of this program would write another.
    private static func task(_ word: String) throws -> AffectTask {
        if let task = AffectTask(rawValue: word) { return task }
        throw RunStoreError.unreadable(path: "runs.db", reason: "it holds predictions of an unknown task, '\(word)'")
    }

    /// The prediction files of a run, in the order of the training.
    public func predictions(of run: RunID) throws -> [PredictionRecord] {
        try withDatabase { database in
            try database.rows(
                Self.predictionColumns + "WHERE run = ? ORDER BY stage, ifnull(fold, -1), step, id", run
            ) { try Self.readPrediction(&$0) }
        }
    }

    /// The runs that have predictions, newest first, each as often as there are tasks: what the smoother can open.
    public func predictedTasks() throws -> [PredictedTask] {
        try withDatabase { database in
            try database.rows("SELECT run, task FROM prediction GROUP BY run, task ORDER BY run DESC, min(id)") { row in
                PredictedTask(run: row.integer(), task: try Self.task(row.text()))
            }
        }
    }

    // MARK: Kept smoothing

    /// Keeps the smoother's settings with a run, in place of those kept before; channels of the run's other tasks stay as
    /// they were. With `fold` they are that fold's own.
    public func keep(_ smoother: KeptSmoother, fold: Int? = nil, of run: RunID) throws {
        let names = Set(smoother.channels.map(\.channel))
        try write { database in
            let others = try Self.channels(database, run, fold).filter { !names.contains($0.channel) }
            try database.run("DELETE FROM smoothing WHERE run = ?1 AND fold IS ?2", run, fold)
            try database.run(
                """
                INSERT INTO smoothing (run, fold, edge, gaps, result, domain, clips, raw, smoothed, left_out, time)
                VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
                """,
                run, fold, smoother.edge, smoother.gaps, smoother.result, smoother.domain, smoother.clips ? 1 : 0,
                smoother.raw, smoother.smoothed, smoother.leftOut, smoother.time == 0 ? clock() : smoother.time)
            let id = database.lastInsertedID
            for (number, channel) in (smoother.channels + others).enumerated() {
                try database.run(
                    """
                    INSERT INTO smoothing_channel (smoothing, number, channel, sigma1, sigma2, sigma3, threshold)
                    VALUES (?, ?, ?, ?, ?, ?, ?)
                    """,
                    id, number, channel.channel, channel.sigma1, channel.sigma2, channel.sigma3, channel.threshold)
            }
        }
    }

    /// What was kept with a run, for all folds or for one; nil when nothing was.
    public func keptSmoother(of run: RunID, fold: Int? = nil) throws -> KeptSmoother? {
        try withDatabase { database in
            try database.read {
                let found = try database.first(
                    """
                    SELECT edge, gaps, result, domain, clips, raw, smoothed, left_out, time
                    FROM smoothing WHERE run = ?1 AND fold IS ?2
                    """,
                    run, fold
                ) { row in
                    KeptSmoother(
                        channels: [], edge: row.text(), gaps: row.text(), result: row.text(), domain: row.text(),
                        clips: row.integer() != 0, raw: row.optional { $0.real() },
                        smoothed: row.optional { $0.real() }, leftOut: row.optional { $0.real() }, time: row.real())
                }
                guard let smoother = found else { return nil }
                var kept = smoother
                kept.channels = try Self.channels(database, run, fold)
                return kept
            }
        }
    }

    private static func channels(_ database: Database, _ run: RunID, _ fold: Int?) throws -> [KeptSmoothing] {
        try database.rows(
            """
            SELECT channel, sigma1, sigma2, sigma3, threshold FROM smoothing_channel
            WHERE smoothing = (SELECT id FROM smoothing WHERE run = ?1 AND fold IS ?2) ORDER BY number
            """,
            run, fold
        ) { row in
            KeptSmoothing(
                channel: row.text(), sigma1: row.real(), sigma2: row.real(), sigma3: row.real(),
                threshold: row.optional { $0.real() })
        }
    }

    /// Forgets what was kept with a run.
    public func forgetSmoother(of run: RunID, fold: Int? = nil) throws {
        try write { database in
            try database.run("DELETE FROM smoothing WHERE run = ?1 AND fold IS ?2", run, fold)
        }
    }
}
