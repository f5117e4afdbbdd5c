/// PyTorch's files before 1.6: pickles one after the other (a magic number, a version, the machine, the objects, the
/// keys of the storages), then for each key the number of elements in 8 bytes, and the elements.
struct TorchLegacy {
    private let file: MappedFile
    private let path: String

    init(_ file: MappedFile, path: String) {
        self.file = file
        self.path = path
    }

    /// Whether the bytes begin as a pickle does: of protocol 2 and later with its number, before with PyTorch's magic.
    static func isPickle(_ bytes: UnsafeRawBufferPointer) -> Bool {
        if bytes.count >= 2, bytes[0] == 0x80, (1...5).contains(bytes[1]) { return true }
        return bytes.starts(with: "L119547037146038801333356L".utf8)
    }

    func content(key: [Substring]) throws(CheckpointError) -> WeightsContent {
        let bytes = file.bytes
        var machine = PickleMachine(bytes, path: path, heap: PickleHeap(budget: (24 << 20) + bytes.count / 2))
        guard case .largeInteger(isMagic: true) = try machine.run() else {
            throw CheckpointError(
                path: path,
                "is a Python pickle, but not one of `torch.save`; load it in Python and save its weights with that")
        }
        guard case .integer(1001) = try machine.run() else {
            throw CheckpointError(path: path, "is of a version of PyTorch's old format that is not known")
        }
        let machineFacts = try machine.run()
        if machine.heap.value("little_endian", in: machineFacts) == .boolean(false) {
            throw CheckpointError(path: path, "was written on a machine with the other order of bytes")
        }
        let root = try machine.run()
        let last = try machine.run()
        guard let keys = machine.heap.elements(of: last) else {
            throw CheckpointError(path: path, "lacks the list of its storages; the file was cut off or is damaged")
        }
        let heap = machine.heap
        let places = try ranges(of: keys, heap, from: machine.position)
        var content = WeightsContent(format: .torchLegacy, byteCount: bytes.count)
        try content.take(root, heap, key: key, path: path) { (storage) throws(CheckpointError) in
            guard let range = places[storage.key] else {
                throw CheckpointError(path: path, "lacks the storage \(storage.key), where tensors should lie")
            }
            return .mapped(file, range)
        }
        return content
    }

    private func ranges(
        of keys: [PickleValue], _ heap: PickleHeap, from start: Int
    ) throws(CheckpointError) -> [String: Range<Int>] {
        var widths: [String: Int] = [:]
        for storage in heap.storages {
            widths[storage.key] = storage.type?.width ?? TorchLegacy.width(storage.typeName)
        }
        var position = start
        var ranges: [String: Range<Int>] = [:]
        for key in keys {
            guard case .text(let key) = key, let width = widths[key] else {
                throw CheckpointError(path: path, "has a storage that nothing in it describes; the file is damaged")
            }
            guard file.bytes.count - position >= 8 else { throw cut(key) }
            let count = Int64(littleEndian: file.bytes.loadUnaligned(fromByteOffset: position, as: Int64.self))
            position += 8
            guard count >= 0, Int(count) <= (file.bytes.count - position) / width else { throw cut(key) }
            ranges[key] = position..<position + Int(count) * width
            position += Int(count) * width
        }
        return ranges
    }

    /// Bytes of an element of the types that are passed over.
    private static func width(_ typeName: String) -> Int {
        switch typeName {
        case "ComplexDoubleStorage": 16
        case "ComplexFloatStorage": 8
        case "QInt32Storage": 4
        default: 1
        }
    }

    private func cut(_ key: String) -> CheckpointError {
        CheckpointError(
            path: path, "ends inside storage \(key.prefix(40)); the download was cut off, or the disk was full")
    }
}
