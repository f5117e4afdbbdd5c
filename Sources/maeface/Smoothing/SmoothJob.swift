import Basics
import Evaluation
import Foundation
import Results
import RunStore
import Workbench

/// What `maeface smooth` was told, and doing it.
struct SmoothJob {
    var predictions: PredictionArguments
    var options: SmoothOptions
    var paths: [String] = []
    var name: String?
    var output: String?
    var isSubmission = false
    var list: Submission.FrameList?
    var tunes = false
    var worst = 0
    var largest = SigmaScale.largest
    var isLinked = true
    var leaveOut: TuningPlan.LeaveOut?
    var tunesThresholds = true
    /// Takes the three sigmas with σ2, σ3 ≥ 1 even where less of the filter does better.
    var isStrict = false
    var threads = 2
    /// Bytes of files that are read at once.
    var memory = PredictionReader.mostBytes
    var isJSON = false
    /// What is kept with the run already, and what keeps new settings there.
    var kept: KeptSmoother?
    var keep: ((KeptSmoother) throws -> Void)?

    init(predictions: PredictionArguments, options: SmoothOptions) {
        self.predictions = predictions
        self.options = options
    }

    /// Takes the predictions of a run, and what is kept with it.
    mutating func read(_ word: String, home: String, keeps: Bool) throws {
        guard !keeps || tunes || options.saysSomething else {
            throw UserError.usage("--keep needs --sigma, --threshold or --tune: there is nothing to keep.")
        }
        let store = try RunStore.open(home: home, readOnly: !keeps)
        let run = try store.resolve(word)
        let files = try store.heldOutFiles(of: run, task: predictions.reading.task)
        paths = files.paths
        name = run.name
        predictions.reading.task = files.reading.task
        predictions.reading.clipsScores = files.reading.clipsScores
        predictions.reading.framesPerSecond = predictions.reading.framesPerSecond ?? files.reading.framesPerSecond
        if predictions.reading.columns.isEmpty { predictions.reading.columns = files.reading.columns }
        // The truth in another file has names of its own.
        if predictions.truth == nil, predictions.reading.truthColumns.isEmpty {
            predictions.reading.truthColumns = files.reading.truthColumns
            predictions.reading.truthIsPlace = files.reading.truthIsPlace
        }
        kept = try store.keptSmoother(of: run.id)
        guard keeps else { return }
        keep = { kept in
            try store.keep(kept, of: run.id)
            Output.say("Kept with run \(run.id) '\(run.name)'.")
        }
    }

    func run() throws -> ExitCode {
        let reader = try PredictionReader(paths, truth: predictions.truth, options: predictions.reading)
        var settings = SmootherSettings(channels: reader.channels.count)
        if let kept {
            settings = kept.settings(for: reader.channels, base: settings)
            if options.sigmas.isEmpty, !tunes { Output.say("Smoothed with the settings kept with the run.") }
        }
        settings = try options.settings(channels: reader.channels, task: reader.task, base: settings)
        if isSubmission { settings.options.result = .kept }
        guard keep == nil || settings.options.standIn == nil else {
            throw UserError.usage(
                "--keep keeps how predictions are smoothed, not what stands for missing ones: leave out "
                    + "--missing-as.")
        }
        guard reader.byteCount <= memory else { return try stream(reader, settings) }
        var set = try reader.read()
        if let name { set.name = name }
        for note in reader.notes { Output.say(note) }
        let engine = SmootherEngine(set, threads: threads)
        var report = SmoothReport(set: set, settings: settings)
        report.notes = reader.notes
        var leftOut: Double?
        if tunes {
            guard set.hasTruth else {
                throw UserError.data("There is no truth to tune on. Give it with --truth or --truth-columns.")
            }
            var plan = TuningPlan.standard(for: set)
            plan.largest = largest
            plan.linked = isLinked
            plan.thresholds = tunesThresholds
            if let leaveOut { plan.leaveOut = leaveOut }
            let progress = TuningPrinter()
            guard let result = engine.tune(plan, settings: settings, progress: progress.report) else { return .failed }
            progress.finish()
            report.tuning = result
            if let chosen = result.usable(strict: isStrict).map({ result.rows[$0] }) {
                leftOut = chosen.leftOut?.mean
                let thresholds = settings.thresholds
                settings = chosen.settings(options: settings.options) ?? settings
                if chosen.thresholds.isEmpty { settings.thresholds = thresholds }
            }
            report.settings = settings
        }
        if set.hasTruth { report.scores = engine.scores(settings) }
        report.unpredictedFrames = engine.unpredictedFrames
        if worst > 0, set.hasTruth {
            report.worst = Array((engine.videosWorstFirst(settings) ?? []).prefix(worst))
        }
        if let output {
            let notes = try SmoothWriter.write(
                engine, settings: settings, to: output, isSubmission: isSubmission, list: list)
            report.notes += said(notes, output)
        }
        try keep?(KeptSmoother(settings, of: set, scores: report.scores?.all, leftOut: leftOut))
        if isJSON { try Output.json(report.json) } else { Output.result(report.text) }
        return .done
    }

