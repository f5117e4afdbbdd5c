import Compute
import Images

/// What a loader did so far.
public struct LoaderCounters: Equatable, Sendable {
    /// Images read and decoded.
    public var decoded = 0
    /// Images taken from the cache instead.
    public var cacheHits = 0
    public var cacheBytes = 0
    /// Different files found to be bad.
    public var skipped = 0
    /// Samples that show another file in place of a bad one.
    public var substituted = 0
    /// Batches handed out.
    public var batches = 0
    /// Seconds that `next` waited for a batch.
    public var secondsWaited = 0.0
}

/// Batches of images, made ahead of time by background threads.
///
/// For training, each epoch visits the images in an order of its own; what does not fill a batch is dropped, or kept as
/// a smaller one. If there are fewer images than a batch has places, the batch is the whole set. For evaluation, every
/// epoch visits all images once, in their order, with a smaller batch at the end. What a batch holds depends on the
/// images, the recipe, the seed, stage and fold, and (epoch, step), never on the number of workers, the cache, or where
/// the loader started.
///
/// One thread consumes: `next`, use, `recycle`.
public final class ImageLoader {
    /// Images of an epoch.
    public let count: Int
    /// Images in a batch: as asked for, or all images if they are fewer. The last batch of an epoch may have less.
    public let batch: Int
    public let stepsPerEpoch: Int

    private let plan: LoaderPlan
    private let workers: Int
    private let floatsPerImage: Int
    private let ring: BatchRing
    private let threads = WorkerThreads()
    private var running = false
    private var wasStarted = false

    /// Images for pre-training, without labels.
    ///
    /// - Parameters:
    ///   - batch: images in a step.
    ///   - workers: background threads.
    ///   - ahead: batches kept ready or in the making beside the one in use; nil for `suggestedAhead`.
    ///   - cacheBytes: memory for decoded images; 0 for no cache. What it holds changes the speed only.
    ///   - reducedDecode: lets JPEGs decode at a half, a quarter or an eighth of their size where the crop has at
    ///     least that many times the side of the output; faster for large photographs, and not quite the same pixels.
    ///   - onSkip: told of each bad file once, on a worker thread.
    public convenience init(
        files: [String], settings: PretrainSettings, seed: UInt64, stage: Int = 0, fold: Int = 0, batch: Int,
        workers: Int = 1, ahead: Int? = nil, cacheBytes: Int = 0, reducedDecode: Bool = false,
        onSkip: @escaping @Sendable (SkippedFile) -> Void = { _ in }
    ) {
        self.init(
            .files(files), .pretraining(settings), shuffled: true, keepsLastBatch: false, seed: seed, stage: stage,
            fold: fold, batch: batch, workers: workers, ahead: ahead, cacheBytes: cacheBytes,
            reducedDecode: reducedDecode, onSkip: onSkip)
    }

    /// Images of some samples of a labelled set, for training on their labels.
    ///
    /// `indices` and `sources` of a batch are samples of the whole set. The labels to train on are those of `sources`:
    /// where a bad image is replaced by another, the labels are too.
    ///
    /// - Parameters:
    ///   - image: side of the square output, in pixels.
    ///   - keepsLastBatch: whether what does not fill a batch becomes a smaller one.
    public convenience init(
        _ set: LabelledSet, samples: [Int], augmentation: Augmentation, image: Int,
        normalisation: Normalisation = .imageNet, seed: UInt64, stage: Int = 0, fold: Int = 0, batch: Int,
        keepsLastBatch: Bool = false, workers: Int = 1, ahead: Int? = nil, cacheBytes: Int = 0,
        onSkip: @escaping @Sendable (SkippedFile) -> Void = { _ in }
    ) {
        self.init(
            .samples(set, samples), .augmentation(augmentation, image: image, normalisation), shuffled: true,
            keepsLastBatch: keepsLastBatch, seed: seed, stage: stage, fold: fold, batch: batch, workers: workers,
            ahead: ahead, cacheBytes: cacheBytes, onSkip: onSkip)
    }

    /// Images of some samples of a labelled set, all once in their order, without augmentation.
    ///
    /// A place whose `sources` differs from its `indices` shows another image in place of a bad one: its outputs belong
    /// to no sample and are to be left out.
    public convenience init(
        evaluating set: LabelledSet, samples: [Int], transform: EvaluationTransform = .direct, image: Int,
        normalisation: Normalisation = .imageNet, batch: Int, workers: Int = 1, ahead: Int? = nil, cacheBytes: Int = 0,
        onSkip: @escaping @Sendable (SkippedFile) -> Void = { _ in }
    ) {
        self.init(
            .samples(set, samples), .evaluation(transform, image: image, normalisation), shuffled: false,
            keepsLastBatch: true, seed: 0, stage: 0, fold: 0, batch: batch, workers: workers, ahead: ahead,
            cacheBytes: cacheBytes, onSkip: onSkip)
    }

