import Affect
import CKernels

/// Counts a block of frames under one setting.
struct BlockTally {
    let engine: SmootherEngine
    let options: FilterOptions
    let tuningThresholds: Bool

    private var task: AffectTask { engine.predictions.task }

    /// Channels without a plan stay uncounted.
    func statistic(_ frames: Range<Int>, _ plans: [ChannelPlan?], _ thresholds: [Double]) -> VideoStatistic {
        switch task {
        case .valenceArousal:
            .tally(.concordance(plans.indices.map { moments(frames, plans[$0], channel: $0) }))
        case .actionUnits where tuningThresholds:
            .thresholds(plans.indices.map { thresholdCounts(frames, plans[$0], channel: $0) })
        case .actionUnits:
            .tally(.units(plans.indices.map { decisions(frames, plans[$0], channel: $0, thresholds[$0]) }))
        case .expression:
            .tally(.classes(confusion(frames, plans)))
        }
    }

    /// What is compared with what the frames became. Where something stands in for missing frames, or gaps keep what
    /// smoothing put there, those frames count as well.
    private func truth(_ channel: Int) -> [Double] {
        if options.standIn != nil { return engine.allTruth[channel] }
        return options.result == .kept ? engine.truth[channel] : engine.predictedTruth[channel]
    }

    /// Whether missing frames get their value one by one.
    private func isPatched(_ plan: ChannelPlan) -> Bool {
        plan.signal.missing != nil && (options.standIn != nil || isFilledByWeights(plan))
    }

    private func isFilledByWeights(_ plan: ChannelPlan) -> Bool {
        options.gaps == .normalised && options.result == .kept && plan.signal.missing != nil
    }

    private func moments(_ frames: Range<Int>, _ plan: ChannelPlan?, channel: Int) -> ConcordanceMoments {
        guard let plan else { return ConcordanceMoments() }
        if isPatched(plan) {
            let smoothed = smoothed(frames, plan, channel: channel)
            return ConcordanceMoments(smoothed, truth: Array(truth(channel)[frames]))
        }
        return withJob(frames, plan) { job in
            truth(channel).withUnsafeBufferPointer { truth in
                guard let truth = truth.baseAddress else { return ConcordanceMoments() }
                var job = job
                job.truth = truth + frames.lowerBound
                return engine.kernels.moments(job)
            }
        }
    }

    private func thresholdCounts(_ frames: Range<Int>, _ plan: ChannelPlan?, channel: Int) -> ThresholdCounts {
        guard let plan else { return ThresholdCounts() }
        let smoothed = options.domain.restore(smoothed(frames, plan, channel: channel), task: task)
        return ThresholdCounts(smoothed, truth: Array(truth(channel)[frames]))
    }

    private func decisions(
        _ frames: Range<Int>, _ plan: ChannelPlan?, channel: Int, _ threshold: Double
    ) -> BinaryCounts {
        guard let plan else { return BinaryCounts() }
        let smoothed = options.domain.restore(smoothed(frames, plan, channel: channel), task: task)
        return BinaryCounts(smoothed, truth: Array(truth(channel)[frames]), threshold: threshold)
    }

    private func confusion(_ frames: Range<Int>, _ plans: [ChannelPlan?]) -> ConfusionMatrix {
        // The largest logarithm is that of the largest probability.
        let scores = plans.enumerated().map { channel, plan in
            plan.map { smoothed(frames, $0, channel: channel) } ?? []
        }
        var matrix = ConfusionMatrix(classes: plans.count)
        let truth = truth(0)
        for (index, frame) in frames.enumerated() {
            guard let label = Int(exactly: truth[frame]) else { continue }
            var best = 0
            for channel in scores.indices.dropFirst() where scores[channel][index] > scores[best][index] {
                best = channel
            }
            matrix.add(truth: label, prediction: best)
        }
        return matrix
    }

    /// The smoothed frames in the domain that is smoothed; valence and arousal are clipped.
    private func smoothed(_ frames: Range<Int>, _ plan: ChannelPlan, channel: Int) -> [Double] {
        var smoothed = [Double](unsafeUninitializedCapacity: frames.count) { output, count in
            count = frames.count
            guard let base = output.baseAddress else { return }
            withJob(frames, plan) { job in
                var job = job
                job.y = base
                engine.kernels.residual(job)
            }
        }
        guard isPatched(plan), let missing = plan.signal.missing else { return smoothed }
        if let standIn = options.standIn {
            let value = engine.domain(options).transform([standIn[channel]], task: task)[0]
            for (index, frame) in frames.enumerated() where missing[frame] { smoothed[index] = value }
        } else {
            // A frame without a prediction has no residual: nothing is known that the Gaussian has lost.
            let limits = limits(plan)
            for (index, frame) in frames.enumerated() where missing[frame] {
                smoothed[index] = min(limits.upperBound, max(limits.lowerBound, plan.first[frame]))
            }
        }
        return smoothed
    }

    /// Where nothing is done, nothing is clipped.
    private func limits(_ plan: ChannelPlan) -> ClosedRange<Double> {
        task == .valenceArousal && options.clips && !plan.isIdentity ? -1...1 : -Double.infinity...Double.infinity
    }

    private func withJob<Value>(_ frames: Range<Int>, _ plan: ChannelPlan, _ body: (ck_residual) -> Value) -> Value {
        let begin = frames.lowerBound
        let limits = limits(plan)
        return plan.signal.values.withUnsafeBufferPointer { x in
            plan.first.withUnsafeBufferPointer { first in
                func call(_ second: UnsafePointer<Double>?, _ third: UnsafePointer<Double>?) -> Value {
                    body(
                        ck_residual(
                            count: frames.count, x: x.baseAddress.map { $0 + begin },
                            first: first.baseAddress.map { $0 + begin }, second: second, third: third,
                            low: limits.lowerBound, high: limits.upperBound, y: nil, truth: nil))
                }
                guard let others = plan.others else { return call(nil, nil) }
                return others.second.withUnsafeBufferPointer { second in
                    others.third.withUnsafeBufferPointer { third in
                        call(second.baseAddress.map { $0 + begin }, third.baseAddress.map { $0 + begin })
                    }
                }
            }
        }
    }
}
