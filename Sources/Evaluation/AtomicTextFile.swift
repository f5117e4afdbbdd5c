import Basics
import Foundation

/// A text file that has its name only once it is whole: written under another one, synced, renamed.
final class AtomicTextFile {
    let path: String
    private let unfinished: String
    private var descriptor: Int32
    private var buffer: [UInt8] = []

    init(path: String) throws(PredictionError) {
        self.path = path
        unfinished = "\(path).\(ProcessInfo.processInfo.processIdentifier)-\(UInt32.random(in: 0...UInt32.max))"
        descriptor = open(unfinished, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o644)
        guard descriptor >= 0 else {
            throw .bad(file: path, line: nil, "cannot be written: \(String(cString: strerror(errno)))")
        }
        buffer.reserveCapacity(1 << 17)
    }

    deinit {
        if descriptor >= 0 {
            close(descriptor)
            unlink(unfinished)
        }
    }

    func write(_ text: String) throws(PredictionError) {
        buffer.append(contentsOf: text.utf8)
        if buffer.count >= 1 << 16 { try flush() }
    }

    private func flush() throws(PredictionError) {
        var done = 0
        while done < buffer.count {
            let count = buffer.withUnsafeBytes {
                Foundation.write(descriptor, $0.baseAddress.map { $0 + done }, $0.count - done)
            }
            if count < 0, errno == EINTR { continue }
            guard count > 0 else {
                throw failure(errno)
            }
            done += count
        }
        buffer.removeAll(keepingCapacity: true)
    }

    private func failure(_ code: Int32) -> PredictionError {
        let folder = (path as NSString).deletingLastPathComponent
        return .bad(
            file: path, line: nil,
            "cannot be written: \(FileError.words(code, folder: folder.isEmpty ? "." : folder))")
    }

    /// Gives the file its name; until then nothing is there.
    func finish() throws(PredictionError) {
        try flush()
        guard fsync(descriptor) == 0 || errno == EINVAL, rename(unfinished, path) == 0 else {
            throw failure(errno)
        }
        close(descriptor)
        descriptor = -1
        // The name itself must survive a power cut, too.
        let folder = (path as NSString).deletingLastPathComponent
        let parent = open(folder.isEmpty ? "." : folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        if parent >= 0 {
            fsync(parent)
            close(parent)
        }
    }
}

/// Makes the folder that a file will lie in; that it cannot be made shows when the file is opened.
func makeFolder(of path: String) {
    let folder = (path as NSString).deletingLastPathComponent
    if !folder.isEmpty { try? FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true) }
}
