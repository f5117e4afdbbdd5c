import Affect
import Basics
import Session
import Tables

extension TableData: LabelledAdapter {
    package func labelledSet(in home: RenderedHome) throws -> LabelledSet { try read() }

    /// Reads the table, or both.
    ///
    /// Missing is an empty cell or a word for nothing; -1 for an expression; -1 and 999 for a unit; -5 (Aff-Wild2) and
    /// -2 (AffectNet) for valence and arousal; and the codes that the rules name.
    ///
    /// - Throws: `LabelError` with the rows of values that mean nothing, images that are not there, columns that are
    ///   missing.
    package func read() throws(LabelError) -> LabelledSet {
        try LabelError.reading(path) {
            var reading = TableReading(self)
            if let validation {
                try reading.read(path, split: .training)
                try reading.read(validation, split: .validation)
            } else {
                try reading.read(path, split: nil)
            }
            return try reading.finished()
        }
    }
}

/// The reading of a table's files, row by row.
struct TableReading {
    private let table: TableData
    private var problems = LabelProblemList()
    private var listings = FolderListings()
    private var samples: [LabelledSample] = []
    private var units: [String] = []
    private var found: Set<String> = []
    private var dropped = 0
    private var keptWithoutClass = 0
    private var partial = 0
    /// The numbers of units that mean nothing, for a hint.
    private var wrongUnits: Set<Double> = []
    private var wrongRange: ClosedRange<Double>?
    private var withoutLabels = 0
    private var missingImages = 0
    private var forms = FormNotes()
    private var images = ImagePaths()

    init(_ table: TableData) { self.table = table }

    private struct Columns {
        let image: Int
        let expression: Int?
        let units: [Int]
        let valence: Int?
        let arousal: Int?
        let subject: Int?
        let video: Int?
        let frame: Int?
        let split: Int?
    }

    private mutating func columns(_ header: TableHeader, _ path: String) throws -> Columns {
        func place(_ name: String?) throws(FileError) -> Int? {
            guard let name else { return nil }
            return try header.requiredIndex(of: name)
        }
        var unitColumns: [Int] = []
        var names: [String] = []
        for name in table.units {
            let found = Self.expanded(name, header.columns)
            if found.isEmpty { throw FileError(path: path, line: 1, "there is no column for the units \"\(name)\"") }
            for column in found where !names.contains(column) {
                names.append(column)
                unitColumns.append(try header.requiredIndex(of: column))
            }
        }
        if !units.isEmpty, names != units {
            throw FileError(path: path, line: 1, "its unit columns are not those of \(table.path)")
        }
        units = names
        return Columns(
            image: try header.requiredIndex(of: table.image), expression: try place(table.expression),
            units: unitColumns, valence: try place(table.valence), arousal: try place(table.arousal),
            subject: try place(table.subject), video: try place(table.video), frame: try place(table.frame),
            split: try place(table.split))
    }

    private static func expanded(_ name: String, _ columns: [String]) -> [String] {
        guard name.hasSuffix("*") else {
            if columns.contains(name) { return [name] }
            // The one name that files of several tasks have for all units, which the header was given the names of.
            let units = AffectTask.actionUnits.standardChannels
            return name == "aus" && units.allSatisfy(columns.contains) ? units : []
        }
        let prefix = name.dropLast()
        return columns.filter { $0.hasPrefix(prefix) && $0.dropFirst(prefix.count).first?.isNumber == true }
    }

