import Basics
import Checkpoints
import Compute
import Datasets
import Foundation
import Images
import Model
import Results
import RunStore
import Session
import Tables
import Training

/// What `embed` and `predict` share: images through one model, or several, into a table.
struct ImageJob {
    /// Files of weights: one, or one a fold.
    let weights: [String]
    /// Which of several models in the file.
    private let key: String?
    /// The run that they are of, where they are of one.
    let isOfRun: Bool
    private let files: [ImageReference]
    private let output: String
    private let heads: Int?
    private let image: Int?
    private let framing: ImageReader.Framing
    private let batch: Int
    private let threads: Int

    static let help = """
          --run RUN       the weights of a run's last stage with labels (RUN@STAGE
                          for another stage), evaluated as in that run
          --fold K        of a run with folds, the model that held out fold K
          --weights FILE  any file of weights
          --weights-key KEY  which of several models in the file; see weights
                          inspect
          INPUT           JPEG and PNG files, and folders of them
          --heads N       the number of attention heads, needed only when neither
                          the file nor its shapes show it
          --image PIXELS  the side of the model's input (the file's); positions are
                          resized
          --evaluation E  resize the whole image to the square (resize, used without
                          it), or make the shorter side 8/7 of the input and cut out
                          the centre (crop). A run is evaluated as it was trained;
                          --whole is another word for resize
          --batch N       images at once (32)
          --threads N     compute threads (all processors)
          --home DIR      the folder of runs (MAEFACE_HOME, or ./runs)
        """

    /// - Parameter canAverage: whether the models of all folds may answer together.
    init(_ arguments: inout Arguments, canAverage: Bool) throws {
        let file = try arguments.value("--weights")
        key = try arguments.value("--weights-key")
        let run = try arguments.value("--run")
        let fold = try arguments.integer("--fold")
        let ensemble = canAverage ? try arguments.value("--ensemble") : nil
        let home = RunStore.home(argument: try arguments.value("--home"))
        let short = try arguments.value("-o")
        guard let output = try arguments.value("--output") ?? short else {
            throw UserError.usage("-o OUT.csv is needed: the table to write.")
        }
        self.output = output
        heads = try arguments.integer("--heads")
        image = try arguments.integer("--image")
        let evaluation = try Self.evaluation(&arguments)
        batch = try arguments.integer("--batch") ?? 32
        threads = try arguments.integer("--threads") ?? ProcessInfo.processInfo.activeProcessorCount
        let inputs = try arguments.positionals("INPUT...", atLeast: 1)
        guard key == nil || file != nil else {
            throw UserError.usage("--weights-key goes with --weights: the weights of a run are one model.")
        }
        switch (file, run) {
        case (let file?, nil):
            guard fold == nil, ensemble == nil else {
                throw UserError.usage("--fold and --ensemble need --run.")
            }
            (weights, isOfRun, framing) = ([file], false, evaluation ?? .whole)
        case (nil, let run?):
            let store = try RunStore.open(home: home, readOnly: true)
            let found = try Self.weights(run, fold: fold, ensemble: ensemble, canAverage: canAverage, in: store)
            (weights, isOfRun, framing) = (found.files, true, evaluation ?? found.framing)
        default: throw UserError.usage("Give either --run RUN or --weights FILE.")
        }
        let scan = try FolderScan.scan(inputs)
        for skipped in scan.skipped { Output.say("skipped \(skipped)") }
        files = scan.images
    }

    /// How images come to the model's size, where that is said.
    private static func evaluation(_ arguments: inout Arguments) throws -> ImageReader.Framing? {
        let isWhole = arguments.flag("--whole")
        guard let word = try arguments.value("--evaluation") else { return isWhole ? .whole : nil }
        guard let setting = EvaluationSetting(rawValue: word) else {
            let known = EvaluationSetting.allCases.map(\.rawValue).joined(separator: " or ")
            throw UserError.usage("--evaluation takes \(known), not '\(word)'.")
        }
        guard setting == .resize || !isWhole else {
            throw UserError.usage("--whole and --evaluation crop do not go together.")
        }
        return setting == .resize ? .whole : .centre
    }

    private static func weights(
        _ word: String, fold: Int?, ensemble: String?, canAverage: Bool, in store: RunStore
    ) throws -> (files: [String], framing: ImageReader.Framing) {
        let reference = try RunReference(word, in: store)
        guard !reference.isGroup, let run = reference.runs.first else {
            throw UserError.usage(
                "'\(word)' names \(reference.runs.count) runs; choose one of \(reference.runs.map(\.name).joined(separator: ", "))."
            )
        }
        let weights = try StageWeights(of: run, stage: reference.stages[0], in: store)
        let title = "run \(run.id) '\(run.name)'"
        guard !weights.folds.isEmpty else {
            guard fold == nil, ensemble == nil else {
                throw UserError.usage(
                    "\(title) has no folds in stage \(weights.stage); leave --fold and --ensemble out.")
            }
            return ([weights.file(fold: nil)], weights.framing)
        }
        let known = weights.folds.map(String.init).joined(separator: ", ")
        switch (fold, ensemble) {
        case (let fold?, nil):
            guard weights.folds.contains(fold) else {
                throw UserError.usage("\(title) has no weights of fold \(fold); it has folds \(known).")
            }
            return ([weights.file(fold: fold)], weights.framing)
        case (nil, "mean"?): return (weights.folds.map { weights.file(fold: $0) }, weights.framing)
        case (nil, let other?): throw UserError.usage("--ensemble takes mean, not '\(other)'.")
        case (nil, nil):
            throw UserError.usage(
                "\(title) has a model for each of the folds \(known): choose one with --fold K"
                    + (canAverage ? ", or average their predictions with --ensemble mean." : "."))
        case (_?, _?): throw UserError.usage("--fold and --ensemble do not go together.")
        }
    }

