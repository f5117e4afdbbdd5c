import Basics

extension SmootherEngine {
    /// The statistics of every video under each method, all channels smoothed alike: (methods, videos). Nil when cancelled.
    func statistics(
        of methods: [SmoothingMethod], settings: SmootherSettings, tuningThresholds: Bool,
        cancellation: Cancellation?
    ) -> [[VideoStatistic]]? {
        let variants = methods.map { method -> SmootherSettings? in
            guard case .sigmas(let sigmas) = method else { return nil }
            var variant = settings
            variant.sigmas = Array(repeating: sigmas, count: channelCount)
            return variant
        }
        let swept = statistics(
            of: variants.compactMap(\.self), tuningThresholds: tuningThresholds, cancellation: cancellation)
        guard var rest = swept?[...] else { return nil }
        var found: [[VideoStatistic]] = []
        for (method, variant) in zip(methods, variants) {
            if variant != nil, let next = rest.popFirst() {
                found.append(next)
                continue
            }
            // Every channel of every video is a piece of work.
            let smoothed = Parallel.map(
                predictions.videos.count * channelCount, threads: threads, cancellation: cancellation
            ) { index in
                baseline(method, video: index / channelCount, channel: index % channelCount, settings.options)
            }
            guard let smoothed else { return nil }
            found.append(
                predictions.videos.indices.map { video in
                    let scores = Array(smoothed[video * channelCount..<(video + 1) * channelCount])
                    let truth = predictions.videos[video].truth
                    if tuningThresholds {
                        return .thresholds(zip(scores, truth).map { ThresholdCounts($0, truth: $1) })
                    }
                    return .tally(
                        ScoreTally(
                            task: predictions.task, scores: scores, truth: truth, thresholds: settings.thresholds))
                })
        }
        return found
    }

    /// A channel of a video smoothed by a baseline, with gaps, domain and clipping as for the paper's filter.
    func baseline(_ method: SmoothingMethod, video: Int, channel: Int, _ options: FilterOptions) -> [Double] {
        let raw = predictions.videos[video].scores[channel]
        let filled = options.gaps.fill(domain(options).transform(raw, task: predictions.task))
        guard filled.first?.isNaN == false else { return options.scored(raw, channel: channel) }
        var smoothed =
            switch method {
            case .sigmas: filled
            case .box(let width): Baselines.box(filled, width: width, edge: options.edge)
            case .median(let width): Baselines.median(filled, width: width, edge: options.edge)
            case .savitzkyGolay(let width, let order):
                Baselines.savitzkyGolay(filled, width: width, order: order, edge: options.edge)
            }
        if options.result == .restored {
            for index in raw.indices where !raw[index].isFinite { smoothed[index] = .nan }
        }
        smoothed = finish(smoothed, options)
        if let standIn = options.standIn {
            for index in raw.indices where !raw[index].isFinite { smoothed[index] = standIn[channel] }
        }
        return smoothed
    }
}
