/// How long a plan takes on a machine, and what is to be said of that.
public struct PlanEstimate: Equatable, Sendable {
    public let plan: SessionPlan
    /// The sustained speed, in 10⁹ operations a second.
    public let gigaflops: Double
    /// Stages that need no training, since runs have their weights already.
    public let reused: Set<Int>

    public init(_ plan: SessionPlan, gigaflops: Double, reused: Set<Int> = []) {
        self.plan = plan
        self.gigaflops = gigaflops
        self.reused = reused
    }

    /// Whether nothing is left to train.
    public var isDone: Bool { reused.count == plan.session.stages.count }

    /// Nil when the number of steps is unknown.
    public var seconds: Double? { plan.seconds(atGigaflops: gigaflops, without: reused) }

    public var warnings: [String] { plan.warnings(atGigaflops: gigaflops, without: reused) }
}

extension LearningRateSchedule {
    /// Epochs whose rates show the course: all of a short stage, about ten of a long one.
    public var telling: [Int] {
        guard epochs > 24 else { return Array(0..<epochs) }
        let warm = min(Int(warmup.rounded(.up)), epochs - 1)
        let rest = (0...8).map { warm + (epochs - 1 - warm) * $0 / 8 }
        return Array(Set([0, warm / 2] + rest)).sorted()
    }
}
