/// A fifth of a fold's training groups, held aside from training: what a decision about training is made on, such as its
/// epoch, so that nothing is chosen on what scores it.
public struct InnerSplit: Equatable, Sendable {
    /// Samples that remain to be trained on, in their order.
    public let training: [Int]
    /// Samples that the decision is made on.
    public let validation: [Int]

    /// One part of so many is held aside.
    static let parts = 5

    /// - Parameters:
    ///   - samples: those that would be trained on.
    ///   - group: what the folds keep together; nil takes the subject, or the video, or each image on its own.
    /// - Throws: `LabelError` when there are fewer than two groups.
    public init(_ samples: [Int], of set: LabelledSet, by group: String?) throws(LabelError) {
        let kinds = [group, "subject", "video"].compactMap { $0 }
        let grouping =
            kinds.compactMap { set.groupings[$0] }.first ?? set.images
        let groups = Set(samples.map { grouping.of[$0] })
        guard groups.count > 1 else {
            throw LabelError(
                LabelProblem(
                    file: set.files.first ?? "the data",
                    "has \(groups.count) group to train on, too few to hold one aside for the choice of the epoch"))
        }
        let foldOf = StratifiedAssignment(
            set, grouping, samples: samples, folds: min(Self.parts, groups.count), seed: 0
        ).foldOf
        training = samples.filter { foldOf[Int(grouping.of[$0])] != 0 }
        validation = samples.filter { foldOf[Int(grouping.of[$0])] == 0 }
    }
}
