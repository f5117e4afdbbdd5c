/// What a random number is used for. Each purpose has its own key, so that adding draws to one changes no other.
public enum RandomPurpose: UInt64, Sendable {
    case initialisation = 1
    case masking = 2
    case order = 3
    case crop = 4
    case flip = 5
    case augmentation = 6
    case dropPath = 7
    case rendering = 8
    case bootstrap = 9
    case folds = 20
    case randomErasing = 21
    case affine = 22
    case gamma = 23
    case test = 100
}

/// The place in a run that draws random numbers: what all keys of a stage in a fold have in common.
public struct RandomScope: Hashable, Sendable {
    public let seed: UInt64
    public let stage: Int
    /// From 1; 0 for a stage that runs once.
    public let fold: Int

    public init(seed: UInt64, stage: Int = 0, fold: Int = 0) {
        self.seed = seed
        self.stage = stage
        self.fold = fold
    }

    public func key(_ purpose: RandomPurpose, layer: Int = 0) -> RandomKey {
        RandomKey(seed: seed, purpose: purpose, stage: stage, fold: fold, layer: layer)
    }
}

/// A key of the counter-based generator: seed, purpose, and the place in the run that draws.
///
/// The numbers depend on this key and on (epoch, sample, draw) only, never on the order in which threads ask for
/// them, so prefetching, resuming and the number of threads change nothing.
public struct RandomKey: Hashable, Sendable {
    let low: UInt32
    let high: UInt32

    public init(seed: UInt64, purpose: RandomPurpose, stage: Int = 0, fold: Int = 0, layer: Int = 0) {
        var state = Self.mixed(seed)
        for value in [
            purpose.rawValue, UInt64(bitPattern: Int64(stage)), UInt64(bitPattern: Int64(fold)),
            UInt64(bitPattern: Int64(layer)),
        ] {
            state = Self.mixed(state ^ Self.mixed(value &+ 0x9E37_79B9_7F4A_7C15))
        }
        low = UInt32(truncatingIfNeeded: state)
        high = UInt32(truncatingIfNeeded: state >> 32)
    }

    /// The finaliser of SplitMix64: a bijection that spreads every input bit over the word.
    private static func mixed(_ value: UInt64) -> UInt64 {
        var z = value &+ 0x9E37_79B9_7F4A_7C15
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }

    /// The stream of one sample in one epoch.
    public func stream(epoch: Int = 0, sample: Int = 0) -> RandomStream {
        RandomStream(key: self, epoch: UInt32(truncatingIfNeeded: epoch), sample: UInt64(bitPattern: Int64(sample)))
    }
}

/// A stream of random numbers from Philox4x32-10 (Salmon et al., 2011), counter (draw, epoch, sample).
public struct RandomStream: RandomNumberGenerator, Sendable {
    private let key: RandomKey
    private let epoch: UInt32
    private let sample: UInt64
    private var block: UInt32 = 0
    private var words: (UInt32, UInt32, UInt32, UInt32) = (0, 0, 0, 0)
    private var used = 4

    init(key: RandomKey, epoch: UInt32, sample: UInt64) {
        self.key = key
        self.epoch = epoch
        self.sample = sample
    }

    public mutating func nextUInt32() -> UInt32 {
        if used == 4 {
            words = Self.philox(
                (block, epoch, UInt32(truncatingIfNeeded: sample), UInt32(truncatingIfNeeded: sample >> 32)),
                (key.low, key.high))
            block &+= 1
            used = 0
        }
        defer { used += 1 }
        switch used {
        case 0: return words.0
        case 1: return words.1
        case 2: return words.2
        default: return words.3
        }
    }

    public mutating func next() -> UInt64 {
        let low = UInt64(nextUInt32())
        return low | UInt64(nextUInt32()) << 32
    }

    /// Uniform in [0, 1), 24 bits.
    public mutating func nextFloat() -> Float {
        Float(nextUInt32() >> 8) * 0x1p-24
    }

    /// Uniform in [0, 1), 53 bits.
    public mutating func nextDouble() -> Double {
        Double(next() >> 11) * 0x1p-53
    }

    /// Uniform in [lower, upper).
    public mutating func nextUniform(_ lower: Double, _ upper: Double) -> Double {
        lower + (upper - lower) * nextDouble()
    }

    /// Uniform in 0 ..< bound, without bias (Lemire's multiply-and-reject).
    public mutating func nextInt(below bound: Int) -> Int {
        precondition(bound > 0, "an empty range has no random element")
        let range = UInt64(bound)
        var product = next().multipliedFullWidth(by: range)
        if product.low < range {
            let threshold = (0 &- range) % range
            while product.low < threshold { product = next().multipliedFullWidth(by: range) }
        }
        return Int(product.high)
    }

    /// The 10 rounds of Philox4x32.
    private static func philox(
        _ counter: (UInt32, UInt32, UInt32, UInt32), _ key: (UInt32, UInt32)
    ) -> (UInt32, UInt32, UInt32, UInt32) {
        var c = counter
        var k = key
        for _ in 0..<10 {
            let p0 = UInt64(c.0) &* 0xD251_1F53
            let p1 = UInt64(c.2) &* 0xCD9E_8D57
            c = (
                UInt32(truncatingIfNeeded: p1 >> 32) ^ c.1 ^ k.0, UInt32(truncatingIfNeeded: p1),
                UInt32(truncatingIfNeeded: p0 >> 32) ^ c.3 ^ k.1, UInt32(truncatingIfNeeded: p0)
            )
            k.0 &+= 0x9E37_79B9
            k.1 &+= 0xBB67_AE85
        }
        return c
    }
}
