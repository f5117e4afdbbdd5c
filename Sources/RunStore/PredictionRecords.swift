import Affect

/// A file of frame-wise predictions in a run's folder, and what it holds.
///
/// The file is the CSV that `PredictionFile` of Evaluation writes (columns `fold`, `video`, `frame`, one a channel, and
/// the truth as `<channel>_truth`), in `runs/<id>/predictions/`. A trainer writes one for each stage, fold and split that
/// it predicts, whole and durable, and appends this row afterwards, so that no row ever names half a file.
public struct PredictionRecord: Equatable, Sendable, Identifiable {
    public var id: Int64
    public var stage: Int
    public var fold: Int?
    /// The step of the weights that predicted.
    public var step: Int64
    /// "val" as a rule: what was held out.
    public var split: String
    public var task: AffectTask
    public var channels: [String]
    public var framesPerSecond: Double?
    public var videos: Int
    public var frames: Int
    /// Seconds since 1970; filled in when it is 0.
    public var time: Double
    /// Relative to the run's folder.
    public var file: String
    public init(
        id: Int64 = 0, stage: Int = 0, fold: Int? = nil, step: Int64 = 0, split: String = "val", task: AffectTask,
        channels: [String], framesPerSecond: Double? = nil, videos: Int, frames: Int, time: Double = 0, file: String
    ) {
        self.id = id
        self.stage = stage
        self.fold = fold
        self.step = step
        self.split = split
        self.task = task
        self.channels = channels
        self.framesPerSecond = framesPerSecond
        self.videos = videos
        self.frames = frames
        self.time = time
        self.file = file
    }
}

/// A run that has predictions of a task.
public struct PredictedTask: Equatable, Sendable {
    public var run: RunID
    public var task: AffectTask
    public init(run: RunID, task: AffectTask) {
        self.run = run
        self.task = task
    }
}

/// What a person decided to smooth a channel with, kept with the run.
public struct KeptSmoothing: Equatable, Sendable {
    public var channel: String
    public var sigma1: Double
    public var sigma2: Double
    public var sigma3: Double
    /// Of an action unit; nil in other tasks.
    public var threshold: Double?
    public init(channel: String, sigma1: Double, sigma2: Double, sigma3: Double, threshold: Double? = nil) {
        self.channel = channel
        self.sigma1 = sigma1
        self.sigma2 = sigma2
        self.sigma3 = sigma3
        self.threshold = threshold
    }
}

/// Everything that was kept of the smoother for a run: the channels, the options, and the scores of that moment.
public struct KeptSmoother: Equatable, Sendable {
    public var channels: [KeptSmoothing]
    /// The words of the options: edge, gaps, result, domain, and whether valence and arousal are clipped.
    public var edge: String
    public var gaps: String
    public var result: String
    public var domain: String
    public var clips: Bool
    /// Pooled scores before and after, and of what was left out while tuning where it was tuned.
    public var raw: Double?
    public var smoothed: Double?
    public var leftOut: Double?
    /// Seconds since 1970; filled in when it is 0.
    public var time: Double
    public init(
        channels: [KeptSmoothing], edge: String = "reflect", gaps: String = "linear", result: String = "restored",
        domain: String = "values", clips: Bool = true, raw: Double? = nil, smoothed: Double? = nil,
        leftOut: Double? = nil, time: Double = 0
    ) {
        self.channels = channels
        self.edge = edge
        self.gaps = gaps
        self.result = result
        self.domain = domain
        self.clips = clips
        self.raw = raw
        self.smoothed = smoothed
        self.leftOut = leftOut
        self.time = time
    }
}
