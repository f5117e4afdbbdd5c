import Basics

/// One file inside a zip archive.
package struct ZipEntry: Sendable {
    package enum Method: Equatable, Sendable {
        case stored
        case deflated
        case other(Int)
    }

    package let name: String
    package let method: Method
    package let isEncrypted: Bool
    /// CRC-32 of the content.
    package let checksum: UInt32
    /// Bytes of the archive, packed or not.
    package let bytes: Range<Int>
    /// Bytes of the content.
    package let size: Int
}

/// The directory of a zip archive, every number checked (PKWARE's APPNOTE 6.3, with its 64-bit fields).
///
/// Entries have to lie inside the file, before the directory, and may not overlap; names may not repeat, and have to
/// be the same in both places where the format keeps them. So no byte of the file can mean two things.
///
/// Read by hand because stored entries are used where they lie in the mapped file, whose offsets libzip does not give.
package struct ZipArchive: Sendable {
    /// In the order of their bytes.
    package let entries: [ZipEntry]
    private let indices: [String: Int]

    /// The entry of that name, or nil.
    package subscript(name: String) -> ZipEntry? { indices[name].map { entries[$0] } }

    package init(file: UnsafeRawBufferPointer, path: String) throws(FileError) {
        var reader = ZipDirectoryReader(file: file, path: path)
        entries = try reader.entries()
        var indices: [String: Int] = [:]
        for (index, entry) in entries.enumerated() where indices.updateValue(index, forKey: entry.name) != nil {
            throw FileError(path: path, "holds two entries named \"\(entry.name)\"")
        }
        self.indices = indices
    }
}

/// Reads the records of a zip archive from its end.
private struct ZipDirectoryReader {
    let file: UnsafeRawBufferPointer
    let path: String

    private struct Directory {
        var count: Int
        var start: Int
        var end: Int
    }

    mutating func entries() throws(FileError) -> [ZipEntry] {
        let directory = try directory()
        guard directory.count <= (directory.end - directory.start) / 46 else {
            throw failure("claims \(directory.count) entries in a directory of too few bytes")
        }
        var found: [(header: Int, entry: ZipEntry)] = []
        found.reserveCapacity(directory.count)
        var position = directory.start
        for _ in 0..<directory.count { found.append(try entry(at: &position, directory)) }
        found.sort { $0.header < $1.header }
        for (before, after) in zip(found, found.dropFirst()) where after.header < before.entry.bytes.upperBound {
            throw failure(
                "has entries that overlap (\"\(before.entry.name)\" and \"\(after.entry.name)\"), "
                    + "as no honest archive has")
        }
        return found.map(\.entry)
    }

    /// The end record: the last one whose comment ends with the file; and the 64-bit one before it where there is one.
    private func directory() throws(FileError) -> Directory {
        var end = file.count - 22
        let lowest = max(0, file.count - 22 - 0xFFFF)
        while end >= lowest, word(end) != 0x0605_4B50 || end + 22 + half(end + 20) != file.count { end -= 1 }
        guard end >= lowest else {
            throw failure(
                "begins as a zip archive but has no directory at its end; the download was cut off, or the disk was full"
            )
        }
        guard half(end + 4) == 0, half(end + 6) == 0, half(end + 8) == half(end + 10) else {
            throw failure("is one part of a zip archive in several parts")
        }
        var (count, size, start) = (half(end + 10), word(end + 12), word(end + 16))
        var limit = end
        if end >= 20, word(end - 20) == 0x0706_4B50 {
            guard let place = long(end - 12), place <= end - 20 - 56, word(place) == 0x0606_4B50,
                let longCount = long(place + 32), let longSize = long(place + 40), let longStart = long(place + 48)
            else { throw failure("has a damaged 64-bit directory at its end") }
            (count, size, start) = (longCount, longSize, longStart)
            limit = place
        } else if count == 0xFFFF || size == 0xFFFF_FFFF || start == 0xFFFF_FFFF {
            throw failure("has lost the 64-bit part of its directory")
        }
        guard start <= limit, size <= limit - start else { throw failure("has a directory that points outside of it") }
        return Directory(count: count, start: start, end: start + size)
    }

