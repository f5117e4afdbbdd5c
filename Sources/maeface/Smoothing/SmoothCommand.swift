import Basics
import Evaluation
import Foundation
import RunStore

/// `maeface smooth`: the paper's post-processing over predictions of any model.
enum SmoothCommand: Command {
    static let path = ["smooth"]
    static let summary = "smooth frame-wise predictions with three sigmas, score and tune them"
    static let help = """
        Smooths frame-wise predictions with the paper's filter, y = g(σ1) + MD(x - g(σ2), x - g(σ3)), video by video, and
        scores them before and after where there is truth: CCC of valence and arousal, F1 of units and expressions, pooled
        over all frames. Predictions are tables with columns for the video, the frame and each channel; or a file a video,
        or a folder of them; or NumPy arrays (.npy); or those of a run.

        USAGE: maeface smooth PREDICTIONS... [--truth T] [--sigma S1,S2,S3 | --tune] [-o OUT] [OPTIONS]
               maeface smooth --run RUN [--sigma S1,S2,S3 | --tune] [-o OUT] [OPTIONS]
               maeface smooth --check SUBMISSION [--list FILE] [--task T]

          -o OUT               writes the smoothed predictions, a table as it was read
          --submission         writes OUT as an ABAW submission: every listed frame, units as 0 and 1, classes as numbers
          --list FILE          the frames that a submission has to list: a sample submission, images, or names of videos
          --check FILE         says what is wrong with a submission, line by line
          --tune               searches sigmas and thresholds, and scores them on the folds or videos left out
          --worst N            lists the N videos that score worst
          --run RUN            the predictions of a run, smoothed as is kept with it where nothing else is said; --task for
                               one of several tasks; --home DIR as everywhere
          --keep               keeps the sigmas, thresholds and options with the run, as the workbench does
        \(SmoothOptions.help)
        \(PredictionArguments.help)

        Tuning:
          --largest S          the largest sigma tried, in frames (400)
          --each-channel       each channel has sigmas of its own
          --leave-out W        folds or videos (folds where there are at least two)
          --fixed-thresholds   does not choose thresholds of units
          --strict             takes the three sigmas with σ2, σ3 >= 1, even where a plain Gaussian does better
          --threads N          threads that compute (2)
          --memory GB          how much may be read into memory at once (2); longer files are smoothed one video at a time
          --json               prints an object

        EXAMPLE: maeface smooth predictions.csv --truth annotations/VA_Estimation_Challenge --sigma 29,8,3.5 -o smooth.csv
        """

    static func run(_ arguments: inout Arguments) throws -> ExitCode {
        let isJSON = arguments.flag("--json")
        let check = try arguments.value("--check")
        let list = try arguments.value("--list")
        let predictions = try PredictionArguments(&arguments)
        var job = SmoothJob(predictions: predictions, options: try SmoothOptions(&arguments))
        let run = try arguments.value("--run")
        let home = RunStore.home(argument: try arguments.value("--home"))
        job.output = try arguments.value("-o")
        job.isSubmission = arguments.flag("--submission")
        job.tunes = arguments.flag("--tune")
        job.worst = try arguments.integer("--worst") ?? 0
        job.largest = try arguments.number("--largest", minimum: 1) ?? SigmaScale.largest
        job.isLinked = !arguments.flag("--each-channel")
        if let word = try arguments.value("--leave-out") {
            guard let leaveOut = TuningPlan.LeaveOut(rawValue: word) else {
                throw UserError.usage("--leave-out takes folds or videos, not '\(word)'.")
            }
            job.leaveOut = leaveOut
        }
        job.isStrict = arguments.flag("--strict")
        let keeps = arguments.flag("--keep")
        job.tunesThresholds = !arguments.flag("--fixed-thresholds")
        job.threads = try arguments.integer("--threads") ?? 2
        job.memory = try arguments.number("--memory").map { Int(min($0, 1e6) * 1e9) } ?? job.memory
        job.paths = try arguments.positionals("PREDICTIONS")
        job.isJSON = isJSON
        do {
            if let list { job.list = try Submission.FrameList(path: list) }
            if let check {
                guard job.paths.isEmpty else { throw UserError.usage("--check takes one file and nothing else.") }
                return try SubmissionReport.run(
                    check, list: job.list, task: predictions.reading.task, isJSON: isJSON)
            }
            if let run {
                guard job.paths.isEmpty else { throw UserError.usage("Name files or a run, not both.") }
                try job.read(run, home: home, keeps: keeps)
            } else if keeps {
                throw UserError.usage(
                    "--keep keeps with a run: say --run RUN. 'maeface runs import' makes a run of files.")
            }
            guard !job.paths.isEmpty else { throw UserError.usage("Expected PREDICTIONS, or --run RUN.") }
            if job.isSubmission, job.output == nil { throw UserError.usage("--submission needs -o FILE.") }
            if job.tunes, !job.options.sigmas.isEmpty {
                throw UserError.usage("--sigma says which sigmas, --tune searches them: give one of the two.")
            }
            return try job.run()
        } catch let error as PredictionError {
            throw UserError.data(error.description)
        }
    }
}
