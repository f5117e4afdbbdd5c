import Training

/// `maeface embed`: the features of images.
enum EmbedCommand: Command {
    static let path = ["embed"]
    static let summary = "write the features of images, of a run or any file of weights, as CSV"
    static let help = """
        Writes one row an image: its path, and the features that the encoder gives it: the mean of the patch tokens
        after fc_norm, or the class token after norm where the file has a head on that. The weights are a run's, or a file of MAE, MAE-Face, timm, Hugging Face or this program, with or
        without decoder and head.

        USAGE: maeface embed (--run RUN [--fold K] | --weights FILE) INPUT... -o OUT.csv [--weights-key KEY] [--heads N]
               [--image PIXELS] [--evaluation crop] [--batch N] [--threads N] [--home DIR]

        \(ImageJob.help)

        Images that cannot be read are said and left out. Progress and the report of the weights go to stderr.

        EXAMPLE: maeface embed --weights mae_face_pretrain_vit_base.pth photos -o features.csv
        """

    static func run(_ arguments: inout Arguments) throws -> ExitCode {
        let job = try ImageJob(&arguments, canAverage: false)
        let models = try job.models(use: .features)
        let columns = (0..<(models.first?.columns ?? 0)).map { "f\($0)" }
        return try job.write(columns, of: models) { Array($0) as [Float] }
    }
}
