import Datasets
import Foundation
import Session

/// The photographs that a stage trains on, in their fixed order.
struct PhotoSet {
    let files: [String]
    /// Names the files and their order, so that a resume notices other ones.
    let fingerprint: String
    /// What the search passed over.
    let skipped: [SkippedFile]

    /// Renders what is to be rendered, searches the folders and looks at a sample of the files. `"ck:train"` gives the
    /// images that the fold trains on.
    /// - Throws: `TrainingError` with `isBadData` when there is nothing to train on.
    init(
        _ references: [DataReference], of session: Session, home: String, folded: FoldedData, fold: Int?,
        report: @escaping @Sendable (TrainerReport) -> Void
    ) throws {
        var files: [String] = []
        var skipped: [SkippedFile] = []
        for reference in references {
            guard let source = session.source(named: reference.name) else {
                throw TrainingError("the session has no data set '\(reference.name)'.", isBadData: true)
            }
            if reference.split != nil {
                files += try folded.trainingImages(reference.name, fold: fold)
                continue
            }
            let paths: [String]
            switch source.content {
            case .folder(let folder): paths = folder.paths
            case .rendered(let rendered):
                let path = try rendered.write(home: home) { report(.rendering(done: $0, total: $1)) }
                report(.message("\(rendered.photos) rendered faces in \(path)"))
                paths = [path]
            case .classes, .table, .affWild2, .renderedVideos:
                // Labelled images without their labels.
                let set = try source.labelledSet(home: home) { report(.rendering(done: $0, total: $1)) }
                for note in set.notes { report(.message(note)) }
                files += (0..<set.count).map(set.image)
                continue
            }
            do {
                let scan = try FolderScan.scan(paths)
                files += scan.files
                skipped += scan.skipped
            } catch {
                throw TrainingError("data set '\(source.name)': \(error)", isBadData: true)
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
