/// A text file that appears whole or not at all, written piece by piece; what is let go before `finish` leaves nothing.
package final class WholeTextFile {
    private var file: WholeFile
    private var buffer: [UInt8] = []

    /// Begins a file of a size that is not known yet.
    package init(path: String) throws(FileError) {
        file = try WholeFile(path: path, byteCount: 0)
        buffer.reserveCapacity(1 << 17)
    }

    deinit { file.abandon() }

    package func write(_ text: String) throws(FileError) {
        buffer.append(contentsOf: text.utf8)
        if buffer.count >= 1 << 16 { try flush() }
    }

    private func flush() throws(FileError) {
        try file.append(buffer)
        buffer.removeAll(keepingCapacity: true)
    }

    /// Makes the file durable and gives it its name.
    package func finish() throws(FileError) {
        try flush()
        try file.finish()
    }
}
