import Affect
import Basics
import Tables

/// Reads the truth of frames by the one rule for labels, whatever file it comes from.
struct TruthLabels {
    let task: AffectTask
    let channels: [String]
    private let rules: LabelRules
    /// Frames that are left out of scores because some of their units, not all, are marked with -1.
    private(set) var partialFrames = 0
    /// What was guessed of the files.
    var forms = FormNotes()

    init(task: AffectTask, channels: [String], rules: LabelRules) {
        self.task = task
        self.channels = channels
        self.rules = rules
    }

    /// Values of a frame: one a channel, or the place of the class among the channels.
    var width: Int { task == .expression ? 1 : channels.count }

    /// The truth of the row that a source is at; NaN where there is none.
    /// - Parameter places: the column of each value; nil where there is none.
    mutating func read(
        _ rows: any RowSource, _ places: [Int?], _ classes: ClassLabels
    ) throws(FileError) -> [Double] {
        if task == .expression {
            guard let column = places.first ?? nil else { return [.nan] }
            return [try classes.label(rows, column)]
        }
        var meanings: [LabelMeaning] = []
        for (channel, place) in places.enumerated() {
            guard let place else {
                meanings.append(.missing)
                continue
            }
            let number = try rows.number(place)
            let meaning = task == .actionUnits ? rules.unit(number) : rules.valenceArousal(number)
            if meaning == .wrong { throw wrong(rows, channel, number, places.compactMap { $0 }) }
            meanings.append(meaning)
        }
        return scored(meanings)
    }

    /// The truth of a video in ABAW's own layout.
    mutating func annotations(_ path: String, isBare: Bool) throws(FileError) -> TruthTrack {
        var standard = task.standardChannels
        // Classes of unknown names are told by their places.
        let isByPlace = task == .expression && !channels.contains(where: standard.contains)
        let file = try AbawAnnotations(
            path: path, task: task, classes: isByPlace && isBare ? channels.count : nil,
            scale: rules.scale)
        if let problem = file.problems.first { throw problem }
        forms.add(file.form.note, of: path)
        // Some years had other units, and fewer classes.
        standard = file.channels
        var track = TruthTrack(values: Array(repeating: [], count: width))
        let places = channels.map { standard.firstIndex(of: $0) }
        for frame in 0..<file.count {
            track.frames.append(frame + 1)
            let labels = file[frame]
            switch task {
            case .expression:
                let number = labels[labels.startIndex]
                let isPlace = isByPlace && (isBare || channels.count == standard.count)
                let place = number.isNaN || isPlace ? number : place(of: standard[Int(number)])
                track.values[0].append(place)
            case .actionUnits, .valenceArousal:
                let isLeftOut = rules.partialFrames == .drop && file.isMarked(frame)
                if isLeftOut, labels.contains(where: { !$0.isNaN }) { partialFrames += 1 }
                for (channel, place) in places.enumerated() {
                    let value = place.map { labels[labels.startIndex + $0] } ?? .nan
                    track.values[channel].append(isLeftOut ? .nan : value)
                }
            }
        }
        return track
    }

    private func place(of name: String) -> Double { channels.firstIndex(of: name).map(Double.init) ?? .nan }

    private mutating func scored(_ meanings: [LabelMeaning]) -> [Double] {
        let values = rules.scored(units: meanings)
        let isKnown = meanings.contains { if case .value = $0 { true } else { false } }
        if isKnown, values.allSatisfy(\.isNaN) { partialFrames += 1 }
        return values
    }

    private func wrong(
        _ rows: any RowSource, _ channel: Int, _ number: Double, _ columns: [Int]
    ) -> FileError {
        let found = "the truth of \(channels[channel]) is \(shown(number))"
        if task == .actionUnits {
            return rows.bad("\(found); a unit is 0 or 1, or -1 where it is not known.")
        }
        return rows.bad("\(found), " + ValueRange.outside(rules.scale, of: rows, columns: columns))
    }
}

/// The range of the numbers in a file, for messages about numbers that are out of theirs.
struct ValueRange {
    private(set) var low = Double.infinity
    private(set) var high = -Double.infinity

    /// Of some columns of a file; nothing but what can be read counts.
    init(_ source: any RowSource, columns: [Int]) {
        guard let rows = try? source.reopened() else { return }
        while (try? rows.next()) == true {
            for column in columns {
                guard let number = try? rows.number(column), !number.isNaN else { continue }
                low = min(low, number)
                high = max(high, number)
            }
        }
    }

    var text: String { "from \(shown(low)) to \(shown(high))" }

    /// The rest of a sentence about valence or arousal that lies outside its scale.
    static func outside(_ scale: ClosedRange<Double>?, of rows: any RowSource, columns: [Int]) -> String {
        let found = ValueRange(rows, columns: columns)
        let stated = scale ?? -1...1
        let start =
            "outside of \(shown(stated.lowerBound)) to \(shown(stated.upperBound)); the values of this file go "
            + "\(found.text). "
        if scale != nil { return start + "Say the scale that holds them all: --scale LOW,HIGH." }
        // What a model predicts may go beyond the scale that it was trained on, to both sides and not far.
        let isAround = found.low < 0 && found.high > 0 && found.low >= -3 && found.high <= 3
        return start
            + (isAround
                ? "If a model went beyond the scale of its labels, --scale -1,1 clips; if they are on another scale, "
                    + "--scale LOW,HIGH maps it."
                : "Say the scale that they were rated on: --scale LOW,HIGH.")
    }
}

/// A number as a person writes it: 7, 0.25.
private func shown(_ value: Double) -> String { value.isFinite ? number(value) : "\(value)" }
