import Compute
import Images

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

/// How a loader makes a tensor of an image.
public enum ImageRecipe: Sendable {
    /// Random crops for masked autoencoding.
    case pretraining(PretrainSettings)
    /// A supervised stage's augmentation; `image` is the side of the output.
    case augmentation(Augmentation, image: Int, Normalisation)
    /// No chance at all: evaluation, prediction, a teacher's clean view.
    case evaluation(EvaluationTransform, image: Int, Normalisation)
    /// No tensor: the order of training alone, for what was kept of the images.
    case order

    /// Side of the square output, in pixels.
    public var image: Int {
        switch self {
        case .pretraining(let settings): settings.image
        case .augmentation(_, let image, _), .evaluation(_, let image, _): image
        case .order: 0
        }
    }

    var interpolation: Interpolation {
        switch self {
        case .pretraining(let settings): settings.interpolation
        case .augmentation(let augmentation, _, _): augmentation.interpolation
        case .evaluation, .order: .bicubic
        }
    }
}

/// Where a loader finds its images: a list of files, or some samples of a labelled set.
enum ImageSource: Sendable {
    case files([String])
    case samples(LabelledSet, [Int])

    var count: Int {
        switch self {
        case .files(let files): files.count
        case .samples(_, let samples): samples.count
        }
    }

    func path(_ place: Int) -> String {
        switch self {
        case .files(let files): files[place]
        case .samples(let set, let samples): set.image(samples[place])
        }
    }

    /// What batches call an image: its place among the files, or its number in the whole set, which is the same in
    /// every fold.
    func number(_ place: Int) -> Int {
        switch self {
        case .files: place
        case .samples(_, let samples): samples[place]
        }
    }
}

/// What all workers of a loader share.
struct LoaderPlan: Sendable {
    let source: ImageSource
    let recipe: ImageRecipe
    let keys: Augmentation.Keys
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
