import Affect

/// Curves.
extension RunStore {
    /// Appends points in one transaction. A point that is already there takes the new value.
    public func append(_ points: [(SeriesKey, Point)], to run: RunID) throws {
        try write { database in try append(points, to: run, in: database) }
    }

    func append(_ points: [(SeriesKey, Point)], to run: RunID, in database: Database) throws {
        var known: [SeriesKey: Int64] = [:]
        var rows: [(series: Int64, order: Int, point: Point)] = []
        rows.reserveCapacity(points.count)
        for (order, (key, point)) in points.enumerated() {
            let series: Int64
            if let id = known[key] {
                series = id
            } else {
                series = try Self.seriesID(key, run, database)
                known[key] = series
            }
            rows.append((series, order, point))
        }
        // In the order of the key, so that neighbours go to the same page. Of two values of a step the later stands.
        rows.sort { ($0.series, $0.point.step, $0.order) < ($1.series, $1.point.step, $1.order) }
        let statement = try database.prepare(
            """
            INSERT INTO point (run, series, step, value, kind) VALUES (?, ?, ?, ?, ?)
            ON CONFLICT DO UPDATE SET value = excluded.value, kind = excluded.kind
            """)
        try statement.bind(run, at: 1)
        for row in rows {
            try statement.bind(row.series, at: 2)
            try statement.bind(row.point.step, at: 3)
            try statement.bind(number: row.point.value, at: 4)
            while try statement.step() {}
            statement.reset()
        }
    }

    private static let thisSeries = "run = ? AND stage = ? AND ifnull(fold, -1) = ? AND split = ? AND name = ?"

    private static func seriesID(_ key: SeriesKey, _ run: RunID, _ database: Database) throws -> Int64 {
        let found = try database.first(
            "SELECT id FROM series WHERE \(thisSeries)", run, key.stage, key.fold ?? -1, key.split.rawValue,
            key.name.text
        ) { $0.integer() }
        if let found { return found }
        try database.run(
            "INSERT INTO series (run, stage, fold, split, name) VALUES (?, ?, ?, ?, ?)", run, key.stage, key.fold,
            key.split.rawValue, key.name.text)
        return database.lastInsertedID
    }

    /// The curves that a run has, in the order in which they began.
    public func seriesKeys(of run: RunID) throws -> [SeriesKey] {
        try withDatabase { database in
            // A curve of a split that only a later version knows is passed over.
            try database.rows(
                "SELECT stage, fold, split, name FROM series WHERE run = ? ORDER BY id", run
            ) { row -> SeriesKey? in
                let part = StageFold(stage: row.int(), fold: row.optional { $0.int() })
                guard let split = Split(rawValue: row.text()) else { return nil }
                return SeriesKey(part, split: split, name: SeriesName(row.text()))
            }.compactMap(\.self)
        }
    }

    /// The points of a curve after a step, in the order of steps; all of them by default. One indexed query, so that a
    /// live tail costs what is new.
    public func points(of series: SeriesKey, run: RunID, after step: Int64 = -1) throws -> [Point] {
        try withDatabase { database in
            try database.rows(
                """
                SELECT step, value, kind FROM point
                WHERE run = ? AND series = (SELECT id FROM series WHERE \(Self.thisSeries)) AND step > ? ORDER BY step
                """,
                run, run, series.stage, series.fold ?? -1, series.split.rawValue, series.name.text, step
            ) { Point(step: $0.integer(), value: $0.number() ?? .nan) }
        }
    }

    /// The last point of a curve.
    public func lastPoint(of series: SeriesKey, run: RunID) throws -> Point? {
        try withDatabase { database in
            try database.first(
                """
                SELECT step, value, kind FROM point
                WHERE run = ? AND series = (SELECT id FROM series WHERE \(Self.thisSeries)) ORDER BY step DESC LIMIT 1
                """,
                run, run, series.stage, series.fold ?? -1, series.split.rawValue, series.name.text
            ) { Point(step: $0.integer(), value: $0.number() ?? .nan) }
        }
    }
}