    mutating func read(_ path: String, split: Split?) throws {
        let reader = try TableReader(path: path)
        let header = try TableHeader(reader, naming: AbawLayout.columns)
        let columns = try columns(header, path)
        let folder = table.images ?? splitPath(path).folder
        var record = TableRecord()
        defer { forms.add(reader.form.note, of: path) }
        while try reader.next(into: &record) {
            if record.isBlank { continue }
            try header.requireFields(record)
            guard let name = imagePath(record, columns.image, folder, path) else { continue }
            let before = problems.total
            var sample = LabelledSample(folder: name.folder, name: name.name, file: path, line: record.line)
            var isDropped = false
            if let column = columns.expression {
                (sample.expression, isDropped) = expression(record, column, path)
            }
            units(record, columns.units, header.columns, path, into: &sample)
            if let column = columns.valence { sample.valence = affect(record, column, "valence", path) }
            if let column = columns.arousal { sample.arousal = affect(record, column, "arousal", path) }
            sample.subject = columns.subject.flatMap { text(record, $0, "subject", path) }
            sample.video = columns.video.flatMap { text(record, $0, "video", path) }
            sample.sequence = sample.video
            if let column = columns.frame { sample.frame = frame(record, column, path) }
            sample.split = columns.split.map { self.split(record, $0, path) } ?? split
            if problems.total > before { continue }
            let hasUnits = sample.units.contains { $0 >= 0 }
            if sample.expression == nil, !hasUnits, sample.valence == nil, sample.arousal == nil {
                if isDropped { dropped += 1 } else { withoutLabels += 1 }
            } else {
                // A class that is dropped says nothing against the row's other labels.
                if isDropped { keptWithoutClass += 1 }
                if sample.isUnscored { partial += 1 }
                if let expression = sample.expression { found.insert(expression) }
                samples.append(sample)
            }
        }
    }

    private mutating func imagePath(
        _ record: TableRecord, _ column: Int, _ folder: String, _ path: String
    ) -> (folder: String, name: String)? {
        let text = record[column]
        if text.isEmpty {
            problems.add(path, record.line, "names no image")
            return nil
        }
        let parts = splitPath(text.hasPrefix("/") ? text : "\(folder)/\(text)")
        if listings.contains(parts.name, in: parts.folder) { return parts }
        if let found = images.found(text, below: folder, in: &listings) { return found }
        missingImages += 1
        if table.missingImages == .error {
            problems.add(path, record.line, "there is no image \(parts.folder)/\(parts.name)")
        }
        return nil
    }

    private mutating func expression(
        _ record: TableRecord, _ column: Int, _ path: String
    ) -> (name: String?, isDropped: Bool) {
        let text = classText(record, column)
        let isUnknown = record.isMissing(column) || record.number(column).map(table.rules.unknown.contains) == true
        if table.classes.written[text] == nil, text == "-1" || isUnknown { return (nil, false) }
        switch table.classes.meaning(of: text) {
        case .kept(let name): return (name, false)
        case .dropped: return (nil, true)
        case .unknown:
            problems.add(path, record.line, table.classes.complaint(about: text))
            return (nil, false)
        }
    }

    /// What is written for a class; a whole number without its decimals: 1.0 is class 1.
    private func classText(_ record: TableRecord, _ column: Int) -> String {
        let text = record[column]
        let isName = table.classes.names?.contains(text) == true || table.classes.written[text] != nil
        guard !isName, Int(text) == nil, !table.classes.drop.contains(text), let number = record.wholeNumber(column)
        else { return text }
        return String(number)
    }

    private mutating func units(
        _ record: TableRecord, _ columns: [Int], _ names: [String], _ path: String, into sample: inout LabelledSample
    ) {
        var isMarked = false
        sample.units = columns.map { column in
            let meaning: LabelMeaning
            if record.isMissing(column) {
                meaning = .missing
            } else if let number = record.number(column) {
                meaning = table.rules.unit(number)
                if meaning == .wrong { wrongUnit(number, "\(names[column]) is \(record[column])", record, path) }
            } else {
                problems.add(path, record.line, "\(names[column]) is \"\(record[column])\", which is not a number")
                return -1
            }
            if meaning == .marked { isMarked = true }
            if case .value(let value) = meaning { return Int8(value) }
            return -1
        }
        sample.isUnscored =
            isMarked && table.rules.partialFrames == .drop && sample.units.contains { $0 >= 0 }
    }

    private mutating func wrongUnit(_ number: Double, _ found: String, _ record: TableRecord, _ path: String) {
        wrongUnits.insert(number)
        problems.add(
            path, record.line,
            table.rules.unitThreshold == nil
                ? "\(found); a unit is 1 (active), 0, or -1 and empty where it is not known"
                : "\(found); an intensity is between 0 and 5")
    }

