import Compute

/// Where the random numbers of drop path come from: they depend on these and on the branch only, so that a second pass
/// over the same images, or a resumed run, leaves out the same branches.
public struct DropPathDraw {
    public var seed: UInt64
    public var stage: Int
    public var fold: Int
    public var epoch: Int
    /// A number for each image of the batch, none twice in an epoch.
    public var samples: UnsafeBufferPointer<Int>

    public init(seed: UInt64, stage: Int = 0, fold: Int = 0, epoch: Int, samples: UnsafeBufferPointer<Int>) {
        self.seed = seed
        self.stage = stage
        self.fold = fold
        self.epoch = epoch
        self.samples = samples
    }
}

/// Stochastic depth (Huang et al., 2016): a residual branch is left out of an image with a probability that rises
/// linearly from 0 in the first block to `rate` in the last, and is divided by the probability of staying elsewhere.
struct DropPath {
    /// One factor per image, 0 or 1 / (1 − rate of the block).
    struct Branches {
        let attention: UnsafePointer<Float>
        let perceptron: UnsafePointer<Float>
    }

    private let rates: [Double]
    private let images: Int
    /// (2 · depth, images)
    private let scales: FloatBuffer

    init(rate: Double, depth: Int, images: Int) {
        rates = Self.rates(rate, depth: depth)
        self.images = images
        scales = FloatBuffer(count: 2 * depth * images)
    }

    /// The rate of each block.
    static func rates(_ rate: Double, depth: Int) -> [Double] {
        (0..<depth).map { depth > 1 ? rate * Double($0) / Double(depth - 1) : rate }
    }

    /// The factors of a block, nil where nothing is ever left out.
    func branches(ofBlock block: Int) -> Branches? {
        guard rates[block] > 0 else { return nil }
        let start = scales.pointer + 2 * block * images
        return Branches(attention: UnsafePointer(start), perceptron: UnsafePointer(start + images))
    }

    /// Draws the factors of the images `first ..< first + count` of a batch.
    func draw(_ draw: DropPathDraw, first: Int, count: Int) {
        for branch in 0..<2 * rates.count {
            let rate = rates[branch / 2]
            guard rate > 0 else { continue }
            let key = RandomKey(
                seed: draw.seed, purpose: .dropPath, stage: draw.stage, fold: draw.fold, layer: branch)
            for image in 0..<count {
                var stream = key.stream(epoch: draw.epoch, sample: draw.samples[first + image])
                scales[branch * images + image] = stream.nextDouble() < rate ? 0 : Float(1 / (1 - rate))
            }
        }
    }
}
