/// One way to cut a labelled set: what is trained on, and what is held out.
public struct Fold: Equatable, Sendable {
    /// What reports call it: "official", or its number from 1.
    public let name: String
    /// Samples of the set, in its order.
    public let training: [Int]
    public let validation: [Int]

    public init(name: String, training: [Int], validation: [Int]) {
        self.name = name
        self.training = training
        self.validation = validation
    }
}

/// The folds of a labelled set. No subject and no video is ever on both sides of one.
public struct Folds: Sendable {
    public let folds: [Fold]
    /// Sentences about what looks odd, for the run's log.
    public let notes: [String]

    /// Labels of which every fold has to train on some: those of the tasks at hand.
    public struct CheckedLabels: OptionSet, Sendable {
        public let rawValue: Int
        public init(rawValue: Int) { self.rawValue = rawValue }
        public static let expressions = CheckedLabels(rawValue: 1)
        public static let units = CheckedLabels(rawValue: 2)
        public static let all: CheckedLabels = [.expressions, .units]
    }

    /// The split that the data set comes with, as one fold. Without a validation set its test set is held out; with one,
    /// samples of the test set take no part.
    ///
    /// - Throws: `LabelError` when the set has no split, one side is empty, or a subject or video is on both.
    public static func official(
        _ set: LabelledSet, checking labels: CheckedLabels = .all
    ) throws(LabelError) -> Folds {
        let file = set.files.first ?? "the data"
        let training = (0..<set.count).filter { set.split($0) == .training }
        var validation = (0..<set.count).filter { set.split($0) == .validation }
        if validation.isEmpty { validation = (0..<set.count).filter { set.split($0) == .test } }
        if training.isEmpty, validation.isEmpty {
            throw LabelError(
                LabelProblem(
                    file: file,
                    "has no split of its own; name a split column or a validation table, or ask for folds by group"))
        }
        return try Folds(
            [Fold(name: "official", training: training, validation: validation)], of: set, from: file, checking: labels)
    }

    /// `count` folds of which each holds out other groups, over the training and the validation set together. Groups go one by one, those with the most uneven labels
    /// first, to the fold in which the labels stay most alike over the folds; equal seeds give equal folds.
    ///
    /// - Parameters:
    ///   - group: "subject", "video", or "image" for images on their own.
    ///   - seed: the order of groups that are alike. Not the run's seed, so that repetitions share their folds.
    /// - Throws: `LabelError` when the set has no such group or fewer groups than folds.
    public static func grouped(
        _ set: LabelledSet, count: Int, by group: String, seed: UInt64 = 0,
        checking labels: CheckedLabels = .all
    ) throws(LabelError) -> Folds {
        let file = set.files.first ?? "the data"
        let grouping: LabelledSet.Grouping
        if group == "image" {
            grouping = set.images
        } else if let found = set.groupings[group] {
            grouping = found
        } else {
            let known = set.groupings.keys.sorted() + ["image"]
            throw LabelError(
                LabelProblem(
                    file: file, "has no \(group) to fold by; it has \(known.joined(separator: ", "))"))
        }
        guard grouping.names.count >= count else {
            throw LabelError(
                LabelProblem(file: file, "has \(grouping.names.count) groups (\(group)), too few for \(count) folds"))
        }
        let foldOf = StratifiedAssignment(set, grouping, folds: count, seed: seed).foldOf
        return try Folds(
            Self.folds(count: count, of: set) { foldOf[Int(grouping.of[$0])] }, of: set, from: file, checking: labels)
    }

    static func folds(count: Int, of set: LabelledSet, _ foldOf: (Int) -> Int) -> [Fold] {
        // A test set is never trained on.
        let numbers = (0..<set.count).map { set.split($0) == .test ? -1 : foldOf($0) }
        return (0..<count).map { fold in
            Fold(
                name: String(fold + 1), training: numbers.indices.filter { numbers[$0] >= 0 && numbers[$0] != fold },
                validation: numbers.indices.filter { numbers[$0] == fold })
        }
    }

    /// Checks what has to hold of every fold.
    init(
        _ folds: [Fold], of set: LabelledSet, from file: String, checking labels: CheckedLabels = .all,
        notes: [String] = []
    ) throws(LabelError) {
        var notes = notes
        for fold in folds {
            let what = folds.count == 1 ? "the split" : "fold \(fold.name)"
            if fold.training.isEmpty {
                throw LabelError(LabelProblem(file: file, "\(what) trains on no sample"))
            }
            if fold.validation.isEmpty {
                throw LabelError(LabelProblem(file: file, "\(what) holds out no sample"))
            }
            try Self.checkGroups(fold, set)
            if labels.contains(.expressions) { try Self.checkClasses(fold, what, set, file, &notes) }
            if labels.contains(.units) { try Self.checkUnits(fold, what, set, file, &notes) }
        }
        self.folds = folds
        self.notes = notes
    }

    private static func checkGroups(_ fold: Fold, _ set: LabelledSet) throws(LabelError) {
        for (kind, grouping) in set.groupings.sorted(by: { $0.key < $1.key }) {
            var trainedOn = [Int32](repeating: -1, count: grouping.names.count)
            for sample in fold.training { trainedOn[Int(grouping.of[sample])] = Int32(sample) }
            for sample in fold.validation {
                let other = trainedOn[Int(grouping.of[sample])]
                if other < 0 { continue }
                let (file, line) = set.place(sample)
                let place = set.place(Int(other))
                let shown = LabelProblem(file: place.file, line: place.line, "").description.dropLast(2)
                throw LabelError(
                    LabelProblem(
                        file: file, line: line,
                        "\(kind) \(grouping.names[Int(grouping.of[sample])]) is held out here and trained on in "
                            + "\(shown); a \(kind) belongs to one side"))
            }
        }
    }

    /// Without a positive in training there is nothing to learn; without one held out the score is 0 by rule.
    private static func checkClasses(
        _ fold: Fold, _ what: String, _ set: LabelledSet, _ file: String, _ notes: inout [String]
    ) throws(LabelError) {
        let trained = set.expressionCounts(fold.training)
        let held = set.expressionCounts(fold.validation)
        for (place, name) in set.classes.enumerated() {
            if trained[place] == 0 {
                throw LabelError(
                    LabelProblem(
                        file: file,
                        "\(what) trains on no sample of the class \"\(name)\"; drop the class, or use other folds"))
            }
            if held[place] == 0 { notes.append("\(what) holds out no sample of the class \"\(name)\", which scores 0") }
        }
    }

    private static func checkUnits(
        _ fold: Fold, _ what: String, _ set: LabelledSet, _ file: String, _ notes: inout [String]
    ) throws(LabelError) {
        let trainedUnits = set.unitCounts(fold.training)
        let heldUnits = set.unitCounts(fold.validation)
        for (place, name) in set.units.enumerated() {
            if trainedUnits[place].active == 0 {
                throw LabelError(
                    LabelProblem(
                        file: file,
                        "\(what) trains on no sample with \(name) active; leave the unit out, or use other folds"))
            }
            if heldUnits[place].active == 0 {
                notes.append("\(what) holds out no sample with \(name) active, which scores 0")
            }
        }
    }
}
