import Affect

/// A run's number in the store.
public typealias RunID = Int64

/// What the trainer last wrote of a run.
public enum RunStatus: String, Sendable, CaseIterable {
    case pending, running, paused, finished, stopped, failed
}

/// What a run is now, seen from outside: the status, the lock and the heartbeat together.
public enum RunCondition: String, Sendable, CaseIterable {
    case pending, running, paused, finished, stopped, failed
    /// The status says running, the lock is held, but no heartbeat for a minute.
    case stalled
    /// The status says running and nobody holds the lock: the trainer was killed.
    case lost
}

/// Where a run comes from.
public enum RunOrigin: String, Sendable, CaseIterable {
    /// From a session that was trained here.
    case trained
    /// From predictions of a model that was trained elsewhere.
    case imported

    /// What the store keeps as the kind of the only stage of a run that was imported.
    static let importedStage = "import"
}

/// One run, as lists show it.
public struct Run: Equatable, Sendable, Identifiable {
    public var id: RunID
    public var name: String
    public var origin: RunOrigin
    public var status: RunStatus
    public var condition: RunCondition
    /// Seconds since 1970.
    public var created: Double
    public var started: Double?
    public var ended: Double?
    public var heartbeat: Double?
    public var host: String?
    public var processID: Int32?
    public var stage: Int
    public var stageKind: String
    public var fold: Int?
    public var epoch: Double
    public var epochs: Int
    public var step: Int64
    public var steps: Int64
    /// The headline score or the loss where there is no score.
    public var scoreName: SeriesName?
    public var score: Double?
    public var failure: String?
    /// The latest of the status line.
    public var throughput: Throughput
    /// Grows whenever history is rolled back: what was read of the run before must then be read again.
    public var revision: Int64
    public var starred: Bool
    public var note: String
    public var tags: [String]

    /// Steps of the whole stage done, from 0 to 1.
    public var progress: Double { steps > 0 ? min(1, Double(step) / Double(steps)) : 0 }

    public init(
        id: RunID, name: String, origin: RunOrigin = .trained, status: RunStatus, condition: RunCondition,
        created: Double, started: Double? = nil,
        ended: Double? = nil, heartbeat: Double? = nil, host: String? = nil, processID: Int32? = nil, stage: Int = 0,
        stageKind: String = "", fold: Int? = nil, epoch: Double = 0, epochs: Int = 0, step: Int64 = 0,
        steps: Int64 = 0, scoreName: SeriesName? = nil, score: Double? = nil, failure: String? = nil,
        throughput: Throughput = Throughput(), revision: Int64 = 0, starred: Bool = false, note: String = "",
        tags: [String] = []
    ) {
        self.id = id
        self.name = name
        self.origin = origin
        self.status = status
        self.condition = condition
        self.created = created
        self.started = started
        self.ended = ended
        self.heartbeat = heartbeat
        self.host = host
        self.processID = processID
        self.stage = stage
        self.stageKind = stageKind
        self.fold = fold
        self.epoch = epoch
        self.epochs = epochs
        self.step = step
        self.steps = steps
        self.scoreName = scoreName
        self.score = score
        self.failure = failure
        self.throughput = throughput
        self.revision = revision
        self.starred = starred
        self.note = note
        self.tags = tags
    }
}

/// How fast a trainer goes, as it last said; nil where it has not.
public struct Throughput: Equatable, Sendable {
    public var imagesPerSecond: Double?
    /// Executed floating-point operations, in 10⁹ a second.
    public var gflops: Double?
    /// The same as a share of the machine's peak, 0 to 1.
    public var peakShare: Double?
    /// Memory the trainer holds.
    public var residentBytes: Int64?
    /// Seconds until the stage ends at this rate.
    public var secondsLeft: Double?
    public init(
        imagesPerSecond: Double? = nil, gflops: Double? = nil, peakShare: Double? = nil, residentBytes: Int64? = nil,
        secondsLeft: Double? = nil
    ) {
        self.imagesPerSecond = imagesPerSecond
        self.gflops = gflops
        self.peakShare = peakShare
        self.residentBytes = residentBytes
        self.secondsLeft = secondsLeft
    }
}

/// How far a trainer is.
public struct RunProgress: Equatable, Sendable {
    public var stage: Int
    public var fold: Int?
    /// Epochs of the stage done, with the fraction of the present one.
    public var epoch: Double
    /// Steps of the stage done.
    public var step: Int64
    public var scoreName: SeriesName?
    /// May be NaN: a loss that diverged is shown as it is.
    public var score: Double?
    public var throughput: Throughput
    public init(
        stage: Int = 0, fold: Int? = nil, epoch: Double, step: Int64, scoreName: SeriesName? = nil,
        score: Double? = nil,
        throughput: Throughput = Throughput()
    ) {
        self.stage = stage
        self.fold = fold
        self.epoch = epoch
        self.step = step
        self.scoreName = scoreName
        self.score = score
        self.throughput = throughput
    }
}