    private mutating func affect(_ record: TableRecord, _ column: Int, _ name: String, _ path: String) -> Float? {
        if record.isMissing(column) { return nil }
        guard let number = record.number(column) else {
            problems.add(path, record.line, "\(name) is \"\(record[column])\", which is not a number")
            return nil
        }
        switch table.rules.valenceArousal(number) {
        case .value(let value): return Float(value)
        case .missing, .marked: return nil
        case .wrong:
            let low = min(number, wrongRange?.lowerBound ?? number)
            wrongRange = low...max(number, wrongRange?.upperBound ?? number)
            let scale = table.rules.scale.map { "\(Self.text($0.lowerBound)) and \(Self.text($0.upperBound))" }
            problems.add(
                path, record.line,
                "\(name) is \(record[column]); it lies between \(scale ?? "-1 and 1"), or is -5 for unknown")
            return nil
        }
    }

    private static func text(_ number: Double) -> String {
        number == number.rounded() && abs(number) < 1e15 ? String(Int(number)) : String(number)
    }

    /// What to do about numbers that mean nothing: a hint proposes nothing that the numbers found contradict.
    private var hint: String? {
        var hints: [String] = []
        // An intensity is one of 0 to 5; a number beyond stands for something else, such as a unit that cannot be coded.
        let intensities = wrongUnits.filter { (0...LabelRules.largestIntensity).contains($0) }
        let codes = wrongUnits.subtracting(intensities).sorted()
        if !intensities.isEmpty { hints.append("for intensities of units set unitThreshold") }
        if !codes.isEmpty, codes.count <= 3 {
            let list = codes.map(Self.text).joined(separator: ", ")
            let stands = codes.count == 1 ? "stands" : "stand"
            hints.append("if \(list) \(stands) for units that are not known, set unknown: [\(list)]")
        }
        if let wrongRange {
            hints.append(
                "the wrong valence and arousal go from \(Self.text(wrongRange.lowerBound)) to "
                    + "\(Self.text(wrongRange.upperBound)); for another scale set scale: [LOW, HIGH]")
        }
        return hints.isEmpty ? nil : hints.joined(separator: "; ")
    }

    private mutating func text(_ record: TableRecord, _ column: Int, _ name: String, _ path: String) -> String? {
        let text = record[column]
        if !text.isEmpty { return text }
        problems.add(path, record.line, "names no \(name)")
        return nil
    }

    private mutating func frame(_ record: TableRecord, _ column: Int, _ path: String) -> Int? {
        if let number = record.wholeNumber(column), number >= 0 { return number }
        problems.add(path, record.line, "the frame is \"\(record[column])\", which is no whole number from 0 on")
        return nil
    }

    private mutating func split(_ record: TableRecord, _ column: Int, _ path: String) -> Split? {
        if let split = Split(word: record[column]) { return split }
        problems.add(path, record.line, "the split is \"\(record[column])\"; it is train, validation or test")
        return nil
    }

    mutating func finished() throws -> LabelledSet {
        var classes: [String] = []
        if table.expression != nil {
            classes = table.classes.kept ?? ExpressionClasses.sorted(found)
            // A row that was refused may be the one with the class.
            let missing = problems.total == 0 ? classes.filter { !found.contains($0) } : []
            for name in missing {
                problems.add(table.path, nil, "no row has the class \"\(name)\"; leave it out of classes, or drop it")
            }
        }
        try problems.check(hint: hint)
        guard !samples.isEmpty else {
            throw LabelError(FileError(path: table.path, "no row has a label and an image"))
        }
        var builder = LabelledSetBuilder(classes: classes, units: units)
        for sample in samples { builder.add(sample) }
        var notes: [String] = []
        func note(_ count: Int, _ what: String) {
            if count > 0 { notes.append("\(table.path): \(count) row\(count == 1 ? "" : "s") \(what)") }
        }
        note(dropped, "of dropped classes left out")
        note(keptWithoutClass, "of dropped classes kept for their other labels")
        note(withoutLabels, "without any label left out")
        note(missingImages, "without an image left out")
        if partial > 0 { notes.append("\(table.path): \(LabelProblemList.partialFrames(partial))") }
        return builder.finished(notes: notes + forms.notes + images.notes(of: table.path))
    }
}
