import Compute
import Faces

/// How pre-training samples are made from images.
public struct PretrainSettings: Equatable, Sendable {
    /// Side of the square output, in pixels.
    public var image: Int
    public var crop: RandomResizedCrop
    public var flipProbability: Double
    public var interpolation: Interpolation
    public var normalisation: Normalisation

    /// The recipe of MAE: crops of 20 to 100 % of the area, bicubic, mirrored half of the time.
    public init(
        image: Int, crop: RandomResizedCrop = RandomResizedCrop(), flipProbability: Double = 0.5,
        interpolation: Interpolation = .bicubic, normalisation: Normalisation = .imageNet
    ) {
        self.image = image
        self.crop = crop
        self.flipProbability = flipProbability
        self.interpolation = interpolation
        self.normalisation = normalisation
    }
}

/// What all workers of a loader share.
struct PretrainPlan: Sendable {
    let files: [String]
    let settings: PretrainSettings
    let cropKey: RandomKey
    let flipKey: RandomKey
    let reducedDecode: Bool
    let cache: DecodedCache
    let bad: BadFiles
}

/// The files that turned out to be bad, each reported once.
final class BadFiles: @unchecked Sendable {
    private let lock = WorkerLock()
    private let report: @Sendable (SkippedFile) -> Void
    private var found: Set<Int> = []

    init(report: @escaping @Sendable (SkippedFile) -> Void) { self.report = report }

    var count: Int { lock.locked { found.count } }

    func contains(_ file: Int) -> Bool { lock.locked { found.contains(file) } }

    func insert(_ file: Int, _ skipped: SkippedFile) {
        if lock.locked({ found.insert(file).inserted }) { report(skipped) }
    }
}
