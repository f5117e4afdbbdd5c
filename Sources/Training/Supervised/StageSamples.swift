import Datasets
import Session

/// The samples of a data set that a stage works with in a fold.
struct StageSamples {
    /// Those with a label that are trained on, of videos every n-th frame.
    let training: [Int]
    /// Those with a label that the epoch is chosen on; empty where the last one counts.
    let aside: [Int]
    /// Those with a label that are held out.
    let heldOut: [Int]

    /// - Parameter fold: from 1; nil for data that is not cut.
    /// - Throws: `TrainingError` with `isBadData` when there are too few groups to hold one aside.
    init(_ settings: SupervisedStage, _ entry: FoldedData.Entry, fold number: Int?, heads: TaskHeads) throws {
        let set = entry.set
        let fold = entry.fold(number)
        var training = fold.training.filter { heads.isLabelled($0, in: set) }
        if settings.epochChoice == .inner, !training.isEmpty {
            do {
                let split = try InnerSplit(training, of: set, by: entry.group)
                (training, aside) = (split.training, split.aside)
            } catch {
                throw TrainingError("data set '\(settings.data.name)': \(error)", isBadData: true)
            }
        } else {
            aside = []
        }
        self.training = set.thinned(training, frameStride: settings.frameStride)
        heldOut = fold.validation.filter { heads.isLabelled($0, in: set) }
    }
}
