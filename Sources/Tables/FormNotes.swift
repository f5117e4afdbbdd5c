/// What was guessed of the files that were read, said once for all that are alike.
public struct FormNotes: Sendable, Equatable {
    private var found: [(note: String, path: String, others: Int)] = []
    private var more = 0

    /// Files of a folder may differ in more ways than anyone reads.
    private static let most = 4

    public init() {}

    public static func == (a: FormNotes, b: FormNotes) -> Bool { a.notes == b.notes }

    public mutating func add(_ note: String?, of path: String) {
        guard let note else { return }
        if let index = found.firstIndex(where: { $0.note == note }) {
            if found[index].path != path { found[index].others += 1 }
        } else if found.count < Self.most {
            found.append((note, path, 0))
        } else {
            more += 1
        }
    }

    /// Sentences that each begin with the file.
    public var notes: [String] {
        var notes = found.map { note, path, others in
            "\(path)\(others > 0 ? " and \(others) more" : ""): \(note)"
        }
        if more > 0 { notes.append("\(more) more files are written in other ways yet") }
        return notes
    }
}
