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
        /// Tensors that the dialect has no names for: timm has no decoder.
        public var leftOut: [String] = []
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
    ///   - leavesOut: whether tensors that the dialect has no names for, beside MAE's decoder, are left out; otherwise
    ///     they are an error, since a model without them may compute something else.
    ///   - metadata: texts for the file; only safetensors keeps them.
    /// - Throws: when the disk refuses, or two tensors get one name; nothing is left behind then.
    public func write(
        to path: String, format: Format, names: WeightNames?, leavesOut: Bool = false, metadata: [String: String] = [:]
    ) throws(CheckpointError) -> Result {
        let copies = Copies()
        var result = Result()
        let outputs = try outputs(names, leavesOut: leavesOut, copies, &result)
        guard !outputs.isEmpty else {
            throw CheckpointError(path: weights.file.path, "has no tensor that these names have a place for")
        }
        do {
            result.bytes = try write(outputs, to: path, format, names, metadata)
        } catch {
            // Bytes that are no longer there cannot be written, which would read as a fault of the disk.
            try weights.file.requireWhole()
            throw error
        }
        withExtendedLifetime((copies, weights.file)) {}
        return result
    }

    private func write(
        _ outputs: [Output], to path: String, _ format: Format, _ names: WeightNames?, _ metadata: [String: String]
    ) throws(CheckpointError) -> Int64 {
        switch format {
        case .safetensors:
            var writer = SafetensorsWriter(metadata: ["format": "pt"].merging(metadata) { $1 })
            writer.source = weights.file
            for output in outputs {
                writer.add(output.name, type: output.type, shape: output.shape, bytes: output.bytes)
            }
            return try writer.write(to: path)
        case .torch:
            // Programs of MAE's family look for `model`; Hugging Face's files are the dictionary itself.
            var writer = TorchWriter(part: names == .huggingface ? nil : "model")
            writer.source = weights.file
            for output in outputs {
                writer.add(output.name, type: output.type, shape: output.shape, bytes: output.bytes)
            }
            return try writer.write(to: path)
        }
    }

    private func outputs(
        _ names: WeightNames?, leavesOut: Bool, _ copies: Copies, _ result: inout Result
    ) throws(CheckpointError) -> [Output] {
        guard let names else {
            if !weights.file.keyOfNames.isEmpty, let refusal = weights.refusal { throw refusal }
            let tensors = weights.asked
            result.written = tensors.map(\.name)
            return tensors.map {
                Output(name: $0.name, type: $0.type, shape: $0.shape, bytes: copies.bytes(of: [$0], in: weights.file))
            }
        }
        if let refusal = weights.refusal { throw refusal }
        // A head on the mean of the patch tokens goes with its fc_norm, or not at all.
        let isOnMean = weights["fc_norm.weight"] != nil
        func targets(_ name: String) -> [String]? {
            names == .huggingface && isOnMean && name.hasPrefix("head.") ? nil : names.names(for: name)
        }
        let nameless = weights.entries.map(\.name).filter { targets($0) == nil }
        let foreign = weights.unexpected + (names == .timm ? [] : nameless)
        guard leavesOut || foreign.isEmpty else {
            throw CheckpointError(
                path: weights.file.path,
                "holds \(foreign.count) tensors for which \(names.rawValue) has no names: "
                    + WeightsReport.folded(foreign).prefix(6).joined(separator: ", ")
                    + "; --leave-out writes the file without them")
        }
        result.leftOut = nameless + weights.unexpected
        var outputs: [Output] = []
        for entry in weights.entries {
            guard let targets = targets(entry.name) else { continue }
            result.written += targets
            add(entry, as: targets, copies, to: &outputs)
        }
        return outputs
    }

    /// A tensor whole or in pieces, as the names want it.
    private func add(_ entry: NamedWeights.Entry, as targets: [String], _ copies: Copies, to outputs: inout [Output]) {
        if targets.count == entry.pieces.count {
            for (target, piece) in zip(targets, entry.pieces) {
                let bytes =
                    piece.map { copies.bytes(of: [$0], in: weights.file) } ?? copies.zeros(entry.first.byteCount)
                outputs.append(Output(name: target, type: entry.type, shape: entry.first.shape, bytes: bytes))
            }
            return
        }
        var shape = entry.shape
        let bytes = copies.bytes(of: entry.pieces, in: weights.file)
        guard targets.count > 1, let rows = shape.first, rows.isMultiple(of: targets.count) else {
            outputs.append(Output(name: targets[0], type: entry.type, shape: shape, bytes: bytes))
            return
        }
        shape[0] = rows / targets.count
        let share = bytes.count / targets.count
        for (index, target) in targets.enumerated() {
            let part = UnsafeRawBufferPointer(rebasing: bytes[index * share..<(index + 1) * share])
            outputs.append(Output(name: target, type: entry.type, shape: shape, bytes: part))
        }
    }

    /// Bytes that do not lie in the file as they are needed, kept until the new file is written.
    private final class Copies {
        private var buffers: [UnsafeMutableRawBufferPointer] = []

        deinit { buffers.forEach { $0.deallocate() } }

        /// The elements of the tensors one after the other, of a missing one zeros: the file's own bytes where they
        /// lie so.
        func bytes(of tensors: [WeightTensor?], in file: WeightsFile) -> UnsafeRawBufferPointer {
            if tensors.count == 1, let only = tensors[0], let mapped = file.mappedBytes(of: only) { return mapped }
            // Pieces are alike.
            let size = tensors.lazy.compactMap { $0?.byteCount }.first ?? 0
            let copy = allocate(size * tensors.count)
            for (index, tensor) in tensors.enumerated() {
                guard let tensor else { continue }
                file.withBytes(of: tensor) { bytes in
                    UnsafeMutableRawBufferPointer(rebasing: copy[(index * size)...]).copyMemory(from: bytes)
                }
            }
            return UnsafeRawBufferPointer(copy)
        }

        func zeros(_ count: Int) -> UnsafeRawBufferPointer { UnsafeRawBufferPointer(allocate(count)) }

        private func allocate(_ count: Int) -> UnsafeMutableRawBufferPointer {
            let copy = UnsafeMutableRawBufferPointer.allocate(byteCount: count, alignment: 64)
            copy.initializeMemory(as: UInt8.self, repeating: 0)
            buffers.append(copy)
            return copy
        }
    }
}
