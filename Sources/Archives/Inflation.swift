import CZlib

/// Unpacks the raw deflate data of zip entries, and checks their sums.
package enum Inflation {
    /// Unpacks `source` into exactly `destination.count` bytes.
    ///
    /// - Returns: false when the data are damaged, or give more or fewer bytes.
    package static func inflate(_ source: UnsafeRawBufferPointer, into destination: UnsafeMutableRawBufferPointer)
        -> Bool
    {
        var stream = z_stream()
        guard maeface_inflate_begin(&stream) == Z_OK else { return false }
        defer { inflateEnd(&stream) }
        var (read, written) = (0, 0)
        while true {
            // zlib counts in 32 bits.
            let input = UnsafeRawBufferPointer(rebasing: source[read...].prefix(1 << 30))
            let output = UnsafeMutableRawBufferPointer(rebasing: destination[written...].prefix(1 << 30))
            var spare: UInt8 = 0
            let status = withUnsafeMutablePointer(to: &spare) { spare in
                stream.next_in = UnsafeMutablePointer(
                    mutating: input.bindMemory(to: UInt8.self).baseAddress)
                stream.avail_in = UInt32(input.count)
                // zlib wants an address even for no room, and a byte of it tells that there would be more.
                stream.next_out = output.isEmpty ? spare : output.bindMemory(to: UInt8.self).baseAddress
                stream.avail_out = output.isEmpty ? 1 : UInt32(output.count)
                return CZlib.inflate(&stream, Z_NO_FLUSH)
            }
            let given = (output.isEmpty ? 1 : output.count) - Int(stream.avail_out)
            if output.isEmpty, given > 0 { return false }
            let taken = input.count - Int(stream.avail_in)
            read += taken
            written += given
            if status == Z_STREAM_END { return written == destination.count }
            guard status == Z_OK, taken > 0 || given > 0 else { return false }
        }
    }

    /// The CRC-32 of zip archives (polynomial 0xEDB88320), going on from `start`.
    package static func checksum(_ bytes: UnsafeRawBufferPointer, from start: UInt32 = 0) -> UInt32 {
        UInt32(truncatingIfNeeded: crc32_z(UInt(start), bytes.bindMemory(to: UInt8.self).baseAddress, bytes.count))
    }
}
