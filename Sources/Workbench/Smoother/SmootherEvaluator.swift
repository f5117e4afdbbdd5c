import Basics
import Evaluation
import Screen

/// What the requests of the smoother lead to, computed from an engine. A shell does this off its screen's thread.
public struct SmootherEvaluator: Sendable {
    public let engine: SmootherEngine
    /// The number of the set that was opened; requests about another one have no result.
    public let opening: Int

    public init(engine: SmootherEngine, opening: Int) {
        self.engine = engine
        self.opening = opening
    }

    /// Chart and scores of a request; nil when it is about another set.
    /// - Parameter last: an earlier result, whose raw curve and truth may do again.
    public func evaluate(_ request: SmoothRequest, after last: SmoothResult? = nil) -> SmoothResult? {
        let set = engine.predictions
        guard request.opening == opening, set.videos.indices.contains(request.video),
            set.channels.indices.contains(request.channel)
        else { return nil }
        // The scores leave their Gaussians behind, of which the chart needs a stretch.
        let scores = set.hasTruth ? engine.scores(request.settings) : nil
        let signal = engine.signal(video: request.video, channel: request.channel, settings: request.settings)
        let (raw, truth) = chart(request, last)
        return SmoothResult(
            request: request, raw: raw, truth: truth,
            smoothed: Curve(positions: raw.positions, values: signal.smoothed),
            residual: Curve(positions: raw.positions, values: signal.residual), scores: scores)
    }

    private func chart(_ request: SmoothRequest, _ last: SmoothResult?) -> (raw: Curve, truth: Curve) {
        if let last, last.request.opening == opening, last.request.video == request.video,
            last.request.channel == request.channel
        {
            return (last.raw, last.truth)
        }
        let set = engine.predictions
        let video = set.videos[request.video]
        let positions = (0..<video.count).map { Double(video.frame(at: $0)) }
        let raw = Curve(positions: positions, values: video.scores[request.channel])
        guard video.hasTruth else { return (raw, Curve()) }
        if set.task == .expression {
            let isClass = (video.truth.first ?? []).map { $0.isNaN ? .nan : $0 == Double(request.channel) ? 1.0 : 0 }
            return (raw, Curve(positions: positions, values: isClass))
        }
        guard video.truth.indices.contains(request.channel) else { return (raw, Curve()) }
        return (raw, Curve(positions: positions, values: video.truth[request.channel]))
    }

    /// What is worth computing once nothing moves: the list of videos, the strips of the sliders, the map.
    public func refine(
        _ request: SmoothRequest, cancellation: Cancellation, _ found: (SmootherEvent) -> Void
    ) {
        guard request.opening == opening, engine.predictions.hasTruth else { return }
        let settings = request.settings
        if let standings = engine.videosWorstFirst(settings, channel: request.judged, cancellation: cancellation) {
            found(.standings(request, standings))
        }
        for slider in SmootherSlider.allCases {
            if cancellation.isCancelled { return }
            let values = SliderTrack.values(of: slider)
            guard let which = slider.sigma else {
                if engine.predictions.task == .actionUnits {
                    found(.strip(request, slider, thresholdStrip(request, values)))
                }
                continue
            }
            let strip = engine.strip(
                which, sigmas: values, settings: settings, channel: request.judged, scope: request.scope,
                cancellation: cancellation)
            if let strip { found(.strip(request, slider, strip.scores)) }
        }
        let surface = engine.surface(
            first: SmootherEngine.scale(count: 20), second: SmootherEngine.scale(count: 14), settings: settings,
            channel: request.judged, scope: request.scope, cancellation: cancellation)
        if let surface { found(.surface(request, surface)) }
    }

    /// F1 of the unit in view along its threshold.
    private func thresholdStrip(_ request: SmoothRequest, _ values: [Double]) -> [Double] {
        var counts = ThresholdCounts()
        for (index, video) in engine.predictions.videos.enumerated() {
            if case .fold(let fold) = request.scope, video.fold != fold { continue }
            if case .video(let only) = request.scope, only != index { continue }
            guard video.truth.indices.contains(request.channel) else { continue }
            let signal = engine.signal(video: index, channel: request.channel, settings: request.settings)
            counts.merge(ThresholdCounts(signal.smoothed, truth: video.truth[request.channel]))
        }
        return values.map { value in
            let place = min(Thresholds.grid.count - 1, max(0, Int((value * 100).rounded()) - 1))
            return counts.counts(at: place).f1
        }
    }
}
