import Compute
import Foundation
import Model
import RunStore
import Session

/// What every stage of a run works with.
struct RunContext {
    let store: RunStore
    let run: RunID
    let session: Session
    let pool: ThreadPool
    let control: TrainerControl
    /// The machine's FMA peak with these threads.
    let peak: PeakGauge
    /// Told of what a person at the command line wants to see.
    let report: @Sendable (TrainerReport) -> Void

    var folder: String { store.folder(of: run) }
    var checkpointFolder: String { folder + "/checkpoints" }
    var previewFolder: String { folder + "/previews" }

    /// What the run's files of weights say of themselves beside their tensors.
    var weightsMetadata: [String: String] {
        ["format": "pt", "maeface.run": "\(run)"].merging(InitialWeights.facts(of: session.model)) { $1 }
    }

    /// Keeps the weights that a part left, in the run's folder.
    /// - Parameter metadata: what the file says beside what all files of the run say.
    func writeWeights(_ parameters: ParameterSet, to file: String, metadata: [String: String] = [:]) throws {
        try FileManager.default.createDirectory(atPath: folder + "/weights", withIntermediateDirectories: true)
        try TrainingCheckpoint.writeWeights(
            to: folder + "/" + file, parameters: parameters,
            metadata: weightsMetadata.merging(["maeface.session": session.name]) { $1 }.merging(metadata) { $1 })
    }

    /// Names what decides the bits of a result.
    var engine: String { Self.engine(of: pool) }

    static func engine(of pool: ThreadPool) -> String {
        pool.level == .plain ? "plain, \(blasDescription())" : "\(pool.level)"
    }
}

extension Session {
    /// What the random numbers of a part depend on.
    func randomScope(of part: RunPart) -> RandomScope {
        RandomScope(seed: seed(ofStage: part.stage), stage: part.stage, fold: part.fold ?? 0)
    }
}

/// What a trainer tells the person who started it.
public enum TrainerReport: Sendable {
    /// One sentence.
    case message(String)
    /// How many faces are drawn, of how many; from any thread, one at a time.
    case rendering(done: Int, total: Int)
    /// Where training is; comes after every step.
    case progress(TrainerProgress)
}

/// Where training is.
public struct TrainerProgress: Sendable {
    public var stage: Int
    public var stageKind: String
    public var epoch: Int
    public var epochs: Int
    public var step: Int64
    public var steps: Int64
    /// Mean loss of the last whole epoch when this step ended one, else nil.
    public var epochLoss: Double?
    public var loss: Double
    public var learningRate: Double
    public var throughput: Throughput
}

/// How a stage ended.
enum StageEnd {
    case finished
    case stopped(String)
}

/// The machine's FMA peak, 10⁹ operations a second: the best of several measurements, since a neighbour on the machine
/// can only make one too low.
final class PeakGauge {
    private(set) var gigaflops = 0.0
    private var measurements = 0

    /// Measures again during the first epochs, and whenever training seems faster than the peak.
    func measure(with pool: ThreadPool, reached: Double = 0) {
        guard measurements < 10 || reached > gigaflops else { return }
        measurements += 1
        gigaflops = max(gigaflops, peakGflops(pool: pool, bursts: 3))
    }
}
