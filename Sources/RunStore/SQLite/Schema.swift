import Foundation

/// The tables of runs.db, and how an older file becomes a newer one.
enum Schema {
    /// "MAEF": stands in the file's header, so that no other program's database is taken for ours.
    static let applicationID: Int32 = 0x4D41_4546

    /// Migration n turns version n into n + 1; the file's `user_version` counts those that were applied. A migration
    /// that was released is never edited.
    static let migrations = [first, predictions]
    static var version: Int64 { Int64(migrations.count) }

    private static let first = """
        CREATE TABLE run (
            id INTEGER PRIMARY KEY AUTOINCREMENT,  -- never given twice: folders are named after it
            name TEXT NOT NULL UNIQUE,
            status TEXT NOT NULL
                CHECK (status IN ('pending', 'running', 'paused', 'finished', 'stopped', 'failed')),
            created REAL NOT NULL,                 -- seconds since 1970, as every time here
            started REAL,
            ended REAL,
            heartbeat REAL,
            host TEXT,
            process INTEGER,
            stage INTEGER NOT NULL DEFAULT 0,
            fold INTEGER,
            epoch REAL NOT NULL DEFAULT 0,
            step INTEGER NOT NULL DEFAULT 0,       -- within the stage
            score_name TEXT,
            score REAL,
            score_kind TEXT CHECK (score_kind IN ('nan', '+inf', '-inf')),
            failure TEXT,
            images_per_second REAL,
            gflops REAL,
            peak_share REAL,
            resident_bytes INTEGER,
            seconds_left REAL,
            revision INTEGER NOT NULL DEFAULT 0,   -- counts the times that history was rolled back
            starred INTEGER NOT NULL DEFAULT 0,
            note TEXT NOT NULL DEFAULT ''
        ) STRICT;

        -- The resolved session file, apart from `run` so that a list of runs does not read it.
        CREATE TABLE session (
            run INTEGER PRIMARY KEY REFERENCES run ON DELETE CASCADE,
            text TEXT NOT NULL
        ) STRICT;

        -- What was measured or chosen once: the engine's fingerprint, the micro-batch.
        CREATE TABLE fact (
            run INTEGER NOT NULL REFERENCES run ON DELETE CASCADE,
            name TEXT NOT NULL,
            value TEXT NOT NULL,
            PRIMARY KEY (run, name)
        ) STRICT, WITHOUT ROWID;

        CREATE TABLE tag (
            run INTEGER NOT NULL REFERENCES run ON DELETE CASCADE,
            name TEXT NOT NULL,
            PRIMARY KEY (run, name)
        ) STRICT, WITHOUT ROWID;

        CREATE TABLE stage (
            run INTEGER NOT NULL REFERENCES run ON DELETE CASCADE,
            number INTEGER NOT NULL,
            kind TEXT NOT NULL,
            epochs INTEGER NOT NULL,
            steps_per_epoch INTEGER NOT NULL,
            PRIMARY KEY (run, number)
        ) STRICT, WITHOUT ROWID;

        CREATE TABLE series (
            id INTEGER PRIMARY KEY AUTOINCREMENT,
            run INTEGER NOT NULL REFERENCES run ON DELETE CASCADE,
            stage INTEGER NOT NULL,
            fold INTEGER,
            split TEXT NOT NULL,
            name TEXT NOT NULL
        ) STRICT;
        -- A plain UNIQUE would let the same series in twice where fold is NULL.
        CREATE UNIQUE INDEX series_key ON series (run, stage, ifnull(fold, -1), split, name);

        -- SQLite stores NaN as NULL, hence a nullable value and its kind. No foreign key: a million rows would each
        -- look up their run; `RunStore` deletes the points of what it deletes.
        CREATE TABLE point (
            run INTEGER NOT NULL,
            series INTEGER NOT NULL,
            step INTEGER NOT NULL,
            value REAL,
            kind TEXT CHECK (kind IN ('nan', '+inf', '-inf')),
            PRIMARY KEY (run, series, step),
            CHECK ((value IS NULL) = (kind IS NOT NULL))
        ) STRICT, WITHOUT ROWID;

        CREATE TABLE preview (
            id INTEGER PRIMARY KEY AUTOINCREMENT,
            run INTEGER NOT NULL REFERENCES run ON DELETE CASCADE,
            stage INTEGER NOT NULL,
            fold INTEGER,
            step INTEGER NOT NULL,
            epoch REAL NOT NULL,
            samples INTEGER NOT NULL,
            side INTEGER NOT NULL,
            file TEXT NOT NULL
        ) STRICT;
        CREATE INDEX preview_run ON preview (run, id);

        CREATE TABLE checkpoint (
            id INTEGER PRIMARY KEY AUTOINCREMENT,
            run INTEGER NOT NULL REFERENCES run ON DELETE CASCADE,
            stage INTEGER NOT NULL,
            fold INTEGER,
            step INTEGER NOT NULL,
            time REAL NOT NULL,
            file TEXT NOT NULL,
            bytes INTEGER NOT NULL,
            reason TEXT NOT NULL,
            score REAL,
            score_kind TEXT CHECK (score_kind IN ('nan', '+inf', '-inf')),
            UNIQUE (run, file)
        ) STRICT;

        CREATE TABLE event (
            id INTEGER PRIMARY KEY AUTOINCREMENT,
            run INTEGER NOT NULL REFERENCES run ON DELETE CASCADE,
            stage INTEGER NOT NULL,
            fold INTEGER,
            step INTEGER NOT NULL,
            time REAL NOT NULL,
            kind TEXT NOT NULL,
            message TEXT NOT NULL
        ) STRICT;
        CREATE INDEX event_run ON event (run, id);
        CREATE INDEX event_kind ON event (run, kind, id);

        CREATE TABLE command (
            id INTEGER PRIMARY KEY AUTOINCREMENT,
            run INTEGER NOT NULL REFERENCES run ON DELETE CASCADE,
            name TEXT NOT NULL,
            sent REAL NOT NULL,
            taken REAL,
            acknowledged REAL,
            outcome TEXT
        ) STRICT;
        CREATE INDEX command_run ON command (run, id);
        CREATE INDEX command_pending ON command (run, id) WHERE taken IS NULL;
        """

