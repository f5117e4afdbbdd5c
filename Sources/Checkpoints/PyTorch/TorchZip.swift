import Archives
import Basics

/// PyTorch's files since 1.6: a zip archive with a pickle and one entry for each storage.
///
/// `NAME/data.pkl` describes the objects, `NAME/data/KEY` holds a storage, `NAME/byteorder` tells the order of bytes.
struct TorchZip {
    private let file: MappedFile
    private let path: String
    private let archive: ZipArchive
    private let prefix: String
    private let verifiesChecksums: Bool

    init(_ file: MappedFile, path: String, verifiesChecksums: Bool) throws(FileError) {
        self.file = file
        self.path = path
        self.verifiesChecksums = verifiesChecksums
        archive = try ZipArchive(file: file.bytes, path: path)
        let pickles = archive.entries.filter { $0.name == "data.pkl" || $0.name.hasSuffix("/data.pkl") }
        guard let pickle = pickles.min(by: { $0.name.utf8.count < $1.name.utf8.count }) else {
            throw FileError(path: path, Self.description(of: archive))
        }
        prefix = String(pickle.name.dropLast("data.pkl".count))
        if archive[prefix + "constants.pkl"] != nil
            || archive.entries.contains(where: { $0.name.hasPrefix(prefix + "code/") })
        {
            throw FileError(
                path: path,
                "is a TorchScript archive, a program with its weights, which is not run here; in Python, save "
                    + "`torch.jit.load(FILE).state_dict()` with `torch.save`")
        }
    }

    /// A zip archive that is not PyTorch's.
    private static func description(of archive: ZipArchive) -> String {
        let names = archive.entries.map(\.name)
        if names.contains(where: { $0.hasSuffix(".npy") }) {
            return "is a NumPy archive (.npz), not weights of PyTorch"
        }
        if names.contains(where: { $0.hasSuffix("model.json") }) {
            return "is a TorchScript archive of an early PyTorch, a program with its weights, which is not run here"
        }
        if let inner = names.first(where: { name in
            [".pth", ".pt", ".bin", ".safetensors"].contains { name.hasSuffix($0) }
        }) {
            return "is a zip archive that holds \(inner.prefix(100)); unpack it first"
        }
        return "is a zip archive, but none that PyTorch wrote: it has no data.pkl"
    }

    func content(key: [Substring]) throws(FileError) -> WeightsContent {
        if verifiesChecksums { try verify() }
        var room = 3 * file.bytes.count + (32 << 20)
        if let order = archive[prefix + "byteorder"] {
            let text = try bytes(of: order, room: &room).withBytes { String(decoding: $0.prefix(16), as: UTF8.self) }
            guard text.hasPrefix("little") else {
                throw FileError(path: path, "was written on a machine with the other order of bytes (\(text))")
            }
        }
        guard let entry = archive[prefix + "data.pkl"] else {
            throw FileError(path: path, "has lost its data.pkl")
        }
        let pickle = try bytes(of: entry, room: &room)
        var content = WeightsContent(format: .torchZip, byteCount: file.bytes.count)
        let (root, heap) = try pickle.withTypedBytes { (source) throws(FileError) in
            var machine = PickleMachine(
                source, path: path, heap: PickleHeap(budget: (24 << 20) + file.bytes.count / 2))
            return (try machine.run(), machine.heap)
        }
        try content.take(root, heap, key: key, path: path) { (storage) throws(FileError) in
            guard let entry = archive[prefix + "data/" + storage.key] else {
                throw FileError(path: path, "lacks the entry data/\(storage.key), where tensors should lie")
            }
            return try bytes(of: entry, room: &room)
        }
        return content
    }

    /// The content of an entry: mapped when it is stored, unpacked otherwise.
    private func bytes(of entry: ZipEntry, room: inout Int) throws(FileError) -> WeightStorage {
        guard !entry.isEncrypted else { throw failure(entry, "is encrypted") }
        switch entry.method {
        case .stored: return .mapped(file, entry.bytes)
        case .other(let number): throw failure(entry, "is packed by method \(number); stored and deflated are read")
        case .deflated:
            // Deflate packs 1032 to 1 at best.
            guard entry.size / 1032 <= entry.bytes.count, entry.size <= room else {
                throw failure(entry, "claims \(entry.size) bytes from \(entry.bytes.count), which is no weights")
            }
            room -= entry.size
            var isWhole = false
            let unpacked = [UInt8](unsafeUninitializedCapacity: entry.size) { buffer, count in
                let target = UnsafeMutableRawBufferPointer(UnsafeMutableBufferPointer(rebasing: buffer[..<entry.size]))
                isWhole = Inflation.inflate(UnsafeRawBufferPointer(rebasing: file.bytes[entry.bytes]), into: target)
                count = isWhole ? entry.size : 0
            }
            guard isWhole else { throw failure(entry, "is damaged: it cannot be unpacked") }
            return .unpacked(unpacked)
        }
    }

    private func verify() throws(FileError) {
        for entry in archive.entries where !entry.isEncrypted {
            let sum: UInt32
            switch entry.method {
            case .stored: sum = Inflation.checksum(UnsafeRawBufferPointer(rebasing: file.bytes[entry.bytes]))
            case .deflated:
                var room = 3 * file.bytes.count + (32 << 20)
                sum = try bytes(of: entry, room: &room).withBytes { Inflation.checksum($0) }
            case .other: continue
            }
            guard sum == entry.checksum else {
                throw failure(entry, "is damaged: its checksum is not that of its bytes; copy the file again")
            }
        }
    }

    private func failure(_ entry: ZipEntry, _ message: String) -> FileError {
        FileError(path: path, "its entry \(entry.name) \(message)")
    }
}

extension WeightStorage {
    /// `withBytes` for bodies that throw errors of this module only.
    func withTypedBytes<Result>(
        _ body: (UnsafeRawBufferPointer) throws(FileError) -> Result
    ) throws(FileError) -> Result {
        let result = withBytes { bytes in
            Swift.Result { () throws(FileError) in try body(bytes) }
        }
        return try result.get()
    }
}
