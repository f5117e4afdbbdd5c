import Affect

/// The name of a curve that a trainer writes and the workbench reads. The store keeps the text.
public enum SeriesName: Hashable, Sendable {
    /// Mean loss of a step (of training), or of a pass over held-out images (of validation).
    case loss
    /// Mean loss of a whole epoch, at the epoch's last step.
    case epochLoss
    case learningRate
    /// Norm of the whole gradient before clipping.
    case gradientNorm
    /// Seconds of training so far, pauses not counted.
    case seconds
    case accuracy
    /// The score of a task (eq. 11 to 13).
    case score(ScoreName)
    /// The score of a class, unit or dimension.
    case channel(ScoreName, String)
    /// How many held-out images a class or unit is true in, beside the curve of its score.
    case support(ScoreName, String)
    /// One of another version.
    case other(String)

    private static let plain: [SeriesName] = [.loss, .epochLoss, .learningRate, .gradientNorm, .seconds, .accuracy]
    private static let support = "n "

    /// As the store keeps it and people read it.
    public var text: String {
        switch self {
        case .loss: "loss"
        case .epochLoss: "epoch loss"
        case .learningRate: "learning rate"
        case .gradientNorm: "gradient norm"
        case .seconds: "seconds"
        case .accuracy: "accuracy"
        case .score(let score): score.text
        case .channel(let score, let channel): "\(score.text) \(channel)"
        case .support(let score, let channel): "\(Self.support)\(score.text) \(channel)"
        case .other(let text): text
        }
    }

    /// The name with a text.
    public init(_ text: String) {
        if let plain = Self.plain.first(where: { $0.text == text }) {
            self = plain
        } else if let (score, channel) = ScoreName.parsed(text[...]) {
            self = channel.map { .channel(score, $0) } ?? .score(score)
        } else if text.hasPrefix(Self.support),
            case let (score, channel?)? = ScoreName.parsed(text.dropFirst(Self.support.count))
        {
            self = .support(score, channel)
        } else {
            self = .other(text)
        }
    }
}

/// The name of a task's score: its metric, with the task before it where a stage has two tasks with the same metric.
public struct ScoreName: Hashable, Sendable {
    public var metric: Metric
    public var task: AffectTask?

    public init(_ metric: Metric, of task: AffectTask? = nil) {
        self.metric = metric
        self.task = task
    }

    /// The name of a task's score among the tasks of a stage.
    public init(_ task: AffectTask, among tasks: [AffectTask]) {
        self.init(task.metric, of: tasks.count { $0.metric == task.metric } > 1 ? task : nil)
    }

    /// `F1`, `CCC`, `expr F1`, `au F1`
    public var text: String { (task.map { $0.shortName + " " } ?? "") + metric.rawValue }

    /// Every name, those without a task first.
    private static let all: [ScoreName] = Metric.allCases.flatMap { metric in
        [ScoreName(metric)] + AffectTask.allCases.filter { $0.metric == metric }.map { ScoreName(metric, of: $0) }
    }

    /// The name at the beginning of a text, and the channel behind it.
    fileprivate static func parsed(_ text: Substring) -> (ScoreName, String?)? {
        for name in all {
            if text == name.text { return (name, nil) }
            if text.hasPrefix(name.text + " ") { return (name, String(text.dropFirst(name.text.count + 1))) }
        }
        return nil
    }
}
