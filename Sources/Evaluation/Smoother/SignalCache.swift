import Basics

/// One channel of every video, one after the other, ready to be filtered.
struct PreparedSignal: Sendable {
    /// Without NaN but for videos without a single prediction, which are zero.
    let values: [Double]
    /// Frames without a prediction; nil when there is none.
    let missing: [Bool]?
}

/// What a prepared signal depends on.
struct SignalKey: Hashable, Sendable {
    let channel: Int
    let gaps: GapFilling
    let domain: SmoothingDomain
}

/// What a Gaussian of it depends on besides.
struct GaussianKey: Hashable, Sendable {
    let signal: SignalKey
    let edge: EdgeMode
    let sigma: Double
}

/// Gaussians that were computed, so that a slider that moves costs one of three, within a bound of memory: what was not
/// used for longest goes first.
final class SignalCache: Sendable {
    private struct Entry {
        var values: [Double]
        var used: UInt64
    }

    private struct State {
        var signals: [SignalKey: PreparedSignal] = [:]
        var gaussians: [GaussianKey: Entry] = [:]
        var clock: UInt64 = 0
        var bytes = 0
    }

    private let state = Guarded(State())
    let capacity: Int

    init(capacity: Int) { self.capacity = capacity }

    /// Bytes of Gaussians that are held.
    var bytes: Int { state.withLock { $0.bytes } }

    func signal(_ key: SignalKey, _ make: () -> PreparedSignal) -> PreparedSignal {
        if let known = state.withLock({ $0.signals[key] }) { return known }
        // Made outside the lock: two threads may both make it, and make the same.
        let made = make()
        state.withLock { $0.signals[key] = made }
        return made
    }

    func gaussian(_ key: GaussianKey) -> [Double]? {
        state.withLock { state in
            state.clock += 1
            let clock = state.clock
            state.gaussians[key]?.used = clock
            return state.gaussians[key]?.values
        }
    }

    func store(_ values: [Double], for key: GaussianKey) {
        let size = values.count * MemoryLayout<Double>.stride
        state.withLock { state in
            state.clock += 1
            if state.gaussians[key] == nil { state.bytes += size }
            state.gaussians[key] = Entry(values: values, used: state.clock)
            while state.bytes > capacity, state.gaussians.count > 1 {
                guard let oldest = state.gaussians.min(by: { $0.value.used < $1.value.used }) else { return }
                state.bytes -= oldest.value.values.count * MemoryLayout<Double>.stride
                state.gaussians[oldest.key] = nil
            }
        }
    }
}
