import Dispatch

/// A tensor that a model has.
public struct WantedTensor: Sendable {
    /// MAE's name.
    public let name: String
    public let shape: [Int]
    /// Whether the file has to have it.
    public let isRequired: Bool

    public init(name: String, shape: [Int], isRequired: Bool) {
        self.name = name
        self.shape = shape
        self.isRequired = isRequired
    }
}

extension NamedWeights {
    /// Reads what a model wants from the file. Nothing is written unless everything fits.
    ///
    /// - Parameters:
    ///   - wanted: the tensors of the model.
    ///   - model: what the model is, in words, for errors: `vit-tiny with decoder 512d8b`.
    ///   - destination: where the values of the wanted tensor of that number go, in row-major order.
    /// - Throws: as `check`.
    public func load(
        _ wanted: [WantedTensor], of model: String,
        destination: (Int) -> UnsafeMutableBufferPointer<Float>
    ) throws(CheckpointError) -> WeightsReport {
        let report = try check(wanted, of: model)
        // Every tensor has a place of its own.
        nonisolated(unsafe) let targets = wanted.indices.map { destination($0) }
        // Memory that was never written is made by the system while it is: every processor takes a part in that.
        DispatchQueue.concurrentPerform(iterations: wanted.count) { index in
            if let entry = self[wanted[index].name] { fill(targets[index], wanted[index], entry) }
        }
        return report
    }

    /// What `load` would do, without reading a value.
    ///
    /// - Throws: when a tensor has another shape, saying which model the file is of; when one that is required is
    ///   missing; when the encoder has layers that the model lacks.
    public func check(_ wanted: [WantedTensor], of model: String) throws(CheckpointError) -> WeightsReport {
        let shape = try WeightsShape(self)
        var report = WeightsReport()
        report.unexpected = unexpected
        var wrong: [(WantedTensor, [Int])] = []
        for tensor in wanted {
            guard let entry = self[tensor.name] else {
                report.missing.append(tensor.name)
                continue
            }
            if entry.shape == tensor.shape {
                report.loaded.append(tensor.name)
            } else if Positioned.isPositions(tensor.name), Self.canResize(entry.shape, tensor.shape) {
                report.resized.append(.init(name: tensor.name, from: entry.shape, to: tensor.shape))
            } else {
                wrong.append((tensor, entry.shape))
            }
        }
        let names = Set(wanted.map(\.name))
        report.leftOut = entries.map(\.name).filter { !names.contains($0) }
        try refuse(wrong, shape, model)
        try refuseOtherArchitecture(report, shape, model)
        let lacking = wanted.filter { $0.isRequired && self[$0.name] == nil }.map(\.name)
        guard lacking.isEmpty else {
            throw CheckpointError(
                path: file.path,
                "lacks \(lacking.count) of the tensors of \(model): "
                    + WeightsReport.folded(lacking).prefix(6).joined(separator: ", "))
        }
        return report
    }

    private static func canResize(_ from: [Int], _ to: [Int]) -> Bool {
        from.count == 3 && to.count == 3 && from[0] == 1 && from[2] == to[2] && Positioned.grid(from[1]) != nil
            && Positioned.grid(to[1]) != nil
    }

    private func fill(_ target: UnsafeMutableBufferPointer<Float>, _ wanted: WantedTensor, _ entry: Entry) {
        guard entry.shape != wanted.shape, let from = Positioned.grid(entry.shape[1]),
            let to = Positioned.grid(wanted.shape[1])
        else { return read(entry, into: target) }
        let table = [Float](unsafeUninitializedCapacity: entry.count) { buffer, count in
            read(entry, into: UnsafeMutableBufferPointer(rebasing: buffer[..<entry.count]))
            count = entry.count
        }
        Positioned.resized(table, width: wanted.shape[2], from: from, to: to, into: target)
    }

    private func refuse(
        _ wrong: [(WantedTensor, [Int])], _ shape: WeightsShape, _ model: String
    ) throws(CheckpointError) {
        guard let (tensor, found) = wrong.first else { return }
        let difference =
            "\(tensor.name) is \(TensorEntry.words(for: found)) there and \(TensorEntry.words(for: tensor.shape)) here"
        if tensor.name.hasPrefix("decoder_") || tensor.name == "mask_token" {
            throw CheckpointError(
                path: file.path,
                "has the decoder \(shape.decoderName ?? "of another size"), which does not fit \(model) "
                    + "(\(difference)); take that decoder, or keep the encoder alone with "
                    + "`maeface weights convert FILE OUT --names timm`")
        }
        if tensor.name.hasPrefix("head.") {
            throw CheckpointError(
                path: file.path,
                "has a head of \(shape.outputs.map { "\($0)" } ?? "other") outputs, which does not fit \(model) "
                    + "(\(difference))")
        }
        throw CheckpointError(
            path: file.path,
            "is a \(shape.words), which does not fit \(model) (\(difference)); \(shape.encoderName) fits")
    }

    /// More blocks than the model has, or layers inside blocks that it lacks, would give other features silently.
    private func refuseOtherArchitecture(
        _ report: WeightsReport, _ shape: WeightsShape, _ model: String
    ) throws(CheckpointError) {
        if let block = report.leftOut.first(where: { $0.hasPrefix("blocks.") }) {
            throw CheckpointError(
                path: file.path,
                "is a \(shape.words), which does not fit \(model) (\(block) is not in it); \(shape.encoderName) fits"
            )
        }
        let strange = unexpected.filter { name in
            let parts = name.split(separator: ".")
            return parts.contains("blocks") || (parts.contains("layer") && parts.contains("encoder"))
        }
        guard strange.isEmpty else {
            throw CheckpointError(
                path: file.path,
                "has layers in its blocks that MAE's encoder does not have, so it would compute something else: "
                    + WeightsReport.folded(strange).prefix(6).joined(separator: ", "))
        }
    }
}
