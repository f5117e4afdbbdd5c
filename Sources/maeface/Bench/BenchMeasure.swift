import Basics
import CSystem
import Compute
import Foundation
import Model

/// What `maeface bench` measures of any kind of step, and how it prints it.
struct BenchResult: Encodable {
    let mode: String
    let encoder: String
    let decoder: String?
    let batch: Int
    let microBatch: Int
    let threads: Int
    let kernels: String
    let steps: Int
    let imagesPerS: Double
    let imagesPerSMedian: Double
    let gflops: Double
    let peakGflops: Double
    let shareOfPeak: Double
    let cpuSPerStep: Double
    let peakRssMb: Int
    let allocationsPerStep: Double

    enum CodingKeys: String, CodingKey {
        case mode, encoder, decoder, batch, threads, kernels, steps, gflops
        case microBatch = "micro_batch"
        case imagesPerS = "images_per_s"
        case imagesPerSMedian = "images_per_s_median"
        case peakGflops = "peak_gflops"
        case shareOfPeak = "share_of_peak"
        case cpuSPerStep = "cpu_s_per_step"
        case peakRssMb = "peak_rss_mb"
        case allocationsPerStep = "allocations_per_step"
    }

    var text: String {
        let model = encoder + (decoder.map { ", decoder \($0)" } ?? "")
        return [
            "\(mode) \(model), batch \(batch) in pieces of \(microBatch), \(threads) threads, \(kernels)",
            "images_per_s          \(imagesPerS)",
            "images_per_s_median   \(imagesPerSMedian)   (\(steps) steps)",
            "gflops                \(gflops)",
            "peak_gflops           \(peakGflops)",
            "share_of_peak         \(shareOfPeak)",
            "cpu_s_per_step        \(cpuSPerStep)",
            "peak_rss_mb           \(peakRssMb)",
            "allocations_per_step  \(allocationsPerStep)",
        ].joined(separator: "\n")
    }

    func print(json: Bool) throws {
        if json {
            try Output.json(self)
        } else {
            Output.result(text)
        }
    }

    /// The lines of a help text that explain the numbers.
    static let explanation = """
        images_per_s and images_per_s_median are of the best and of the median step.
        gflops counts executed matrix products at the median step. peak_gflops is the
        multiply-add peak of the same threads, measured in the same run.
        cpu_s_per_step is the time all threads spent computing in a step.
        allocations_per_step counts heap allocations of the whole process in a steady
        step (-1: cannot be counted here).
        """
}

/// The options that every kind of step has.
struct BenchOptions {
    let encoder: String
    let image: Int
    let patch: Int
    let batch: Int
    let microBatch: Int?
    let seconds: Double
    let threads: Int

    init(_ arguments: inout Arguments, batch standard: Int) throws {
        encoder = try arguments.value("--encoder") ?? "vit-base"
        image = try arguments.integer("--image") ?? 224
        patch = try arguments.integer("--patch") ?? 16
        batch = try arguments.integer("--batch") ?? standard
        microBatch = try arguments.integer("--micro-batch")
        seconds = try arguments.number("--seconds") ?? 30
        threads = try arguments.integer("--threads") ?? ProcessInfo.processInfo.activeProcessorCount
    }

    /// Runs `step` once, then for the time asked for and at least three times.
    /// - Parameter operations: floating-point operations that a step executes.
    func measure(
        mode: String, decoder: String? = nil, microBatch: Int, operations: Int, pool: ThreadPool,
        step: (_ number: Int) -> Void
    ) -> BenchResult {
        let peakBefore = peakGflops(pool: pool)
        step(0)
        var times: [Double] = []
        times.reserveCapacity(1 << 20)
        let begin = Clock.monotonic()
        let cpu = Clock.processor()
        maeface_count_allocations(1)
        while times.count < 3 || (Clock.monotonic() - begin < seconds && times.count < 1 << 20) {
            let start = Clock.monotonic()
            step(1 + times.count)
            times.append(Clock.monotonic() - start)
        }
        maeface_count_allocations(0)
        let cpuPerStep = (Clock.processor() - cpu) / Double(times.count)
        let allocations = maeface_allocation_count()
        let peak = max(peakBefore, peakGflops(pool: pool))

        times.sort()
        let middle = times.count / 2
        let median = times.count % 2 == 1 ? times[middle] : (times[middle - 1] + times[middle]) / 2
        let speed = Double(operations) / median / 1e9
        return BenchResult(
            mode: mode, encoder: encoder, decoder: decoder, batch: batch, microBatch: microBatch,
            threads: pool.threads, kernels: pool.level.description, steps: times.count,
            imagesPerS: Self.rounded(Double(batch) / times[0], 1000),
            imagesPerSMedian: Self.rounded(Double(batch) / median, 1000),
            gflops: Self.rounded(speed, 10), peakGflops: Self.rounded(peak, 10),
            shareOfPeak: peak > 0 ? Self.rounded(speed / peak, 1000) : 0, cpuSPerStep: Self.rounded(cpuPerStep, 10000),
            peakRssMb: Self.peakResidentMegabytes(),
            allocationsPerStep: allocations < 0 ? -1 : Self.rounded(Double(allocations) / Double(times.count), 100))
    }

    /// Roughly normal pixels: the sum of twelve uniform numbers less six.
    static func fillNormal(_ buffer: FloatBuffer) {
        var stream = RandomKey(seed: 0, purpose: .rendering).stream()
        for index in 0..<buffer.count {
            var sum: Float = -6
            for _ in 0..<12 { sum += stream.nextFloat() }
            buffer[index] = sum
        }
    }

    private static func rounded(_ value: Double, _ parts: Double) -> Double { (value * parts).rounded() / parts }

    private static func peakResidentMegabytes() -> Int {
        var usage = rusage()
        getrusage(RUSAGE_SELF.rawValue, &usage)
        return usage.ru_maxrss / 1024
    }
}
