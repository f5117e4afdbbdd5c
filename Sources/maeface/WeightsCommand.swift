import Checkpoints
import Foundation

/// `maeface weights inspect`: what a file of weights holds.
enum WeightsInspectCommand: Command {
    static let path = ["weights", "inspect"]
    static let summary = "list the tensors of a file of weights"
    static let help = """
        Lists the tensors of a safetensors file: name, shape, type, mean and standard deviation, and how many parameters
        there are in all.

        USAGE: maeface weights inspect FILE [--json]

          --json   prints an object, with the smallest and largest value of each tensor as well

        EXAMPLE: maeface weights inspect runs/1/weights.safetensors
        """

    static func run(_ arguments: inout Arguments) throws -> ExitCode {
        let isJSON = arguments.flag("--json")
        let name = try arguments.positionals("FILE", atLeast: 1, atMost: 1)[0]
        let file: SafetensorsFile
        do {
            file = try SafetensorsFile(path: name)
        } catch {
            throw CommandError.badData(error.description)
        }
        let rows = file.tensors.map { (tensor: $0, statistics: TensorStatistics(file.floats(of: $0))) }
        if isJSON {
            try Output.json(json(file, rows))
        } else {
            Output.result(text(file, rows))
        }
        return .done
    }

    private typealias Row = (tensor: TensorEntry, statistics: TensorStatistics)

    private static func text(_ file: SafetensorsFile, _ rows: [Row]) -> String {
        let table = rows.map { row in
            [
                printable(row.tensor.name), TensorEntry.words(for: row.tensor.shape), row.tensor.type.rawValue,
                number(row.statistics.mean), number(row.statistics.standardDeviation),
                row.statistics.notFinite > 0 ? "\(row.statistics.notFinite) not finite" : "",
            ]
        }
        var lines = [RunTable.aligned([["name", "shape", "type", "mean", "std", ""]] + table, right: [3, 4]), ""]
        for (key, value) in file.metadata.sorted(by: { $0.key < $1.key }) {
            let text = printable("\(key): \(value)")
            lines.append(text.count > 100 ? text.prefix(97) + "..." : text)
        }
        lines.append(
            "\(rows.count) tensors, \(file.elementCount) parameters, \(RunTable.bytes(Int64(file.byteCount)))")
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

    private static func json(_ file: SafetensorsFile, _ rows: [Row]) -> JSONValue {
        .object([
            "file": .text(file.path),
            "bytes": JSONValue(file.byteCount),
            "parameters": JSONValue(file.elementCount),
            "metadata": .object(file.metadata.mapValues { .text($0) }),
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
