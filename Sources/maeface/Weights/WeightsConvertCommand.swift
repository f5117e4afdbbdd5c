import Basics
import Checkpoints
import Foundation

/// `maeface weights convert`: weights for other programs.
enum WeightsConvertCommand: Command {
    static let path = ["weights", "convert"]
    static let summary = "write weights for other programs: .safetensors or .pth, other names"
    static let help = """
        Writes a file of weights in another format or under other names. Every bit of every tensor is kept; optimizer
        state and what else lies beside the weights is not. The new file appears whole or not at all.

        USAGE: maeface weights convert IN OUT [--names NAMES] [--leave-out] [--weights-key KEY] [--heads N] [--check]
               [--json]

          OUT            .safetensors, or .pth, .pt, .bin for a file that torch.load(weights_only=True) opens
          --names NAMES  mae          facebookresearch/mae and MAE-Face
                         timm         the same without the decoder
                         huggingface  ViTMAE of transformers, of version 4 and 5: query, key and value apart
                         (without it, every name stays as it is)
          --leave-out    leaves tensors out that NAMES have no names for (a head on fc_norm at Hugging Face, or what is
                         unknown here); otherwise they are an error, since the model may need them
          --weights-key KEY  which of several models in IN; see weights inspect
          --heads N      notes the heads of attention in a .safetensors, so that nobody has to be asked
          --check        compares the checksums of IN first

        EXAMPLE: maeface weights convert runs/1/weights.safetensors faces.pth --names mae
        """

    static func run(_ arguments: inout Arguments) throws -> ExitCode {
        let isJSON = arguments.flag("--json")
        let isChecked = arguments.flag("--check")
        let leavesOut = arguments.flag("--leave-out")
        let key = try arguments.value("--weights-key")
        let heads = try arguments.integer("--heads")
        let names = try names(arguments.value("--names"))
        if leavesOut, names == nil {
            throw UserError.usage("--leave-out goes with --names: without it every tensor keeps its name.")
        }
        let words = try arguments.positionals("IN", "OUT", atLeast: 2, atMost: 2)
        guard let format = WeightsConversion.format(ofName: words[1]) else {
            throw UserError.usage("'\(words[1])' should end in .safetensors, or in .pth, .pt or .bin.")
        }
        let file = try WeightsCommands.open(words[0], key: key, verifiesChecksums: isChecked)
        let weights = NamedWeights(file)
        var metadata: [String: String] = [:]
        if let shape = try? WeightsShape(weights) {
            if let heads {
                _ = try WeightsCommands.badData { () throws(CheckpointError) in
                    try shape.heads(asked: heads, path: file.path)
                }
            }
            metadata["maeface.heads"] = (heads ?? shape.statedHeads).map { "\($0)" }
        }
        metadata["maeface.normalisation"] = file.metadata["maeface.normalisation"]
        let result: WeightsConversion.Result
        do {
            result = try WeightsConversion(weights).write(
                to: words[1], format: format, names: names, leavesOut: leavesOut, metadata: metadata)
        } catch {
            // What is no fault of the input is that the output cannot be written.
            guard error.path == file.path else { throw UserError.environment(error.description) }
            throw UserError.data(error.description)
        }
        if let choice = weights.choice { Output.say("\(words[0]): \(choice)") }
        say(file, result)
        if isJSON {
            try Output.json(json(words[1], result))
        } else {
            Output.result(
                "\(words[1]): \(result.written.count) tensors, \(ByteCount.text(result.bytes))")
        }
        return .done
    }

    private static func names(_ word: String?) throws -> WeightNames? {
        guard let word else { return nil }
        guard let names = WeightNames(rawValue: word) else {
            let known = WeightNames.allCases.map(\.rawValue)
            let nearest = Spelling.nearest(to: word, among: known).map { " Did you mean \($0)?" } ?? ""
            throw UserError.usage("--names takes \(known.joined(separator: ", ")), not '\(word)'.\(nearest)")
        }
        return names
    }

    private static func say(_ file: WeightsFile, _ result: WeightsConversion.Result) {
        func list(_ names: [String]) -> String { WeightsReport.folded(names).joined(separator: ", ") }
        if !result.leftOut.isEmpty {
            Output.say("left out \(result.leftOut.count), which these names have no place for: \(list(result.leftOut))")
        }
        if !file.beside.isEmpty { Output.say("left behind: \(file.beside.joined(separator: ", "))") }
        if !file.unread.isEmpty { Output.say("not read: \(file.unread.joined(separator: ", "))") }
    }

    private static func json(_ path: String, _ result: WeightsConversion.Result) -> JSONValue {
        .object([
            "file": .text(path), "bytes": .integer(result.bytes),
            "written": .list(result.written.map { .text($0) }),
            "left_out": .list(result.leftOut.map { .text($0) }),
        ])
    }
}
