import Basics
import Checkpoints
import Compute
import Datasets
import Evaluation
import Foundation
import Model
import Training

/// `maeface embed`: the features of images.
enum EmbedCommand: Command {
    static let path = ["embed"]
    static let summary = "write the features of images, from any file of weights, as CSV"
    static let help = """
        Writes one row an image: its path, and the features that the encoder gives it, the mean of the patch tokens
        after fc_norm. The file of weights is MAE's, MAE-Face's, timm's, Hugging Face's or one of this program, with or
        without decoder and head.

        USAGE: maeface embed --weights FILE INPUT... -o OUT.csv [--heads N] [--image PIXELS] [--whole] [--batch N]
               [--threads N]

          INPUT           JPEG and PNG files, and folders of them
          --heads N       heads of attention, asked for when nothing tells them: the shapes do not
          --image PIXELS  the side of the model's input (the file's); positions are resized
          --whole         resizes the whole image to the square, for aligned faces; otherwise the shorter side becomes
                          8/7 of the input and the centre is cut out, as MAE evaluates
          --batch N       images at once (32)
          --threads N     compute threads (all processors)

        Images that cannot be read are said and left out. Progress and the report of the weights go to stderr.

        EXAMPLE: maeface embed --weights mae_face_pretrain_vit_base.pth photos -o features.csv
        """

    static func run(_ arguments: inout Arguments) throws -> ExitCode {
        let job = try ImageJob(&arguments)
        let model = try job.model(use: .features)
        let columns = (0..<model.columns).map { "f\($0)" }
        return try job.write(columns, of: model) { Array($0) }
    }
}

/// What `embed` and `predict` share: images through a model into a table.
struct ImageJob {
    private let weights: String
    private let files: [String]
    private let output: String
    private let heads: Int?
    private let image: Int?
    private let framing: ImageReader.Framing
    private let batch: Int
    private let threads: Int

    init(_ arguments: inout Arguments) throws {
        guard let weights = try arguments.value("--weights") else {
            throw CommandError.usage("--weights FILE is needed: the file of weights.")
        }
        self.weights = weights
        let short = try arguments.value("-o")
        guard let output = try arguments.value("--output") ?? short else {
            throw CommandError.usage("-o OUT.csv is needed: where the rows go.")
        }
        self.output = output
        heads = try arguments.integer("--heads")
        image = try arguments.integer("--image")
        framing = arguments.flag("--whole") ? .whole : .centre
        batch = try arguments.integer("--batch") ?? 32
        threads = try arguments.integer("--threads") ?? ProcessInfo.processInfo.activeProcessorCount
        let inputs = try arguments.positionals("INPUT...", atLeast: 1)
        do {
            let scan = try FolderScan.scan(inputs)
            for skipped in scan.skipped { Output.say("skipped \(skipped)") }
            files = scan.files
        } catch {
            throw CommandError.badData("\(error)")
        }
    }

    /// Loads the weights and says what was loaded.
    func model(use: LoadedClassifier.Use) throws -> LoadedClassifier {
        do {
            let model = try LoadedClassifier(
                path: weights, use: use, heads: heads, image: image, batch: min(batch, files.count),
                pool: ThreadPool(threads: threads))
            Output.say("\(weights): \(WeightsCommands.words(model.shape))")
            for line in model.report.lines { Output.say(line) }
            return model
        } catch let error as CheckpointError {
            throw CommandError.badData(error.description)
        } catch let error as ModelError {
            throw CommandError.badData("\(weights): \(error)")
        }
    }

    /// Runs every image and writes a row each, whole or not at all.
    func write(
        _ columns: [String], of model: LoadedClassifier, row: (UnsafeBufferPointer<Float>) -> [Float]
    ) throws -> ExitCode {
        let values = FloatBuffer(count: batch * model.columns)
        var (written, skipped) = (0, 0)
        let isTerminal = isatty(2) == 1
        do {
            try WholeFile.write(to: output, byteCount: 0) { (file) throws(FileError) in
                try file.append(Array((["image"] + columns).map(Self.quoted).joined(separator: ",").utf8) + [0x0A])
                let reader = ImageReader(
                    files: files, image: model.image, framing: framing, normalisation: model.normalisation)
                try reader.forEachBatch(of: batch, threads: threads) { failure in
                    if isTerminal { Output.write("\r\u{1B}[K", to: 2) }
                    Output.say("skipped \(failure)")
                    skipped += 1
                } _: { (paths, pixels) throws(FileError) in
                    model.run(images: pixels, batch: paths.count, into: values.pointer)
                    var text = ""
                    for (index, path) in paths.enumerated() {
                        let numbers = UnsafeBufferPointer(
                            start: values.pointer + index * model.columns, count: model.columns)
                        text += Self.quoted(path)
                        for number in row(numbers) { text += ",\(number)" }
                        text += "\n"
                    }
                    try file.append(Array(text.utf8))
                    written += paths.count
                    if isTerminal { Output.write("\r\(written + skipped) of \(files.count) images\u{1B}[K", to: 2) }
                }
                // An empty table is no result: it must not take the place of an older one.
                guard written > 0 else { throw FileError(path: output, "would have no rows") }
            }
        } catch {
            if skipped == files.count {
                throw CommandError.badData("none of the \(files.count) images could be read, so nothing was written.")
            }
            throw CommandError.failed("\(error)")
        }
        if isTerminal { Output.write("\r\u{1B}[K", to: 2) }
        Output.result("\(output): \(written) images\(skipped > 0 ? ", \(skipped) skipped" : "")")
        return .done
    }

    /// A field of a CSV file.
    private static func quoted(_ text: String) -> String {
        guard text.contains(where: { ",\"\r\n".contains($0) }) else { return text }
        return "\"" + text.replacing("\"", with: "\"\"") + "\""
    }
}
