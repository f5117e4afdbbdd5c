/// What a kind of training does in the loop that all kinds share.
protocol TrainingWork<Batch>: AnyObject {
    associatedtype Batch

    /// Gives the parameters the values that the stage begins with; those of a checkpoint may replace them.
    func initialise() throws
    /// The parameters are those of a checkpoint.
    func resumed()
    /// Says what is about to begin, before the first step of the stage.
    func announce()
    /// Does what needs doing before the first step of this process; the source of batches has begun.
    func prepare() throws
    /// The loss of a batch and, in the parameters' gradients, its gradient.
    func lossAndGradients(_ batch: Batch) throws -> Float
    /// An epoch, counted from 1, has ended.
    func epochEnded(_ epoch: Int) throws
    /// All steps are done and their checkpoint is kept.
    func finish() throws
}
