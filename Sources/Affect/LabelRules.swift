/// What becomes of a frame with -1 for some of its action units, in scores. In training every unit that is known counts
/// whatever is said here.
///
/// Participants of the challenges drop such a frame before they score: `frames_to_label` in the annotation script of
/// wtomin/Multitask-Emotion-Recognition-with-Incomplete-Labels leaves out a line in which any value is the mark.
public enum PartialFrames: String, Sendable, CaseIterable {
    /// The frame is left out of the scores of all units.
    case drop
    /// Its other units are scored.
    case score
}

/// What a written label means.
public enum LabelMeaning: Equatable, Sendable {
    /// Valence or arousal in [-1, 1]; 1 or 0 for a unit.
    case value(Double)
    /// Not known.
    case missing
    /// -1 for a unit, ABAW's mark, which `PartialFrames` looks at; any other way to write nothing is `missing`.
    case marked
    /// None of these: the row is refused.
    case wrong
}

/// The one rule for what written labels mean, in training, in scores and in imports alike.
public struct LabelRules: Equatable, Sendable {
    /// The scale of valence and arousal, which is mapped to [-1, 1]; nil for [-1, 1] itself.
    public var scale: ClosedRange<Double>?
    /// Numbers that stand for nothing, such as BP4D's 9 for a unit that cannot be coded.
    public var unknown: [Double]
    /// Intensities of units from here on count as active; nil takes 0 and 1 only.
    public var unitThreshold: Double?
    public var partialFrames: PartialFrames

    public init(
        scale: ClosedRange<Double>? = nil, unknown: [Double] = [], unitThreshold: Double? = nil,
        partialFrames: PartialFrames = .drop
    ) {
        self.scale = scale
        self.unknown = unknown
        self.unitThreshold = unitThreshold
        self.partialFrames = partialFrames
    }

    /// The marks of Aff-Wild2 and AffectNet for valence and arousal that are not known.
    public static let valenceArousalMarks = [-5.0, -2.0]
    /// FACS's intensities, A to E as 1 to 5.
    public static let largestIntensity = 5.0

    /// What a number of valence or arousal means, outside of ABAW's own files.
    public func valenceArousal(_ number: Double) -> LabelMeaning {
        if number.isNaN || unknown.contains(number) { return .missing }
        let scale = scale ?? -1...1
        if scale.contains(number) { return .value(mapped(number)) }
        return Self.valenceArousalMarks.contains(number) ? .missing : .wrong
    }

    /// What a number of an action unit means.
    public func unit(_ number: Double) -> LabelMeaning {
        if number.isNaN || unknown.contains(number) || number == 999 { return .missing }
        if number == -1 { return .marked }
        if let unitThreshold {
            return (0...Self.largestIntensity).contains(number) ? .value(number >= unitThreshold ? 1 : 0) : .wrong
        }
        return number == 0 || number == 1 ? .value(number) : .wrong
    }

    /// A number of the scale in [-1, 1].
    public func mapped(_ number: Double) -> Double {
        guard let scale, scale != -1...1 else { return number }
        return 2 * (number - scale.lowerBound) / (scale.upperBound - scale.lowerBound) - 1
    }

    /// The units of a frame as scores read them: 1, 0, or NaN where one is not known.
    public func scored(units: [LabelMeaning]) -> [Double] {
        if partialFrames == .drop, units.contains(.marked) { return units.map { _ in .nan } }
        return units.map { meaning in
            if case .value(let value) = meaning { value } else { .nan }
        }
    }
}
