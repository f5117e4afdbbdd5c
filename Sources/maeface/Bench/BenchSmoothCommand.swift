import Affect
import Basics
import Evaluation
import Foundation

/// `maeface bench smooth`: how fast the smoother is on this machine, on synthetic predictions.
enum BenchSmoothCommand: Command {
    static let path = ["bench", "smooth"]
    static let summary = "measure the speed of the smoother and its tuning"
    static let help = """
        Measures the smoother on synthetic predictions: the time of a slider step at
        several sigmas, and of a whole tuning. A slider step moves one sigma to a new
        value and computes its Gaussian, the filter and all scores.

        USAGE: maeface bench smooth [--task T] [--frames N] [--videos V] [--threads T]
                                    [--no-tune] [--json]

          --task T      va (2 channels), au (12) or expr (8) (va)
          --frames N    frames in all (300000)
          --videos V    videos they are in (60)
          --threads T   compute threads (2)
          --no-tune     leave the tuning out
          --json        print one JSON object with the keys below

        step_ms_S is the median time of a slider step that computes a Gaussian of
        sigma S, chart_ms that of one video's chart, tune_s the time of a whole tuning
        over all families of filters, family_s that of each family.

        EXAMPLE: maeface bench smooth --json
        """

    private struct Result: Encodable {
        let frames: Int
        let videos: Int
        let channels: Int
        let threads: Int
        var steps: [String: Double] = [:]
        var chartMs = 0.0
        var tuneS: Double?
        var families: [String: Double] = [:]

        enum CodingKeys: String, CodingKey {
            case frames, videos, channels, threads
            case steps = "step_ms"
            case chartMs = "chart_ms"
            case tuneS = "tune_s"
            case families = "family_s"
        }
    }

    static func run(_ arguments: inout Arguments) throws -> ExitCode {
        let frames = try arguments.integer("--frames", minimum: 10) ?? 300_000
        let videos = min(frames / 10, try arguments.integer("--videos") ?? 60)
        let threads = try arguments.integer("--threads") ?? 2
        let task = try arguments.task() ?? .valenceArousal
        let isTuned = !arguments.flag("--no-tune")
        let isJSON = arguments.flag("--json")
        _ = try arguments.positionals(atMost: 0)

        let engine = SmootherEngine(synthetic(task, frames: frames, videos: videos), threads: threads)
        let channels = task.standardChannels.count
        var result = Result(frames: frames, videos: videos, channels: channels, threads: threads)
        var settings = SmootherSettings(sigmas: Sigmas(500, 6, 2), channels: channels)
        _ = engine.scores(settings)
        let sigmas = [3.0, 10, 30, 100, 200, 400]
        for sigma in sigmas {
            let times = (0..<9).map { repetition in
                // A value that the cache cannot have.
                let value = sigma - 0.001 * Double(repetition + 1)
                settings.sigmas = Array(repeating: Sigmas(value, min(6, value / 2), min(2, value / 2)), count: channels)
                if value < 12 { settings.sigmas = Array(repeating: Sigmas(500, value, 2), count: channels) }
                return milliseconds { _ = engine.scores(settings) }
            }
            result.steps["\(Int(sigma))"] = median(times)
        }
        settings.sigmas = Array(repeating: Sigmas(100, 6, 2), count: channels)
        result.chartMs = median(
            (0..<9).map { _ in milliseconds { _ = engine.signal(video: 0, channel: 0, settings: settings) } })
        if isTuned {
            let cold = SmootherEngine(engine.predictions, threads: threads)
            let begun = Clock.monotonic()
            var last = begun
            _ = cold.tune(TuningPlan(leaveOut: .folds), settings: SmootherSettings(channels: channels)) { progress in
                result.families[progress.family.rawValue, default: 0] += Clock.monotonic() - last
                last = Clock.monotonic()
            }
            result.tuneS = Clock.monotonic() - begun
        }
        if isJSON {
            try Output.json(result)
        } else {
            var rows = sigmas.map {
                ["slider step to \(Int($0))", RunTable.shortened(result.steps["\(Int($0))"] ?? 0, 2) + " ms"]
            }
            rows.append(["chart of a video", RunTable.shortened(result.chartMs, 2) + " ms"])
            if let seconds = result.tuneS { rows.append(["whole tuning", RunTable.shortened(seconds, 2) + " s"]) }
            for family in SmoothingFamily.allCases {
                guard let seconds = result.families[family.rawValue] else { continue }
                rows.append(["  " + family.title, RunTable.shortened(seconds, 2) + " s"])
            }
            Output.result(
                "\(frames) frames × \(channels) channels in \(videos) videos, \(threads) threads\n"
                    + RunTable.aligned(rows, right: [1]))
        }
        return .done
    }

    private static func milliseconds(_ body: () -> Void) -> Double {
        let clock = ContinuousClock()
        let time = clock.measure(body).components
        return Double(time.seconds) * 1e3 + Double(time.attoseconds) * 1e-15
    }

    private static func median(_ values: [Double]) -> Double { values.sorted()[values.count / 2] }

    /// Slow waves, and the same under noise; as probabilities and decisions where the task wants those.
    private static func synthetic(_ task: AffectTask, frames: Int, videos: Int) -> PredictionSet {
        var state: UInt64 = 7
        func random() -> Double {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return Double(state >> 11) * 0x1p-53
        }
        let channels = task.standardChannels
        let made = (0..<videos).map { index in
            let count = frames * (index + 1) / videos - frames * index / videos
            let waves = channels.map { _ in
                let (period, phase) = (100 + 400 * random(), 6 * random())
                return (0..<count).map { 0.7 * sin(Double($0) / period + phase) }
            }
            var scores = waves.map { $0.map { 0.5 * $0 + random() - 0.5 } }
            var truth = waves
            if task != .valenceArousal { scores = scores.map { $0.map { min(1, max(0, 0.4 + 0.4 * $0)) } } }
            if task == .actionUnits { truth = waves.map { $0.map { $0 > 0.2 ? 1 : 0 } } }
            if task == .expression {
                truth = [
                    (0..<count).map { frame in
                        Double(waves.indices.max { waves[$0][frame] < waves[$1][frame] } ?? 0)
                    }
                ]
            }
            return PredictionVideo(name: "video-\(index)", fold: index % 5, scores: scores, truth: truth)
        }
        return PredictionSet(name: "synthetic", task: task, channels: channels, framesPerSecond: 30, videos: made)
    }
}
