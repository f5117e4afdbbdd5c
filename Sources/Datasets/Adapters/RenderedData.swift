import Affect
import Basics
import Foundation
import Images
import RenderedFaces
import Session

extension RenderedData: LabelledAdapter {
    /// Where its photographs lie.
    func folder(in home: RenderedHome) -> String {
        home.folder(path, named: "\(identities)x\(photosPerIdentity)-\(side)px-seed\(seed)")
    }

    package func isThere(in home: RenderedHome) -> Bool { FileManager.default.fileExists(atPath: folder(in: home)) }

    package func photographs(in home: RenderedHome) throws -> FoundImages {
        let folder = folder(in: home)
        try write(to: folder, home)
        return try FoundImages(in: [folder], notes: ["\(photos) rendered faces in \(folder)"])
    }

    package func labelledSet(in home: RenderedHome) throws -> LabelledSet {
        let folder = folder(in: home)
        try write(to: folder, home)
        return try RenderedFaces.writeLabels(
            to: folder, identities: identities, photosPerIdentity: photosPerIdentity, seed: seed
        ).read()
    }

    private func write(to folder: String, _ home: RenderedHome) throws {
        try RenderedFaces.write(
            to: folder, identities: identities, photosPerIdentity: photosPerIdentity, side: side, seed: seed,
            progress: home.progress)
    }
}
