/// What was found in a file of weights, before anybody asks for values.
struct WeightsContent {
    var format: WeightsFile.Format
    var tensors: [WeightTensor] = []
    var metadata: [String: String] = [:]
    var part = ""
    var beside: [String] = []
    var unread: [String] = []
    var notBuilt: [String] = []
    var byteCount: Int
    var storages: [WeightStorage] = []
    /// Keys of other models in the file.
    var otherModels: [String] = []
    /// What is left of the key asked for when the dictionaries of a pickle were gone into.
    var keyOfNames: [Substring] = []

    /// Tells the format by the first bytes, whatever the file's name.
    ///
    /// - Parameter key: the parts of the key that leads to the weights; empty for the likeliest.
    static func read(
        _ file: MappedFile, path: String, key: [Substring] = [], verifiesChecksums: Bool
    ) throws(CheckpointError) -> WeightsContent {
        let bytes = file.bytes
        if bytes.starts(with: "PK".utf8), bytes.count >= 4, bytes[2] == 3 || bytes[2] == 5 {
            return try TorchZip(file, path: path, verifiesChecksums: verifiesChecksums).content(key: key)
        }
        if TorchTar.isTar(bytes) { return try TorchTar(file, path: path).content(key: key) }
        if TorchLegacy.isPickle(bytes) { return try TorchLegacy(file, path: path).content(key: key) }
        if ShardIndex.isIndex(bytes) {
            return try ShardIndex(bytes, path: path).content(key: key, verifiesChecksums: verifiesChecksums)
        }
        if bytes.count >= 9, bytes[8] == UInt8(ascii: "{") { return try safetensors(file, key: key, path: path) }
        throw CheckpointError(
            path: path,
            ForeignFile.description(of: bytes)
                ?? "is no file of weights that is known here (PyTorch, safetensors, or an index of shards)")
    }

    /// The moments of an optimizer, in the checkpoints written here.
    private static let momentPrefixes = ["optimizer.first.", "optimizer.second."]

    private static func safetensors(
        _ file: MappedFile, key: [Substring], path: String
    ) throws(CheckpointError) -> WeightsContent {
        let header = try SafetensorsHeader(file: file.bytes, path: path)
        var content = WeightsContent(format: .safetensors, byteCount: file.bytes.count)
        content.metadata = header.metadata
        content.keyOfNames = key
        var moments = 0
        for entry in header.tensors {
            guard !momentPrefixes.contains(where: { entry.name.hasPrefix($0) }) else {
                moments += 1
                continue
            }
            content.tensors.append(
                WeightTensor(
                    name: entry.name, type: entry.type, shape: entry.shape,
                    strides: contiguousStrides(entry.shape), offset: 0, storage: content.storages.count))
            content.storages.append(.mapped(file, entry.bytes))
        }
        if moments > 0 { content.beside.append("optimizer (\(moments) tensors)") }
        return content
    }

    /// Of elements that lie one after the other in row-major order.
    static func contiguousStrides(_ shape: [Int]) -> [Int] {
        var strides = [Int](repeating: 1, count: shape.count)
        for index in shape.indices.dropLast().reversed() {
            strides[index] = strides[index + 1].multipliedReportingOverflow(by: max(1, shape[index + 1])).partialValue
        }
        return strides
    }
}

/// Turns the tensors of a pickle into checked ones.
struct TorchTensors {
    let path: String
    let heap: PickleHeap
    let fileBytes: Int
    /// Bytes that expanded tensors, whose elements are used several times, may have.
    private static let mostExpanded = 16 << 20
    private var total = 0

    init(_ heap: PickleHeap, fileBytes: Int, path: String) {
        self.heap = heap
        self.fileBytes = fileBytes
        self.path = path
    }

