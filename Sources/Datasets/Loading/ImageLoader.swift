import Compute
import Images

/// What a loader did so far.
public struct LoaderCounters: Equatable, Sendable {
    /// Images read and decoded.
    public var decoded = 0
    /// Images taken from the cache instead.
    public var cacheHits = 0
    public var cacheBytes = 0
    /// Different images found to be bad.
    public var skipped = 0
    /// Samples that show another image in place of a bad one.
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

    /// `indices` and `sources` of a batch are places in the list of images, or samples of the whole set. In training, the
    /// labels of a place are those of `sources`: where a bad image is replaced by another, the labels are too. In
    /// evaluation, a place whose `sources` differs from its `indices` belongs to no sample and is to be left out.
    ///
    /// - Parameters:
    ///   - recipe: with `.order`, `images` of a batch holds nothing.
    ///   - batch: images in a step.
    public init(
        _ source: ImageSource, recipe: ImageRecipe, epochs: EpochPlan, batch: Int, resources: LoaderResources = .init()
    ) {
        precondition(!source.isEmpty && batch > 0 && resources.workers > 0 && resources.ahead ?? 1 > 0)
        let count = source.count
        self.count = count
        self.batch = min(batch, count)
        workers = resources.workers
        floatsPerImage = 3 * recipe.image * recipe.image
        let scope = epochs.scope
        plan = LoaderPlan(
            source: source, recipe: recipe, keys: Augmentation.Keys(scope), cropKey: scope.key(.crop),
            flipKey: scope.key(.flip), cache: DecodedCache(files: count, budget: resources.cacheBytes),
            bad: BadImages())
        let ahead =
            resources.ahead
            ?? Self.suggestedAhead(batchBytes: self.batch * floatsPerImage * MemoryLayout<Float>.stride)
        ring = BatchRing(
            slots: ahead + 1, batch: self.batch, images: count, keepsLastBatch: epochs.keepsLastBatch,
            floatsPerImage: floatsPerImage, order: { epochs.order(epoch: $0, count: count) })
        stepsPerEpoch = ring.stepsPerEpoch
    }

    /// The images, in their order.
    public var images: ImageSource { plan.source }

    /// Has each image that is passed over told once, on a worker thread.
    public func reportSkips(to report: @escaping @Sendable (SkippedFile) -> Void) { plan.bad.setReport(report) }

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
    public func next() throws -> ImageBatch {
        if !wasStarted { start() }
        return try ring.next()
    }

    /// Gives a batch back; its memory is used again.
    public func recycle(_ batch: ImageBatch) { ring.recycle(batch.slot) }

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
