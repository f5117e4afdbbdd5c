import Basics
import JSON5

/// Collects tensors and writes them as a safetensors file, whole or not at all.
///
/// The bytes go from the tensors' own memory to the file without a second copy, so every tensor has to stay alive and
/// unchanged until `write` returns. The same tensors and metadata always give the same bytes.
public struct SafetensorsWriter {
    /// Texts that the file keeps beside its tensors.
    public var metadata: [String: String]
    /// The file that the bytes lie in, where they do: if it is cut meanwhile, nothing is written.
    var source: WeightsFile?
    private var tensors: [(name: String, type: ScalarType, shape: [Int], bytes: UnsafeRawBufferPointer)] = []

    public init(metadata: [String: String] = [:]) {
        self.metadata = metadata
    }

    /// Adds a tensor of any type: little-endian, row-major bytes.
    ///
    /// - Precondition: the bytes match the shape.
    public mutating func add(_ name: String, type: ScalarType, shape: [Int], bytes: UnsafeRawBufferPointer) {
        precondition(
            bytes.count == shape.reduce(type.width, *), "the bytes of tensor \(name) do not match its shape")
        tensors.append((name, type, shape, bytes))
    }

    /// Adds a tensor of single precision.
    public mutating func add(_ name: String, shape: [Int], values: UnsafeBufferPointer<Float>) {
        add(name, type: .float32, shape: shape, bytes: UnsafeRawBufferPointer(values))
    }

    /// Adds a tensor of single precision.
    public mutating func add(_ name: String, shape: [Int], values: UnsafeMutableBufferPointer<Float>) {
        add(name, type: .float32, shape: shape, bytes: UnsafeRawBufferPointer(values))
    }

    /// Bytes of the file as it stands.
    public var byteCount: Int {
        layout().header.count + tensors.reduce(0) { $0 + $1.bytes.count }
    }

    /// Writes the file under a temporary name in the same folder, syncs it and renames it, so that `path` has either
    /// its old content or the whole new one.
    ///
    /// - Returns: bytes of the file.
    /// - Throws: when two tensors share a name, or the disk refuses; the old file is untouched then, and nothing new
    ///   is left behind.
    @discardableResult
    public func write(to path: String) throws(FileError) -> Int64 {
        try write(to: path, calls: FileCalls())
    }

    func write(to path: String, calls: FileCalls) throws(FileError) -> Int64 {
        var names: Set<String> = ["__metadata__"]
        for tensor in tensors where !names.insert(tensor.name).inserted {
            throw FileError(path: path, "cannot hold two tensors named \"\(tensor.name)\"")
        }
        let (header, order) = layout()
        let total = header.count + tensors.reduce(0) { $0 + $1.bytes.count }
        try WholeFile.write(to: path, byteCount: total, calls: calls) { (file) throws(FileError) in
            try file.append(header)
            for index in order { try file.append(tensors[index].bytes) }
            try source?.requireWholeToCopy()
        }
        return Int64(total)
    }

    /// The length and the JSON, padded so that the first tensor begins at a multiple of 64 bytes, and the order of
    /// the tensors: as added, but wider types first, so that each begins at a multiple of its width.
    private func layout() -> (header: [UInt8], order: [Int]) {
        let order = tensors.indices.sorted {
            (-tensors[$0].type.width, $0) < (-tensors[$1].type.width, $1)
        }
        var members: [(String, JSON5Value)] = []
        if !metadata.isEmpty {
            let texts = metadata.sorted { $0.key.utf8.lexicographicallyPrecedes($1.key.utf8) }
            members.append(("__metadata__", .record(texts.map { ($0.key, .string($0.value)) })))
        }
        var position = 0
        for index in order {
            let tensor = tensors[index]
            let end = position + tensor.bytes.count
            members.append(
                (
                    tensor.name,
                    .record([
                        ("dtype", .string(tensor.type.rawValue)), ("shape", .list(tensor.shape.map { .whole($0) })),
                        ("data_offsets", .list([.whole(position), .whole(end)])),
                    ])
                ))
            position = end
        }
        let json = JSON5Writer.compactText(.record(members))
        var header = [UInt8](repeating: 0, count: 8)
        header.append(contentsOf: json.utf8)
        while !header.count.isMultiple(of: 64) { header.append(0x20) }
        let length = UInt64(header.count - 8)
        for byte in 0..<8 { header[byte] = UInt8(truncatingIfNeeded: length >> (8 * UInt64(byte))) }
        return (header, order)
    }
}
