import Basics

/// The header of a safetensors file: its tensors and its metadata, every number checked.
///
/// The file is an unsigned 64-bit little-endian length N, N bytes of JSON, and the tensors' bytes without gaps.
struct SafetensorsHeader {
    let metadata: [String: String]
    /// In the order of their bytes.
    let tensors: [TensorEntry]

    /// The longest header that is read, as in the format's own library.
    static let longest = 100_000_000

    init(file bytes: UnsafeRawBufferPointer, path: String) throws(FileError) {
        func failure(_ message: String) -> FileError { FileError(path: path, message) }
        guard bytes.count >= 8 else {
            throw failure(
                ForeignFile.description(of: bytes) ?? "is too short to be a safetensors file (\(bytes.count) bytes)")
        }
        let length = UInt64(littleEndian: bytes.loadUnaligned(as: UInt64.self))
        guard length <= UInt64(Self.longest), length >= 2 else {
            throw failure(
                ForeignFile.description(of: bytes)
                    ?? "is not a safetensors file: its first eight bytes are no length of a header")
        }
        let start = 8 + Int(length)
        guard start <= bytes.count else {
            throw failure(
                ForeignFile.description(of: bytes)
                    ?? "ends inside its header (\(bytes.count) of at least \(start) bytes); the download was cut off")
        }
        guard bytes[8] == UInt8(ascii: "{") else {
            throw failure(
                ForeignFile.description(of: bytes) ?? "is not a safetensors file: its header is no JSON object")
        }
        var parser = HeaderParser(bytes: UnsafeRawBufferPointer(rebasing: bytes[8..<start]), path: path)
        let header = try parser.header()
        metadata = header.metadata
        tensors = try Self.checked(header.tensors, dataStart: start, fileLength: bytes.count, path: path)
    }

    /// Turns offsets into ranges of the file and checks that they fill it exactly.
    private static func checked(
        _ declarations: [HeaderParser.Declaration], dataStart: Int, fileLength: Int, path: String
    ) throws(FileError) -> [TensorEntry] {
        func failure(_ message: String) -> FileError { FileError(path: path, message) }
        let available = fileLength - dataStart
        // Empty tensors come before the one that begins at the same place.
        let sorted = declarations.sorted { ($0.begin, $0.end, $0.name) < ($1.begin, $1.end, $1.name) }
        var position = 0
        var entries: [TensorEntry] = []
        entries.reserveCapacity(sorted.count)
        for tensor in sorted {
            guard let type = ScalarType(rawValue: tensor.type) else {
                throw failure("tensor \"\(tensor.name)\" has the type \"\(tensor.type)\", which is not read here")
            }
            var size = type.width
            for dimension in tensor.shape {
                let (product, overflow) = size.multipliedReportingOverflow(by: dimension)
                guard !overflow else {
                    throw failure(
                        "tensor \"\(tensor.name)\" claims the impossible shape \(TensorEntry.words(for: tensor.shape))")
                }
                size = product
            }
            guard tensor.begin <= tensor.end else {
                throw failure("tensor \"\(tensor.name)\" ends before it begins")
            }
            guard tensor.end - tensor.begin == size else {
                throw failure(
                    "tensor \"\(tensor.name)\" has \(tensor.end - tensor.begin) bytes, but "
                        + "\(TensorEntry.words(for: tensor.shape)) of \(type.rawValue) needs \(size)")
            }
            guard tensor.begin >= position else {
                throw failure("tensor \"\(tensor.name)\" overlaps the one before it")
            }
            guard tensor.begin == position else {
                throw failure("has \(tensor.begin - position) unexplained bytes before tensor \"\(tensor.name)\"")
            }
            guard tensor.end <= available else {
                throw failure(
                    "ends inside tensor \"\(tensor.name)\" (\(fileLength) of at least \(dataStart + tensor.end) bytes); "
                        + "the download was cut off, or the disk was full")
            }
            position = tensor.end
            entries.append(
                TensorEntry(
                    name: tensor.name, type: type, shape: tensor.shape,
                    bytes: dataStart + tensor.begin..<dataStart + tensor.end))
        }
        guard position == available else {
            throw failure("has \(available - position) unexplained bytes after its last tensor")
        }
        return entries
    }
}
