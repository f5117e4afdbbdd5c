import Foundation
import RenderedFaces
import Session

extension RenderedVideoData: LabelledAdapter {
    /// Where its videos lie.
    func folder(in home: RenderedHome) -> String {
        home.folder(path, named: "\(videos)-videos-\(frames)-\(side)px-seed\(seed)")
    }

    package func isThere(in home: RenderedHome) -> Bool { FileManager.default.fileExists(atPath: folder(in: home)) }

    package func labelledSet(in home: RenderedHome) throws -> LabelledSet {
        let folder = folder(in: home)
        try RenderedVideos.write(
            to: folder, videos: videos, frames: frames, side: side, seed: seed, progress: home.progress)
        return try AffWild2Data(path: folder, tracks: tracks).labelledSet(in: home)
    }
}
