/// When to write a checkpoint and which older ones to let go.
struct CheckpointPolicy {
    /// Seconds between two checkpoints, as the session asks.
    let interval: Double
    /// Writing may take this share of the time at most; a slow disk stretches the interval.
    let shareOfTime = 0.02
    /// Checkpoints kept besides the best and the requested ones.
    let recent: Int

    init(interval: Double, recent: Int = 2) {
        self.interval = interval
        self.recent = recent
    }

    /// Whether `elapsed` seconds after the last checkpoint, which took `lastWrite` seconds, it is time for another.
    func isDue(elapsed: Double, lastWrite: Double) -> Bool {
        elapsed >= max(interval, lastWrite / shareOfTime)
    }

    /// A checkpoint as the policy sees it.
    struct Kept: Equatable {
        let id: Int64
        let step: Int64
        let score: Double?
        let requested: Bool
    }

    /// The checkpoints to delete: all but the newest `recent`, the one with the lowest score, and requested ones.
    func superseded(among checkpoints: [Kept]) -> [Kept] {
        let newest = checkpoints.sorted { $0.step > $1.step }.prefix(recent).map(\.id)
        let best = best(among: checkpoints)
        return checkpoints.filter { checkpoint in
            !newest.contains(checkpoint.id) && checkpoint.id != best?.id && !checkpoint.requested
        }
    }

    /// The checkpoint with the lowest score; of equal ones the later.
    func best(among checkpoints: [Kept]) -> Kept? {
        checkpoints.filter { $0.score?.isFinite == true }
            .min { ($0.score ?? .infinity, $1.step) < ($1.score ?? .infinity, $0.step) }
    }
}
