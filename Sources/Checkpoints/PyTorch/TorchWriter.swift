import Archives
import Basics

/// Collects tensors and writes them as a file of PyTorch (a zip archive, as since 1.6), whole or not at all.
///
/// `torch.load(weights_only=True)` opens it: the pickle names nothing but tensors, storages and `OrderedDict`. The bytes
/// go from the tensors' own memory to the file, so every tensor has to stay alive and unchanged until `write` returns.
public struct TorchWriter {
    /// The key that leads to the weights, or nil when they are the whole file.
    public let part: String?
    /// The file that the bytes lie in, where they do: if it is cut meanwhile, nothing is written.
    var source: WeightsFile?
    private var tensors: [(name: String, type: ScalarType, shape: [Int], bytes: UnsafeRawBufferPointer)] = []
    /// Sizes and offsets from this on are written in 64 bits.
    var longFrom = 0xFFFF_FFFF

    public init(part: String? = "model") { self.part = part }

    /// Adds a tensor: little-endian, row-major bytes. Tensors of the same memory share a storage, as tied weights do.
    ///
    /// - Precondition: the bytes match the shape.
    public mutating func add(_ name: String, type: ScalarType, shape: [Int], bytes: UnsafeRawBufferPointer) {
        precondition(
            bytes.count == shape.reduce(type.width, *), "the bytes of tensor \(name) do not match its shape")
        tensors.append((name, type, shape, bytes))
    }

    private struct Place: Hashable {
        let start: UnsafeRawPointer?
        let count: Int
        let type: ScalarType
    }

    private struct Entry {
        let name: String
        let content: [UInt8]
        let bytes: UnsafeRawBufferPointer?
        var count: Int { bytes?.count ?? content.count }

        func checksum() -> UInt32 {
            if let bytes { return Inflation.checksum(bytes) }
            return content.withUnsafeBytes { Inflation.checksum($0) }
        }
    }

    /// Writes the file under a temporary name in the same folder, syncs it and renames it.
    ///
    /// - Returns: bytes of the file.
    /// - Throws: when two tensors share a name, or the disk refuses; the old file is untouched then.
    @discardableResult
    public func write(to path: String) throws(FileError) -> Int64 {
        var names: Set<String> = []
        for tensor in tensors where !names.insert(tensor.name).inserted {
            throw FileError(path: path, "cannot hold two tensors named \"\(tensor.name)\"")
        }
        let entries = entries()
        var (headers, directory, position) = ([[UInt8]](), [UInt8](), 0)
        for entry in entries {
            let sum = entry.checksum()
            let header = localHeader(entry, sum, at: position)
            directory += directoryRecord(entry, sum, at: position)
            headers.append(header)
            position += header.count + entry.count
        }
        let end = endRecords(entries: entries.count, directory: directory.count, at: position)
        let total = position + directory.count + end.count
        try WholeFile.write(to: path, byteCount: total) { (file) throws(FileError) in
            for (header, entry) in zip(headers, entries) {
                try file.append(header)
                if let bytes = entry.bytes { try file.append(bytes) } else { try file.append(entry.content) }
            }
            try file.append(directory)
            try file.append(end)
            try source?.requireWholeToCopy()
        }
        return Int64(total)
    }

    /// The pickle, one entry for every storage, and what PyTorch wants beside them.
    private func entries() -> [Entry] {
        var keys: [Place: Int] = [:]
        var storages: [UnsafeRawBufferPointer] = []
        var pickle = PickleWriter()
        pickle.begin(part: part)
        for tensor in tensors {
            let place = Place(start: tensor.bytes.baseAddress, count: tensor.bytes.count, type: tensor.type)
            let key = keys[place] ?? storages.count
            if keys.updateValue(key, forKey: place) == nil { storages.append(tensor.bytes) }
            pickle.add(tensor.name, type: tensor.type, shape: tensor.shape, storage: key)
        }
        pickle.end(part: part)
        func entry(_ name: String, _ content: [UInt8]) -> Entry {
            Entry(name: "archive/" + name, content: content, bytes: nil)
        }
        return [entry("data.pkl", pickle.bytes), entry("byteorder", Array("little".utf8))]
            + storages.enumerated().map { Entry(name: "archive/data/\($0)", content: [], bytes: $1) }
            + [entry("version", Array("3\n".utf8))]
    }

    // MARK: The archive

    private func half(_ value: Int) -> [UInt8] { (0..<2).map { UInt8(truncatingIfNeeded: value >> (8 * $0)) } }
    private func word(_ value: Int) -> [UInt8] { (0..<4).map { UInt8(truncatingIfNeeded: value >> (8 * $0)) } }
    private func long(_ value: Int) -> [UInt8] { (0..<8).map { UInt8(truncatingIfNeeded: value >> (8 * $0)) } }
    private func clipped(_ value: Int) -> [UInt8] { word(value >= longFrom ? 0xFFFF_FFFF : value) }

