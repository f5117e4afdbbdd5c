import Basics
import Checkpoints
import Foundation
import RunStore

/// `maeface weights inspect`: what a file of weights holds.
enum WeightsInspectCommand: Command {
    static let path = ["weights", "inspect"]
    static let summary = "list the tensors of a file of weights"
    static let help = """
        Lists the tensors of a file of weights: name, shape, type, mean and standard
        deviation. It also says which model they are of and what else the file holds.
        It reads PyTorch files of any version (.pth, .pt, .bin, .pth.tar),
        safetensors, an index of shards, and folders with such files. No code in a
        file is run.

        USAGE: maeface weights inspect FILE [--weights-key KEY] [--check] [--json]

          --weights-key KEY  which of several models in the file: a key of a PyTorch
                             file (state_dict, teacher), the prefix of the names
                             (momentum_encoder), or both (student.backbone);
                             without it state_dict_ema or model_ema where the file
                             has one, as timm does, then the likeliest
          --check            verify the checksums of a zip archive against all its
                             bytes
          --json             print an object, with the minimum and maximum of each
                             tensor too

        EXAMPLE: maeface weights inspect mae_face_pretrain_vit_base.pth
        """

    static func run(_ arguments: inout Arguments) throws -> ExitCode {
        let isJSON = arguments.flag("--json")
        let isChecked = arguments.flag("--check")
        let key = try arguments.value("--weights-key")
        let name = try arguments.positionals("FILE", atLeast: 1, atMost: 1)[0]
        let file = try WeightsFile(path: name, key: key, verifiesChecksums: isChecked)
        let rows = file.tensors.map { (tensor: $0, statistics: TensorStatistics(file.floats(of: $0))) }
        try file.requireWhole()
        let weights = NamedWeights(file)
        let model = try? WeightsShape(weights)
        let models = weights.choice ?? weights.refusal.map(\.message)
        if isJSON {
            try Output.json(json(file, rows, model, models))
        } else {
            Output.result(text(file, rows, model, models))
        }
        return .done
    }

    private typealias Row = (tensor: WeightTensor, statistics: TensorStatistics)

    private static func text(_ file: WeightsFile, _ rows: [Row], _ model: WeightsShape?, _ models: String?) -> String {
        let table = rows.map { row in
            [
                printable(row.tensor.name), TensorEntry.words(for: row.tensor.shape), row.tensor.type.rawValue,
                number(row.statistics.mean), number(row.statistics.standardDeviation),
                row.statistics.notFinite > 0 ? "\(row.statistics.notFinite) not finite" : "",
            ]
        }
        var lines = [RunTable.aligned([["name", "shape", "type", "mean", "std", ""]] + table, right: [3, 4]), ""]
        func add(_ text: String) {
            let text = printable(text)
            lines.append(text.count > 200 ? text.prefix(197) + "..." : text)
        }
        for (key, value) in file.metadata.sorted(by: { $0.key < $1.key }) { add("\(key): \(value)") }
        if !file.beside.isEmpty { add("beside the weights: \(file.beside.joined(separator: ", "))") }
        if !file.unread.isEmpty { add("not read: \(file.unread.joined(separator: ", "))") }
        if !file.notBuilt.isEmpty { add("left as names, not built: \(file.notBuilt.joined(separator: ", "))") }
        if let models { add(models) }
        if let model { add(WeightsCommands.description(of: model)) }
        add(
            "\(file.format.rawValue)\(file.part.isEmpty ? "" : ", weights under `\(file.part)`"): "
                + "\(rows.count) tensors, \(file.elementCount) parameters, \(ByteCount.text(Int64(file.byteCount)))")
        return lines.joined(separator: "\n")
    }

    /// A file's text as one harmless line: control characters, which could steer the terminal, are spelled out.
    private static func printable(_ text: String) -> String {
        text.unicodeScalars.map { scalar in
            switch scalar.properties.generalCategory {
            case .control, .format, .lineSeparator, .paragraphSeparator: scalar.escaped(asASCII: true)
            default: String(scalar)
            }
        }.joined()
    }

    private static func number(_ value: Double?) -> String {
        value.map { String(format: "%.4g", $0) } ?? "-"
    }

    private static func json(_ file: WeightsFile, _ rows: [Row], _ model: WeightsShape?, _ models: String?) -> JSONValue
    {
        func texts(_ texts: [String]) -> JSONValue { .list(texts.map { .text($0) }) }
        return .object([
            "file": .text(file.path),
            "format": .text(file.format.rawValue),
            "part": .text(file.part),
            "bytes": JSONValue(file.byteCount),
            "parameters": JSONValue(file.elementCount),
            "metadata": .object(file.metadata.mapValues { .text($0) }),
            "beside": texts(file.beside),
            "not_read": texts(file.unread),
            "not_built": texts(file.notBuilt),
            "other_models": texts(file.otherModels),
            "models": models.map { .text($0) } ?? .null,
            "model": model.map { JSONValue.object(WeightsCommands.json($0)) } ?? .null,
            "tensors": .list(
                rows.map { row in
                    .object([
                        "name": .text(row.tensor.name),
                        "shape": .list(row.tensor.shape.map { JSONValue($0) }),
                        "type": .text(row.tensor.type.rawValue),
                        "mean": JSONValue(row.statistics.mean),
                        "std": JSONValue(row.statistics.standardDeviation),
                        "minimum": JSONValue(row.statistics.minimum),
                        "maximum": JSONValue(row.statistics.maximum),
                        "not_finite": JSONValue(row.statistics.notFinite),
                    ])
                }),
        ])
    }
}

/// What the commands about weights share.
enum WeightsCommands {
    /// `a vit-base (768 channels, 12 blocks, patches of 16) for 224 pixels, decoder 512d8b`
    static func description(of model: WeightsShape) -> String {
        var words = "a \(model.words)"
        if let grid = model.grid { words += " for \(grid * model.patch) pixels" }
        if let oblong = model.oblongGrid { words += ", with \(oblong)" }
        if let decoder = model.decoderName { words += ", decoder \(decoder)" }
        if let outputs = model.outputs {
            words +=
                ", head of \(outputs) outputs"
                + (model.hasMeanNorm
                    ? " on the mean of the patch tokens" : model.isHeadOnClassToken ? " on the class token" : "")
        }
        if let heads = model.statedHeads { words += ", \(heads) heads" }
        return words
    }

    static func json(_ model: WeightsShape) -> [String: JSONValue] {
        [
            "encoder": .text(model.encoderName), "width": JSONValue(model.width), "depth": JSONValue(model.depth),
            "patch": JSONValue(model.patch), "image": JSONValue(model.grid.map { $0 * model.patch }),
            "decoder": JSONValue(model.decoderName), "outputs": JSONValue(model.outputs),
            "heads": JSONValue(model.statedHeads),
            "pooling": model.hasMeanNorm ? .text("mean") : model.isHeadOnClassToken ? .text("token") : .null,
        ]
    }
}
