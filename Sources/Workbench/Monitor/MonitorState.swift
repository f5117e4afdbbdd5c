import RunStore
import Screen

/// A pane of Monitor that can have the focus.
enum MonitorPane: Int, Sendable, CaseIterable {
    case loss, learningRate, reconstruction, classes, folds, log
}

/// What the horizontal axis of the curves counts.
enum AxisUnit: String, Sendable, CaseIterable {
    case step, epoch, time
}

/// What Monitor shows of its run.
struct MonitorState: Equatable, Sendable {
    var focus = MonitorPane.loss
    var isZoomed = false
    var unit = AxisUnit.step
    /// An index into `Smoothing.ladder`.
    var smoothing = Smoothing.initial
    var isLog = false
    var window = ChartWindow.all
    /// The step the crosshair reads; nil hides it.
    var crosshair: Double?
    /// The preview in view; nil follows the newest.
    var preview: PreviewRecord.ID?
    var showsLog = true
    var log = LogState()
    /// The stage and fold in view; nil follows the run.
    var place: Place?
    /// Classes and units by their scores, not by their names.
    var sortsByScore = false
    /// The first class or unit in view.
    var classScroll = 0
    /// The newest alert that was read and closed with Esc.
    var seenAlert: Int64 = 0
    /// Where a drag over a curve was last seen.
    var drag: Position?

    var smoothingWeight: Double { Smoothing.ladder[smoothing] }

    /// What stays when another run is watched: how a person likes to look at curves, not where in them.
    var forAnotherRun: MonitorState {
        var next = MonitorState()
        (next.focus, next.isZoomed) = (focus, isZoomed)
        (next.unit, next.smoothing, next.isLog) = (unit, smoothing, isLog)
        (next.showsLog, next.sortsByScore) = (showsLog, sortsByScore)
        return next
    }
}

/// The log pane: follows the end until it is scrolled.
struct LogState: Equatable, Sendable {
    /// The selected line, counted among the lines that the filter lets through; nil follows the end.
    var selected: Int?
    var filter = Filter()
}

/// Steps of smoothing that differ visibly.
enum Smoothing {
    static let ladder: [Double] = [0, 0.3, 0.6, 0.8, 0.9, 0.95, 0.98, 0.99, 0.995, 0.998, 0.999]
    /// Little at first: more lags visibly behind the falling loss of a short run.
    static let initial = 2
}
