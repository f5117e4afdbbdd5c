import Basics
import CKernels

/// The machine's floating-point peak: multiply-adds that never leave the registers, on all threads of the pool at once,
/// in GFLOP/s. The best of several short bursts, about a fifth of a second in all.
public func peakGflops(pool: ThreadPool, bursts: Int = 5) -> Double {
    let burst = pool.kernels.pointee.fma_burst
    guard let burst else { return 0 }
    let rounds = 1_000_000
    var best = 0.0
    let operations = burst(1) * Double(rounds)
    for _ in 0..<bursts {
        let start = Clock.monotonic()
        pool.run(tiles: pool.threads * 4) { _ in _ = burst(rounds) }
        best = max(best, operations * Double(pool.threads * 4) / (Clock.monotonic() - start) / 1e9)
    }
    return best
}
