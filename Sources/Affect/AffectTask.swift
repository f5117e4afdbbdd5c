/// What a model tells of a face, and how that is scored: the three tasks of the paper's section 3.2.
public enum AffectTask: String, Sendable, Hashable, CaseIterable, Codable {
    /// Two numbers in [-1, 1], scored by the concordance correlation coefficient (eq. 5 and 13).
    case valenceArousal
    /// A probability for each of twelve action units, scored by the mean of their F1 (eq. 11).
    case actionUnits
    /// A probability for each class, scored by the macro F1 (eq. 12).
    case expression

    /// The channels of the ABAW tracks, in the order of their files.
    public var standardChannels: [String] {
        switch self {
        case .valenceArousal: ["valence", "arousal"]
        case .actionUnits:
            ["AU1", "AU2", "AU4", "AU6", "AU7", "AU10", "AU12", "AU15", "AU23", "AU24", "AU25", "AU26"]
        case .expression:
            ["Neutral", "Anger", "Disgust", "Fear", "Happiness", "Sadness", "Surprise", "Other"]
        }
    }

    /// As people write it on a command line and in filters: va, au, expr.
    public var shortName: String {
        switch self {
        case .valenceArousal: "va"
        case .actionUnits: "au"
        case .expression: "expr"
        }
    }

    /// The task that a word means: `va`, `valenceArousal`, `valence-arousal`, ...
    public init?(word: String) {
        let plain = word.lowercased().filter(\.isLetter)
        let found = Self.allCases.first {
            plain == $0.shortName || plain == $0.rawValue.lowercased() || plain == $0.standardWord
        }
        guard let found else { return nil }
        self = found
    }

    private var standardWord: String {
        switch self {
        case .valenceArousal: "valence"
        case .actionUnits: "units"
        case .expression: "expressions"
        }
    }

    /// The name of the score: CCC or F1.
    public var scoreName: String { self == .valenceArousal ? "CCC" : "F1" }
}
