import Datasets
import Session

/// The photographs that a stage trains on, in their fixed order.
struct PhotoSet {
    let files: [String]
    /// Names the files and their order, so that a resume notices other ones.
    let fingerprint: String
    /// What the search passed over.
    let skipped: [SkippedFile]

    /// Takes the photographs of the data sets and looks at a sample of the files. `"ck:train"` gives the images that the
    /// fold trains on.
    /// - Throws: `TrainingError` with `isBadData` when there is nothing to train on.
    init(_ references: [DataReference], of data: FoldedData, fold: Int?) throws {
        var files: [String] = []
        var skipped: [SkippedFile] = []
        for reference in references {
            if reference.split != nil {
                files += try data.trainingImages(reference.name, fold: fold)
            } else {
                let found = try data.photographs(reference.name)
                files += found.files
                skipped += found.skipped
            }
        }
        do {
            _ = try StartCheck.run(files)
        } catch {
            throw TrainingError("\(error)", isBadData: true)
        }
        self.files = files
        self.skipped = skipped
        fingerprint = Fingerprint.of(files)
    }
}
