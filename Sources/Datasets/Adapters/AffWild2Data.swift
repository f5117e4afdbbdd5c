import Affect
import Session

extension AffWild2Data: LabelledAdapter {
    package func labelledSet(in home: RenderedHome) throws -> LabelledSet {
        try AffWild2(
            path: path, tracks: tracks.compactMap { AffWild2.Track(rawValue: $0.rawValue) }, images: images, drop: drop
        ).read()
    }
}