    /// What comes before an entry's bytes, padded so that they begin at a multiple of 64, as PyTorch pads them.
    private func localHeader(_ entry: Entry, _ sum: UInt32, at position: Int) -> [UInt8] {
        let isLong = entry.count >= longFrom
        var extra = isLong ? half(1) + half(16) + long(entry.count) + long(entry.count) : []
        let unpadded = position + 30 + entry.name.utf8.count + extra.count + 4
        let padding = (64 - unpadded % 64) % 64
        extra += Array("FB".utf8) + half(padding) + [UInt8](repeating: UInt8(ascii: "Z"), count: padding)
        // The flag says that names are UTF-8.
        return word(0x0403_4B50) + half(isLong ? 45 : 20) + half(0x0800) + half(0) + half(0) + half(0x21)
            + word(Int(sum)) + clipped(entry.count) + clipped(entry.count) + half(entry.name.utf8.count)
            + half(extra.count) + Array(entry.name.utf8) + extra
    }

    private func directoryRecord(_ entry: Entry, _ sum: UInt32, at position: Int) -> [UInt8] {
        var wide: [UInt8] = []
        if entry.count >= longFrom { wide += long(entry.count) + long(entry.count) }
        if position >= longFrom { wide += long(position) }
        let extra = wide.isEmpty ? [] : half(1) + half(wide.count) + wide
        let version = wide.isEmpty ? 20 : 45
        return word(0x0201_4B50) + half(version) + half(version) + half(0x0800) + half(0) + half(0) + half(0x21)
            + word(Int(sum)) + clipped(entry.count) + clipped(entry.count) + half(entry.name.utf8.count)
            + half(extra.count) + half(0) + half(0) + half(0) + word(0) + clipped(position)
            + Array(entry.name.utf8) + extra
    }

    private func endRecords(entries: Int, directory: Int, at position: Int) -> [UInt8] {
        var wide: [UInt8] = []
        if entries >= 0xFFFF || directory >= longFrom || position >= longFrom {
            wide = word(0x0606_4B50) + long(44) + half(45) + half(45) + word(0) + word(0) + long(entries)
            wide += long(entries) + long(directory) + long(position)
            wide += word(0x0706_4B50) + word(0) + long(position + directory) + word(1)
        }
        let few = half(entries >= 0xFFFF ? 0xFFFF : entries)
        return wide + word(0x0605_4B50) + half(0) + half(0) + few + few + clipped(directory) + clipped(position)
            + half(0)
    }
}

/// Writes the pickle of a dictionary of tensors, protocol 2, as `torch.save` does.
struct PickleWriter {
    private(set) var bytes: [UInt8] = [0x80, 2]

    mutating func begin(part: String?) {
        if let part {
            bytes.append(UInt8(ascii: "}"))
            text(part)
        }
        orderedDictionary()
        bytes.append(UInt8(ascii: "("))
    }

    mutating func end(part: String?) {
        bytes += Array((part == nil ? "u." : "us.").utf8)
    }

    mutating func add(_ name: String, type: ScalarType, shape: [Int], storage key: Int) {
        text(name)
        let count = shape.reduce(1, *)
        let kind = TorchTypes.storage(of: type)
        global("torch._utils", kind == nil ? "_rebuild_tensor_v3" : "_rebuild_tensor_v2")
        bytes += Array("((".utf8)
        text("storage")
        if let kind { global("torch", kind) } else { global("torch.storage", "UntypedStorage") }
        text("\(key)")
        text("cpu")
        integer(kind == nil ? count * type.width : count)
        bytes += Array("tQ".utf8)
        integer(0)
        tuple(shape)
        tuple(WeightsContent.contiguousStrides(shape))
        bytes.append(0x89)
        orderedDictionary()
        if kind == nil { global("torch", TorchTypes.name(of: type)) }
        bytes += Array("tR".utf8)
    }

    private mutating func orderedDictionary() {
        global("collections", "OrderedDict")
        bytes += Array(")R".utf8)
    }

    private mutating func global(_ module: String, _ name: String) { bytes += Array("c\(module)\n\(name)\n".utf8) }

    private mutating func text(_ text: String) {
        let count = text.utf8.count
        bytes.append(UInt8(ascii: "X"))
        bytes += (0..<4).map { UInt8(truncatingIfNeeded: count >> (8 * $0)) }
        bytes += Array(text.utf8)
    }

    private mutating func tuple(_ numbers: [Int]) {
        bytes.append(UInt8(ascii: "("))
        for number in numbers { integer(number) }
        bytes.append(UInt8(ascii: "t"))
    }

    private mutating func integer(_ value: Int) {
        if (0..<0x7FFF_FFFF).contains(value) {
            bytes.append(UInt8(ascii: "J"))
            bytes += (0..<4).map { UInt8(truncatingIfNeeded: value >> (8 * $0)) }
        } else {
            bytes += [0x8A, 8] + (0..<8).map { UInt8(truncatingIfNeeded: value >> (8 * $0)) }
        }
    }
}
