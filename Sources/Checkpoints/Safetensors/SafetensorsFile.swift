/// A safetensors file, mapped into memory: opening it reads the header, and a tensor's bytes are read when asked for.
public final class SafetensorsFile: Sendable {
    public let path: String
    /// The texts under `__metadata__`.
    public let metadata: [String: String]
    /// In the order of the file.
    public let tensors: [TensorEntry]
    private let indices: [String: Int]
    private let file: MappedFile

    /// Opens a file and checks its header: bounds, overlaps, gaps, shapes.
    public init(path: String) throws(CheckpointError) {
        file = try MappedFile(path: path)
        let header = try SafetensorsHeader(file: file.bytes, path: path)
        self.path = path
        metadata = header.metadata
        tensors = header.tensors
        indices = Dictionary(uniqueKeysWithValues: header.tensors.enumerated().map { ($1.name, $0) })
    }

    /// The tensor of that name, or nil.
    public subscript(name: String) -> TensorEntry? {
        indices[name].map { tensors[$0] }
    }

    /// Bytes of the whole file.
    public var byteCount: Int { file.bytes.count }

    /// Elements of all tensors.
    public var elementCount: Int { tensors.reduce(0) { $0 + $1.count } }

    /// To be called after values are read: what another program cut off meanwhile reads as zeros.
    ///
    /// - Throws: when the file has become shorter since it was opened.
    public func requireWhole() throws(CheckpointError) { try file.requireWhole(path: path) }

    /// Gives the bytes of a tensor of this file, little-endian and not necessarily aligned.
    public func withBytes<Result>(
        of tensor: TensorEntry, _ body: (UnsafeRawBufferPointer) throws -> Result
    ) rethrows -> Result {
        try body(UnsafeRawBufferPointer(rebasing: file.bytes[tensor.bytes]))
    }

    /// Reads a tensor as single precision.
    ///
    /// - Parameters:
    ///   - shape: the shape that the reader needs; any other is an error.
    ///   - destination: receives the values in row-major order.
    /// - Throws: when the tensor is missing or of another shape, or when the file was cut meanwhile.
    public func read(
        _ name: String, shape: [Int], into destination: UnsafeMutableBufferPointer<Float>
    ) throws(CheckpointError) {
        guard let tensor = self[name] else { throw CheckpointError(path: path, "has no tensor \"\(name)\"") }
        guard tensor.shape == shape else {
            throw CheckpointError(
                path: path,
                "tensor \"\(name)\" is \(TensorEntry.words(for: tensor.shape)), "
                    + "but this model needs \(TensorEntry.words(for: shape))")
        }
        guard destination.count == tensor.count else {
            throw CheckpointError(
                path: path, "tensor \"\(name)\" has \(tensor.count) values, but there is room for \(destination.count)")
        }
        withBytes(of: tensor) { tensor.type.convert($0, to: destination) }
        try file.requireWhole(path: path)
    }

    /// The values of a tensor of this file in single precision, in row-major order.
    public func floats(of tensor: TensorEntry) -> [Float] {
        [Float](unsafeUninitializedCapacity: tensor.count) { buffer, count in
            let exact = UnsafeMutableBufferPointer(rebasing: buffer[..<tensor.count])
            withBytes(of: tensor) { tensor.type.convert($0, to: exact) }
            count = tensor.count
        }
    }
}
