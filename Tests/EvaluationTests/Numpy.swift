import Foundation

/// Files as NumPy writes them.
enum Numpy {
    static func header(_ text: String) -> Data {
        var text = text
        while (10 + text.utf8.count + 1) % 64 != 0 { text += " " }
        text += "\n"
        return Data([0x93] + Array("NUMPY".utf8) + [1, 0, UInt8(text.utf8.count & 255), UInt8(text.utf8.count >> 8)])
            + Data(text.utf8)
    }

    static func plain(_ rows: [[Float]]) -> Data {
        array("<f4", "(\(rows.count), \(rows[0].count))", rows.joined().map { bytes($0.bitPattern.littleEndian) })
    }

    /// - Parameter values: the bytes of each.
    static func array(_ type: String, _ shape: String, isFortran: Bool = false, _ values: [[UInt8]]) -> Data {
        let order = isFortran ? "True" : "False"
        return header("{'descr': '\(type)', 'fortran_order': \(order), 'shape': \(shape), }") + Data(values.joined())
    }

    static func bytes<Value>(_ value: Value) -> [UInt8] { withUnsafeBytes(of: value) { Array($0) } }
    static func double(_ value: Double) -> [UInt8] { bytes(value.bitPattern.littleEndian) }
    static func half(_ value: Float16) -> [UInt8] { bytes(value.bitPattern.littleEndian) }

    static func structured() -> Data {
        var data = header(
            "{'descr': [('video', '<U2'), ('fold', 'i1'), ('frame', '>i4'), ('AU4', '<f8'), ('AU4_truth', '|b1')], "
                + "'fortran_order': False, 'shape': (2,), }")
        for (name, fold, frame, score, truth) in [("é1", -3, 7, 0.5, 1), ("b", 2, 9, 0.25, 0)] {
            let scalars = name.unicodeScalars.map(\.value) + [0]
            for scalar in scalars.prefix(2) { data.append(contentsOf: bytes(scalar.littleEndian)) }
            data.append(UInt8(bitPattern: Int8(fold)))
            data.append(contentsOf: bytes(Int32(frame).bigEndian))
            data.append(contentsOf: double(score))
            data.append(UInt8(truth))
        }
        return data
    }

    /// One array of an archive. Deflated, it is one block that is stored, which any inflater takes.
    struct Entry {
        var name: String
        var content: Data
        var isDeflated = false
        /// What the directory says of the size; nil for the truth.
        var claims: Int?
    }

    /// An archive of arrays, as `numpy.savez` writes it.
    static func archive(_ entries: [Entry]) -> Data {
        func two(_ value: Int) -> [UInt8] { bytes(UInt16(value).littleEndian) }
        func four(_ value: Int) -> [UInt8] { bytes(UInt32(value).littleEndian) }
        var file: [UInt8] = []
        var directory: [UInt8] = []
        for entry in entries {
            let content = Array(entry.content)
            let packed =
                entry.isDeflated ? [1] + two(content.count) + two(content.count ^ 0xFFFF) + content : content
            let name = Array("\(entry.name).npy".utf8)
            let fields =
                two(entry.isDeflated ? 8 : 0) + two(0) + two(0) + four(Int(checksum(content))) + four(packed.count)
                + four(entry.claims ?? content.count) + two(name.count) + two(0)
            directory += [0x50, 0x4B, 1, 2] + two(20) + two(20) + two(0) + fields
            directory += two(0) + two(0) + two(0) + four(0) + four(file.count) + name
            file += [0x50, 0x4B, 3, 4] + two(20) + two(0) + fields + name + packed
        }
        let end = two(0) + two(0) + two(entries.count) + two(entries.count) + four(directory.count) + four(file.count)
        return Data(file + directory + [0x50, 0x4B, 5, 6] + end + two(0))
    }

    /// CRC-32, bit by bit.
    private static func checksum(_ content: [UInt8]) -> UInt32 {
        ~content.reduce(~UInt32(0)) { sum, byte in
            (0..<8).reduce(sum ^ UInt32(byte)) { sum, _ in sum >> 1 ^ (sum & 1 == 1 ? 0xEDB8_8320 : 0) }
        }
    }
}
