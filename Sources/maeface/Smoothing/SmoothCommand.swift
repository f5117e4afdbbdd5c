import Basics
import Evaluation
import Foundation
import RunStore

/// `maeface smooth`: the paper's post-processing over predictions of any model.
enum SmoothCommand: Command {
    static let path = ["smooth"]
    static let summary = "smooth, score and tune frame-wise predictions"
    static let help = """
        Smooths frame-wise predictions with the paper's filter, video by video:

          y = g(σ1) + MD(x - g(σ2), x - g(σ3))

        With truth it also scores them before and after: CCC of valence and arousal,
        F1 of action units and expressions, pooled over all frames. Predictions are
        tables with columns for the video, the frame and each channel; or one file for
        each video, or a folder of them; or NumPy arrays (.npy); or those of a run.

        USAGE: maeface smooth PREDICTIONS... [--truth T]
                              [--sigma S1,S2,S3 | --tune] [-o OUT] [OPTIONS]
               maeface smooth --run RUN [--sigma S1,S2,S3 | --tune] [-o OUT] [OPTIONS]
               maeface smooth --check SUBMISSION [--list FILE] [--task T]

          -o OUT               write the smoothed predictions, as a table like the
                               one that was read
          --submission         write OUT as an ABAW submission: every listed frame,
                               action units as 0 and 1, classes as numbers
          --list FILE          the frames that a submission must list: a sample
                               submission, images, or names of videos
          --check FILE         report what is wrong with a submission, line by line
          --tune               search sigmas and thresholds, and score them on the
                               folds or videos left out
          --worst N            list the N videos with the lowest scores
          --run RUN            the predictions of a run, smoothed with the settings
                               kept with it unless others are given; --task chooses
                               one of several tasks
          --home DIR           the folder of runs (MAEFACE_HOME, or ./runs)
          --keep               keep the sigmas, thresholds and options with the run,
                               as the workbench does
        \(SmoothOptions.help)
        \(PredictionArguments.help)

        Tuning:
          --largest S          the largest sigma tried, in frames (400)
          --each-channel       sigmas of its own for each channel
          --leave-out W        folds or videos (folds if there are at least two)
          --fixed-thresholds   do not choose thresholds of action units
          --strict             choose three sigmas with σ2, σ3 >= 1, even if a plain
                               Gaussian scores higher
          --threads N          compute threads (2)
          --memory GB          how much may be read into memory at once (2); longer
                               files are smoothed one video at a time
          --json               print an object

        EXAMPLE: maeface smooth predictions.csv --sigma 29,8,3.5 -o smooth.csv
                 maeface smooth theirs.csv --truth VA_Estimation_Challenge --tune
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
        if let list { job.list = try Submission.FrameList(path: list) }
        if let check {
            guard job.paths.isEmpty else { throw UserError.usage("--check takes one file and nothing else.") }
            return try SubmissionReport.run(
                check, list: job.list, task: predictions.reading.task, isJSON: isJSON)
        }
        if let run {
            guard job.paths.isEmpty else { throw UserError.usage("Give either files or --run, not both.") }
            try job.read(run, home: home, keeps: keeps)
        } else if keeps {
            throw UserError.usage(
                "--keep needs --run RUN, where the settings are kept; 'maeface runs import' turns files into a run.")
        }
        guard !job.paths.isEmpty else { throw UserError.usage("Expected PREDICTIONS, or --run RUN.") }
        if job.isSubmission, job.output == nil { throw UserError.usage("--submission needs -o FILE.") }
        if job.tunes, !job.options.sigmas.isEmpty {
            throw UserError.usage("--sigma sets the sigmas and --tune searches them; give only one of the two.")
        }
        return try job.run()
    }
}
