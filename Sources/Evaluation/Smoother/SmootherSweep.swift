import Basics
import CKernels

/// The statistics of many settings at once: every Gaussian that they need is computed once, and the frames go through all
/// settings a few thousand at a time, while they are in the processor's cache.
extension SmootherEngine {
    /// Frames that go through all settings together.
    private static let blockFrames = 4096
    /// Outputs of one Gaussian that one thread computes in a go.
    private static let pieceFrames = 32768

    /// The statistics of every video under each of several settings, which have the same options: (settings, videos).
    /// Videos and channels that are not asked for stay uncounted. Nil when cancelled.
    func statistics(
        of variants: [SmootherSettings], tuningThresholds: Bool, videos: [Int]? = nil, channels: [Int]? = nil,
        cancellation: Cancellation?
    ) -> [[VideoStatistic]]? {
        let channels = channels ?? Array(0..<channelCount)
        let videos = videos ?? Array(predictions.videos.indices)
        var found: [[VideoStatistic]] = []
        found.reserveCapacity(variants.count)
        var begin = 0
        while begin < variants.count {
            let end = portion(variants, from: begin, channels)
            guard
                let part = sweep(
                    Array(variants[begin..<end]), tuningThresholds, videos, channels, cancellation)
            else { return nil }
            found += part
            begin = end
        }
        return found
    }

    /// The sigmas of a setting that need a Gaussian of their own.
    private func sigmas(_ settings: SmootherSettings, _ channel: Int) -> [Double] {
        let sigmas = settings.sigmas[channel]
        let wanted = sigmas.isGaussian ? [sigmas.first] : [sigmas.first, sigmas.second, sigmas.third]
        return wanted.filter { $0 >= Sigmas.smallest }
    }

    /// How many settings share a portion: as many as need no more Gaussians than the cache may hold, and few enough that
    /// their statistics are small.
    private func portion(_ variants: [SmootherSettings], from begin: Int, _ channels: [Int]) -> Int {
        let room = max(3 * channels.count, cache.capacity / (max(frameCount, 1) * MemoryLayout<Double>.stride))
        var needed: Set<GaussianKey> = []
        var end = begin
        while end < variants.count, end - begin < 256 {
            for channel in channels {
                for sigma in sigmas(variants[end], channel) { needed.insert(key(variants[end], channel, sigma)) }
            }
            if needed.count > room, end > begin { break }
            end += 1
        }
        return end
    }

    private func key(_ settings: SmootherSettings, _ channel: Int, _ sigma: Double) -> GaussianKey {
        let signal = SignalKey(
            channel: channel, gaps: settings.options.gaps, domain: domain(settings.options))
        return GaussianKey(signal: signal, edge: settings.options.edge, sigma: sigma)
    }

    // MARK: Gaussians

    /// The Gaussians of a portion, from the cache or computed now.
    private func gaussians(
        _ variants: [SmootherSettings], _ channels: [Int], _ cancellation: Cancellation?
    ) -> [GaussianKey: [Double]]? {
        var found: [GaussianKey: [Double]] = [:]
        var wanted: [(key: GaussianKey, signal: PreparedSignal)] = []
        var seen: Set<GaussianKey> = []
        for variant in variants {
            for channel in channels {
                for sigma in sigmas(variant, channel) {
                    let key = key(variant, channel, sigma)
                    guard seen.insert(key).inserted else { continue }
                    if let known = cache.gaussian(key) {
                        found[key] = known
                    } else {
                        wanted.append((key, prepared(channel, variant.options)))
                    }
                }
            }
        }
        let filters = wanted.map { GaussianFilter(sigma: $0.key.sigma, edge: $0.key.edge, kernels: kernels) }
        // Pieces of videos, so that one long video keeps every thread busy, too.
        let pieces = predictions.videos.indices.flatMap { video in
            stride(from: 0, to: predictions.videos[video].count, by: Self.pieceFrames).map { begin in
                (video: video, range: begin..<min(begin + Self.pieceFrames, predictions.videos[video].count))
            }
        }
        guard !pieces.isEmpty else { return found }
        for begin in stride(from: 0, to: wanted.count, by: 64) {
            let jobs = Array(begin..<min(begin + 64, wanted.count))
            var outputs = jobs.map { _ in [Double](repeating: 0, count: frameCount) }
            withMutablePointers(&outputs) { outputs in
                Parallel.forEach(jobs.count * pieces.count, threads: threads, cancellation: cancellation) { index in
                    let (job, piece) = (index / pieces.count, pieces[index % pieces.count])
                    compute(
                        wanted[jobs[job]].signal, wanted[jobs[job]].key, filters[jobs[job]], piece.video, piece.range,
                        into: outputs[job] + offsets[piece.video] + piece.range.lowerBound)
                }
            }
            if cancellation?.isCancelled == true { return nil }
            for (job, values) in zip(jobs, outputs) {
                cache.store(values, for: wanted[job].key)
                found[wanted[job].key] = values
            }
        }
        return found
    }

