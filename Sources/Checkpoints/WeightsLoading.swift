import Basics
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
    /// Reads what a model wants from the file. Nothing is written unless every shape fits.
    ///
    /// - Parameters:
    ///   - wanted: the tensors of the model.
    ///   - model: what the model is, in words, for errors: `vit-tiny with decoder 512d8b`.
    ///   - destination: where the values of the wanted tensor of that number go, in row-major order.
    /// - Throws: as `check`; and when a value is NaN or infinite, or the file was cut while it was read: the
    ///   destinations are of no use then.
    public func load(
        _ wanted: [WantedTensor], of model: String,
        destination: (Int) -> UnsafeMutableBufferPointer<Float>
    ) throws(FileError) -> WeightsReport {
        let report = try check(wanted, of: model)
        nonisolated(unsafe) let targets = wanted.indices.map { destination($0) }
        let counts = NonFiniteCounts(wanted.count)
        // Memory that was never written is made by the system while it is: every processor takes a part in that.
        DispatchQueue.concurrentPerform(iterations: wanted.count) { index in
            guard let entry = self[wanted[index].name] else { return }
            fill(targets[index], wanted[index], entry)
            counts.count(targets[index], at: index)
        }
        try file.requireWhole()
        try refuseNonFinite(wanted.indices.compactMap { counts[$0] > 0 ? (wanted[$0].name, counts[$0]) : nil })
        return report
    }

    private func refuseNonFinite(_ found: [(name: String, count: Int)]) throws(FileError) {
        guard !found.isEmpty else { return }
        let places = found.prefix(4).map { "\($0.count) in \($0.name)" }.joined(separator: ", ")
        let more = found.count > 4 ? " and \(found.count - 4) more tensors" : ""
        throw FileError(
            path: file.path,
            "has values that are NaN or infinite (\(places)\(more)): its training diverged, or the file is damaged; "
                + "take an earlier one")
    }

    /// What `load` would do, without reading a value.
    ///
    /// - Throws: when a tensor has another shape, saying which model the file is of; when one that is required is
    ///   missing; when the encoder has layers that the model lacks.
    public func check(_ wanted: [WantedTensor], of model: String) throws(FileError) -> WeightsReport {
        let shape = try WeightsShape(self)
        var report = WeightsReport()
        report.unexpected = unexpected
        if let choice { report.notes.append(choice) }
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
            throw FileError(
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
    ) throws(FileError) {
        guard let (tensor, found) = wrong.first else { return }
        let difference =
            "\(tensor.name) is \(TensorEntry.words(for: found)) there and \(TensorEntry.words(for: tensor.shape)) here"
        func failure(_ message: String) -> FileError { FileError(path: file.path, message) }
        if Positioned.isPositions(tensor.name), found.count == 3, found[2] == tensor.shape.last,
            Positioned.grid(found[1]) == nil
        {
            throw failure(
                "has \(Positioned.words(oblong: found[1])); they do not fit the square images of \(model) "
                    + "(\(difference))")
        }
        let isDecoder = tensor.name.hasPrefix("decoder_") || tensor.name == "mask_token"
        let here = Self.width(of: tensor)
        if isDecoder, let decoder = shape.decoder, here != nil, here != decoder.width {
            throw failure(
                "has the decoder \(shape.decoderName ?? ""), which does not fit \(model) "
                    + "(\(difference)); take that decoder, or keep the encoder alone with "
                    + "`maeface weights convert FILE OUT --names timm`")
        }
        if tensor.name.hasPrefix("head."), let outputs = shape.outputs, tensor.shape.first != outputs {
            throw failure("has a head of \(outputs) outputs, which does not fit \(model) (\(difference))")
        }
        if tensor.name == "patch_embed.proj.weight", tensor.shape.first == shape.width,
            let patch = tensor.shape.last, patch != shape.patch
        {
            throw failure(
                "is a \(shape.words), and the patches of \(model) are of \(patch) (\(difference)); a model with patches "
                    + "of \(shape.patch) fits")
        }
        if !isDecoder, here != nil, here != shape.width {
            throw failure(
                "is a \(shape.words), which does not fit \(model) (\(difference)); \(shape.encoderName) fits")
        }
        // The sizes that have names agree, so no name of a size is an answer.
        throw failure("has another form than \(model): \(difference)")
    }

    /// Channels of a token, as far as the shape of a tensor of the model tells them.
    private static func width(of tensor: WantedTensor) -> Int? {
        let shape = tensor.shape
        switch tensor.name.split(separator: ".").dropLast().last {
        case "qkv": return shape.first.map { $0 / 3 }
        case "fc1": return shape.count == 2 ? shape[1] : nil
        case "head", "decoder_pred": return shape.count == 2 ? shape[1] : nil
        case nil: return shape.last
        default: return tensor.name.contains("norm") && shape.count != 1 ? nil : shape.first
        }
    }

    /// More blocks than the model has, or layers inside blocks that it lacks, would give other features silently.
    private func refuseOtherArchitecture(
        _ report: WeightsReport, _ shape: WeightsShape, _ model: String
    ) throws(FileError) {
        if let block = report.leftOut.first(where: { $0.hasPrefix("blocks.") }) {
            throw FileError(
                path: file.path,
                "is a \(shape.words), which does not fit \(model) (\(block) is not in it); \(shape.encoderName) fits"
            )
        }
        let strange = unexpected.filter { $0.hasPrefix(prefix) && Self.isOfEncoder($0.dropFirst(prefix.count)) }
        guard strange.isEmpty else {
            throw FileError(
                path: file.path,
                "has layers in its encoder that MAE's does not have, so it would compute something else: "
                    + WeightsReport.folded(strange).prefix(6).joined(separator: ", "))
        }
    }

    /// Layers of blocks, further tokens, positions of attention, and a norm before the blocks.
    private static func isOfEncoder(_ name: Substring) -> Bool {
        let stacks = ["blocks.", "encoder.layer.", "layers.", "rel_pos_bias.", "rope.", "norm_pre."]
        let tokens: Set<Substring> = [
            "dist_token", "reg_token", "register_tokens", "storage_tokens", "embeddings.distillation_token",
            "embeddings.register_tokens",
        ]
        return stacks.contains { name.hasPrefix($0) } || tokens.contains(name)
    }
}

/// How many values of each tensor are not finite, counted by several threads.
// Unchecked: every tensor has a place of its own, which one thread writes.
private final class NonFiniteCounts: @unchecked Sendable {
    private let counts: UnsafeMutableBufferPointer<Int>

    init(_ count: Int) {
        counts = .allocate(capacity: count)
        counts.initialize(repeating: 0)
    }

    deinit { counts.deallocate() }

    subscript(index: Int) -> Int { counts[index] }

    func count(_ values: UnsafeMutableBufferPointer<Float>, at index: Int) {
        // All ones in the exponent is an infinity or no number.
        var count: UInt32 = 0
        for value in values where value.bitPattern & 0x7F80_0000 == 0x7F80_0000 { count &+= 1 }
        counts[index] = Int(count)
    }
}
