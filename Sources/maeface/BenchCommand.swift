import CSystem
import Compute
import Foundation
import Model

/// `maeface bench pretrain`: how fast a training step is on this machine, on synthetic images.
enum BenchPretrainCommand: Command {
    static let path = ["bench", "pretrain"]
    static let summary = "measure the speed of a pre-training step"
    static let help = """
        Measures pre-training steps (forward, backward, AdamW) on synthetic images; nothing is read or kept.

        USAGE: maeface bench pretrain [OPTIONS]

          --encoder E      vit-micro, vit-tiny, vit-small, vit-base (standard), vit-large, or as in 192d12b3h
          --decoder D      512d8b (standard), 96d1b, or any width, depth and heads as in 256d4b8h
          --image N        side of the images in pixels (224)
          --patch P        side of a patch in pixels (16)
          --batch B        images per step (16)
          --micro-batch M  images that go through the encoder together (chosen by size)
          --seconds S      time to measure for, at least 3 steps (30)
          --threads T      threads that compute (all cores)
          --json           one JSON object with the keys below

        images_per_s and images_per_s_median are of the best and of the median step. gflops counts executed matrix
        products at the median step; peak_gflops is the multiply-add peak of the same threads, measured in the same
        run. cpu_s_per_step is the time all threads spent computing in a step. allocations_per_step counts heap
        allocations of the whole process in a steady step (-1: cannot be counted here).

        EXAMPLE: maeface bench pretrain --encoder vit-tiny --decoder 96d1b --batch 32 --json
        """

    static func run(_ arguments: inout Arguments) throws -> ExitCode {
        let options = try Options(&arguments)
        let json = arguments.flag("--json")
        _ = try arguments.positionals(atMost: 0)
        let result = measure(options)
        if json {
            try Output.json(result)
        } else {
            Output.result(result.text)
        }
        return .done
    }

    private struct Options {
        let configuration: ModelConfiguration
        let encoder: String
        let decoder: String
        let batch: Int
        let microBatch: Int
        let seconds: Double
        let threads: Int

        init(_ arguments: inout Arguments) throws {
            encoder = try arguments.value("--encoder") ?? "vit-base"
            decoder = try arguments.value("--decoder") ?? "512d8b"
            do {
                configuration = try ModelConfiguration(
                    image: arguments.integer("--image") ?? 224, patch: arguments.integer("--patch") ?? 16,
                    encoder: EncoderConfiguration.named(encoder), decoder: DecoderConfiguration.named(decoder))
            } catch let error as ModelError {
                throw CommandError.usage(error.description)
            }
            batch = try arguments.integer("--batch") ?? 16
            microBatch =
                try arguments.integer("--micro-batch")
                ?? MaskedAutoencoder.defaultMicroBatch(configuration, batch: batch)
            seconds = try arguments.number("--seconds") ?? 30
            threads = try arguments.integer("--threads") ?? ProcessInfo.processInfo.activeProcessorCount
        }
    }

    private struct Result: Encodable {
        let mode = "pretrain"
        let encoder: String
        let decoder: String
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
            [
                "\(encoder), decoder \(decoder), batch \(batch) in pieces of \(microBatch), \(threads) threads, \(kernels)",
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
    }

    private static func measure(_ options: Options) -> Result {
        let (configuration, batch) = (options.configuration, options.batch)
        let pool = ThreadPool(threads: options.threads)
        let peakBefore = peakGflops(pool: pool)
        let model = MaskedAutoencoder(configuration: configuration, microBatch: options.microBatch, pool: pool)
        model.initialise(seed: 0)
        let optimizer = AdamW(parameters: model.parameters)
        let images = FloatBuffer(count: batch * configuration.imageValues)
        fillNormal(images)
        let noise = FloatBuffer(count: batch * configuration.patches)
        let key = RandomKey(seed: 0, purpose: .masking)

        func step(_ number: Int) {
            for sample in 0..<batch {
                let row = UnsafeMutableBufferPointer(
                    start: noise.pointer + sample * configuration.patches, count: configuration.patches)
                Masking.drawNoise(row, key: key, epoch: number, sample: sample)
            }
            _ = model.lossAndGradients(images: images.pointer, noise: noise.pointer, batch: batch)
            optimizer.step(learningRate: 1e-4, pool: pool)
        }

        step(0)
        var times: [Double] = []
        times.reserveCapacity(1 << 20)
        let begin = seconds(CLOCK_MONOTONIC)
        let cpu = seconds(CLOCK_PROCESS_CPUTIME_ID)
        maeface_count_allocations(1)
        while times.count < 3 || (seconds(CLOCK_MONOTONIC) - begin < options.seconds && times.count < 1 << 20) {
            let start = seconds(CLOCK_MONOTONIC)
            step(1 + times.count)
            times.append(seconds(CLOCK_MONOTONIC) - start)
        }
        maeface_count_allocations(0)
        let cpuPerStep = (seconds(CLOCK_PROCESS_CPUTIME_ID) - cpu) / Double(times.count)
        let allocations = maeface_allocation_count()
        let peak = max(peakBefore, peakGflops(pool: pool))

        times.sort()
        let middle = times.count / 2
        let median = times.count % 2 == 1 ? times[middle] : (times[middle - 1] + times[middle]) / 2
        let speed = Double(model.executedFlopsPerImage * batch) / median / 1e9
        return Result(
            encoder: options.encoder, decoder: options.decoder, batch: batch, microBatch: model.microBatch,
            threads: pool.threads, kernels: pool.level.description, steps: times.count,
            imagesPerS: rounded(Double(batch) / times[0], 1000),
            imagesPerSMedian: rounded(Double(batch) / median, 1000),
            gflops: rounded(speed, 10), peakGflops: rounded(peak, 10),
            shareOfPeak: peak > 0 ? rounded(speed / peak, 1000) : 0, cpuSPerStep: rounded(cpuPerStep, 10000),
            peakRssMb: peakResidentMegabytes(),
            allocationsPerStep: allocations < 0 ? -1 : rounded(Double(allocations) / Double(times.count), 100))
    }

    /// Roughly normal pixels: the sum of twelve uniform numbers less six.
    private static func fillNormal(_ buffer: FloatBuffer) {
        var stream = RandomKey(seed: 0, purpose: .rendering).stream()
        for index in 0..<buffer.count {
            var sum: Float = -6
            for _ in 0..<12 { sum += stream.nextFloat() }
            buffer[index] = sum
        }
    }

    private static func seconds(_ clock: clockid_t) -> Double {
        var time = timespec()
        clock_gettime(clock, &time)
        return Double(time.tv_sec) + Double(time.tv_nsec) * 1e-9
    }

    private static func rounded(_ value: Double, _ parts: Double) -> Double { (value * parts).rounded() / parts }

    private static func peakResidentMegabytes() -> Int {
        var usage = rusage()
        getrusage(RUSAGE_SELF.rawValue, &usage)
        return usage.ru_maxrss / 1024
    }
}
