import Archives
import Basics
import Foundation

/// An archive of arrays (.npz): a zip file with an entry `NAME.npy` for each, stored (`numpy.savez`) or deflated
/// (`numpy.savez_compressed`).
struct NumpyArchive {
    let path: String
    private let data: Data
    private let zip: ZipArchive

    private static let ending = ".npy"
    /// A packed array is unpacked into memory; a larger one has to be stored.
    private static let mostUnpacked = 1 << 30

    init(_ data: Data, path: String) throws(FileError) {
        self.path = path
        self.data = data
        let result = data.withUnsafeBytes { bytes in
            Result { () throws(FileError) in try ZipArchive(file: bytes, path: path) }
        }
        do throws(FileError) {
            zip = try result.get()
        } catch {
            throw FileError(path: error.path, error.message + ".")
        }
    }

    /// The names of the arrays, in the order of the file.
    var names: [String] {
        zip.entries.map(\.name).filter { $0.hasSuffix(Self.ending) }.map { String($0.dropLast(Self.ending.count)) }
    }

    /// The arrays that are wanted: those that were chosen, or the only one.
    func names(choosing chosen: [String]) throws(FileError) -> [String] {
        let names = names
        guard let first = names.first else {
            throw FileError(
                path: path, "is a zip file without arrays of NumPy; of a spreadsheet export a table as CSV.")
        }
        let known = names.prefix(20).joined(separator: ", ") + (names.count > 20 ? " ..." : "")
        if let unknown = chosen.first(where: { !names.contains($0) }) {
            throw FileError(path: path, "has no array '\(unknown)'; it has \(known).")
        }
        guard chosen.isEmpty else { return chosen }
        guard names.count == 1 else {
            throw FileError(
                path: path,
                "holds \(names.count) arrays: \(known). Say which: --array \(first), or --truth-array for the truth; "
                    + "several, as in A,B, are columns beside each other.")
        }
        return names
    }

    func array(_ name: String) throws(FileError) -> NumpyArray {
        guard let entry = zip[name + Self.ending] else {
            throw FileError(path: path, "has no array '\(name)'.")
        }
        func bad(_ reason: String) -> FileError { FileError(path: path, "its array '\(name)' \(reason).") }
        guard !entry.isEncrypted else { throw bad("is encrypted") }
        let start = data.startIndex
        let packed = data[start + entry.bytes.lowerBound..<start + entry.bytes.upperBound]
        switch entry.method {
        case .stored: return try NumpyArray(packed, path: path)
        case .other(let number): throw bad("is packed by method \(number); stored and deflated ones are read")
        case .deflated:
            // Deflate packs 1032 to 1 at best.
            guard entry.size / 1032 <= packed.count else { throw bad("claims more than its bytes can hold") }
            guard entry.size <= Self.mostUnpacked else {
                throw bad(
                    "has \(entry.size >> 20) MB when it is unpacked, too many; save it with numpy.savez, unpacked")
            }
            var bytes = Data(count: entry.size)
            let isWhole = bytes.withUnsafeMutableBytes { target in
                packed.withUnsafeBytes { Inflation.inflate($0, into: target) }
            }
            guard isWhole, bytes.withUnsafeBytes({ Inflation.checksum($0) }) == entry.checksum else {
                throw bad("is damaged; copy the file again")
            }
            return try NumpyArray(bytes, path: path)
        }
    }
}
