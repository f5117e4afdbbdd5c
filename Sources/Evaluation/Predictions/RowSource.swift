import Affect
import Basics
import Tables

/// Rows of numbers and names from a file, whatever its format.
protocol RowSource: AnyObject {
    var path: String { get }
    /// Names of the columns; empty where the file has none.
    var columns: [String] { get }
    var columnCount: Int { get }
    /// The line, or the row counted from 1, for a person who looks for it.
    var line: Int { get }
    /// Goes to the next row; false after the last.
    func next() throws(FileError) -> Bool
    func text(_ column: Int) -> String
    /// NaN where the field is empty or a word for nothing.
    func number(_ column: Int) throws(FileError) -> Double
    /// Whether the row says nothing at all.
    var isBlank: Bool { get }
    /// The same rows from the beginning.
    func reopened() throws(FileError) -> any RowSource
    /// What was guessed of the file; nil where nothing was.
    var note: String? { get }
}

extension RowSource {
    var isBlank: Bool { false }
    var note: String? { nil }

    func bad(_ text: String) -> FileError { FileError(path: path, line: line, text) }

    /// A number of a frame, also as the name of its image: 17, 17.0, 00017, 00017.jpg.
    func frame(_ column: Int) throws(FileError) -> Int {
        let word = text(column)
        if let number = frameNumber(word), number.magnitude <= largestFrame { return number }
        if let number = try? number(column), let whole = Int(exactly: number) { return whole }
        throw bad("'\(word)' is not the number of a frame.")
    }
}

/// Files of rows by their endings, in any case.
enum RowFile {
    static let endings = ["csv", "tsv", "txt", "npy", "npz"]

    /// The name of a file without its folder and an ending of these, and that ending.
    static func parts(_ path: String) -> (stem: String, ending: String?) {
        let name = path.split(separator: "/").last.map(String.init) ?? path
        guard let dot = name.lastIndex(of: "."), dot > name.startIndex else { return (name, nil) }
        let ending = name[name.index(after: dot)...].lowercased()
        return endings.contains(ending) ? (String(name[..<dot]), ending) : (name, nil)
    }

    /// Whether it holds arrays of NumPy.
    static func isArray(_ path: String) -> Bool { ["npy", "npz"].contains(parts(path).ending) }
}

/// Opens a file of rows by its ending.
/// - Parameter arrays: which of the arrays of a .npz file.
func openRows(_ path: String, arrays: [String] = []) throws(FileError) -> any RowSource {
    if RowFile.isArray(path) {
        return try NumpyRows(path: path, arrays: RowFile.parts(path).ending == "npz" ? arrays : [])
    }
    return try TableRows(path: path)
}

/// No video has a frame of a larger number.
let largestFrame = 1_000_000_000_000

/// The number that a word or the name of an image means; nil when it is none.
func frameNumber(_ word: String) -> Int? {
    if let number = Int(word) { return number }
    let name = word.split(separator: "/").last.map(String.init) ?? word
    let stem = name.firstIndex(of: ".").map { String(name[..<$0]) } ?? name
    if let number = Int(stem), name.drop(while: { $0 != "." }).dropFirst().contains(where: { !$0.isNumber }) {
        return number
    }
    return Double(word).flatMap { Int(exactly: $0) }
}

/// A table with a header.
final class TableRows: RowSource {
    let columns: [String]
    var columnCount: Int { columns.count }
    private let reader: TableReader
    private var record = TableRecord()

    init(path: String) throws(FileError) {
        reader = try TableReader(path: path)
        columns = try TableHeader(reader, naming: AbawLayout.columns).columns
    }

    var path: String { reader.path }
    var line: Int { record.line }
    var isBlank: Bool { record.isBlank }
    var note: String? { reader.form.note }

    func reopened() throws(FileError) -> any RowSource { try TableRows(path: path) }

    func next() throws(FileError) -> Bool {
        guard try reader.next(into: &record) else { return false }
        guard record.count == columns.count else {
            throw bad("\(record.count) fields where the header names \(columns.count) columns.")
        }
        return true
    }

    func text(_ column: Int) -> String { record[column] }

    func number(_ column: Int) throws(FileError) -> Double {
        if let number = record.number(column) { return number }
        if record.isMissing(column) || Double(record[column])?.isFinite == false { return .nan }
        throw bad("'\(record[column])' in column \(columns[column]) is not a number.")
    }
}
