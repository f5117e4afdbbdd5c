/// How a signal goes on past its ends, as `scipy.ndimage` names it.
public enum EdgeMode: String, Sendable, Hashable, CaseIterable, Codable {
    /// d c b a | a b c d | d c b a
    case reflect
    /// d c b | a b c d | c b a
    case mirror
    /// a a a a | a b c d | d d d d
    case nearest
    /// 0 0 0 0 | a b c d | 0 0 0 0
    case constant
    /// a b c d | a b c d | a b c d
    case wrap

    /// The mode that a word means; scipy's `grid-` names are other names for three of them.
    public init?(word: String) {
        switch word {
        case "grid-mirror": self = .reflect
        case "grid-wrap": self = .wrap
        case "grid-constant": self = .constant
        default: self.init(rawValue: word)
        }
    }
}

/// What stands in for frames without a prediction while a video is smoothed. At the ends of a video, where there is
/// nothing to go between, the nearest prediction is held.
public enum GapFilling: String, Sendable, Hashable, CaseIterable, Codable {
    /// The straight line from the last prediction before the gap to the first after it.
    case linear
    /// The last prediction before the gap.
    case hold
    /// Nothing: missing frames have no weight in the Gaussians (normalised convolution, Knutsson & Westin, 1993).
    case normalised
}

/// What becomes of frames without a prediction after smoothing.
public enum GapResult: String, Sendable, Hashable, CaseIterable, Codable {
    /// They are without one again.
    case restored
    /// They keep what smoothing put there; an ABAW submission needs every frame.
    case kept
}

/// What is smoothed.
public enum SmoothingDomain: String, Sendable, Hashable, CaseIterable, Codable {
    /// The scores as they are.
    case values
    /// Logits of the probabilities (for expression their logarithms), turned back afterwards. The MD step is not linear, so
    /// this differs. For valence and arousal the same as `values`.
    case logits
}

/// How signals are prepared for the Gaussians and what is done after them.
public struct FilterOptions: Sendable, Hashable, Codable {
    public var edge: EdgeMode
    public var gaps: GapFilling
    public var result: GapResult
    public var domain: SmoothingDomain
    /// Clips smoothed valence and arousal to [-1, 1]: the residual may carry them outside. Not used for
    /// probabilities, nor where all sigmas are 0: then nothing is done.
    public var clips: Bool
    /// What stands in the place of every frame without a prediction, raw and smoothed, one value a channel: challenges
    /// score such frames, and a model without a face has to say something. Nil leaves it to `result`.
    public var standIn: [Double]?

    public init(
        edge: EdgeMode = .reflect, gaps: GapFilling = .linear, result: GapResult = .restored,
        domain: SmoothingDomain = .values, clips: Bool = true, standIn: [Double]? = nil
    ) {
        self.edge = edge
        self.gaps = gaps
        self.result = result
        self.domain = domain
        self.clips = clips
        self.standIn = standIn
    }

    /// The scores of a channel with what is scored in place of missing frames: the stand-in, what fills the gaps where
    /// `result` keeps that, or nothing. Raw and smoothed scores are then of the same frames.
    public func scored(_ raw: [Double], channel: Int) -> [Double] {
        if let standIn { return raw.map { $0.isFinite ? $0 : standIn[channel] } }
        return result == .kept ? gaps.fill(raw) : raw
    }
}

/// Everything a person sets in the smoother: sigmas of each channel, thresholds of each unit, and the options.
public struct SmootherSettings: Sendable, Hashable, Codable {
    /// One triple for each channel, all the same while the channels are linked.
    public var sigmas: [Sigmas]
    /// One for each action unit; not used in other tasks.
    public var thresholds: [Double]
    public var options: FilterOptions

    /// The same sigmas and threshold for every channel.
    public init(
        sigmas: Sigmas = .identity, threshold: Double = 0.5, channels: Int, options: FilterOptions = FilterOptions()
    ) {
        self.sigmas = Array(repeating: sigmas, count: channels)
        thresholds = Array(repeating: threshold, count: channels)
        self.options = options
    }

    /// Whether every channel has the same sigmas.
    public var areLinked: Bool { Set(sigmas).count <= 1 }

    public var isValid: Bool { sigmas.allSatisfy(\.isValid) }
}
