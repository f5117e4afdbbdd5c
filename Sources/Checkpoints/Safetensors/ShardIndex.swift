import Basics
import JSON5

/// An index of shards: a JSON file that says which file each tensor lies in, as Hugging Face writes beside large models.
struct ShardIndex {
    private let path: String
    private let folder: String
    /// The file of every tensor.
    private let files: [(tensor: String, file: String)]

    static func isIndex(_ bytes: UnsafeRawBufferPointer) -> Bool {
        guard bytes.first(where: { $0 > 0x20 }) == UInt8(ascii: "{") else { return false }
        // A web server's error message is JSON as well, but names no weights.
        let start = String(decoding: bytes.prefix(1 << 16), as: UTF8.self)
        return start.contains("\"weight_map\"")
    }

    init(_ bytes: UnsafeRawBufferPointer, path: String) throws(FileError) {
        self.path = path
        folder = path.lastIndex(of: "/").map { String(path[...$0]) } ?? ""
        guard case .object(let map)? = try SmallJSON.object(bytes, path: path)["weight_map"]?.value else {
            throw FileError(path: path, "has no object `weight_map`, so it is no index of shards")
        }
        var files: [(tensor: String, file: String)] = []
        for member in map.members {
            guard case .string(let file) = member.node.value else {
                throw FileError(path: path, "does not name the shard of \"\(member.key)\" with a text")
            }
            files.append((member.key, file))
        }
        self.files = files
    }

    func content(key: [Substring], verifiesChecksums: Bool) throws(FileError) -> WeightsContent {
        var shards: [String: WeightsContent] = [:]
        var content = WeightsContent(format: .index, byteCount: 0)
        content.keyOfNames = key
        var firstStorage: [String: Int] = [:]
        for name in Set(files.map(\.file)).sorted() {
            guard !name.contains("/"), !name.contains("\0"), name != "..", name != ".", !name.isEmpty else {
                throw FileError(path: path, "names the shard \"\(name)\", which is not in its own folder")
            }
            let file: MappedFile
            do {
                file = try MappedFile(path: folder + name)
            } catch {
                throw FileError(path: path, "its shard \(name) \(error.message)")
            }
            guard !Self.isIndex(file.bytes) else {
                throw FileError(path: path, "names another index, \(name), as a shard")
            }
            let shard = try WeightsContent.read(file, path: folder + name, verifiesChecksums: verifiesChecksums)
            firstStorage[name] = content.storages.count
            content.storages += shard.storages
            content.byteCount += shard.byteCount
            content.metadata.merge(shard.metadata) { first, _ in first }
            content.beside += shard.beside
            content.unread += shard.unread
            content.notBuilt = Set(content.notBuilt + shard.notBuilt).sorted()
            shards[name] = shard
        }
        var tensors: [String: [String: WeightTensor]] = [:]
        for (name, shard) in shards {
            tensors[name] = Dictionary(shard.tensors.map { ($0.name, $0) }) { first, _ in first }
        }
        for (name, file) in files {
            guard let tensor = tensors[file]?[name] else {
                throw FileError(path: path, "says that \"\(name)\" is in \(file), which has no such tensor")
            }
            content.tensors.append(
                WeightTensor(
                    name: tensor.name, type: tensor.type, shape: tensor.shape, strides: tensor.strides,
                    offset: tensor.offset, storage: tensor.storage + firstStorage[file, default: 0]))
        }
        return content
    }
}

/// The small JSON files beside weights: an index of shards, a configuration.
enum SmallJSON {
    /// A larger file is none of these: an index of a thousand shards has a megabyte. What is read takes at most some
    /// thirty times as much memory.
    static let largest = 8 << 20

    /// The object of a file.
    static func object(_ bytes: UnsafeRawBufferPointer, path: String) throws(FileError) -> JSON5Object {
        guard bytes.count <= largest else {
            throw FileError(path: path, "has \(bytes.count >> 20) MiB of JSON; at most \(largest >> 20) are read")
        }
        let root: JSON5Node
        do {
            root = try JSON5Reader.read(utf8: Array(bytes), file: path, maximumDepth: 16)
        } catch {
            let place = error.location
            throw FileError(path: path, "line \(place.line), column \(place.column): \(error.message)")
        }
        guard case .object(let object) = root.value else {
            throw FileError(path: path, "holds \(root.value.shown) where an object should be")
        }
        return object
    }
}

/// Folders in which files of weights have their usual names.
enum WeightsFolder {
    private static let usualNames = [
        "model.safetensors.index.json", "model.safetensors", "pytorch_model.bin.index.json", "pytorch_model.bin",
        "weights.safetensors",
    ]

    /// The file of weights in a folder, or the path itself.
    static func file(in path: String) -> String {
        guard MappedFile.isFolder(path) else { return path }
        let folder = path.hasSuffix("/") ? path : path + "/"
        return usualNames.lazy.map { folder + $0 }.first { MappedFile.exists($0) } ?? path
    }
}