    /// The order in which training goes through some samples, without their images: `images` of a batch holds nothing.
    public convenience init(
        orderOf set: LabelledSet, samples: [Int], seed: UInt64, stage: Int = 0, fold: Int = 0, batch: Int,
        keepsLastBatch: Bool = false
    ) {
        self.init(
            .samples(set, samples), .order, shuffled: true, keepsLastBatch: keepsLastBatch, seed: seed, stage: stage,
            fold: fold, batch: batch, workers: 1, ahead: nil, cacheBytes: 0, onSkip: { _ in })
    }

    /// Images of some files, all once in their order, without augmentation: prediction.
    public convenience init(
        evaluating files: [String], transform: EvaluationTransform = .direct, image: Int,
        normalisation: Normalisation = .imageNet, batch: Int, workers: Int = 1, ahead: Int? = nil, cacheBytes: Int = 0,
        onSkip: @escaping @Sendable (SkippedFile) -> Void = { _ in }
    ) {
        self.init(
            .files(files), .evaluation(transform, image: image, normalisation), shuffled: false, keepsLastBatch: true,
            seed: 0, stage: 0, fold: 0, batch: batch, workers: workers, ahead: ahead, cacheBytes: cacheBytes,
            onSkip: onSkip)
    }

    private init(
        _ source: ImageSource, _ recipe: ImageRecipe, shuffled: Bool, keepsLastBatch: Bool, seed: UInt64, stage: Int,
        fold: Int, batch: Int, workers: Int, ahead: Int?, cacheBytes: Int, reducedDecode: Bool = false,
        onSkip: @escaping @Sendable (SkippedFile) -> Void
    ) {
        precondition(source.count > 0 && batch > 0 && workers > 0 && ahead ?? 1 > 0 && recipe.image >= 0)
        func key(_ purpose: RandomPurpose) -> RandomKey {
            RandomKey(seed: seed, purpose: purpose, stage: stage, fold: fold)
        }
        count = source.count
        self.batch = min(batch, count)
        self.workers = workers
        floatsPerImage = 3 * recipe.image * recipe.image
        plan = LoaderPlan(
            source: source, recipe: recipe, keys: Augmentation.Keys(seed: seed, stage: stage, fold: fold),
            cropKey: key(.crop), flipKey: key(.flip), reducedDecode: reducedDecode,
            cache: DecodedCache(files: count, budget: cacheBytes), bad: BadFiles(report: onSkip))
        let orderKey = key(.order)
        let count = count
        let ahead = ahead ?? Self.suggestedAhead(batchBytes: self.batch * floatsPerImage * MemoryLayout<Float>.stride)
        ring = BatchRing(
            slots: ahead + 1, batch: self.batch, images: count, keepsLastBatch: keepsLastBatch,
            floatsPerImage: floatsPerImage,
            order: {
                shuffled ? EpochOrder(key: orderKey, epoch: $0, count: count) : EpochOrder(epoch: $0, count: count)
            })
        stepsPerEpoch = ring.stepsPerEpoch
    }

    /// Two batches ahead, as long as they fit in a gibibyte, and never less than one. With one the model never waits
    /// either, as long as loading a batch takes no longer than a step; the second evens out small batches, some of
    /// which take longer than others. Large batches are all alike.
    static func suggestedAhead(batchBytes: Int) -> Int { max(1, min(2, (1 << 30) / max(1, batchBytes))) }

    deinit { stop() }

    /// Goes on at a place in training, as after a resume: the first batch handed out is that of `step` in `epoch`.
    /// Batches on loan must have been recycled. Starts the threads; `next` does so too, at the beginning.
    public func start(atEpoch epoch: Int = 0, step: Int = 0) {
        precondition(epoch >= 0 && step >= 0 && step < stepsPerEpoch, "no such step in an epoch")
        ring.move(to: epoch * stepsPerEpoch + step)
        wasStarted = true
        if running { return }
        running = true
        let (plan, ring, floatsPerImage) = (plan, ring, floatsPerImage)
        let started = threads.start(count: workers) { Self.work(plan, ring, floatsPerImage) }
        if started == 0 { ring.failWithoutWorkers() }
    }

    /// The next batch, waited for if it is not ready.
    ///
    /// - Throws: `DatasetError.allBad` when no file gives an image, `.stopped` after `stop`.
    public func next() throws -> Batch {
        if !wasStarted { start() }
        return try ring.next()
    }

    /// Gives a batch back; its memory is used again.
    public func recycle(_ batch: Batch) { ring.recycle(batch.slot) }

    /// Ends the threads and waits for them. `start` begins anew.
    public func stop() {
        ring.stop()
        threads.join()
        running = false
    }

    public var counters: LoaderCounters {
        var counters = ring.counters
        counters.skipped = plan.bad.count
        counters.cacheBytes = plan.cache.bytes
        return counters
    }

    private static func work(_ plan: LoaderPlan, _ ring: BatchRing, _ floatsPerImage: Int) {
        let loader = SampleLoader(plan)
        while let claim = ring.claim() {
            do {
                for place in claim.places {
                    let position = claim.offset + place
                    claim.indices[place] = plan.source.number(Int(claim.order.files[position]))
                    let shown = try loader.load(
                        claim.order, position: position, into: claim.images + place * floatsPerImage)
                    claim.sources[place] = plan.source.number(shown)
                }
                ring.finish(claim, loader.takeTally())
            } catch {
                ring.fail(error)
            }
        }
    }
}
