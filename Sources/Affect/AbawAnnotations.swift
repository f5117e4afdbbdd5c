import Basics
import Tables

/// An annotation file of the ABAW challenges: the labels of one video for one track, a line for each frame from number 1
/// on, after a header that some files repeat and some lack.
///
/// Marks, in training and in scores alike: a frame with valence or arousal below -1 (-5) has neither, an expression of -1
/// is not known, and neither is a unit of -1. Anything else outside [-1, 1], 0 to 7, or 0 and 1, is a problem.
public struct AbawAnnotations: Equatable, Sendable {
    public let task: AffectTask
    /// What the header names: the units or classes of the file's year, or valence and arousal.
    public private(set) var channels: [String]
    /// How the file is written.
    public private(set) var form = TableForm()
    /// The line of each frame, counted from 1.
    public private(set) var lines: [Int] = []
    /// (frames, width), where the width is 2, 12 (8 in 2020) or, for the number of a class, 1; NaN where a label is not known.
    private var values: [Double] = []
    /// What is wrong with the file, line by line; the labels of such a line are NaN.
    public private(set) var problems: [FileError] = []

    /// Labels of a frame: 2, 12 (8 in 2020), or 1 for the number of a class.
    public var width: Int { task == .expression ? 1 : channels.count }
    public var count: Int { lines.count }

    /// The labels of a frame, counted from 0 here; NaN where one is not known.
    public subscript(frame: Int) -> ArraySlice<Double> { values[frame * width..<(frame + 1) * width] }

    /// Whether a frame has -1 for some of its units, or all.
    public func isMarked(_ frame: Int) -> Bool { task == .actionUnits && self[frame].contains { $0.isNaN } }

    /// Whether fields are the header of a track's files, of any year.
    public static func isHeader(_ fields: [String], of task: AffectTask) -> Bool {
        channels(fields, of: task) != nil
    }

    /// The channels of a file's year, as its first line tells; nil when it cannot be read.
    public static func channels(ofFile path: String, task: AffectTask) -> [String]? {
        guard let reader = try? TableReader(path: path), let first = try? reader.next() else { return nil }
        if let named = channels(first.texts, of: task) { return named }
        let years = AbawLayout.channels(of: task)
        return task == .actionUnits ? years.first { $0.count == first.filledCount } : years.first
    }

    /// The channels that a header names, without separators that end the line; nil for what is no header of a track.
    private static func channels(_ fields: [String], of task: AffectTask) -> [String]? {
        var names = fields.map { $0.lowercased() }
        while names.last == "" { names.removeLast() }
        return AbawLayout.channels(of: task).first { channels in channels.map { $0.lowercased() } == names }
    }

    /// Reads a file.
    /// - Parameters:
    ///   - classes: how many there are, where the numbers are not of ABAW's eight.
    ///   - scale: that of valence and arousal, where it is not [-1, 1].
    /// - Throws: `FileError` when it cannot be read at all; what is wrong with single lines is among `problems`.
    public init(
        path: String, task: AffectTask, classes: Int? = nil, scale: ClosedRange<Double>? = nil
    ) throws(FileError) {
        self.task = task
        channels = task.standardChannels
        let reader = try TableReader(path: path)
        defer { form = reader.form }
        let rules = LabelRules(scale: scale)
        var record = TableRecord()
        var isFirst = true
        while try reader.next(into: &record) {
            defer { isFirst = false }
            if record.number(0) == nil {
                let texts = record.texts
                if let found = Self.channels(texts, of: task), isFirst || found == channels {
                    channels = found
                    continue
                }
                if isFirst {
                    // The order of the columns is fixed; another one would mean other outputs.
                    problems.append(
                        FileError(
                            path: path, line: record.line,
                            "the header is \(texts.joined(separator: ",")); it should be "
                                + task.standardChannels.joined(separator: ",")))
                    continue
                }
            }
            // A file without a header is of the year that has as many units.
            if isFirst, task == .actionUnits, record.number(0) != nil {
                channels = AbawLayout.channels(of: task).first { $0.count == record.filledCount } ?? channels
            }
            record.dropEmptyFields(beyond: width)
            lines.append(record.line)
            switch labels(record, classes ?? channels.count, rules) {
            case .success(let labels): values += labels
            case .failure(let problem):
                values += repeatElement(.nan, count: width)
                problems.append(FileError(path: path, line: record.line, problem.reason))
            }
        }
    }

    private struct Problem: Error {
        let reason: String
    }

    private func labels(
        _ record: TableRecord, _ classes: Int, _ rules: LabelRules
    ) -> Result<[Double], Problem> {
        guard record.count == width else {
            return .failure(
                Problem(reason: "\(record.count) value\(record.count == 1 ? "" : "s"); a line has \(width)"))
        }
        switch task {
        case .actionUnits:
            var labels: [Double] = []
            for column in 0..<width {
                switch record.number(column).map(rules.unit) {
                case .value(let value)?: labels.append(value)
                case .marked?: labels.append(.nan)
                default:
                    let name = channels[column]
                    return .failure(Problem(reason: "\(name) is \"\(record[column])\"; a unit is 0, 1 or -1"))
                }
            }
            return .success(labels)
        case .expression:
            guard let number = record.wholeNumber(0), (-1..<classes).contains(number) else {
                return .failure(
                    Problem(reason: "the expression is \"\(record[0])\"; it is a number from -1 to \(classes - 1)"))
            }
            return .success([number < 0 ? .nan : Double(number)])
        case .valenceArousal:
            guard let valence = record.number(0), let arousal = record.number(1) else {
                return .failure(Problem(reason: "\"\(record[0])\" and \"\(record[1])\" should be two numbers"))
            }
            let meanings = [valence, arousal].map { number in
                rules.scale == nil && number < -1 ? .missing : rules.valenceArousal(number)
            }
            if case .value(let valence) = meanings[0], case .value(let arousal) = meanings[1] {
                return .success([valence, arousal])
            }
            // The challenge drops a frame if either is marked.
            if meanings.contains(.missing) { return .success([.nan, .nan]) }
            let scale = rules.scale.map { "\($0.lowerBound) and \($0.upperBound)" } ?? "-1 and 1"
            return .failure(
                Problem(reason: "valence \(valence), arousal \(arousal): they lie between \(scale)"))
        }
    }
}
