import Glibc

/// Reading image files without ever waiting on something that is not a file.
public enum ImageFile {
    /// Photographs are far below; a larger file is something else.
    public static let maximumBytes = 512 << 20

    /// Calls `body` with the content of a regular file.
    ///
    /// The file is read, not mapped: a mapped file that another program shortens would kill the process.
    ///
    /// - Throws: for whatever is not a readable regular file, and what `body` throws, with the path.
    public static func withContent<Result>(
        of path: String, _ body: (UnsafeRawBufferPointer) throws(ImageError) -> Result
    ) throws(ImageError) -> Result {
        let bytes = try read(path)
        defer { bytes.deallocate() }
        do {
            return try body(UnsafeRawBufferPointer(bytes))
        } catch {
            throw ImageError(error.kind, error.reason, path: path)
        }
    }

    /// Calls `body` with the content of the file that an image has for itself.
    ///
    /// - Throws: as for a path; of kind `unsupported` for a frame of a video.
    public static func withContent<Result>(
        of image: ImageReference, _ body: (UnsafeRawBufferPointer) throws(ImageError) -> Result
    ) throws(ImageError) -> Result {
        try withContent(of: try image.file(), body)
    }

    private static func read(_ path: String) throws(ImageError) -> UnsafeMutableRawBufferPointer {
        guard !path.utf8.contains(0) else { throw ImageError(.missing, "its name contains a zero byte", path: path) }
        var status = stat()
        guard stat(path, &status) == 0 else { throw openError(errno, path) }
        // Asked before opening, since opening a device may already do something; and again after it, since the file
        // may have been exchanged. O_NONBLOCK keeps a FIFO without a writer from blocking in between.
        try requireRegularFile(status, path)
        let descriptor = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC | O_NOCTTY)
        guard descriptor >= 0 else { throw openError(errno, path) }
        defer { close(descriptor) }
        guard fstat(descriptor, &status) == 0 else { throw openError(errno, path) }
        try requireRegularFile(status, path)
        let size = Int(status.st_size)
        guard size > 0 else { throw ImageError(.empty, "an empty file", path: path) }
        guard size <= maximumBytes else {
            throw ImageError(
                .tooLarge, "a file of \(size >> 20) MB; images end at \(maximumBytes >> 20) MB", path: path)
        }

        let bytes = UnsafeMutableRawBufferPointer.allocate(byteCount: size, alignment: 16)
        var filled = 0
        while filled < size, let base = bytes.baseAddress {
            let count = Glibc.read(descriptor, base + filled, size - filled)
            if count < 0 && errno == EINTR { continue }
            if count <= 0 { break }
            filled += count
        }
        guard filled == size else {
            bytes.deallocate()
            throw ImageError(.unreadable, "reading stopped after \(filled) of \(size) bytes", path: path)
        }
        return bytes
    }

    private static func requireRegularFile(_ status: stat, _ path: String) throws(ImageError) {
        let kind: String
        switch status.st_mode & S_IFMT {
        case S_IFREG: return
        case S_IFDIR: kind = "a directory"
        case S_IFIFO: kind = "a FIFO"
        case S_IFSOCK: kind = "a socket"
        case S_IFCHR, S_IFBLK: kind = "a device"
        default: kind = "not a regular file"
        }
        throw ImageError(.notAFile, "\(kind), not an image", path: path)
    }

    private static func openError(_ code: Int32, _ path: String) -> ImageError {
        switch code {
        case ENOENT, ENOTDIR:
            var status = stat()
            let isLink = lstat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFLNK
            return ImageError(.missing, isLink ? "a link to a file that does not exist" : "no such file", path: path)
        case ELOOP: return ImageError(.missing, "a link that leads in a circle", path: path)
        default: return ImageError(.unreadable, "cannot be read: \(String(cString: strerror(code)))", path: path)
        }
    }
}
