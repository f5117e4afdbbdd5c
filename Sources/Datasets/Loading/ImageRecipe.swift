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
    /// Lets JPEGs decode at a half, a quarter or an eighth of their size where the crop has at least that many times the
    /// side of the output; faster for large photographs, and not quite the same pixels.
    public var reducedDecode: Bool

    /// The recipe of MAE: crops of 20 to 100 % of the area, bicubic, mirrored half of the time.
    public init(
        image: Int, crop: RandomResizedCrop = RandomResizedCrop(), flipProbability: Double = 0.5,
        interpolation: Interpolation = .bicubic, normalisation: Normalisation = .imageNet, reducedDecode: Bool = false
    ) {
        self.image = image
        self.crop = crop
        self.flipProbability = flipProbability
        self.interpolation = interpolation
        self.normalisation = normalisation
        self.reducedDecode = reducedDecode
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

/// Where a loader finds its images: a list of them, or some samples of a labelled set.
public enum ImageSource: RandomAccessCollection, Sendable {
    case images([ImageReference])
    case samples(LabelledSet, [Int])

    public var startIndex: Int { 0 }
    public var endIndex: Int {
        switch self {
        case .images(let images): images.count
        case .samples(_, let samples): samples.count
        }
    }

    public subscript(place: Int) -> ImageReference {
        switch self {
        case .images(let images): images[place]
        case .samples(let set, let samples): set.image(samples[place])
        }
    }

    /// What batches call an image: its place in the list, or its number in the whole set, which is the same in every fold.
    func number(_ place: Int) -> Int {
        switch self {
        case .images: place
        case .samples(_, let samples): samples[place]
        }
    }
}

/// How epochs go through the images.
public enum EpochPlan: Sendable {
    /// All once in their order, with a smaller batch at the end: evaluation, prediction. Nothing is drawn.
    case evaluation
    /// In an order that each epoch draws. What does not fill a batch is dropped, or kept as a smaller one.
    case training(RandomScope, keepsLastBatch: Bool = false)

    var keepsLastBatch: Bool {
        switch self {
        case .evaluation: true
        case .training(_, let keepsLastBatch): keepsLastBatch
        }
    }

    /// What the numbers that are drawn depend on; of no consequence where none is.
    var scope: RandomScope {
        switch self {
        case .evaluation: RandomScope(seed: 0)
        case .training(let scope, _): scope
        }
    }

    func order(epoch: Int, count: Int) -> EpochOrder {
        switch self {
        case .evaluation: EpochOrder(epoch: epoch, count: count)
        case .training(let scope, _): EpochOrder(key: scope.key(.order), epoch: epoch, count: count)
        }
    }
}

/// What a loader may use; it changes the speed, and no batch.
public struct LoaderResources: Equatable, Sendable {
    /// Background threads.
    public var workers: Int
    /// Batches kept ready or in the making beside the one in use; nil lets the loader choose.
    public var ahead: Int?
    /// Memory for decoded images; 0 for no cache.
    public var cacheBytes: Int

    public init(workers: Int = 1, ahead: Int? = nil, cacheBytes: Int = 0) {
        self.workers = workers
        self.ahead = ahead
        self.cacheBytes = cacheBytes
    }
}

/// What all workers of a loader share.
struct LoaderPlan: Sendable {
    let source: ImageSource
    let recipe: ImageRecipe
    let keys: Augmentation.Keys
    let cropKey: RandomKey
    let flipKey: RandomKey
    let cache: DecodedCache
    let bad: BadImages
}

/// The images that turned out to be bad, each reported once.
final class BadImages: @unchecked Sendable {
    private let lock = WorkerLock()
    private var report: @Sendable (SkippedFile) -> Void = { _ in }
    private var found: Set<Int> = []

    func setReport(_ report: @escaping @Sendable (SkippedFile) -> Void) { lock.locked { self.report = report } }

    var count: Int { lock.locked { found.count } }

    func contains(_ place: Int) -> Bool { lock.locked { found.contains(place) } }

    func insert(_ place: Int, _ skipped: SkippedFile) {
        let (isNew, report) = lock.locked { (found.insert(place).inserted, self.report) }
        if isNew { report(skipped) }
    }
}
