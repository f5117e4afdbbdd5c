import Evaluation
import RunStore
import Screen

/// A pane of the smoother that can have the focus.
enum SmootherPane: Int, Sendable, CaseIterable {
    case chart, sliders, scores, videos, map, tuning
}

/// What a slider sets.
public enum SmootherSlider: Int, Sendable, CaseIterable {
    case first, second, third
    /// From which probability on a unit counts as active.
    case threshold

    var sigma: Sigmas.Which? { Sigmas.Which(rawValue: rawValue + 1) }

    var name: String {
        switch self {
        case .first: "σ1"
        case .second: "σ2"
        case .third: "σ3"
        case .threshold: "threshold"
        }
    }
}

/// A curve of the chart.
enum SmootherCurve: Int, Sendable, CaseIterable {
    case truth, raw, smoothed, residual

    var name: String {
        switch self {
        case .truth: "truth"
        case .raw: "raw"
        case .smoothed: "smoothed"
        case .residual: "residual"
        }
    }

    /// The letter in the chooser of curves.
    var key: Character {
        switch self {
        case .truth: "t"
        case .raw: "r"
        case .smoothed: "s"
        case .residual: "d"
        }
    }
}

/// Everything the smoother knows.
struct SmootherState: Sendable {
    enum Phase: Equatable, Sendable {
        case nothing
        case reading(String)
        case failed(String)
        case ready
    }

    /// Runs with predictions, newest first, each once for every task; nil until the store was polled.
    var available: [PredictedTask]?
    var source: PredictionSource?
    var phase = Phase.nothing
    /// Counts the sets that were opened.
    var opening = 0
    var set: PredictionSet?
    /// What a person should know of what was read.
    var readingNotes: [String] = []

    var settings = SmootherSettings(channels: 0)
    /// One triple for all channels.
    var isLinked = true
    var video = 0
    var channel = 0
    /// The fold that list, strips and map are about; nil for all.
    var fold: Int?
    var slider = SmootherSlider.first
    /// What the sliders have to say, such as which other one was moved.
    var note = ""

    var focus = SmootherPane.sliders
    var isZoomed = false
    var hidden: Set<SmootherCurve> = [.residual]
    var window = ChartWindow.all
    var crosshair: Double?
    var inSeconds = false
    var drag: Drag?
    var list = ListState()

    /// The number of the newest request, and what came of it.
    var number = 0
    var result: SmoothResult?
    var strips: [SmootherSlider: Strip] = [:]
    var surface: Surface?
    var standings: [VideoStanding] = []

    var tuningNumber = 0
    var tuningChoices = TuningChoices()
    /// How far a tuning is; nil when none runs.
    var progress: TuningProgress?
    var tuned: TuningResult?
    /// The row of the tuning whose settings the sliders show.
    var tunedRow = 0
    var tuningList = ListState()

    struct Strip: Sendable {
        var request: SmoothRequest
        var scores: [Double]
    }

    struct Surface: Sendable {
        var request: SmoothRequest
        var surface: ScoreSurface
    }

    enum Drag: Equatable, Sendable {
        case chart(Position)
        case slider(SmootherSlider)
        case map
    }

    var isTuning: Bool { progress != nil }

    /// The run whose predictions are open.
    var run: RunID? {
        guard case .run(let predicted) = source else { return nil }
        return predicted.run
    }

    /// The sliders of the task.
    var sliders: [SmootherSlider] {
        SmootherSlider.allCases.filter { $0 != .threshold || set?.task == .actionUnits }
    }

    var sigmas: Sigmas { settings.sigmas.indices.contains(channel) ? settings.sigmas[channel] : .identity }
    var threshold: Double { settings.thresholds.indices.contains(channel) ? settings.thresholds[channel] : 0.5 }

    func value(_ slider: SmootherSlider) -> Double { slider.sigma.map { sigmas[$0] } ?? threshold }

    /// Seconds of a number of frames; nil when the frame rate is not known.
    func seconds(_ frames: Double) -> Double? {
        guard let rate = set?.framesPerSecond, rate > 0 else { return nil }
        return frames * Double(shownVideo?.frameStep ?? 1) / rate
    }

    var shownVideo: PredictionVideo? {
        guard let set, set.videos.indices.contains(video) else { return nil }
        return set.videos[video]
    }

    var channelName: String {
        guard let set, set.channels.indices.contains(channel) else { return "" }
        return set.channels[channel]
    }

    /// What the list of videos shows: worst first as soon as that is known, those of the chosen fold.
    var listed: [Int] {
        guard let set else { return [] }
        let order = standings.count == set.videos.count ? standings.map(\.video) : Array(set.videos.indices)
        return order.filter { index in
            guard set.videos.indices.contains(index) else { return false }
            let video = set.videos[index]
            return (fold == nil || video.fold == fold) && list.filter.passes(video.name)
        }
    }

    func standing(_ video: Int) -> VideoStanding? { standings.first { $0.video == video } }

    /// The curves that the chart can show now.
    func curve(_ which: SmootherCurve) -> Curve? {
        guard let result, result.request.video == video, result.request.channel == channel,
            result.request.opening == opening
        else { return nil }
        switch which {
        case .truth: return result.truth.isEmpty ? nil : result.truth
        case .raw: return result.raw
        case .smoothed: return result.smoothed
        case .residual: return result.residual
        }
    }

    /// The scores in view, those of an earlier step while the newest are computed.
    var scores: SmootherScores? { result?.request.opening == opening ? result?.scores : nil }
    /// Whether what is in view is of the newest step.
    var isUpToDate: Bool { result?.request.number == number }

    /// Frames that the chart covers.
    var span: ClosedRange<Double>? {
        guard let video = shownVideo, video.count > 0 else { return nil }
        let (low, high) = (Double(video.frame(at: 0)), Double(video.frame(at: video.count - 1)))
        return high > low ? low...high : (low - 1)...(high + 1)
    }

    /// The row of the tuning that the sliders show, as the paper's filter or less of it.
    var usedRow: TuningRow? {
        guard let tuned, tuned.rows.indices.contains(tunedRow) else { return nil }
        return tuned.rows[tunedRow]
    }
}
