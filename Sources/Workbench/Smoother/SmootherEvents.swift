import Evaluation
import RunStore
import Screen

/// Where predictions come from.
public enum PredictionSource: Equatable, Sendable {
    /// What a run predicted of the videos that were held out.
    case run(PredictedTask)
    case files(PredictionFiles)
}

/// Files of predictions of any model, and how to read them.
public struct PredictionFiles: Equatable, Sendable {
    public var paths: [String]
    /// ABAW annotations, or a table; nil when the truth is in the files, or nowhere.
    public var truth: String?
    public var reading: PredictionReadingOptions

    public init(paths: [String], truth: String? = nil, reading: PredictionReadingOptions = .init()) {
        self.paths = paths
        self.truth = truth
        self.reading = reading
    }
}

/// What a slider step asks for. Results carry its number, so that late ones are told from new ones.
public struct SmoothRequest: Equatable, Sendable {
    public let number: Int
    /// Which set this is about; another set has another number.
    public let opening: Int
    public let settings: SmootherSettings
    /// The video and the channel of the chart.
    public let video: Int
    public let channel: Int
    /// The channel that strips, map and list are about; nil for the mean over all.
    public let judged: Int?
    /// What strips and map score.
    public let scope: ScoreScope
}

/// What the screen follows a slider with: the chart of one channel of one video, and all scores.
public struct SmoothResult: Sendable {
    public let request: SmoothRequest
    public let raw: Curve
    /// Empty without truth; for expression 1 where the class is the true one and 0 elsewhere.
    public let truth: Curve
    public let smoothed: Curve
    public let residual: Curve
    /// Nil without truth.
    public let scores: SmootherScores?

    public init(
        request: SmoothRequest, raw: Curve, truth: Curve, smoothed: Curve, residual: Curve, scores: SmootherScores?
    ) {
        self.request = request
        self.raw = raw
        self.truth = truth
        self.smoothed = smoothed
        self.residual = residual
        self.scores = scores
    }
}

/// What a person wants written.
public struct ExportRequest: Equatable, Sendable {
    public enum Kind: String, CaseIterable, Sendable {
        case predictions = "smoothed predictions (CSV)"
        case submission = "ABAW submission"
    }

    public var kind: Kind
    public var path: String
    /// The frames that a submission has to list; nil for all that were predicted.
    public var list: String?
    public var settings: SmootherSettings
    /// Whether a file of that name may be replaced; a person was asked.
    public var overwrites = false
}

/// What happens in the smoother.
public enum SmootherEvent: Sendable {
    /// The runs that have predictions and of which tasks, newest first.
    case available([PredictedTask])
    /// Predictions named on the command line.
    case open(PredictionSource)
    /// A set is read, with what was kept for it and what a person should know of it.
    case opened(Int, PredictionSet, kept: KeptSmoother?, notes: [String])
    case openFailed(Int, String)
    case smoothed(SmoothResult)
    /// The scores along a slider, evenly spaced over its track.
    case strip(SmoothRequest, SmootherSlider, [Double])
    case surface(SmoothRequest, ScoreSurface)
    /// Videos worst first.
    case standings(SmoothRequest, [VideoStanding])
    case tuning(Int, TuningProgress)
    case tuned(Int, TuningResult)
    /// The file is there already.
    case exportExists(ExportRequest)
}

/// What the smoother asks its shell to do, off the screen's thread.
public enum SmootherEffect: Equatable, Sendable {
    case open(PredictionSource, Int)
    /// The newest request wins.
    case smooth(SmoothRequest)
    case tune(Int, TuningPlan, SmootherSettings)
    case cancelTuning
    /// Keep settings with a run.
    case keep(KeptSmoother, RunID)
    case export(ExportRequest)
}
