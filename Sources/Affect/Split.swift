/// The part of a data set that samples, curves and predictions belong to. The raw values are the words in session files
/// and in the store of runs.
public enum Split: String, Sendable, Hashable, CaseIterable, Codable {
    /// What is trained on.
    case training = "train"
    /// What is held out and scored.
    case validation = "val"
    /// What a data set keeps beside both.
    case test
    /// What is set apart from training to choose an epoch on.
    case inner

    /// The split that the name of a folder or the cell of a table means, such as `Train_Set`, `training` or `dev`.
    public init?(word: String) {
        var word = word.lowercased()
        for ending in ["_set", "-set", "set"] where word.hasSuffix(ending) { word.removeLast(ending.count) }
        switch word {
        case "train", "training": self = .training
        case "val", "valid", "validation", "dev": self = .validation
        case "test", "testing": self = .test
        default: return nil
        }
    }
}
