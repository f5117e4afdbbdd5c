import Affect
import Basics

/// Smooths and scores one set of predictions again and again while a person moves the sigmas.
///
/// Every method may be called from any thread, several at once; each uses up to `threads` of its own. Long ones take a
/// `Cancellation` and return nil once it is raised: to let the newest request win, cancel the one before and start the
/// next. Gaussians that were computed stay in memory, so that moving one sigma computes one Gaussian and not three.
///
/// A pane calls `signal` for its chart (one video, at once), `scores` in the background for its table, `strip` and
/// `surface` when nothing moves, and `tune` when it is asked to.
public final class SmootherEngine: Sendable {
    public let predictions: PredictionSet
    public let threads: Int
    /// Where each video begins among all frames; one more at the end.
    let offsets: [Int]
    /// Truth (truth channels, all frames).
    let allTruth: [[Double]]
    /// The same without videos that have no prediction at all: there is nothing to fill their frames from.
    let truth: [[Double]]
    /// The same without the frames that have no prediction; for expression without those that lack any channel.
    let predictedTruth: [[Double]]
    let cache: SignalCache
    let kernels: SmoothingKernels
    /// Frames with truth and without a prediction.
    public let unpredictedFrames: Int
    /// The tallies of the scores as they are, by what is scored in place of missing frames.
    private let rawTallies = Guarded<[FilterOptions: [ScoreTally]]>([:])

    /// `cacheBytes` bounds the Gaussians that are kept; one of 300,000 frames takes 2.4 MB a channel.
    public convenience init(_ predictions: PredictionSet, threads: Int = 2, cacheBytes: Int = 512 << 20) {
        self.init(predictions, threads: threads, cacheBytes: cacheBytes, kernels: .standard)
    }

    init(_ predictions: PredictionSet, threads: Int, cacheBytes: Int, kernels: SmoothingKernels) {
        self.predictions = predictions
        self.threads = max(1, threads)
        self.kernels = kernels
        var offsets = [0]
        for video in predictions.videos { offsets.append(offsets[offsets.count - 1] + video.count) }
        self.offsets = offsets
        /// The truth of the videos of which something was predicted, or of all.
        func knownTruth(ofAll isOfAll: Bool) -> [[Double]] {
            (0..<predictions.truthChannels).map { channel in
                predictions.videos.flatMap { video -> [Double] in
                    let scores = predictions.task == .expression ? video.scores : [video.scores[channel]]
                    let counts = isOfAll || scores.allSatisfy { $0.contains(where: \.isFinite) }
                    return channel < video.truth.count && counts
                        ? video.truth[channel] : Array(repeating: .nan, count: video.count)
                }
            }
        }
        let truth = knownTruth(ofAll: false)
        self.truth = truth
        let allTruth = knownTruth(ofAll: true)
        self.allTruth = allTruth
        let predictedTruth = truth.indices.map { channel in
            var known = truth[channel]
            for (index, video) in predictions.videos.enumerated() {
                for scores in predictions.task == .expression ? video.scores : [video.scores[channel]]
                where scores.contains(where: { !$0.isFinite }) {
                    for (frame, score) in scores.enumerated() where !score.isFinite {
                        known[offsets[index] + frame] = .nan
                    }
                }
            }
            return known
        }
        self.predictedTruth = predictedTruth
        unpredictedFrames = (0..<offsets[offsets.count - 1]).count { frame in
            allTruth.contains { $0[frame].isFinite } && !predictedTruth.contains { $0[frame].isFinite }
        }
        cache = SignalCache(capacity: cacheBytes)
    }

    /// The tally of every video without smoothing, over the frames that are scored under the options.
    func rawTallies(_ options: FilterOptions) -> [ScoreTally] {
        // What else the options say does not touch scores that are not smoothed.
        let key = FilterOptions(
            gaps: options.result == .kept && options.standIn == nil ? options.gaps : .linear,
            result: options.standIn == nil ? options.result : .kept, standIn: options.standIn)
        if let known = rawTallies.withLock({ $0[key] }) { return known }
        let tallies: [ScoreTally] =
            Parallel.map(predictions.videos.count, threads: threads) { index in
                let video = predictions.videos[index]
                let scores = video.scores.indices.map { key.scored(video.scores[$0], channel: $0) }
                return ScoreTally(task: predictions.task, scores: scores, truth: video.truth)
            } ?? []
        rawTallies.withLock { $0[key] = tallies }
        return tallies
    }

    var channelCount: Int { predictions.channels.count }
    var frameCount: Int { offsets[offsets.count - 1] }

    func domain(_ options: FilterOptions) -> SmoothingDomain {
        predictions.task == .valenceArousal ? .values : options.domain
    }

