import Basics

/// A video in the list of those that score worst.
public struct VideoStanding: Sendable, Equatable {
    /// Its index in the set.
    public var video: Int
    /// Its own score (*per video*), before and after smoothing. NaN without truth.
    public var scores: ScorePair
    /// The share of its frames without a prediction, 0 to 1.
    public var missingShare: Double
    /// How much the smoothed score of everything (*pooled*) would rise without this video: positive for one that spoils it.
    public var effect: Double

    public init(video: Int, scores: ScorePair, missingShare: Double, effect: Double) {
        self.video = video
        self.scores = scores
        self.missingShare = missingShare
        self.effect = effect
    }
}

extension SmootherScores {
    /// The videos of a set from worst to best, by their smoothed score or that of one channel; those without truth last.
    ///
    /// `tallies` come with the scores from `SmootherEngine.standings`.
    static func worstFirst(_ standings: [VideoStanding], channel: Int?) -> [VideoStanding] {
        func score(_ standing: VideoStanding) -> Double {
            let smoothed = standing.scores.smoothed
            return channel.map { smoothed.channels[$0] } ?? smoothed.mean
        }
        return standings.sorted { a, b in
            let (x, y) = (score(a), score(b))
            if x.isNaN || y.isNaN { return x.isNaN == y.isNaN ? a.video < b.video : y.isNaN }
            return x == y ? a.video < b.video : x < y
        }
    }
}

extension SmootherEngine {
    /// Every video with its score, its gaps and its effect on the pooled score, worst first; `channel` nil judges by the
    /// mean over the channels. Returns nil when cancelled.
    public func videosWorstFirst(
        _ settings: SmootherSettings, channel: Int? = nil, cancellation: Cancellation? = nil
    ) -> [VideoStanding]? {
        guard let smoothed = tallies(settings, cancellation: cancellation) else { return nil }
        let raw = rawTallies(settings.options)
        let videos = Array(predictions.videos.indices)
        func value(_ score: Score) -> Double { channel.map { score.channels[$0] } ?? score.mean }
        let all = value(pool(smoothed, videos).score)
        // Sums of everything before and after each video, so that leaving one out costs one addition.
        let nothing = ScoreTally(task: predictions.task, channels: channelCount)
        var before = [nothing]
        for tally in smoothed {
            var sum = before[before.count - 1]
            sum.merge(tally)
            before.append(sum)
        }
        var after = nothing
        var standings: [VideoStanding] = []
        for video in videos.reversed() {
            var rest = before[video]
            rest.merge(after)
            after.merge(smoothed[video])
            let effect = value(rest.score) - all
            standings.append(
                VideoStanding(
                    video: video, scores: ScorePair(raw: raw[video].score, smoothed: smoothed[video].score),
                    missingShare: predictions.videos[video].missingShare, effect: effect.isNaN ? 0 : effect))
        }
        return SmootherScores.worstFirst(standings, channel: channel)
    }
}
