/// The names of the curves a trainer writes and the workbench reads, as they stand in the store.
public enum SeriesName {
    /// Mean loss of a step (split "train"), or of a pass over held-out images (split "val").
    public static let loss = "loss"
    /// Mean loss of a whole epoch, at the epoch's last step.
    public static let epochLoss = "epoch loss"
    public static let learningRate = "learning rate"
    /// How many held-out images a class or unit is true in, beside the curve of its score.
    public static func support(of score: String) -> String { "n \(score)" }
    /// Norm of the whole gradient before clipping.
    public static let gradientNorm = "gradient norm"
    /// Seconds of training so far, pauses not counted.
    public static let seconds = "seconds"
}
