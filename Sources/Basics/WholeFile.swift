#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#elseif canImport(Darwin)
    import Darwin
#endif

/// A file that appears whole or not at all: written under a temporary name beside its own, synced, renamed.
public struct WholeFile {
    /// Ends the names of files that are being written.
    static let suffix = ".partial"

    private let path: String
    private let folder: String
    private let temporary: String
    private let calls: FileCalls
    private var file: Int32

    /// Begins a file of `byteCount` bytes.
    ///
    /// - Throws: when the folder cannot be written, or when the disk has too little room for it.
    init(path: String, byteCount: Int, calls: FileCalls = FileCalls()) throws(FileError) {
        self.path = path
        self.calls = calls
        let slash = path.lastIndex(of: "/")
        folder = slash.map { $0 == path.startIndex ? "/" : String(path[..<$0]) } ?? "."
        let name = slash.map { String(path[path.index(after: $0)...]) } ?? path
        guard !name.isEmpty else { throw FileError(path: path, "is a folder's name, not a file's", kind: .environment) }
        // Two processes may write the same file at once.
        temporary = (slash.map { String(path[...$0]) } ?? "") + ".\(name).\(getpid())" + Self.suffix
        if let free = calls.freeBytes(folder), free < byteCount {
            throw FileError(
                path: path,
                "needs \(ByteCount.text(Int64(byteCount))), but only \(ByteCount.text(Int64(free))) are free in \(folder); make room there",
                kind: .environment, isOutOfSpace: true)
        }
        file = open(temporary, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0o666)
        guard file >= 0 else {
            let code = errno
            throw FileError(
                path: path, "cannot be written in \(folder): \(FileError.reason(code, folder: folder))",
                kind: .environment, isOutOfSpace: FileError.isOutOfSpace(code))
        }
    }

    package func append(_ bytes: [UInt8]) throws(FileError) {
        let result = bytes.withUnsafeBytes { bytes in
            Result { () throws(FileError) in try append(bytes) }
        }
        try result.get()
    }

    package func append(_ bytes: UnsafeRawBufferPointer) throws(FileError) {
        var rest = bytes[...]
        while !rest.isEmpty {
            // One call writes 2 GiB at most; smaller pieces let an interrupted call lose little.
            let piece = UnsafeRawBufferPointer(rebasing: rest.prefix(1 << 26))
            let count = calls.write(file, piece)
            if count < 0 {
                if errno == EINTR { continue }
                throw failure("could not be written")
            }
            guard count > 0 else {
                throw FileError(path: path, "could not be written: the disk took no more bytes", kind: .environment)
            }
            rest = rest.dropFirst(count)
        }
    }

    /// Makes the file durable and gives it its name.
    ///
    /// - Parameter isSynced: false for files that can be made again: after a power cut they may be empty.
    mutating func finish(isSynced: Bool = true) throws(FileError) {
        guard !isSynced || calls.sync(file) == 0 else { throw failure("could not be synced") }
        let closed = close(file)
        file = -1
        guard closed == 0 else { throw failure("could not be closed") }
        guard rename(temporary, path) == 0 else { throw failure("could not be renamed into place") }
        guard isSynced else { return }
        // The name is durable only when its folder is; some file systems cannot sync folders, and need not.
        let directory = open(folder, O_RDONLY | O_CLOEXEC)
        if directory >= 0 {
            _ = fsync(directory)
            close(directory)
        }
    }

    /// Leaves nothing behind.
    mutating func abandon() {
        if file >= 0 { close(file) }
        file = -1
        unlink(temporary)
    }

    /// Writes a whole file: a reader sees the old one or the new one, never a part.
    ///
    /// - Parameter isSynced: false for files that can be made again: after a power cut they may be empty.
    /// - Throws: when the folder cannot be written or the disk is full; the old file is untouched then.
    public static func write(_ bytes: [UInt8], to path: String, isSynced: Bool = true) throws(FileError) {
        try write(to: path, byteCount: bytes.count, isSynced: isSynced) { (file) throws(FileError) in
            try file.append(bytes)
        }
    }

    /// Writes a whole file of `byteCount` bytes in the pieces that `body` appends.
    package static func write(
        to path: String, byteCount: Int, isSynced: Bool = true, calls: FileCalls = FileCalls(),
        _ body: (borrowing WholeFile) throws(FileError) -> Void
    ) throws(FileError) {
        var file = try WholeFile(path: path, byteCount: byteCount, calls: calls)
        do throws(FileError) {
            try body(file)
            try file.finish(isSynced: isSynced)
        } catch {
            file.abandon()
            throw error
        }
    }

    /// Removes what writers that were killed left in a folder; nothing may be writing there.
    public static func removeLeftovers(in folder: String) {
        guard let directory = opendir(folder) else { return }
        defer { closedir(directory) }
        while let entry = readdir(directory) {
            let name = withUnsafePointer(to: &entry.pointee.d_name) {
                $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
            }
            if name.hasPrefix("."), name.hasSuffix(suffix) { unlink(folder + "/" + name) }
        }
    }

    private func failure(_ verb: String) -> FileError {
        let code = errno
        return FileError(
            path: path, "\(verb): \(FileError.reason(code, folder: folder))", kind: .environment,
            isOutOfSpace: FileError.isOutOfSpace(code))
    }
}

/// The calls to the system that can fail halfway, so that tests can make them fail.
package struct FileCalls {
    package init() {}

    package var write: (Int32, UnsafeRawBufferPointer) -> Int = { file, bytes in
        #if canImport(Glibc)
            Glibc.write(file, bytes.baseAddress, bytes.count)
        #elseif canImport(Musl)
            Musl.write(file, bytes.baseAddress, bytes.count)
        #else
            Darwin.write(file, bytes.baseAddress, bytes.count)
        #endif
    }
    package var sync: (Int32) -> Int32 = { fsync($0) }
    /// Bytes that this user may still write in a folder, or nil when the system does not say.
    package var freeBytes: (String) -> Int? = { folder in
        var status = statvfs()
        guard statvfs(folder, &status) == 0 else { return nil }
        let (bytes, overflow) = UInt64(status.f_bavail).multipliedReportingOverflow(by: UInt64(status.f_frsize))
        return overflow ? nil : Int(clamping: bytes)
    }
}
