import Affect
import Basics
import Evaluation
import Foundation
import Training

/// `maeface predict`: the scores that a fine-tuned model gives images.
enum PredictCommand: Command {
    static let path = ["predict"]
    static let summary = "write predictions for images as CSV"
    static let help = """
        Writes one row for each image: its path and its scores. These are
        probabilities of classes or action units, or valence and arousal in [-1, 1].
        The weights are those of a run, which knows its tasks and the names of its
        outputs, or a fine-tuned file with a head, on the mean of the patch tokens
        (fc_norm) or on the class token (norm), with the names of MAE, MAE-Face, timm
        or Hugging Face.

        USAGE: maeface predict --run RUN [--fold K | --ensemble mean] INPUT...
                               -o OUT.csv [OPTIONS]
               maeface predict --weights FILE --task TASK INPUT... -o OUT.csv
                               [--classes NAME,...] [OPTIONS]

          --ensemble mean the mean of the predictions of all folds' models
          --task TASK     expression, actionUnits or valenceArousal: what the head
                          was trained for; files of this program contain it
          --classes ...   the names of the outputs in their order, which files of
                          other programs do not contain; without it, classes are
                          class0, class1 ..., and twelve units are ABAW's
        \(ImageJob.help)

        EXAMPLE: maeface predict --run ck-au --ensemble mean photos -o scores.csv
                 maeface predict --weights affectnet.pth --task expression photos \\
                   -o scores.csv --classes Neutral,Happiness,Sadness,Surprise,Fear
        """

    static func run(_ arguments: inout Arguments) throws -> ExitCode {
        let word = try arguments.value("--task")
        let names = try arguments.value("--classes")?.split(separator: ",", omittingEmptySubsequences: false).map {
            $0.trimmingCharacters(in: .whitespaces)
        }
        let known = AffectTask.allCases.map(\.rawValue).joined(separator: ", ")
        let task = try word.map { word in
            guard let task = AffectTask(word: word) else {
                throw UserError.usage("there is no task '\(word)'; the tasks are \(known).")
            }
            return task
        }
        let job = try ImageJob(&arguments, canAverage: true)
        if job.isOfRun, task != nil || names != nil {
            throw UserError.usage("--task and --classes need --weights; a run stores its own.")
        }
        let models = try job.models(use: .outputs)
        var heads: [OutputScores] = []
        if let task {
            for model in models { heads = [try OutputScores(task: task, outputs: model.columns, names: names)] }
        } else {
            heads = try said(models, names, job)
        }
        if let head = heads.first, task == .expression, names == nil {
            if let said = models.first.flatMap({ HeadOutputs.read($0.metadata) }), said.count == 1,
                said[0].task == .expression, said[0].channels.count == head.channels.count
            {
                heads = [try OutputScores(task: .expression, outputs: head.channels.count, names: said[0].channels)]
            } else {
                Output.say("the file does not name its classes; give them with --classes, in the order of training")
            }
        }
        return try job.write(heads.flatMap(\.channels), of: models, keepsSkipped: true) { outputs in
            var start = 0
            return heads.flatMap { head in
                defer { start += head.channels.count }
                return head.scores(of: UnsafeBufferPointer(rebasing: outputs[start..<start + head.channels.count]))
            }
        }
    }

    /// The heads as the file says them itself.
    private static func said(
        _ models: [LoadedClassifier], _ names: [String]?, _ job: ImageJob
    ) throws -> [OutputScores] {
        let said = models.map { HeadOutputs.read($0.metadata) }
        guard let first = said.first, let heads = first, said.allSatisfy({ $0 == heads }),
            heads.reduce(0, { $0 + $1.channels.count }) == models.first?.columns
        else {
            let known = AffectTask.allCases.map(\.rawValue).joined(separator: ", ")
            if job.isOfRun { throw UserError.data("\(job.weights[0]): does not say its outputs.") }
            throw UserError.usage("--task is needed: one of \(known).")
        }
        if names != nil, heads.count > 1 {
            throw UserError.usage(
                "the file names the outputs of its \(heads.count) heads itself; leave --classes out.")
        }
        return try heads.map { head in
            try OutputScores(task: head.task, outputs: head.channels.count, names: names ?? head.channels)
        }
    }
}
