#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#elseif canImport(Darwin)
    import Darwin
#endif

/// A file mapped into memory for reading: its pages are read when they are touched, and none is copied.
final class MappedFile: @unchecked Sendable {
    // Never written after `init`, so any thread may read it.
    let bytes: UnsafeRawBufferPointer
    private let isMapped: Bool

    init(path: String) throws(CheckpointError) {
        func failure(_ verb: String) -> CheckpointError {
            CheckpointError(path: path, "\(verb): \(String(cString: strerror(errno)))")
        }
        let file = open(path, O_RDONLY | O_CLOEXEC)
        guard file >= 0 else { throw failure("cannot be opened") }
        defer { close(file) }
        var status = stat()
        guard fstat(file, &status) == 0 else { throw failure("cannot be read") }
        guard status.st_mode & S_IFMT == S_IFREG else {
            let isFolder = status.st_mode & S_IFMT == S_IFDIR
            throw CheckpointError(path: path, isFolder ? "is a folder, not a file of weights" : "is not a regular file")
        }
        guard status.st_size > 0 else { throw CheckpointError(path: path, "is empty") }
        let length = Int(status.st_size)
        guard let start = mmap(nil, length, PROT_READ, MAP_PRIVATE, file, 0), start != MAP_FAILED else {
            throw failure("cannot be mapped into memory")
        }
        bytes = UnsafeRawBufferPointer(start: start, count: length)
        isMapped = true
    }

    /// Bytes that are in memory already, copied.
    init(copying content: some Collection<UInt8>) {
        let copy = UnsafeMutableRawBufferPointer.allocate(byteCount: content.count, alignment: 64)
        copy.copyBytes(from: content)
        bytes = UnsafeRawBufferPointer(copy)
        isMapped = false
    }

    deinit {
        if isMapped {
            munmap(UnsafeMutableRawPointer(mutating: bytes.baseAddress), bytes.count)
        } else {
            bytes.deallocate()
        }
    }

    static func isFolder(_ path: String) -> Bool {
        var status = stat()
        return stat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFDIR
    }

    static func exists(_ path: String) -> Bool { access(path, F_OK) == 0 }
}