    private static let predictions = """
        -- Frame-wise predictions are files in the run's folder; this says which there are.
        CREATE TABLE prediction (
            id INTEGER PRIMARY KEY AUTOINCREMENT,
            run INTEGER NOT NULL REFERENCES run ON DELETE CASCADE,
            stage INTEGER NOT NULL,
            fold INTEGER,
            step INTEGER NOT NULL,
            split TEXT NOT NULL,
            task TEXT NOT NULL,
            channels TEXT NOT NULL,                -- names, separated by commas
            frames_per_second REAL,
            videos INTEGER NOT NULL,
            frames INTEGER NOT NULL,
            time REAL NOT NULL,
            file TEXT NOT NULL,
            UNIQUE (run, file)
        ) STRICT;

        -- What a person kept of the smoother with a run: once for all folds (NULL), and once a fold.
        CREATE TABLE smoothing (
            id INTEGER PRIMARY KEY AUTOINCREMENT,
            run INTEGER NOT NULL REFERENCES run ON DELETE CASCADE,
            fold INTEGER,
            edge TEXT NOT NULL,
            gaps TEXT NOT NULL,
            result TEXT NOT NULL,
            domain TEXT NOT NULL,
            clips INTEGER NOT NULL,
            raw REAL,
            smoothed REAL,
            left_out REAL,
            time REAL NOT NULL
        ) STRICT;
        CREATE UNIQUE INDEX smoothing_key ON smoothing (run, ifnull(fold, -1));

        CREATE TABLE smoothing_channel (
            smoothing INTEGER NOT NULL REFERENCES smoothing ON DELETE CASCADE,
            number INTEGER NOT NULL,
            channel TEXT NOT NULL,
            sigma1 REAL NOT NULL,
            sigma2 REAL NOT NULL,
            sigma3 REAL NOT NULL,
            threshold REAL,
            PRIMARY KEY (smoothing, number)
        ) STRICT, WITHOUT ROWID;
        """

    /// Brings the file to the present version in one transaction. Another process may do the same at the same time.
    static func migrate(_ database: Database) throws {
        try database.write {
            let found = try database.integer("PRAGMA user_version")
            if found > version { throw RunStoreError.newer(path: database.path, version: found) }
            for migration in migrations.dropFirst(Int(found)) {
                try database.execute(migration)
            }
            try database.execute("PRAGMA application_id = \(applicationID)")
            try database.execute("PRAGMA user_version = \(version)")
        }
    }

    /// What a file is, judged by its header alone, so that a file that is not ours is not even opened.
    enum Judgement: Equatable {
        case absent, empty, foreign
        case ours(version: Int64)
    }

    static func judge(path: String) throws -> Judgement {
        guard FileManager.default.fileExists(atPath: path) else { return .absent }
        let header = try FileHeader.read(path, count: 100)
        if header.isEmpty { return .empty }
        guard header.count == 100, header.starts(with: "SQLite format 3\0".utf8) else { return .foreign }
        // Big-endian numbers at fixed places: https://www.sqlite.org/fileformat2.html, section 1.3.
        func number(at offset: Int) -> Int32 {
            Int32(bitPattern: header[offset..<offset + 4].reduce(0) { $0 << 8 | UInt32($1) })
        }
        guard number(at: 68) == applicationID else { return .foreign }
        return .ours(version: Int64(number(at: 60)))
    }
}
