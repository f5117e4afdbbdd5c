import Datasets
import Images
import Session

/// The photographs that a stage trains on, in their fixed order.
struct PhotoSet {
    let images: [ImageReference]
    /// What the search passed over.
    let skipped: [SkippedFile]

    /// Collects the photographs of the data sets and decodes a sample of them. `"ck:train"` gives the images that the
    /// fold trains on.
    /// - Throws: `TrainingError` with `isBadData` when there is nothing to train on.
    init(_ references: [DataReference], of data: FoldedData, fold: Int?) throws {
        var images: [ImageReference] = []
        var skipped: [SkippedFile] = []
        for reference in references {
            if reference.split != nil {
                images += try data.trainingImages(reference.name, fold: fold)
            } else {
                let found = try data.photographs(reference.name)
                images += found.images
                skipped += found.skipped
            }
        }
        do {
            _ = try StartCheck.run(images)
        } catch {
            throw TrainingError("\(error)", isBadData: true)
        }
        self.images = images
        self.skipped = skipped
    }
}
