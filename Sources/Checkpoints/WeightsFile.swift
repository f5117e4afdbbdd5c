import Basics

/// A file of weights of any kind that is read here: its tensors by name, mapped into memory and read when asked for.
///
/// PyTorch's zip files (1.6 and later), its two formats before (pickles one after the other, and the older `.tar`),
/// safetensors, and an index file that names the shards of either. Opening reads the directory and checks it; nothing
/// in a file is ever run.
public final class WeightsFile: Sendable {
    public enum Format: String, Sendable {
        case safetensors
        case torchZip = "PyTorch (zip)"
        case torchLegacy = "PyTorch (before 1.6)"
        case torchTar = "PyTorch (tar)"
        case index = "an index of shards"
    }

    public let path: String
    public let format: Format
    /// In the order of the file.
    public let tensors: [WeightTensor]
    /// Texts that the file keeps beside its tensors: safetensors' metadata, or the training options (`args`) of a
    /// PyTorch file.
    public let metadata: [String: String]
    /// The keys that lead to the weights in a PyTorch file, such as `model`; empty when they are the whole file.
    public let part: String
    /// What else the file holds, in words.
    public let beside: [String]
    /// Tensors that are not read, and why.
    public let unread: [String]
    /// Python classes and functions that the file names; they were left as names.
    public let notBuilt: [String]
    /// Keys that lead to other models in a PyTorch file, such as `state_dict` beside `state_dict_ema`.
    public let otherModels: [String]
    /// Bytes of the file, or of all shards.
    public let byteCount: Int
    /// The key that was asked for, as far as it is of the names of tensors.
    let keyOfNames: [Substring]
    private let storages: [WeightStorage]
    private let indices: [String: Int]

    /// Opens a file, or a folder in which such files have their usual names.
    ///
    /// - Parameters:
    ///   - key: which of several models in the file is meant: a key of a PyTorch file, what stands before the names of
    ///     tensors, or both, such as `teacher.backbone`. Nil takes running averages where timm does (`state_dict_ema`,
    ///     `model_ema`), then the likeliest.
    ///   - verifiesChecksums: whether the sums that zip archives keep are compared with all their bytes.
    /// - Throws: a sentence that says what the file is instead, or what is wrong with it.
    public convenience init(
        path: String, key: String? = nil, verifiesChecksums: Bool = false
    ) throws(FileError) {
        let path = WeightsFolder.file(in: path)
        let file = try MappedFile(path: path)
        try self.init(file, path: path, key: key, verifiesChecksums: verifiesChecksums)
    }

    convenience init(
        _ file: MappedFile, path: String, key: String? = nil, verifiesChecksums: Bool = false
    ) throws(FileError) {
        let content: WeightsContent
        do {
            content = try WeightsContent.read(
                file, path: path, key: key?.split(separator: ".") ?? [], verifiesChecksums: verifiesChecksums)
        } catch {
            // What is missing reads as zeros, and looks like other damage.
            try file.requireWhole(path: path)
            throw error
        }
        try file.requireWhole(path: path)
        try self.init(content, path: path)
    }

    init(_ content: WeightsContent, path: String) throws(FileError) {
        self.path = path
        format = content.format
        tensors = content.tensors
        metadata = content.metadata
        part = content.part
        beside = content.beside
        unread = content.unread
        notBuilt = content.notBuilt
        byteCount = content.byteCount
        otherModels = content.otherModels
        keyOfNames = content.keyOfNames
        storages = content.storages
        var indices: [String: Int] = [:]
        for (index, tensor) in content.tensors.enumerated()
        where indices.updateValue(index, forKey: tensor.name) != nil {
            throw FileError(path: path, "holds two tensors named \"\(tensor.name)\"")
        }
        self.indices = indices
        guard !tensors.isEmpty else {
            let others = content.unread.isEmpty ? content.beside : content.unread
            let found = others.isEmpty ? "" : "; it holds \(others.prefix(8).joined(separator: ", "))"
            throw FileError(path: path, "holds no tensors\(found)")
        }
        guard keyOfNames.isEmpty || tensors.contains(where: { Backbones.contains($0.name[...], keyOfNames) }) else {
            let keys = (part.isEmpty ? [] : [part]) + content.otherModels
            throw FileError(
                path: path,
                "has nothing under the key \"\(keyOfNames.joined(separator: "."))\""
                    + (keys.isEmpty ? "" : "; it has \(keys.joined(separator: ", "))"))
        }
    }

