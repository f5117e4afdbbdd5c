import Session

/// What the weights that a stage leaves follow from: the settings, the seed, the data, the engine, and all stages before.
/// Stages with the same identity leave the same weights, bit for bit, so one of them need not be trained.
struct StageIdentity {
    /// Changed whenever the same settings train to other weights than before.
    private static let format = 1

    private let session: Session
    private let engine: String

    /// - Parameter engine: what decides the last bits, see `RunContext.engine`.
    init(_ session: Session, engine: String) {
        self.session = session
        self.engine = engine
    }

    /// - Parameter before: the identity of the stage before; nil for the first.
    func text(of part: RunPart, data: any StageData, before: String?) -> String {
        var fingerprint = Fingerprint()
        fingerprint.add("\(Self.format) \(engine) \(part.stage) \(part.fold ?? 0)")
        fingerprint.add(session.consequentialText(ofStage: part.stage))
        if let before { fingerprint.add(before) }
        if let initial = session.model.initialWeights { fingerprint.add(file: initial) }
        if let key = session.model.initialKey { fingerprint.add(key) }
        data.identify(in: &fingerprint)
        return fingerprint.text
    }
}
