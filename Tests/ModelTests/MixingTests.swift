import Compute
import Testing

@testable import Model

@Suite struct MixingTests {
    static let key = RandomKey(seed: 5, purpose: .augmentation, layer: 7)
    static let (batch, side, width) = (6, 8, 3)

    /// Image i is the constant i; target row i is (i, 1 - i / 5, NaN in row 1).
    static func mixed(_ mixing: Mixing, step: Int) -> (images: [Float], targets: [Float]) {
        var images = (0..<batch * 3 * side * side).map { Float($0 / (3 * side * side)) }
        var targets: [Float] = []
        for image in 0..<batch {
            let number = Float(image)
            targets += [number, 1 - number / 5, image == 1 ? .nan : 2]
        }
        mixing.apply(
            images: &images, targets: &targets, batch: batch, side: side, width: width, key: key, epoch: 3, step: step)
        return (images, targets)
    }

    @Test func mixupMixesWithTheMirroredPlace() {
        var shares: Set<Float> = []
        for step in 0..<50 {
            let (images, targets) = Self.mixed(Mixing(mixup: 0.8), step: step)
            let share = 1 - targets[0] / 5
            shares.insert(share)
            #expect(share >= 0 && share <= 1)
            for image in 0..<Self.batch {
                let expected = share * Float(image) + (1 - share) * Float(5 - image)
                let pixels = images[image * 192..<(image + 1) * 192]
                #expect(pixels.allSatisfy { abs($0 - expected) < 1e-5 })
                #expect(abs(targets[image * 3] - expected) < 1e-5)
            }
            #expect(targets[5].isNaN && targets[4 * 3 + 2].isNaN && targets[2] == 2)
        }
        #expect(shares.count > 40)
        let mean = shares.reduce(0, +) / Float(shares.count)
        #expect(abs(mean - 0.5) < 0.15)
    }

    @Test func cutmixPastesABoxOfTheShare() {
        for step in 0..<50 {
            let (images, targets) = Self.mixed(Mixing(cutmix: 1), step: step)
            let share = 1 - targets[0] / 5
            for image in 0..<Self.batch {
                let foreign = images[image * 192..<(image + 1) * 192].filter { $0 == Float(5 - image) }.count
                let own = images[image * 192..<(image + 1) * 192].filter { $0 == Float(image) }.count
                #expect(own + foreign == 192)
                #expect(abs(Float(own) / 192 - share) < 1e-5)
            }
        }
    }

    /// timm 1.0.31's `rand_bbox`: a box of odd length has its second half a pixel longer, so that all of its length is
    /// cut where the border does not.
    @Test func aBoxOfOddLengthIsCutWhole() {
        var lengths: Set<Int> = []
        for step in 0..<200 {
            var random = Self.key.stream(epoch: 0, sample: step)
            // Length 5 of 16.
            let box = Mixing.box(side: 16, share: 1 - 25.5 / 256, &random)
            for range in [box.height, box.width] where range.lowerBound > 0 && range.upperBound < 16 {
                lengths.insert(range.count)
            }
        }
        #expect(lengths == [5])
    }

    @Test func nothingHappensUnlessAskedFor() {
        let (images, targets) = Self.mixed(Mixing(), step: 0)
        #expect(images[0] == 0 && images[images.count - 1] == 5)
        #expect(targets[0] == 0)
        #expect(!Mixing().isOn)
        #expect(Self.mixed(Mixing(mixup: 0.8), step: 4).images == Self.mixed(Mixing(mixup: 0.8), step: 4).images)
    }
}
