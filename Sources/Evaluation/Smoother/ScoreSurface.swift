import Basics

/// The part of a set that a score is of.
public enum ScoreScope: Sendable, Hashable {
    /// One video, by its index: its own frames alone.
    case video(Int)
    /// All frames of a fold.
    case fold(Int)
    /// All frames.
    case all
}

/// The score along one sigma while the others stay: for a strip under its slider.
public struct ScoreStrip: Sendable, Equatable {
    public var which: Sigmas.Which
    public var sigmas: [Double]
    /// One for each sigma; NaN where σ1 > σ2, σ3 does not hold.
    public var scores: [Double]

    public init(which: Sigmas.Which, sigmas: [Double], scores: [Double]) {
        self.which = which
        self.sigmas = sigmas
        self.scores = scores
    }
}

/// The score over σ1 and σ2 while σ3 stays: for a heat map.
public struct ScoreSurface: Sendable, Equatable {
    public var first: [Double]
    public var second: [Double]
    /// (second, first), row-major; NaN where σ1 > σ2, σ3 does not hold.
    public var scores: [Double]

    public init(first: [Double], second: [Double], scores: [Double]) {
        self.first = first
        self.second = second
        self.scores = scores
    }
}

extension SmootherEngine {
    /// Sigmas for a strip or a heat map: `count` of them from 1 frame to `largest`, evenly spaced in their logarithm, after
    /// a 0 for off.
    public static func scale(count: Int, largest: Double = SigmaScale.largest) -> [Double] {
        SigmaScale(largest: largest, count: max(2, count - 1)).sigmas.reduce(into: [0]) { $0.append($1) }
    }

    /// The score along one sigma. `channel` nil means the mean over the channels, whose sigmas are then all set to the
    /// value; otherwise that channel's alone. Returns nil when cancelled.
    public func strip(
        _ which: Sigmas.Which, sigmas: [Double], settings: SmootherSettings, channel: Int? = nil,
        scope: ScoreScope = .all, cancellation: Cancellation? = nil
    ) -> ScoreStrip? {
        let candidates = sigmas.map { sigma in
            var triple = settings.sigmas[channel ?? 0]
            triple[which] = sigma
            return triple
        }
        return scores(of: candidates, settings: settings, channel: channel, scope: scope, cancellation: cancellation)
            .map { ScoreStrip(which: which, sigmas: sigmas, scores: $0) }
    }

    /// The score over σ1 and σ2, as `strip` has it.
    public func surface(
        first: [Double], second: [Double], settings: SmootherSettings, channel: Int? = nil, scope: ScoreScope = .all,
        cancellation: Cancellation? = nil
    ) -> ScoreSurface? {
        let third = settings.sigmas[channel ?? 0].third
        let candidates = second.flatMap { second in first.map { Sigmas($0, second, third) } }
        return scores(of: candidates, settings: settings, channel: channel, scope: scope, cancellation: cancellation)
            .map { ScoreSurface(first: first, second: second, scores: $0) }
    }

    func videos(of scope: ScoreScope) -> [Int] {
        switch scope {
        case .video(let index): [index]
        case .fold(let fold): predictions.videos.indices.filter { predictions.videos[$0].fold == fold }
        case .all: Array(predictions.videos.indices)
        }
    }

    private func scores(
        of candidates: [Sigmas], settings: SmootherSettings, channel: Int?, scope: ScoreScope,
        cancellation: Cancellation?
    ) -> [Double]? {
        let videos = videos(of: scope)
        let valid = candidates.indices.filter { candidates[$0].isValid }
        let variants = valid.map { index in
            var variant = settings
            if let channel {
                variant.sigmas[channel] = candidates[index]
            } else {
                variant.sigmas = Array(repeating: candidates[index], count: channelCount)
            }
            return variant
        }
        // Units and numbers have nothing to do with the other channels; classes are compared with them.
        let channels = predictions.task == .expression ? nil : channel.map { [$0] }
        guard
            let statistics = statistics(
                of: variants, tuningThresholds: false, videos: videos, channels: channels, cancellation: cancellation)
        else { return nil }
        var scores = [Double](repeating: .nan, count: candidates.count)
        for (index, statistics) in zip(valid, statistics) {
            let score = pool(statistics.map { $0.tally(settings.thresholds) }, videos).score
            scores[index] = channel.map { score.channels[$0] } ?? score.mean
        }
        return scores
    }
}
