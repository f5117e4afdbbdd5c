import Evaluation
import Foundation
import Training

/// `maeface predict`: the scores that a fine-tuned model gives images.
enum PredictCommand: Command {
    static let path = ["predict"]
    static let summary = "write the scores of a fine-tuned model for images, as CSV"
    static let help = """
        Writes one row an image: its path and a score for each class (probabilities), action unit (probabilities), or
        for valence and arousal (in [-1, 1]). The file of weights is a fine-tuned one, with fc_norm and head, under the
        names of MAE, MAE-Face or timm.

        USAGE: maeface predict --weights FILE --task TASK INPUT... -o OUT.csv [--classes NAME,...] [--heads N]
               [--image PIXELS] [--whole] [--batch N] [--threads N]

          --task TASK     expression, actionUnits or valenceArousal: what the head was trained for
          --classes ...   names of the outputs in their order, which no file of other programs tells; without it,
                          classes are class0, class1 ..., twelve units are ABAW's
          INPUT           JPEG and PNG files, and folders of them
          --heads N       heads of attention, asked for when nothing tells them
          --image PIXELS  the side of the model's input (the file's); positions are resized
          --whole         resizes the whole image to the square, for aligned faces
          --batch N       images at once (32)
          --threads N     compute threads (all processors)

        EXAMPLE: maeface predict --weights affectnet.pth --task expression photos -o scores.csv \\
                   --classes Neutral,Happiness,Sadness,Surprise,Fear,Disgust,Anger,Contempt
        """

    static func run(_ arguments: inout Arguments) throws -> ExitCode {
        let word = try arguments.value("--task")
        let names = try arguments.value("--classes")
        guard let word, let task = AffectTask(word: word) else {
            let known = AffectTask.allCases.map(\.rawValue).joined(separator: ", ")
            throw CommandError.usage(
                word.map { "there is no task '\($0)'; the tasks are \(known)." } ?? "--task is needed: one of \(known)."
            )
        }
        let job = try ImageJob(&arguments)
        let model = try job.model(use: .outputs)
        let given = names?.split(separator: ",", omittingEmptySubsequences: false).map {
            $0.trimmingCharacters(in: .whitespaces)
        }
        let scores: TaskScores
        do {
            scores = try TaskScores(task: task, outputs: model.columns, names: given)
        } catch {
            throw CommandError.badData("\(error.description).")
        }
        if task == .expression, given == nil {
            Output.say("the file does not name its classes; --classes does, in the order that it was trained with")
        }
        return try job.write(scores.channels, of: model) { scores.scores(of: $0) }
    }
}
