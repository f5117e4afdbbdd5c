import Evaluation
import RunStore

/// Settings of the smoother as they are kept with a run, and back.
extension KeptSmoother {
    /// - Parameters:
    ///   - scores: the pooled scores with these settings; nil where they are not known.
    ///   - leftOut: the score on what was left out, if these settings were tuned.
    public init(_ settings: SmootherSettings, of set: PredictionSet, scores: ScorePair?, leftOut: Double?) {
        func known(_ value: Double?) -> Double? { value.flatMap { $0.isFinite ? $0 : nil } }
        let isUnits = set.task == .actionUnits
        let options = settings.options
        self.init(
            channels: set.channels.indices.map { index in
                let sigmas = settings.sigmas[index]
                return KeptSmoothing(
                    channel: set.channels[index], sigma1: sigmas.first, sigma2: sigmas.second, sigma3: sigmas.third,
                    threshold: isUnits ? settings.thresholds[index] : nil)
            },
            edge: options.edge.rawValue, gaps: options.gaps.rawValue, result: options.result.rawValue,
            domain: options.domain.rawValue, clips: options.clips, raw: known(scores?.raw.mean),
            smoothed: known(scores?.smoothed.mean), leftOut: known(leftOut))
    }

    /// The settings for given channels; those that nothing was kept of stay as they are in `base`.
    public func settings(for channels: [String], base: SmootherSettings) -> SmootherSettings {
        var settings = base
        for (index, name) in channels.enumerated() {
            guard let kept = self.channels.first(where: { $0.channel == name }) else { continue }
            let sigmas = Sigmas(kept.sigma1, kept.sigma2, kept.sigma3)
            if sigmas.isValid { settings.sigmas[index] = sigmas }
            if let threshold = kept.threshold { settings.thresholds[index] = threshold }
        }
        let standard = FilterOptions()
        settings.options = FilterOptions(
            edge: EdgeMode(rawValue: edge) ?? standard.edge, gaps: GapFilling(rawValue: gaps) ?? standard.gaps,
            result: GapResult(rawValue: result) ?? standard.result,
            domain: SmoothingDomain(rawValue: domain) ?? standard.domain, clips: clips)
        return settings
    }
}
