import Basics

/// The names of a table's columns.
public struct TableHeader: Equatable, Sendable {
    /// In the order of the file, without unnamed ones at the end.
    public let columns: [String]
    private let path: String
    private let indices: [String: Int]

    /// Takes the next record of a table as the names of its columns. When it comes again, where files were joined, the
    /// reader passes it over; and it takes away separators that end a line with nothing behind them.
    ///
    /// - Parameter naming: gives columns their names where a header has fewer than the rows have fields: the names of the
    ///   header, and the number of fields of the first row.
    /// - Throws: `FileError` when there is none, or two columns have one name.
    public init(
        _ reader: TableReader, naming: (_ names: [String], _ fields: Int) -> [String] = { names, _ in names }
    ) throws(FileError) {
        guard let record = try reader.next() else {
            throw FileError(path: reader.path, "an empty file; a table begins with the columns' names")
        }
        var indices: [String: Int] = [:]
        columns = naming(Array(record.texts.prefix(max(1, record.filledCount))), reader.sampledFields ?? record.count)
        path = reader.path
        reader.expect(record, width: columns.count)
        for (index, name) in columns.enumerated() where !name.isEmpty {
            guard indices.updateValue(index, forKey: name) == nil else {
                throw FileError(path: reader.path, line: record.line, "two columns are called \"\(name)\"")
            }
        }
        self.indices = indices
    }

    /// The place of a column, or nil.
    public func index(of name: String) -> Int? { indices[name] }

    /// The place of a column that has to be there.
    ///
    /// - Throws: `FileError` naming the columns that are.
    public func requiredIndex(of name: String) throws(FileError) -> Int {
        if let index = indices[name] { return index }
        let known = columns.prefix(40).map { "\"\($0)\"" }.joined(separator: ", ")
        let near = Spelling.nearest(to: name, among: columns).map { "; did you mean \"\($0)\"?" } ?? ""
        throw FileError(path: path, line: 1, "there is no column \"\(name)\"; the columns are \(known)\(near)")
    }

    /// - Throws: `FileError` when a record has more or fewer fields than there are columns.
    public func requireFields(_ record: TableRecord) throws(FileError) {
        guard record.count == columns.count else {
            throw FileError(
                path: path, line: record.line, "\(record.count) fields in a table of \(columns.count) columns")
        }
    }
}
