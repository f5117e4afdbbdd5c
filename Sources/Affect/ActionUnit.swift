/// The twelve facial action units of the ABAW challenges, in the order of their annotation files.
public enum ActionUnit: Int, CaseIterable, Sendable {
    case innerBrowRaiser = 1
    case outerBrowRaiser = 2
    case browLowerer = 4
    case cheekRaiser = 6
    case lidTightener = 7
    case upperLipRaiser = 10
    case lipCornerPuller = 12
    case lipCornerDepressor = 15
    case lipTightener = 23
    case lipPressor = 24
    case lipsPart = 25
    case jawDrop = 26

    /// The place among the twelve, 0 to 11.
    public var index: Int {
        Self.allCases.firstIndex(of: self) ?? 0
    }
}
