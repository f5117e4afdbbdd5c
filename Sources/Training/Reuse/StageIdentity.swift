import Compute
import Datasets
import RunStore
import Session

/// What the weights that a stage leaves follow from: the settings, the seed, the data, the engine, and all stages before.
/// Stages with the same identity leave the same weights, bit for bit, so one of them need not be trained.
struct StageIdentity {
    /// Changed whenever the same settings train to other weights than before.
    private static let format = 2

    private let session: Session
    private let engine: String

    /// - Parameter engine: what decides the last bits, see `RunContext.engine`.
    init(_ session: Session, engine: String) {
        self.session = session
        self.engine = engine
    }

    /// - Parameter before: the identity of the stage before; nil for the first.
    func text(of part: RunPart, data: PartData, before: String?) throws -> String {
        var fingerprint = Fingerprint()
        fingerprint.add("\(Self.format) \(engine) \(part.stage) \(part.fold ?? 0)")
        fingerprint.add(session.consequentialText(ofStage: part.stage))
        if let before { fingerprint.add(before) }
        if let initial = session.model.initialWeights { fingerprint.add(file: initial) }
        switch (data, session.stages[part.stage]) {
        case (.photos(let photos), _):
            for file in photos.files { fingerprint.add(file: file) }
        case (.labelled(let entry), .supervised(let settings)):
            let set = entry.set
            let heads = try TaskHeads(settings.tasks, of: set, named: settings.data.name)
            let samples = try StageSamples(settings, entry, fold: part.fold, heads: heads)
            for head in heads.heads { fingerprint.add(head.channels.joined(separator: ",")) }
            let target = FloatBuffer(count: heads.outputs)
            // What is held out decides the predictions that the stage leaves.
            for samples in [samples.training, samples.aside, samples.heldOut] {
                fingerprint.add("\(samples.count) samples")
                for sample in samples {
                    fingerprint.add(file: set.image(sample))
                    fingerprint.add(set.sequence(sample) ?? "")
                    if !set.isScored(sample) { fingerprint.add("unscored") }
                    heads.copyTargets([sample], of: set, into: target.pointer)
                    fingerprint.add(UnsafeBufferPointer(start: target.pointer, count: heads.outputs))
                }
            }
        default: break
        }
        return fingerprint.text
    }
}