    /// How another model of a file is chosen.
    static let keyAdvice = "--weights-key KEY chooses, and { weights: ..., key: ... } as a session's init"

    /// The tensor of that name, or nil.
    public subscript(name: String) -> WeightTensor? { indices[name].map { tensors[$0] } }

    /// To be called after values are read: what another program cut off meanwhile reads as zeros.
    ///
    /// - Throws: when the file has become shorter since it was opened.
    public func requireWhole() throws(FileError) {
        // Storages of one file come one after the other.
        var last: MappedFile?
        for case .mapped(let file, _) in storages where file !== last {
            try file.requireWhole(path: path)
            last = file
        }
    }

    /// `requireWhole`, in the words of a file that is written from this one.
    func requireWholeToCopy() throws(FileError) {
        do {
            try requireWhole()
        } catch {
            throw error
        }
    }

    /// Elements of all tensors.
    public var elementCount: Int { tensors.reduce(0) { $0 + $1.count } }

    /// Gives the elements of a tensor as little-endian bytes in row-major order, not necessarily aligned: the file's
    /// own where they lie so, a copy otherwise.
    public func withBytes<Result>(
        of tensor: WeightTensor, _ body: (UnsafeRawBufferPointer) throws -> Result
    ) rethrows -> Result {
        try storages[tensor.storage].withBytes { storage in
            let width = tensor.type.width
            if tensor.isContiguous {
                let start = tensor.count == 0 ? 0 : tensor.offset * width
                return try body(UnsafeRawBufferPointer(rebasing: storage[start..<start + tensor.byteCount]))
            }
            let copy = UnsafeMutableRawBufferPointer.allocate(byteCount: tensor.byteCount, alignment: 16)
            defer { copy.deallocate() }
            var position = 0
            tensor.forEachRun { offset, length in
                let run = UnsafeRawBufferPointer(rebasing: storage[offset * width..<(offset + length) * width])
                UnsafeMutableRawBufferPointer(rebasing: copy[position...]).copyMemory(from: run)
                position += run.count
            }
            return try body(UnsafeRawBufferPointer(copy))
        }
    }

    /// The elements where they lie in the mapped file, for as long as this object lives; nil where they lie otherwise.
    func mappedBytes(of tensor: WeightTensor) -> UnsafeRawBufferPointer? {
        guard case .mapped(let file, let range) = storages[tensor.storage], tensor.isContiguous else { return nil }
        let start = range.lowerBound + (tensor.count == 0 ? 0 : tensor.offset * tensor.type.width)
        return UnsafeRawBufferPointer(rebasing: file.bytes[start..<start + tensor.byteCount])
    }

    /// Reads a tensor as single precision, in row-major order.
    ///
    /// - Precondition: `destination` has as many places as the tensor has elements.
    public func read(_ tensor: WeightTensor, into destination: UnsafeMutableBufferPointer<Float>) {
        precondition(destination.count == tensor.count, "a tensor needs as many places as it has elements")
        storages[tensor.storage].withBytes { storage in
            let width = tensor.type.width
            var position = 0
            tensor.forEachRun { offset, length in
                tensor.type.convert(
                    UnsafeRawBufferPointer(rebasing: storage[offset * width..<(offset + length) * width]),
                    to: UnsafeMutableBufferPointer(rebasing: destination[position..<position + length]))
                position += length
            }
        }
    }

    /// The values of a tensor in single precision, in row-major order.
    public func floats(of tensor: WeightTensor) -> [Float] {
        [Float](unsafeUninitializedCapacity: tensor.count) { buffer, count in
            read(tensor, into: UnsafeMutableBufferPointer(rebasing: buffer[..<tensor.count]))
            count = tensor.count
        }
    }
}

/// The bytes of a storage, shared by the tensors that lie in it.
enum WeightStorage: Sendable {
    case mapped(MappedFile, Range<Int>)
    /// What was packed in the file.
    case unpacked([UInt8])

    var count: Int {
        switch self {
        case .mapped(_, let range): range.count
        case .unpacked(let bytes): bytes.count
        }
    }

    func withBytes<Result>(_ body: (UnsafeRawBufferPointer) throws -> Result) rethrows -> Result {
        switch self {
        case .mapped(let file, let range):
            try withExtendedLifetime(file) { try body(UnsafeRawBufferPointer(rebasing: file.bytes[range])) }
        case .unpacked(let bytes): try bytes.withUnsafeBytes(body)
        }
    }
}