    /// The channel of every video with its gaps filled, in the domain that is smoothed.
    func prepared(_ channel: Int, _ options: FilterOptions) -> PreparedSignal {
        let domain = domain(options)
        return cache.signal(SignalKey(channel: channel, gaps: options.gaps, domain: domain)) {
            var values: [Double] = []
            values.reserveCapacity(frameCount)
            var missing: [Bool]?
            for (index, video) in predictions.videos.enumerated() {
                let scores = video.scores[channel]
                let filled = options.gaps.fill(domain.transform(scores, task: predictions.task))
                if scores.contains(where: { !$0.isFinite }) {
                    if missing == nil { missing = Array(repeating: false, count: frameCount) }
                    for (frame, score) in scores.enumerated() where !score.isFinite {
                        missing?[offsets[index] + frame] = true
                    }
                }
                values += filled.first?.isNaN == true ? Array(repeating: 0, count: filled.count) : filled
            }
            return PreparedSignal(values: values, missing: missing)
        }
    }

    /// One channel of one video, smoothed: for the chart. With a single video's worth of work it returns at once.
    /// Smoothed probabilities are probabilities again in either domain; the residual is in the domain that was smoothed.
    public func signal(video: Int, channel: Int, settings: SmootherSettings) -> SmoothedSignal {
        let options = settings.options
        let raw = predictions.videos[video].scores[channel]
        let domain = domain(options)
        let key = SignalKey(channel: channel, gaps: options.gaps, domain: domain)
        var parts = ResidualSmoother.parts(
            domain.transform(raw, task: predictions.task), settings.sigmas[channel], edge: options.edge,
            gaps: options.gaps, result: options.result
        ) { sigma in
            // What the scores needed is there already.
            cache.gaussian(GaussianKey(signal: key, edge: options.edge, sigma: sigma)).map {
                Array($0[offsets[video]..<offsets[video + 1]])
            }
        }
        parts.raw = raw
        // Where nothing is done, nothing is clipped.
        parts.smoothed =
            settings.sigmas[channel].isIdentity
            ? domain.restore(parts.smoothed, task: predictions.task) : finish(parts.smoothed, options)
        if let standIn = options.standIn {
            for frame in raw.indices where !raw[frame].isFinite { parts.smoothed[frame] = standIn[channel] }
        }
        parts.gaussian = domain.restore(parts.gaussian, task: predictions.task)
        return parts
    }

    /// Every channel of one video, smoothed: for an export. (channels, frames)
    public func smoothed(video: Int, settings: SmootherSettings) -> [[Double]] {
        (0..<channelCount).map { signal(video: video, channel: $0, settings: settings).smoothed }
    }

    /// Clipped, or a probability again.
    func finish(_ smoothed: [Double], _ options: FilterOptions) -> [Double] {
        if predictions.task == .valenceArousal {
            return options.clips ? smoothed.map(OutputScores.clipped) : smoothed
        }
        return options.domain.restore(smoothed, task: predictions.task)
    }

    /// The tally of every video under the settings; nil when cancelled.
    func tallies(_ settings: SmootherSettings, cancellation: Cancellation? = nil) -> [ScoreTally]? {
        statistics(of: [settings], tuningThresholds: false, cancellation: cancellation)?.first?.map {
            $0.tally(settings.thresholds)
        }
    }

    /// The scores of every video, of every fold and of everything, before and after smoothing; nil when cancelled.
    public func scores(_ settings: SmootherSettings, cancellation: Cancellation? = nil) -> SmootherScores? {
        guard let smoothed = tallies(settings, cancellation: cancellation) else { return nil }
        let raw = rawTallies(settings.options)
        func pooled(_ videos: [Int]) -> ScorePair {
            ScorePair(raw: pool(raw, videos).score, smoothed: pool(smoothed, videos).score)
        }
        let videos = predictions.videos.indices
        return SmootherScores(
            videos: videos.map { pooled([$0]) },
            folds: predictions.folds.map { fold in
                SmootherScores.FoldScore(
                    fold: fold, scores: pooled(videos.filter { predictions.videos[$0].fold == fold }))
            },
            all: pooled(Array(videos)))
    }

    func pool(_ tallies: [ScoreTally], _ videos: [Int]) -> ScoreTally {
        var sum = ScoreTally(task: predictions.task, channels: channelCount)
        for video in videos { sum.merge(tallies[video]) }
        return sum
    }
}

extension SmoothingDomain {
    /// Probabilities nearer to 0 or 1 than this count as this: their logits would be infinite.
    static let smallestProbability = 1e-6

    func transform(_ scores: [Double], task: AffectTask) -> [Double] {
        guard self == .logits, task != .valenceArousal else { return scores }
        return scores.map { Logit.of($0, task: task) }
    }

    func restore(_ scores: [Double], task: AffectTask) -> [Double] {
        guard self == .logits, task != .valenceArousal else { return scores }
        return scores.map { Logit.probability($0, task: task) }
    }
}