    /// Loads the weights and says what was loaded.
    func models(use: LoadedClassifier.Use) throws -> [LoadedClassifier] {
        let pool = ThreadPool(threads: threads)
        return try weights.map { weights -> LoadedClassifier in
            do {
                let model = try LoadedClassifier(
                    path: weights, key: key, use: use, heads: heads, image: image, batch: min(batch, files.count),
                    pool: pool)
                Output.say("\(weights): \(WeightsCommands.description(of: model.shape))")
                for line in model.report.lines { Output.say(line) }
                return model
            } catch let error as ModelError {
                throw FileError(path: weights, error.description)
            }
        }
    }

    /// Runs every image and writes a row each, whole or not at all.
    /// - Parameters:
    ///   - keepsSkipped: whether an image that cannot be read has a row too, without numbers.
    ///   - row: the numbers to write of one model's outputs; several models are averaged.
    func write<Number: BinaryFloatingPoint & LosslessStringConvertible>(
        _ columns: [String], of models: [LoadedClassifier], keepsSkipped: Bool = false,
        row: (UnsafeBufferPointer<Float>) -> [Number]
    ) throws -> ExitCode {
        guard let first = models.first else { return .failed }
        let values = models.map { FloatBuffer(count: batch * $0.columns) }
        var (written, skipped) = (0, 0)
        var unusable: String?
        // Of the files, those that have a row or were skipped.
        var done = 0
        func skippedRows(before image: ImageReference?) -> String {
            var text = ""
            while done < files.count, files[done] != image {
                if keepsSkipped {
                    text += files[done].description.asTableField + String(repeating: ",", count: columns.count) + "\n"
                }
                done += 1
            }
            done += 1
            return text
        }
        let isTerminal = isatty(2) == 1
        do {
            try WholeFile.write(to: output, byteCount: 0) { (file) throws(FileError) in
                try file.append(Array((["image"] + columns).map(\.asTableField).joined(separator: ",").utf8) + [0x0A])
                let reader = ImageReader(
                    files, side: first.image, framing: framing, normalisation: first.normalisation)
                try reader.forEachBatch(of: batch, threads: threads) { failure in
                    if isTerminal { Output.show("\r\u{1B}[K") }
                    Output.say("skipped \(failure)")
                    skipped += 1
                } _: { (images, pixels) throws(FileError) in
                    for (model, values) in zip(models, values) {
                        model.run(images: pixels, batch: images.count, into: values.pointer)
                    }
                    var text = ""
                    for (index, image) in images.enumerated() {
                        let path = image.description
                        for (place, (model, values)) in zip(models, values).enumerated() {
                            let outputs = UnsafeBufferPointer(
                                start: values.pointer + index * model.columns, count: model.columns)
                            guard !outputs.allSatisfy(\.isFinite) else { continue }
                            unusable =
                                "\(weights[place]): gives \(path) numbers that are NaN or infinite, so nothing was "
                                + "written; the weights, or the image, are beyond what can be computed."
                            throw FileError(path: path, "has no finite numbers")
                        }
                        let rows = zip(models, values).map { model, values in
                            row(
                                UnsafeBufferPointer(start: values.pointer + index * model.columns, count: model.columns)
                            )
                        }
                        text += skippedRows(before: image) + path.asTableField
                        for number in Self.mean(rows) { text += ",\(number)" }
                        text += "\n"
                    }
                    try file.append(Array(text.utf8))
                    written += images.count
                    if isTerminal { Output.show("\r\(written + skipped) of \(files.count) images\u{1B}[K") }
                }
                // An empty table is no result: it must not take the place of an older one.
                guard written > 0 else { throw FileError(path: output, "would have no rows", kind: .environment) }
                try file.append(Array(skippedRows(before: nil).utf8))
            }
        } catch {
            if let unusable { throw UserError.data(unusable) }
            if skipped == files.count {
                throw UserError.data("none of the \(files.count) images could be read, so nothing was written.")
            }
            throw error
        }
        if isTerminal { Output.show("\r\u{1B}[K") }
        Output.result("\(output): \(written) images\(skipped > 0 ? ", \(skipped) skipped" : "")")
        return .done
    }

    private static func mean<Number: BinaryFloatingPoint>(_ rows: [[Number]]) -> [Number] {
        guard rows.count > 1 else { return rows.first ?? [] }
        return rows[0].indices.map { column in rows.reduce(0) { $0 + $1[column] } / Number(rows.count) }
    }
}
