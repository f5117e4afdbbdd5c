/// Writes the tensors of a file under the names and in the format that another program wants, every bit kept.
public struct WeightsConversion {
    public enum Format: Sendable {
        case safetensors
        /// A zip archive as `torch.save` writes.
        case torch
    }

    /// What was written and what was not.
    public struct Result: Sendable {
        public var written: [String] = []
        /// Names that the dialect does not have: timm has no decoder.
        public var leftOut: [String] = []
        /// Names that were not known, written as they are.
        public var kept: [String] = []
        public var bytes: Int64 = 0
    }

    private struct Output {
        let name: String
        let type: ScalarType
        let shape: [Int]
        let bytes: UnsafeRawBufferPointer
    }

    private let weights: NamedWeights

    public init(_ weights: NamedWeights) { self.weights = weights }

    /// The format that a file's name asks for, or nil.
    public static func format(ofName name: String) -> Format? {
        let ending = name.split(separator: ".").last?.lowercased() ?? ""
        switch ending {
        case "safetensors": return .safetensors
        case "pth", "pt", "bin", "ckpt": return .torch
        default: return nil
        }
    }

    /// - Parameters:
    ///   - names: the dialect, or nil to keep every name as it is.
    ///   - metadata: texts for the file; only safetensors keeps them.
    /// - Throws: when the disk refuses, or two tensors get one name; nothing is left behind then.
    public func write(
        to path: String, format: Format, names: WeightNames?, metadata: [String: String] = [:]
    ) throws(CheckpointError) -> Result {
        let copies = Copies()
        var result = Result()
        let outputs = outputs(names, copies, &result)
        guard !outputs.isEmpty else {
            throw CheckpointError(path: weights.file.path, "has no tensor that these names have a place for")
        }
        switch format {
        case .safetensors:
            var writer = SafetensorsWriter(metadata: ["format": "pt"].merging(metadata) { $1 })
            for output in outputs {
                writer.add(output.name, type: output.type, shape: output.shape, bytes: output.bytes)
            }
            result.bytes = try writer.write(to: path)
        case .torch:
            // Programs of MAE's family look for `model`; Hugging Face's files are the dictionary itself.
            var writer = TorchWriter(part: names == .huggingface ? nil : "model")
            for output in outputs {
                writer.add(output.name, type: output.type, shape: output.shape, bytes: output.bytes)
            }
            result.bytes = try writer.write(to: path)
        }
        withExtendedLifetime((copies, weights.file)) {}
        return result
    }

    private func outputs(_ names: WeightNames?, _ copies: Copies, _ result: inout Result) -> [Output] {
        guard let names else {
            result.written = weights.file.tensors.map(\.name)
            return weights.file.tensors.map {
                Output(name: $0.name, type: $0.type, shape: $0.shape, bytes: copies.bytes(of: [$0], in: weights.file))
            }
        }
        var outputs: [Output] = []
        for entry in weights.entries {
            guard let targets = names.names(for: entry.name) else {
                // Hugging Face has no fc_norm; dropping it silently would change what the head computes.
                if names == .huggingface {
                    result.kept.append(entry.name)
                    let bytes = copies.bytes(of: entry.pieces, in: weights.file)
                    outputs.append(Output(name: entry.name, type: entry.type, shape: entry.shape, bytes: bytes))
                } else {
                    result.leftOut.append(entry.name)
                }
                continue
            }
            result.written += targets
            var shape = entry.shape
            if targets.count == entry.pieces.count {
                for (target, piece) in zip(targets, entry.pieces) {
                    let bytes = copies.bytes(of: [piece], in: weights.file)
                    outputs.append(Output(name: target, type: piece.type, shape: piece.shape, bytes: bytes))
                }
                continue
            }
            let bytes = copies.bytes(of: entry.pieces, in: weights.file)
            guard targets.count > 1, let rows = shape.first, rows.isMultiple(of: targets.count) else {
                outputs.append(Output(name: targets[0], type: entry.type, shape: shape, bytes: bytes))
                continue
            }
            shape[0] = rows / targets.count
            let share = bytes.count / targets.count
            for (index, target) in targets.enumerated() {
                let part = UnsafeRawBufferPointer(rebasing: bytes[index * share..<(index + 1) * share])
                outputs.append(Output(name: target, type: entry.type, shape: shape, bytes: part))
            }
        }
        let unknown = Set(weights.unexpected)
        for tensor in weights.file.tensors where unknown.contains(tensor.name) {
            result.kept.append(tensor.name)
            let bytes = copies.bytes(of: [tensor], in: weights.file)
            outputs.append(Output(name: tensor.name, type: tensor.type, shape: tensor.shape, bytes: bytes))
        }
        return outputs
    }

    /// Bytes that do not lie in the file as they are needed, kept until the new file is written.
    private final class Copies {
        private var buffers: [UnsafeMutableRawBufferPointer] = []

        deinit { buffers.forEach { $0.deallocate() } }

        /// The elements of the tensors one after the other: the file's own bytes where they lie so.
        func bytes(of tensors: [WeightTensor], in file: WeightsFile) -> UnsafeRawBufferPointer {
            if tensors.count == 1, let mapped = file.mappedBytes(of: tensors[0]) { return mapped }
            let count = tensors.reduce(0) { $0 + $1.byteCount }
            let copy = UnsafeMutableRawBufferPointer.allocate(byteCount: count, alignment: 64)
            buffers.append(copy)
            var position = 0
            for tensor in tensors {
                file.withBytes(of: tensor) { bytes in
                    UnsafeMutableRawBufferPointer(rebasing: copy[position...]).copyMemory(from: bytes)
                }
                position += tensor.byteCount
            }
            return UnsafeRawBufferPointer(copy)
        }
    }
}
