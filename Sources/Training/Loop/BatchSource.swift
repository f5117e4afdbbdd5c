import Datasets
import Foundation

/// Where the batches of a stage come from: images, or whatever else a model is trained on.
///
/// What a batch holds depends on the source and on (epoch, step) alone, so that training resumes bit for bit. One thread
/// consumes: `next`, use, `recycle`.
protocol BatchSource<Batch>: AnyObject {
    associatedtype Batch

    /// Samples of an epoch.
    var count: Int { get }
    /// Samples of a whole batch; the last one of an epoch may have less.
    var batch: Int { get }
    var stepsPerEpoch: Int { get }
    /// Names the samples and their order, so that a resume with other ones is told.
    var fingerprint: String { get }

    /// Has each sample that is passed over told once, from any thread.
    func reportSkips(to report: @escaping @Sendable (SkippedFile) -> Void)
    /// Goes on at a place in training: the next batch is that of `step` in `epoch`, both from 0.
    func start(atEpoch epoch: Int, step: Int)
    /// The next batch, waited for if it is not ready.
    func next() throws -> Batch
    /// Gives a batch back; its memory is used again.
    func recycle(_ batch: Batch)
    /// Ends what makes batches ahead of time.
    func stop()
}

extension ImageLoader: BatchSource {
    var fingerprint: String { Fingerprint.of(images) }
}
