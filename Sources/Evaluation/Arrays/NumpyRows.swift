import Basics
import Foundation

/// Arrays of NumPy: a file with one (.npy, format 1 to 3), or an archive of them (.npz), of which one is read, or several
/// of one dimension as columns beside each other. An array is (frames, channels) or (frames), in the order of rows or of
/// columns, axes of length 1 aside; or a structured one with named fields. Files are mapped into memory, so their length
/// does not matter; what is packed inside of an archive is unpacked.
///
/// Read by hand because no C library of Debian reads the format, which is a line of text before the numbers.
final class NumpyRows: RowSource {
    let path: String
    let columns: [String]
    var columnCount: Int { fields.count }
    private(set) var line = 0
    private let arrays: [String]
    private let rows: Int
    private let fields: [NumpyField]
    private var row = -1

    /// - Parameter arrays: which of the arrays of an archive; none where there is only one.
    init(path: String, arrays: [String] = []) throws(FileError) {
        self.path = path
        self.arrays = arrays
        let data: Data
        do {
            data = try Data(contentsOf: URL(fileURLWithPath: path), options: .alwaysMapped)
        } catch {
            throw FileError(path: path, "cannot be read: \(error.localizedDescription)")
        }
        guard data.starts(with: Array("PK".utf8)) else {
            guard arrays.isEmpty else {
                throw FileError(path: path, "is one array; --array chooses among those of a .npz file.")
            }
            let array = try NumpyArray(data, path: path)
            (rows, fields) = (array.rows, array.fields)
            columns = array.isStructured ? fields.map(\.name) : []
            return
        }
        let archive = try NumpyArchive(data, path: path)
        let names = try archive.names(choosing: arrays)
        var found: [(name: String, array: NumpyArray)] = []
        for name in names { found.append((name, try archive.array(name))) }
        rows = found[0].array.rows
        if found.count == 1, !found[0].array.isLine || arrays.isEmpty {
            fields = found[0].array.fields
            columns = found[0].array.isStructured ? fields.map(\.name) : []
            return
        }
        for (name, array) in found where !array.isLine || array.rows != rows {
            throw FileError(
                path: path,
                "array '\(name)' has the shape \(array.shape); several arrays stand beside each other where each has one "
                    + "number a frame, and all have the same number of frames.")
        }
        fields = found.flatMap { name, array in array.fields.map { $0.named(name) } }
        columns = names
    }

    func reopened() throws(FileError) -> any RowSource { try NumpyRows(path: path, arrays: arrays) }

    func next() throws(FileError) -> Bool {
        row += 1
        line = row + 1
        return row < rows
    }

    func number(_ column: Int) throws(FileError) -> Double {
        if let number = fields[column].number(row) { return number }
        let word = text(column)
        if word.isEmpty { return .nan }
        guard let number = Double(word) else { throw bad("'\(word)' is not a number.") }
        return number
    }

    func text(_ column: Int) -> String {
        guard let number = fields[column].number(row) else { return fields[column].text(row) }
        return number == number.rounded() && abs(number) < 1e15 ? String(Int(number)) : String(number)
    }
}

/// One array: its fields, each with the place of every row.
struct NumpyArray {
    /// As the file says it.
    let shape: [Int]
    let rows: Int
    let fields: [NumpyField]
    let isStructured: Bool

    /// Whether it is one number a frame.
    var isLine: Bool { fields.count == 1 && !isStructured }

