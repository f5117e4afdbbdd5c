/// PyTorch's first format, a tar archive: `storages` and `tensors` hold the values, `pickle` the objects, which refer
/// to tensors by number.
struct TorchTar {
    private let file: MappedFile
    private let path: String
    private var members: [String: Range<Int>] = [:]

    static func isTar(_ bytes: UnsafeRawBufferPointer) -> Bool {
        bytes.count >= 512 && UnsafeRawBufferPointer(rebasing: bytes[257..<262]).elementsEqual("ustar".utf8)
    }

    init(_ file: MappedFile, path: String) throws(CheckpointError) {
        self.file = file
        self.path = path
        let bytes = file.bytes
        var position = 0
        while bytes.count - position >= 512, bytes[position] != 0 {
            let name = String(decoding: bytes[position..<position + 100].prefix { $0 != 0 }, as: UTF8.self)
            let digits = bytes[position + 124..<position + 136].prefix { $0 != 0 && $0 != 0x20 }
            guard let size = Int(String(decoding: digits, as: UTF8.self), radix: 8), size >= 0 else {
                throw CheckpointError(path: path, "is a damaged tar archive at byte \(position)")
            }
            let start = position + 512
            guard size <= bytes.count - start else {
                throw CheckpointError(path: path, "ends inside \(name); the download was cut off, or the disk was full")
            }
            members[name.split(separator: "/").last.map(String.init) ?? name] = start..<start + size
            position = start + (size + 511) / 512 * 512
        }
        guard members["pickle"] != nil, members["storages"] != nil, members["tensors"] != nil else {
            let held = members.keys.sorted().prefix(5).joined(separator: ", ")
            throw CheckpointError(
                path: path, "is a tar archive, but none that PyTorch wrote (it holds \(held)); unpack it first")
        }
    }

    func content(key: [Substring]) throws(CheckpointError) -> WeightsContent {
        guard let storages = members["storages"], let tensors = members["tensors"], let pickle = members["pickle"]
        else {
            throw CheckpointError(path: path, "has lost a part")
        }
        let bytes = file.bytes
        let heap = PickleHeap(budget: (24 << 20) + bytes.count / 2)
        let upToStorages = UnsafeRawBufferPointer(rebasing: bytes[..<storages.upperBound])
        var machine = PickleMachine(upToStorages, from: storages.lowerBound, path: path, heap: heap)
        let ranges = try self.storages(&machine)
        let upToTensors = UnsafeRawBufferPointer(rebasing: bytes[..<tensors.upperBound])
        machine = PickleMachine(upToTensors, from: tensors.lowerBound, path: path, heap: machine.heap)
        let byNumber = try self.tensors(&machine)
        let upToPickle = UnsafeRawBufferPointer(rebasing: bytes[..<pickle.upperBound])
        machine = PickleMachine(upToPickle, from: pickle.lowerBound, path: path, heap: machine.heap)
        machine.tensorsByNumber = byNumber
        let root = try machine.run()
        var content = WeightsContent(format: .torchTar, byteCount: bytes.count)
        try content.take(root, machine.heap, key: key, path: path) { (storage) throws(CheckpointError) in
            guard let range = ranges[storage.key] else {
                throw CheckpointError(path: path, "lacks the storage \(storage.key), where tensors should lie")
            }
            return .mapped(file, range)
        }
        return content
    }

    /// For each storage a pickle (key, device, class), then the number of elements in 8 bytes, and the elements.
    private func storages(_ machine: inout PickleMachine) throws(CheckpointError) -> [String: Range<Int>] {
        guard case .integer(let count) = try machine.run() else { throw damaged("storages") }
        var ranges: [String: Range<Int>] = [:]
        var remaining = count
        while remaining > 0 {
            remaining -= 1
            let described = try machine.run()
            guard let parts = machine.heap.elements(of: described), parts.count == 3,
                case .integer(let key) = parts[0], case .global(let number) = parts[2]
            else { throw damaged("storages") }
            let name = machine.heap.globals[number].name
            let type = TorchTypes.type(ofStorage: name)
            let elements = try machine.number(bytes: 8)
            guard let type, let range = machine.skip(elements, width: type.width) else { throw damaged("storages") }
            machine.add(PickleStorage(type: type, typeName: name, key: "\(key)", count: elements))
            ranges["\(key)"] = range
        }
        // Views of storages: (key, key of the whole, offset, count).
        let last = try machine.run()
        guard let views = machine.heap.elements(of: last) else { throw damaged("storages") }
        for view in views {
            guard let parts = machine.heap.elements(of: view), parts.count == 4, case .integer(let key) = parts[0],
                case .integer(let root) = parts[1], case .integer(let offset) = parts[2],
                case .integer(let count) = parts[3], let whole = ranges["\(root)"],
                let type = machine.heap.storages.first(where: { $0.key == "\(root)" })?.type,
                offset >= 0, count >= 0, offset <= whole.count / type.width,
                count <= whole.count / type.width - offset
            else { throw damaged("storages") }
            let start = whole.lowerBound + offset * type.width
            ranges["\(key)"] = start..<start + count * type.width
            machine.add(PickleStorage(type: type, typeName: TorchTypes.name(of: type), key: "\(key)", count: count))
        }
        return ranges
    }

    /// For each tensor a pickle (key, storage, class), the number of dimensions in 4 bytes and 4 more, sizes, strides
    /// and the offset in 8 bytes each.
    private func tensors(_ machine: inout PickleMachine) throws(CheckpointError) -> [Int: PickleValue] {
        guard case .integer(let count) = try machine.run() else { throw damaged("tensors") }
        var numbers: [String: Int] = [:]
        for (number, storage) in machine.heap.storages.enumerated() { numbers[storage.key] = number }
        var tensors: [Int: PickleValue] = [:]
        var remaining = count
        while remaining > 0 {
            remaining -= 1
            let described = try machine.run()
            guard let parts = machine.heap.elements(of: described), parts.count == 3,
                case .integer(let key) = parts[0], case .integer(let storageKey) = parts[1],
                let storage = numbers["\(storageKey)"]
            else { throw damaged("tensors") }
            let dimensions = try machine.number(bytes: 4)
            _ = try machine.number(bytes: 4)
            guard dimensions <= 64 else { throw damaged("tensors") }
            var values: [Int] = []
            for _ in 0..<2 * max(0, dimensions) + 1 { values.append(try machine.number(bytes: 8)) }
            let (type, typeName) = (machine.heap.storages[storage].type, machine.heap.storages[storage].typeName)
            tensors[key] = machine.add(
                PickleTensor(
                    storage: storage, type: type, typeName: typeName,
                    offset: values[values.count - 1], shape: Array(values[..<dimensions]),
                    strides: Array(values[dimensions..<2 * dimensions])))
        }
        return tensors
    }

    private func damaged(_ member: String) -> CheckpointError {
        CheckpointError(path: path, "has a damaged list of \(member)")
    }
}