    private func said(_ notes: [String], _ output: String) -> [String] {
        for note in notes { Output.say(note) }
        Output.say("Wrote \(output).")
        return notes
    }

    /// One video at a time, for files of any length.
    private func stream(_ reader: PredictionReader, _ settings: SmootherSettings) throws -> ExitCode {
        guard !tunes, worst == 0, keep == nil else {
            throw UserError.data(
                "The files hold \(ByteCount.text(Int64(reader.byteCount))), more than the \(ByteCount.text(Int64(memory))) "
                    + "that are read at once; --tune, --worst and --keep need all of them. Take some of the videos, or "
                    + "raise --memory.")
        }
        let task = reader.task
        var sums = (
            raw: ScoreTally(task: task, channels: reader.channels.count),
            smoothed: ScoreTally(task: task, channels: reader.channels.count)
        )
        var (videos, frames, unpredicted) = (0, 0, 0)
        var writer: SmoothWriter?
        try reader.stream { video in
            if writer == nil, let output {
                writer = try SmoothWriter(
                    path: output, isSubmission: isSubmission, list: list, task: task, channels: reader.channels,
                    hasFolds: video.fold != nil, hasTruth: true, thresholds: settings.thresholds,
                    layout: reader.layout, hasImages: reader.hasImages)
            }
            let set = PredictionSet(name: video.name, task: task, channels: reader.channels, videos: [video])
            let engine = SmootherEngine(set, threads: threads, cacheBytes: 0)
            let smoothed = engine.smoothed(video: 0, settings: settings)
            let raw = video.scores.indices.map { settings.options.scored(video.scores[$0], channel: $0) }
            sums.raw.merge(ScoreTally(task: task, scores: raw, truth: video.truth))
            unpredicted += engine.unpredictedFrames
            sums.smoothed.merge(
                ScoreTally(task: task, scores: smoothed, truth: video.truth, thresholds: settings.thresholds))
            videos += 1
            frames += video.count
            var result = video
            result.scores = smoothed
            try writer?.append(result)
        }
        for note in reader.notes { Output.say(note) }
        var report = SmoothReport(
            set: PredictionSet(
                name: name ?? paths[0], task: task, channels: reader.channels,
                framesPerSecond: predictions.reading.framesPerSecond, videos: []), settings: settings)
        report.counts = (videos, frames)
        report.unpredictedFrames = unpredicted
        report.notes = reader.notes
        let scores = ScorePair(raw: sums.raw.score, smoothed: sums.smoothed.score)
        if scores.raw.frames > 0 { report.scores = SmootherScores(videos: [], folds: [], all: scores) }
        if let writer, let output { report.notes += said(try writer.finish(), output) }
        if isJSON { try Output.json(report.json) } else { Output.result(report.text) }
        return .done
    }
}

/// Says how far a tuning is: a line that is drawn over on a terminal, one for each family elsewhere.
final class TuningPrinter {
    private let isTerminal = isatty(2) == 1
    private var family: SmoothingFamily?

    func report(_ progress: TuningProgress) {
        if isTerminal {
            let percent = Int(progress.share * 100)
            Output.show(
                "\rtuning \(percent) %  \(progress.family.title)  best \(SmoothReport.fixed(progress.best))\u{1B}[K")
        } else if progress.family != family {
            Output.say("tuning \(progress.family.title)")
        }
        family = progress.family
    }

    func finish() {
        if isTerminal { Output.show("\r\u{1B}[K") }
    }
}