    /// - Parameter data: a file of one array, as `numpy.save` writes it.
    init(_ data: Data, path: String) throws(FileError) {
        let header = try NumpyHeader(data, path: path)
        isStructured = header.fields.count > 1 || !header.fields[0].name.isEmpty
        shape = header.shape
        var shape = header.shape
        // A batch of one video, or the like.
        while shape.count > (isStructured ? 1 : 2), let axis = shape.firstIndex(of: 1) { shape.remove(at: axis) }
        let width = shape.count > 1 ? shape[1] : 1
        guard shape.count <= (isStructured ? 1 : 2), width < 10_000 else {
            throw FileError(path: path, "has the shape \(header.shape); it should be (frames, channels).")
        }
        let rows = shape.first ?? 1
        var types: [(name: String, type: NumpyType)] = []
        for field in header.fields {
            guard let type = NumpyType(field.type) else {
                throw FileError(path: path, "holds values of type '\(field.type)', which are no numbers.")
            }
            types.append((field.name, type))
        }
        let rowBytes = width * types.reduce(0) { $0 + $1.type.bytes }
        let (bytes, overflows) = rows.multipliedReportingOverflow(by: rowBytes)
        guard !overflows, bytes <= data.count - header.end else {
            throw FileError(path: path, "is cut off: its header promises more than is there.")
        }
        var fields: [NumpyField] = []
        var offset = 0
        for (name, type) in types {
            for column in 0..<width {
                fields.append(
                    header.isFortranOrder && !isStructured
                        ? NumpyField(
                            name: name, type: type, data: data, begin: header.end + column * rows * type.bytes,
                            stride: type.bytes)
                        : NumpyField(name: name, type: type, data: data, begin: header.end + offset, stride: rowBytes))
                offset += type.bytes
            }
        }
        self.rows = rows
        self.fields = fields
    }
}

/// NumPy's word for the type of a value: `<f4`, `|S8`.
struct NumpyType {
    /// NumPy's letter, and the number after it: bytes, or characters of text.
    let kind: Character
    let size: Int
    let isBig: Bool
    /// Bytes of a value.
    var bytes: Int { kind == "U" ? 4 * size : size }

    init?(_ word: String) {
        var rest = Substring(word)
        var isBig = false
        if let order = rest.first, "<>|=".contains(order) {
            isBig = order == ">"
            rest = rest.dropFirst()
        }
        guard let kind = rest.first, let size = Int(rest.dropFirst()), size > 0, size < 1 << 20 else { return nil }
        switch kind {
        case "f" where [2, 4, 8].contains(size), "i" where [1, 2, 4, 8].contains(size),
            "u" where [1, 2, 4, 8].contains(size), "b" where size == 1, "S", "U":
            break
        default: return nil
        }
        self.kind = kind
        self.size = size
        self.isBig = isBig
    }
}

/// One number or text of every row.
struct NumpyField {
    var name: String
    let type: NumpyType
    let data: Data
    /// Where the value of the first row lies in `data`, and how far the next is from it.
    let begin: Int
    let stride: Int

    func named(_ name: String) -> NumpyField {
        var field = self
        field.name = name
        return field
    }

    private func bits(_ place: Int, _ size: Int) -> UInt64 {
        data.withUnsafeBytes { bytes in
            (0..<size).reduce(0) { value, byte in
                let shift = type.isBig ? size - 1 - byte : byte
                return value | UInt64(bytes[place + byte]) << UInt64(8 * shift)
            }
        }
    }

    /// Nil for text.
    func number(_ row: Int) -> Double? {
        guard type.kind != "S", type.kind != "U" else { return nil }
        let raw = bits(begin + row * stride, type.size)
        switch (type.kind, type.size) {
        case ("f", 2): return Double(Float16(bitPattern: UInt16(truncatingIfNeeded: raw)))
        case ("f", 4): return Double(Float(bitPattern: UInt32(truncatingIfNeeded: raw)))
        case ("f", _): return Double(bitPattern: raw)
        case ("i", let size): return Double(Int64(bitPattern: raw << UInt64(64 - 8 * size)) >> Int64(64 - 8 * size))
        default: return Double(raw)
        }
    }

    func text(_ row: Int) -> String {
        let place = begin + row * stride
        if type.kind == "S" {
            return data.withUnsafeBytes { bytes in
                String(decoding: bytes[place..<place + type.size].prefix { $0 != 0 }, as: UTF8.self)
            }
        }
        var text = ""
        for index in 0..<type.size {
            let code = UInt32(truncatingIfNeeded: bits(place + 4 * index, 4))
            guard code != 0, let scalar = Unicode.Scalar(code) else { break }
            text.unicodeScalars.append(scalar)
        }
        return text
    }
}
