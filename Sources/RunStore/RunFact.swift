/// Something that was measured or chosen once for a run, by its name. The store keeps the text.
public enum RunFact: Hashable, Sendable {
    /// What decides the last bits of the results.
    case engine
    /// That no stage is taken over from another run.
    case fresh
    /// Images that go through the model together in a stage.
    case microBatch(stage: Int)
    /// Images that are trained on and held out at once: in a data set, or in a stage and fold, by its name.
    case duplicates(in: String)
    /// That a stage and fold is done; the value is the identity of its weights.
    case done(StageFold)
    /// What the weights of a stage and fold were to follow from when it began.
    case identity(StageFold)
    /// The run that a stage and fold was taken over from.
    case reused(StageFold)
    /// One of another version.
    case other(String)

    private static let microBatch = "micro-batch "
    private static let duplicates = "duplicates in "
    private static let done = "done "
    private static let identity = "identity "
    private static let reused = "reused "

    /// The stage and fold that it says is done.
    public var donePart: StageFold? { if case .done(let part) = self { part } else { nil } }

    /// As the store keeps it and people read it.
    public var text: String {
        switch self {
        case .engine: "engine"
        case .fresh: "fresh"
        case .microBatch(let stage): Self.microBatch + "\(stage)"
        case .duplicates(let name): Self.duplicates + name
        case .done(let part): Self.done + part.name
        case .identity(let part): Self.identity + part.name
        case .reused(let part): Self.reused + part.name
        case .other(let text): text
        }
    }

    /// The fact with a text.
    public init(_ text: String) {
        func rest(_ prefix: String) -> Substring? { text.hasPrefix(prefix) ? text.dropFirst(prefix.count) : nil }
        let found: RunFact? =
            switch text {
            case "engine": .engine
            case "fresh": .fresh
            default:
                rest(Self.microBatch).flatMap { Int($0) }.map { .microBatch(stage: $0) }
                    ?? rest(Self.duplicates).map { .duplicates(in: String($0)) }
                    ?? rest(Self.done).flatMap(StageFold.init(name:)).map { .done($0) }
                    ?? rest(Self.identity).flatMap(StageFold.init(name:)).map { .identity($0) }
                    ?? rest(Self.reused).flatMap(StageFold.init(name:)).map { .reused($0) }
            }
        // What is written otherwise than here, such as "done stage 01", stays as it is.
        self = found.flatMap { $0.text == text ? $0 : nil } ?? .other(text)
    }
}
