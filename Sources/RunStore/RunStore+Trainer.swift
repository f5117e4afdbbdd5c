import Foundation

/// What a trainer does with its run.
extension RunStore {
    func lockPath(of run: RunID) -> String { folder(of: run) + "/lock" }

    func lockedError(_ run: Run) -> RunStoreError {
        let process = run.processID.map { "process \($0)" } ?? "another process"
        return .locked(name: run.name, holder: run.host.map { "\(process) on \($0)" } ?? process)
    }

    /// Takes a run for training. Hold on to the result for the whole of the training: letting go of it, or dying,
    /// frees the run. Throws `RunStoreError.locked` while another process trains it.
    public func lock(_ run: RunID) throws -> RunLock {
        do {
            return try RunLock(run: run, path: lockPath(of: run))
        } catch is RunLock.Held {
            throw lockedError(try self.run(run))
        }
    }

    /// Says that this process now trains the run: running, with our host and process, and no command waiting, since
    /// what was sent to an earlier trainer is not meant for this one.
    public func begin(_ lock: RunLock) throws {
        try write { database in
            let now = clock()
            try database.run(
                """
                UPDATE run SET status = 'running', started = ifnull(started, ?1), ended = NULL, failure = NULL,
                    heartbeat = ?1, host = ?2, process = ?3 WHERE id = ?4
                """,
                now, host, ProcessInfo.processInfo.processIdentifier, lock.run)
            try database.run(
                """
                UPDATE command SET taken = ?1, acknowledged = ?1, outcome = 'not delivered: the trainer had ended'
                WHERE run = ?2 AND taken IS NULL
                """,
                now, lock.run)
        }
    }

    /// Changes the status. The end of a run is stamped; `failure` says why it failed, in a sentence with advice.
    public func setStatus(_ status: RunStatus, of run: RunID, failure: String? = nil) throws {
        let ended: Double? = [.finished, .stopped, .failed].contains(status) ? clock() : nil
        try write { database in
            try database.run(
                "UPDATE run SET status = ?, ended = ?, failure = ?, heartbeat = ? WHERE id = ?", status.rawValue, ended,
                failure, clock(), run)
        }
    }

    /// Says that the trainer lives; to be called every few seconds by a thread that does nothing else.
    public func heartbeat(_ run: RunID) throws {
        try write { database in
            try database.run("UPDATE run SET heartbeat = ? WHERE id = ?", clock(), run)
        }
    }

    /// Says how far the trainer is; counts as a heartbeat.
    public func update(_ progress: RunProgress, of run: RunID) throws {
        try write { database in try self.update(progress, of: run, in: database) }
    }

    /// Replaces the score that lists show, once it is known over all folds.
    public func setScore(_ name: SeriesName, _ score: Double, of run: RunID) throws {
        try write { database in
            try database.run(
                "UPDATE run SET score_name = ?, score = ?, score_kind = NULL WHERE id = ?", name.text, score, run)
        }
    }

    /// Appends points and says how far the trainer is in one transaction: what a list shows and what a chart shows
    /// never disagree.
    public func append(_ points: [(SeriesKey, Point)], progress: RunProgress, to run: RunID) throws {
        try write { database in
            try self.append(points, to: run, in: database)
            try self.update(progress, of: run, in: database)
        }
    }

    private func update(_ progress: RunProgress, of run: RunID, in database: Database) throws {
        let throughput = progress.throughput
        let statement = try database.prepare(
            """
            UPDATE run SET stage = ?1, fold = ?2, epoch = ?3, step = ?4, score_name = ?5, score = ?6, score_kind = ?7,
                images_per_second = ?8, gflops = ?9, peak_share = ?10, resident_bytes = ?11, seconds_left = ?12,
                heartbeat = ?13 WHERE id = ?14
            """,
            [
                progress.stage, progress.fold, progress.epoch, progress.step, progress.scoreName?.text, Double?.none,
                String?.none, throughput.imagesPerSecond, throughput.gflops, throughput.peakShare,
                throughput.residentBytes, throughput.secondsLeft, clock(), run,
            ])
        if let score = progress.score { try statement.bind(number: score, at: 6) }
        defer { statement.reset() }
        while try statement.step() {}
    }

    // MARK: Commands

    /// Sends a command to the trainer of a run, which takes it at its next step.
    public func send(_ command: RunCommand, to run: RunID) throws {
        try write { database in
            try database.run(
                "INSERT INTO command (run, name, sent) VALUES (?, ?, ?)", run, command.rawValue, clock())
        }
    }

    /// The commands that wait for the trainer, oldest first. Each is given out once, whoever asks. Cheap enough for
    /// every step when there is none: it does not write then.
    public func pollCommands(of run: RunID) throws -> [SentCommand] {
        try withDatabase { database in
            let waiting = try database.first(
                "SELECT 1 FROM command WHERE run = ? AND taken IS NULL LIMIT 1", run
            ) { $0.integer() }
            guard waiting != nil else { return [] }
            return try database.write {
                let commands = try Self.commands(database, run, "AND taken IS NULL")
                try database.run("UPDATE command SET taken = ? WHERE run = ? AND taken IS NULL", clock(), run)
                return commands
            }
        }
    }

    /// Says what came of a command.
    public func acknowledge(_ command: Int64, outcome: String) throws {
        try write { database in
            try database.run(
                "UPDATE command SET acknowledged = ?, outcome = ? WHERE id = ?", clock(), outcome, command)
        }
    }

    /// Every command that a run was sent, oldest first.
    public func commands(of run: RunID) throws -> [SentCommand] {
        try withDatabase { database in try Self.commands(database, run, "") }
    }

    private static func commands(_ database: Database, _ run: RunID, _ condition: String) throws -> [SentCommand] {
        let sql = """
            SELECT id, name, sent, taken, acknowledged, outcome FROM command WHERE run = ? \(condition) ORDER BY id
            """
        // A command of a later version, which this one cannot carry out, is passed over.
        return try database.rows(sql, run) { row -> SentCommand? in
            let id = row.integer()
            guard let command = RunCommand(rawValue: row.text()) else { return nil }
            return SentCommand(
                id: id, command: command, sent: row.real(), taken: row.optional { $0.real() },
                acknowledged: row.optional { $0.real() }, outcome: row.optional { $0.text() })
        }.compactMap { $0 }
    }
}