    private func entry(
        at position: inout Int, _ directory: Directory
    ) throws(FileError) -> (header: Int, entry: ZipEntry) {
        let start = position
        guard directory.end - start >= 46, word(start) == 0x0201_4B50 else {
            throw failure("has a damaged directory at byte \(start)")
        }
        let (nameLength, extraLength, commentLength) = (half(start + 28), half(start + 30), half(start + 32))
        let extra = start + 46 + nameLength
        position = extra + extraLength + commentLength
        guard position <= directory.end else { throw failure("has a damaged directory at byte \(start)") }
        let nameBytes = file[start + 46..<extra]
        guard let name = String(validating: nameBytes, as: UTF8.self) else {
            throw failure("has an entry whose name is not UTF-8, at byte \(start)")
        }
        var (packed, size, header) = (word(start + 20), word(start + 24), word(start + 42))
        try widen(&size, &packed, &header, extra..<extra + extraLength, name)

        guard header <= directory.start, directory.start - header >= 30, word(header) == 0x0403_4B50 else {
            throw failure("says that \"\(name)\" lies at byte \(header), where no entry begins")
        }
        let localName = header + 30
        let data = localName + half(header + 26) + half(header + 28)
        guard data <= directory.start, packed <= directory.start - data else {
            throw failure("says that \"\(name)\" has \(packed) bytes at byte \(data), which is outside of it")
        }
        guard half(header + 26) == nameLength, file[localName..<localName + nameLength].elementsEqual(nameBytes) else {
            throw failure("names \"\(name)\" otherwise in its directory than at the entry itself")
        }
        let method: ZipEntry.Method =
            switch half(start + 10) {
            case 0: .stored
            case 8: .deflated
            case let number: .other(number)
            }
        guard method != .stored || packed == size else {
            throw failure("gives \"\(name)\" two sizes, \(packed) and \(size) bytes")
        }
        return (
            header,
            ZipEntry(
                name: name, method: method, isEncrypted: half(start + 8) & 1 == 1,
                checksum: UInt32(word(start + 16)), bytes: data..<data + packed, size: size)
        )
    }

    /// Takes what does not fit into 32 bits from the extra field with the number 1, which holds those only.
    private func widen(
        _ size: inout Int, _ packed: inout Int, _ header: inout Int, _ extra: Range<Int>, _ name: String
    ) throws(FileError) {
        guard size == 0xFFFF_FFFF || packed == 0xFFFF_FFFF || header == 0xFFFF_FFFF else { return }
        var field = extra.lowerBound
        while extra.upperBound - field >= 4 {
            let end = field + 4 + half(field + 2)
            guard end <= extra.upperBound else { break }
            if half(field) == 1 {
                var place = field + 4
                func next(_ value: Int) throws(FileError) -> Int {
                    guard value == 0xFFFF_FFFF else { return value }
                    guard end - place >= 8, let wide = long(place) else {
                        throw failure("lacks the 64-bit size of \"\(name)\"")
                    }
                    place += 8
                    return wide
                }
                size = try next(size)
                packed = try next(packed)
                header = try next(header)
                return
            }
            field = end
        }
        throw failure("lacks the 64-bit size of \"\(name)\"")
    }

    // MARK: Numbers, little-endian; nil or nothing past the end

    private func half(_ offset: Int) -> Int {
        guard offset >= 0, file.count - offset >= 2 else { return 0 }
        return Int(UInt16(littleEndian: file.loadUnaligned(fromByteOffset: offset, as: UInt16.self)))
    }

    private func word(_ offset: Int) -> Int {
        guard offset >= 0, file.count - offset >= 4 else { return 0 }
        return Int(UInt32(littleEndian: file.loadUnaligned(fromByteOffset: offset, as: UInt32.self)))
    }

    /// Nil as well for a number that no file reaches.
    private func long(_ offset: Int) -> Int? {
        guard offset >= 0, file.count - offset >= 8 else { return nil }
        return Int(exactly: UInt64(littleEndian: file.loadUnaligned(fromByteOffset: offset, as: UInt64.self)))
    }

    private func failure(_ message: String) -> FileError { FileError(path: path, message) }
}
