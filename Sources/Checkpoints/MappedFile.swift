import CSystem

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#elseif canImport(Darwin)
    import Darwin
#endif

/// A file mapped into memory for reading: its pages are read when they are touched, and none is copied. Where another
/// program cuts the file meanwhile, what is missing reads as zeros; `isCut` tells of it.
final class MappedFile: @unchecked Sendable {
    // Never written after `init`, so any thread may read it.
    let bytes: UnsafeRawBufferPointer
    private let isMapped: Bool
    /// Stays open, so that the file's length can be asked for again.
    private let file: Int32
    private let guardPlace: Int32

    init(path: String) throws(CheckpointError) {
        func failure(_ verb: String) -> CheckpointError {
            CheckpointError(path: path, "\(verb): \(String(cString: strerror(errno)))")
        }
        // A pipe is refused at once, and not waited for.
        let file = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        guard file >= 0 else { throw failure("cannot be opened") }
        var isKept = false
        defer { if !isKept { close(file) } }
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
        isKept = true
        self.file = file
        guardPlace = maeface_mapping_guard(start, length)
    }

    /// Whether the file has become shorter since it was opened, so that bytes read from it may be missing ones.
    var isCut: Bool {
        var status = stat()
        return isMapped
            && (maeface_mapping_is_cut(guardPlace) != 0 || fstat(file, &status) != 0 || status.st_size < bytes.count)
    }

    /// - Throws: when the file has become shorter since it was opened.
    func requireWhole(path: String) throws(CheckpointError) {
        guard isCut else { return }
        throw CheckpointError(
            path: path, "was cut short by another program while it was read; write or copy it anew, and try again")
    }

    /// Bytes that are in memory already, copied.
    init(copying content: some Collection<UInt8>) {
        let copy = UnsafeMutableRawBufferPointer.allocate(byteCount: content.count, alignment: 64)
        copy.copyBytes(from: content)
        bytes = UnsafeRawBufferPointer(copy)
        isMapped = false
        file = -1
        guardPlace = -1
    }

    deinit {
        if isMapped {
            maeface_mapping_release(guardPlace)
            munmap(UnsafeMutableRawPointer(mutating: bytes.baseAddress), bytes.count)
            close(file)
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
