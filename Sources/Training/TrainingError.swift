import Basics

/// What ended a run, in a sentence for a person.
public struct TrainingError: ExplainedError, Equatable {
    public let description: String
    /// True when the data is to blame, not the training: commands end with another exit code then.
    public let isBadData: Bool

    public init(_ description: String, isBadData: Bool = false) {
        self.description = description
        self.isBadData = isBadData
    }

    public var kind: ErrorKind { isBadData ? .data : .environment }
}
