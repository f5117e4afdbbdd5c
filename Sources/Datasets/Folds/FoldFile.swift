import Affect
import Basics
import Tables

extension Folds {
    /// Folds from a table with a column `fold` and one of `subject`, `video` and `image`: each row names the fold that
    /// holds out the subject, the video or the image (its path in the data's table, or whole).
    ///
    /// Folds come in the order of their numbers, or of their names. Everything has to be named once; what is named and
    /// not in the data (its images may have been dropped with their class) is counted in the notes.
    ///
    /// - Throws: `LabelError` for what is named twice with two folds, or not named; and for a subject or a video on both
    ///   sides.
    public static func file(
        _ path: String, of set: LabelledSet, checking labels: CheckedLabels = .all
    ) throws(LabelError) -> Folds {
        try LabelError.reading(path) { try FoldFile(path).folds(of: set, checking: labels) }
    }
}

private struct FoldFile {
    let path: String
    let kind: String
    /// What is named, with its fold and line.
    var folds: [String: (fold: String, line: Int)] = [:]

    init(_ path: String) throws {
        self.path = path
        let reader = try TableReader(path: path)
        let header = try TableHeader(reader)
        let fold = try header.requiredIndex(of: "fold")
        guard let kind = ["image", "subject", "video"].first(where: { header.index(of: $0) != nil }) else {
            throw FileError(path: path, line: 1, "a fold file has a column subject, video or image beside fold")
        }
        self.kind = kind
        let name = try header.requiredIndex(of: kind)
        var record = TableRecord()
        while try reader.next(into: &record) {
            if record.isBlank { continue }
            try header.requireFields(record)
            if record[name].isEmpty || record[fold].isEmpty {
                throw FileError(path: path, line: record.line, "names no \(record[name].isEmpty ? kind : "fold")")
            }
            // A path of Windows; one of this system may have a backslash in it.
            let hasBackslashes = kind == "image" && !record[name].contains("/")
            let key = hasBackslashes ? record[name].replacing("\\", with: "/") : record[name]
            if let other = folds[key], other.fold != record[fold] {
                throw FileError(
                    path: path, line: record.line,
                    "\(kind) \(key) is held out by fold \(record[fold]), and by fold \(other.fold) in line "
                        + "\(other.line)")
            }
            folds[key] = (record[fold], record.line)
        }
    }

    func folds(of set: LabelledSet, checking labels: Folds.CheckedLabels) throws -> Folds {
        let names = ExpressionClasses.sorted(Set(folds.values.map(\.fold)))
        guard names.count >= 2 else { throw FileError(path: path, "there should be two folds at least") }
        let numbers = Dictionary(uniqueKeysWithValues: names.enumerated().map { ($1, $0) })
        guard let grouping = set.groupings[kind] else {
            guard kind == "image" else {
                throw FileError(path: path, line: 1, "names a \(kind) for each fold, and the data have none")
            }
            return try imageFolds(of: set, names.count, numbers, checking: labels)
        }
        var foldOf: [Int] = []
        for (index, name) in grouping.names.enumerated() {
            guard let fold = folds[name].flatMap({ numbers[$0.fold] }) else {
                let sample = grouping.of.firstIndex(of: Int32(index)) ?? 0
                let place = set.place(sample)
                throw LabelError(
                    FileError(path: place.file, line: place.line, "\(kind) \(name) has no fold in \(path)"))
            }
            foldOf.append(fold)
        }
        let known = Set(grouping.names)
        let unknown = folds.filter { !known.contains($0.key) }
        var notes: [String] = []
        if let first = unknown.min(by: { $0.value.line < $1.value.line }) {
            notes.append(
                "\(path):\(first.value.line): \(kind) \(first.key) is not in the data"
                    + (unknown.count > 1 ? " (and \(unknown.count - 1) more)" : ""))
        }
        return try Folds(
            Folds.folds(count: names.count, of: set) { foldOf[Int(grouping.of[$0])] }, of: set, from: path,
            checking: labels, notes: notes)
    }

    private func imageFolds(
        of set: LabelledSet, _ count: Int, _ numbers: [String: Int], checking labels: Folds.CheckedLabels
    ) throws -> Folds {
        var foldOf: [Int] = []
        for sample in 0..<set.count {
            let image = set.image(sample).description
            let folder = splitPath(set.place(sample).file).folder
            let relative = image.hasPrefix("\(folder)/") ? String(image.dropFirst(folder.count + 1)) : image
            let slashed = relative.contains("/") ? relative : relative.replacing("\\", with: "/")
            guard let fold = (folds[relative] ?? folds[slashed] ?? folds[image]).flatMap({ numbers[$0.fold] }) else {
                let place = set.place(sample)
                throw LabelError(
                    FileError(path: place.file, line: place.line, "image \(relative) has no fold in \(path)"))
            }
            foldOf.append(fold)
        }
        return try Folds(
            Folds.folds(count: count, of: set) { foldOf[$0] }, of: set, from: path, checking: labels)
    }
}