/// A stage of a run: what it does and how long it is.
public struct StageRecord: Equatable, Sendable {
    public var index: Int
    public var kind: String
    public var epochs: Int
    public var stepsPerEpoch: Int
    public init(index: Int, kind: String, epochs: Int, stepsPerEpoch: Int) {
        self.index = index
        self.kind = kind
        self.epochs = epochs
        self.stepsPerEpoch = stepsPerEpoch
    }
}

/// The identity of a curve: of what, in which stage and fold, and on which split.
public struct SeriesKey: Hashable, Sendable {
    public var stage: Int
    public var fold: Int?
    public var split: Split
    public var name: SeriesName
    public init(stage: Int, fold: Int? = nil, split: Split = .training, name: SeriesName) {
        self.stage = stage
        self.fold = fold
        self.split = split
        self.name = name
    }
    public init(_ part: StageFold, split: Split = .training, name: SeriesName) {
        self.init(stage: part.stage, fold: part.fold, split: split, name: name)
    }

    public var part: StageFold { StageFold(stage: stage, fold: fold) }
}

/// One value of a curve. `value` may be NaN or infinite: a loss that diverged is kept as it was.
public struct Point: Equatable, Sendable {
    public var step: Int64
    public var value: Double
    public init(step: Int64, value: Double) {
        self.step = step
        self.value = value
    }
}

/// A line of a run's history: a skipped image, an alert, a checkpoint, a change of state.
public struct RunEvent: Equatable, Sendable, Identifiable {
    public enum Kind: String, Sendable, CaseIterable {
        case info, skip, alert, checkpoint, state
    }
    public var id: Int64
    public var stage: Int
    public var fold: Int?
    public var time: Double
    public var step: Int64
    public var kind: Kind
    public var message: String
    public init(
        id: Int64 = 0, stage: Int = 0, fold: Int? = nil, time: Double, step: Int64, kind: Kind, message: String
    ) {
        self.id = id
        self.stage = stage
        self.fold = fold
        self.time = time
        self.step = step
        self.kind = kind
        self.message = message
    }
}

/// A reconstruction sheet kept in the run's folder: a PNG whose rows are samples and whose columns are original,
/// visible patches and rebuilt face, each `side` pixels square.
public struct PreviewRecord: Equatable, Sendable, Identifiable {
    public var id: Int64
    public var stage: Int
    public var fold: Int?
    public var step: Int64
    public var epoch: Double
    public var samples: Int
    public var side: Int
    /// Relative to the run's folder.
    public var file: String
    public init(
        id: Int64 = 0, stage: Int = 0, fold: Int? = nil, step: Int64, epoch: Double, samples: Int, side: Int,
        file: String
    ) {
        self.id = id
        self.stage = stage
        self.fold = fold
        self.step = step
        self.epoch = epoch
        self.samples = samples
        self.side = side
        self.file = file
    }
}

/// A checkpoint file of a run.
public struct CheckpointRecord: Equatable, Sendable, Identifiable {
    public var id: Int64
    public var stage: Int
    public var fold: Int?
    public var step: Int64
    public var time: Double
    /// Relative to the run's folder.
    public var file: String
    public var bytes: Int64
    /// Why it is kept: last, best, requested, thinned.
    public var reason: String
    public var score: Double?
    public init(
        id: Int64 = 0, stage: Int = 0, fold: Int? = nil, step: Int64, time: Double, file: String, bytes: Int64,
        reason: String, score: Double? = nil
    ) {
        self.id = id
        self.stage = stage
        self.fold = fold
        self.step = step
        self.time = time
        self.file = file
        self.bytes = bytes
        self.reason = reason
        self.score = score
    }
}

/// What another process asks a trainer to do.
public enum RunCommand: String, Sendable, CaseIterable {
    case pause, resume, checkpoint, stop
    case stopAfterEpoch = "stop after epoch"
}

/// A command on its way to a trainer.
public struct SentCommand: Equatable, Sendable, Identifiable {
    public var id: Int64
    public var command: RunCommand
    public var sent: Double
    /// When the trainer took it; nil while it waits.
    public var taken: Double?
    /// When the trainer was done with it.
    public var acknowledged: Double?
    /// What came of it.
    public var outcome: String?
    public init(
        id: Int64, command: RunCommand, sent: Double, taken: Double? = nil, acknowledged: Double? = nil,
        outcome: String? = nil
    ) {
        self.id = id
        self.command = command
        self.sent = sent
        self.taken = taken
        self.acknowledged = acknowledged
        self.outcome = outcome
    }
}
