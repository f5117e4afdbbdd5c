/// Some rows of a batch as one head sees them: its columns of the outputs, of the targets, and of the gradient.
///
/// Outputs, targets and gradient are (rows, stride) matrices; the head's columns begin at the pointers. A target that
/// is NaN is missing: it has no part in the loss.
public struct HeadRows {
    public let outputs: UnsafePointer<Float>
    public let targets: UnsafePointer<Float>
    /// Added to; nil when the loss alone is asked for.
    public let gradient: UnsafeMutablePointer<Float>?
    public let rows: Int
    public let stride: Int

    public init(
        outputs: UnsafePointer<Float>, targets: UnsafePointer<Float>, gradient: UnsafeMutablePointer<Float>?,
        rows: Int, stride: Int
    ) {
        self.outputs = outputs
        self.targets = targets
        self.gradient = gradient
        self.rows = rows
        self.stride = stride
    }

    func output(_ row: Int, _ column: Int) -> Double { Double(outputs[row * stride + column]) }
    func target(_ row: Int, _ column: Int) -> Double { Double(targets[row * stride + column]) }
    func add(_ value: Double, _ row: Int, _ column: Int) { gradient?[row * stride + column] += Float(value) }
}

/// The loss of one head on its columns.
public protocol HeadLoss {
    /// How many columns it reads.
    var columns: Int { get }
    /// Whether a row's gradient depends on the outputs of other rows.
    var needsWholeBatch: Bool { get }
    /// What the sum over the whole batch is divided by; it depends on the targets alone. 0 when no target is there.
    func normaliser(_ batch: HeadRows) -> Double
    /// The part of the loss that these rows have, the gradient added to theirs.
    func add(_ rows: HeadRows, normaliser: Double) -> Double
}
