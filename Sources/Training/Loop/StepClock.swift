/// How fast the steps go: a window over the recent ones, so that a pause or a checkpoint soon leaves the numbers.
struct StepClock {
    private let window = 20
    private var durations: [Double] = []
    /// Samples of one step.
    let batch: Int
    /// Floating-point operations that one sample's training step executes.
    let operationsPerSample: Double

    init(batch: Int, operationsPerSample: Double) {
        self.batch = batch
        self.operationsPerSample = operationsPerSample
    }

    /// Adds the duration of one step, in seconds.
    mutating func add(_ seconds: Double) {
        durations.append(seconds)
        if durations.count > window { durations.removeFirst() }
    }

    /// The median duration of the recent steps, in seconds; nil before the first.
    var secondsPerStep: Double? {
        guard !durations.isEmpty else { return nil }
        return durations.sorted()[durations.count / 2]
    }

    var samplesPerSecond: Double? { secondsPerStep.map { Double(batch) / $0 } }
    /// 10⁹ executed operations a second.
    var gigaflops: Double? { samplesPerSecond.map { $0 * operationsPerSample / 1e9 } }
}