    /// The tensor of a state dictionary; nil, with a reason in `unread`, for a type that is not read.
    ///
    /// - Parameter room: bytes of each storage.
    mutating func checked(
        _ name: String, _ number: Int, room: Int, unread: inout [String]
    ) throws(CheckpointError) -> WeightTensor? {
        let tensor = heap.tensors[number]
        guard let type = tensor.type else {
            unread.append("\(name) (\(tensor.typeName))")
            return nil
        }
        let claim = TensorEntry.words(for: tensor.shape)
        guard tensor.shape.count == tensor.strides.count, tensor.shape.allSatisfy({ $0 >= 0 }),
            tensor.strides.allSatisfy({ $0 >= 0 }), tensor.offset >= 0
        else { throw failure(name, "has the impossible shape \(claim)") }
        guard let count = Self.product(tensor.shape), let bytes = Self.product([count, type.width]) else {
            throw failure(name, "claims the impossible shape \(claim)")
        }
        let held = room / type.width
        let view = heap.storages[tensor.storage].viewOffset
        var last = tensor.offset
        if count > 0 {
            for (size, stride) in zip(tensor.shape, tensor.strides) {
                let (step, overflow) = (size - 1).multipliedReportingOverflow(by: stride)
                let (sum, overflowAgain) = last.addingReportingOverflow(step)
                guard !overflow, !overflowAgain else { throw failure(name, "claims the impossible shape \(claim)") }
                last = sum
            }
            let (end, overflow) = last.addingReportingOverflow(view)
            guard !overflow, view >= 0, end < held else {
                throw failure(
                    name, "claims \(count) elements (\(claim)), but its storage holds \(held); the file is damaged")
            }
        }
        guard count <= held || bytes <= Self.mostExpanded else {
            throw failure(name, "claims \(count) elements (\(claim)) of a storage of \(held)")
        }
        // Tied tensors share bytes; more than a few times the file is no model.
        total += bytes
        guard total <= 16 * fileBytes + (64 << 20) else {
            throw CheckpointError(path: path, "its tensors claim far more bytes than it has; the file is damaged")
        }
        return WeightTensor(
            name: name, type: type, shape: tensor.shape, strides: tensor.strides,
            offset: count == 0 ? 0 : tensor.offset + view, storage: tensor.storage)
    }

    private static func product(_ numbers: [Int]) -> Int? {
        // An empty dimension makes everything empty, however large the others are.
        if numbers.contains(0) { return 0 }
        var product = 1
        for number in numbers {
            let (next, overflow) = product.multipliedReportingOverflow(by: number)
            guard !overflow else { return nil }
            product = next
        }
        return product
    }

    private func failure(_ name: String, _ message: String) -> CheckpointError {
        CheckpointError(path: path, "tensor \"\(name)\" \(message)")
    }
}

extension WeightsContent {
    /// Fills in what a PyTorch file's pickle says.
    ///
    /// - Parameter bytes: the bytes of a storage, asked for the storages that tensors of the weights lie in.
    mutating func take(
        _ root: PickleValue, _ heap: PickleHeap, key: [Substring], path: String,
        bytes: (PickleStorage) throws(CheckpointError) -> WeightStorage
    ) throws(CheckpointError) {
        let dictionary = try StateDictionary(root, heap: heap, key: key, path: path)
        part = dictionary.part.joined(separator: ".")
        beside = dictionary.beside
        unread = dictionary.unread
        notBuilt = dictionary.notBuilt
        otherModels = dictionary.otherModels
        keyOfNames = dictionary.keyOfNames
        metadata = StateDictionary.options(in: root, heap)
        var checker = TorchTensors(heap, fileBytes: byteCount, path: path)
        var numbers: [Int: Int] = [:]
        var keys: [String: Int] = [:]
        for (name, number) in dictionary.tensors {
            let storage = heap.storages[heap.tensors[number].storage]
            let place: Int
            if let known = numbers[heap.tensors[number].storage] ?? keys[storage.key] {
                place = known
            } else {
                storages.append(try bytes(storage))
                place = storages.count - 1
                keys[storage.key] = place
            }
            numbers[heap.tensors[number].storage] = place
            guard let tensor = try checker.checked(name, number, room: storages[place].count, unread: &unread) else {
                continue
            }
            tensors.append(
                WeightTensor(
                    name: tensor.name, type: tensor.type, shape: tensor.shape, strides: tensor.strides,
                    offset: tensor.offset, storage: place))
        }
    }
}