    /// A piece of a video through one Gaussian.
    private func compute(
        _ signal: PreparedSignal, _ key: GaussianKey, _ filter: GaussianFilter, _ video: Int, _ piece: Range<Int>,
        into output: UnsafeMutablePointer<Double>
    ) {
        let range = offsets[video]..<offsets[video + 1]
        var missing: [Bool]?
        if key.signal.gaps == .normalised, let all = signal.missing, all[range].contains(true) {
            missing = Array(all[range])
        }
        signal.values.withUnsafeBufferPointer { values in
            filter.apply(UnsafeBufferPointer(rebasing: values[range]), weighed: missing, to: piece, into: output)
        }
    }

    // MARK: Tallies

    private func sweep(
        _ variants: [SmootherSettings], _ tuningThresholds: Bool, _ videos: [Int], _ channels: [Int],
        _ cancellation: Cancellation?
    ) -> [[VideoStatistic]]? {
        guard let options = variants.first?.options,
            let gaussians = gaussians(variants, channels, cancellation)
        else { return variants.isEmpty ? [] : nil }
        let signals = (0..<channelCount).map { channels.contains($0) ? prepared($0, options) : nil }
        let plans = variants.map { variant in
            (0..<channelCount).map { channel -> ChannelPlan? in
                guard let signal = signals[channel] else { return nil }
                func g(_ sigma: Double) -> [Double] {
                    sigma < Sigmas.smallest ? signal.values : gaussians[key(variant, channel, sigma)] ?? signal.values
                }
                let sigmas = variant.sigmas[channel]
                return ChannelPlan(
                    signal: signal, isIdentity: sigmas.isIdentity, first: g(sigmas.first),
                    others: sigmas.isGaussian ? nil : (g(sigmas.second), g(sigmas.third)))
            }
        }
        // Long videos in several pieces, each through all settings.
        let pieces = videos.flatMap { video in
            stride(from: offsets[video], to: offsets[video + 1], by: 16 * Self.blockFrames).map { begin in
                (video: video, range: begin..<min(begin + 16 * Self.blockFrames, offsets[video + 1]))
            }
        }
        let parts = Parallel.map(pieces.count, threads: threads, cancellation: cancellation) { piece in
            tally(pieces[piece].range, variants, plans, tuningThresholds, options)
        }
        guard let parts else { return nil }
        let nothing = VideoStatistic(
            task: predictions.task, channels: channelCount, tuningThresholds: tuningThresholds)
        var found = variants.map { _ in Array(repeating: nothing, count: predictions.videos.count) }
        for (piece, part) in zip(pieces, parts) {
            for index in variants.indices { found[index][piece.video].merge(part[index]) }
        }
        return found
    }

    private func tally(
        _ range: Range<Int>, _ variants: [SmootherSettings], _ plans: [[ChannelPlan?]], _ tuningThresholds: Bool,
        _ options: FilterOptions
    ) -> [VideoStatistic] {
        let nothing = VideoStatistic(
            task: predictions.task, channels: channelCount, tuningThresholds: tuningThresholds)
        var sums = Array(repeating: nothing, count: variants.count)
        let block = BlockTally(engine: self, options: options, tuningThresholds: tuningThresholds)
        for begin in stride(from: range.lowerBound, to: range.upperBound, by: Self.blockFrames) {
            let frames = begin..<min(begin + Self.blockFrames, range.upperBound)
            for index in variants.indices {
                sums[index].merge(block.statistic(frames, plans[index], variants[index].thresholds))
            }
        }
        return sums
    }
}

/// What one channel of one setting is made of.
struct ChannelPlan {
    let signal: PreparedSignal
    let isIdentity: Bool
    let first: [Double]
    /// g(σ2) and g(σ3); nil without a residual.
    let others: (second: [Double], third: [Double])?
}

/// Calls `body` with the addresses of several arrays.
private func withMutablePointers(
    _ arrays: inout [[Double]], _ body: ([UnsafeMutablePointer<Double>]) -> Void
) {
    func descend(_ index: Int, _ found: [UnsafeMutablePointer<Double>]) {
        guard index < arrays.count else { return body(found) }
        // Taken out, so that the others can be reached while this one is open.
        var array = arrays[index]
        arrays[index] = []
        array.withUnsafeMutableBufferPointer { buffer in
            guard let base = buffer.baseAddress else { return }
            descend(index + 1, found + [base])
        }
        arrays[index] = array
    }
    descend(0, [])
}
